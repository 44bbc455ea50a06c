"""The kurtogram: by its definition in loops, of sounds whose kurtosis is known, and as a picture."""

import numpy as np
import pytest

from sonograph import SettingsError, Signal, Source, StftSettings, draw, envelope_spectrum, kurtogram
from tests import naive

RATE = 20_000.0


def noise(n=1 << 18, seed=0):
    return np.random.default_rng(seed).standard_normal(n)


def shocks(hertz, rate=RATE, seconds=4.0, often=87.3):
    """What rings at so many hertz when it is struck so often, in noise of the same power."""
    n = round(rate * seconds)
    x, t = np.zeros(n), np.arange(200)
    ring = np.exp(-t / 25) * np.sin(2 * np.pi * hertz / rate * t)
    for at in np.arange(0.01, seconds - 0.02, 1 / often):
        x[round(at * rate) : round(at * rate) + 200] += ring
    return Signal(x + x.std() * noise(n), rate, "g")


def test_it_is_its_definition_in_loops():
    x = 0.3 + noise(1100) * (1 + np.sin(np.arange(1100) / 40))
    made, wanted = kurtogram(Signal(x, RATE), 3), naive.kurtogram(x.tolist(), 3)
    rows = [1, 2, 3, 4, 6, 8]
    np.testing.assert_allclose(made.values, [wanted[count, band] for count in rows for band in range(count)], rtol=1e-9)
    np.testing.assert_allclose(2**made.levels, np.repeat(rows, rows))
    np.testing.assert_allclose(made.edges[6:10], [[0, 2500], [2500, 5000], [5000, 7500], [7500, 10_000]])


@pytest.mark.parametrize("hertz", [1450.0, 3200.0, 5700.0, 8100.0])
def test_shocks_are_found_where_they_ring_and_how_often_they_come(hertz):
    sound = shocks(hertz)
    made = kurtogram(sound)
    low, high = made.band
    assert low < hertz < high and high - low < 3400
    assert made.values[made.best] > 10 * made.errors[made.best]
    often = envelope_spectrum(sound, made.band, resolution=0.5)
    assert often.frequencies[often.values.argmax()] == pytest.approx(87.3, abs=0.5)


def test_white_noise_is_0_in_every_band_within_its_standard_error():
    off = []
    for seed in range(4):
        made = kurtogram(Signal(3.0 + noise(seed=seed), RATE), 5)
        off.append(made.values / made.errors)
    assert np.abs(off).max() < 5
    assert 0.85 < np.std(off) < 1.15 and abs(np.mean(off)) < 0.2


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_noise_that_sounds_for_a_share_of_the_time_has_the_kurtosis_of_that_share(share):
    """In bands much wider than the bursts are short: E|c|⁴ is 2 s⁴ share, (E|c|²)² is s⁴ share²."""
    n = 1 << 19
    made = kurtogram(Signal(noise(n) * (np.arange(n) % 8192 < share * 8192), RATE), 3)
    np.testing.assert_allclose(made.values, 2 / share - 2, rtol=0.06)


def test_a_tone_is_minus_1_and_silence_has_none():
    tone = np.sin(2 * np.pi * 1234.5 * np.arange(40_000) / RATE)
    made = kurtogram(Signal(np.stack([np.zeros(40_000), tone]), RATE), channel=1)
    inside = (made.edges[:, 0] < 1234.5) & (made.edges[:, 1] > 1234.5)
    np.testing.assert_allclose(made.values[inside], -1, atol=1e-3)
    for silent in (np.zeros(4000), np.full(4000, 0.3), np.full(4000, np.nan)):
        made = kurtogram(Signal(silent, RATE))
        assert np.isnan(made.values).all() and repr(made).endswith("silent>")
        with pytest.raises(SettingsError, match="no value in any band"):
            made.band  # noqa: B018


def test_a_long_sound_is_read_in_blocks_of_any_size(monkeypatch):
    x = noise(30_000)
    x[12_000:12_100] = np.nan
    whole = kurtogram(Signal(x, RATE), 4)
    monkeypatch.setattr("sonograph.analysis.kurtogram.BLOCK", 1000)
    parts = kurtogram(Signal(x, RATE), 4)
    np.testing.assert_allclose(parts.values, whole.values, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(parts.errors, whole.errors)


def test_what_noise_may_have_by_chance_is_said_and_its_error_has_a_digit():
    """± 0.00 would say that the value is exact."""
    assert all("by chance" in kurtogram(Signal(noise(n), RATE)).words for n in (3000, 1 << 20))
    assert "by chance" not in kurtogram(shocks(3200.0)).words and "nothing" not in kurtogram(shocks(3200.0)).words
    tones = np.sin(0.5 * np.arange(100_000)) + np.sin(2.5 * np.arange(100_000))
    assert kurtogram(Signal(tones, RATE), 1).words.endswith(", less than noise has: nothing strikes")
    long = kurtogram(Signal(noise(1 << 20) * (1 + 0.5 * (np.arange(1 << 20) % 64 < 32)), RATE), 1)
    assert long.words.startswith(f"highest {long.values[0]:.3f} ± 0.003, 0 Hz to 10 kHz, level 0")
    assert "by chance" not in long.words


def test_every_sample_is_read_twice_and_forward(monkeypatch):
    """Whatever blocks share: a source that can only be read forward would begin again for each."""
    asked = []

    class Forward(Source):
        sample_rate, n_samples, n_channels, unit = RATE, 30_000, 1, "g"

        def read(self, samples):
            asked.append(samples)
            return noise(30_000)[None, samples.start : samples.stop]

    monkeypatch.setattr("sonograph.analysis.kurtogram.BLOCK", 1000)
    made = kurtogram(Forward(), 4)
    np.testing.assert_allclose(made.values, kurtogram(Signal(noise(30_000), RATE), 4).values, rtol=1e-9, atol=1e-12)
    there = [sample for samples in asked for sample in samples]
    assert there == 2 * list(range(30_000)) and max(map(len, asked)) < 4000


def test_what_a_filter_makes_of_missing_samples_is_left_out():
    x = 1e-3 * noise()
    x[5000::20_000] = np.nan
    loud = kurtogram(Signal(np.where(np.isnan(x), 1.0, x), RATE), 4)
    made = kurtogram(Signal(x, RATE), 4)
    assert np.abs(made.values / made.errors).max() < 5 < loud.values.min()
    assert (made.errors > kurtogram(Signal(noise(), RATE), 4).errors).all()


def test_as_many_samples_of_an_envelope_count_as_need_no_missing_one(monkeypatch):
    """A halving reaches over 33 samples of what it halves, a cut in thirds over 49."""
    monkeypatch.setattr("sonograph.analysis.kurtogram.BLOCK", 1000)
    x = noise(10_000)
    x[lost := [17, 3000, 3001, 7777]] = np.nan
    made = kurtogram(Signal(x, RATE), 3)
    counted = 4 * 1.6 / made.errors[[1, 3, 6, 10, 16]] ** 2
    wanted = []
    for step, reach in ((2, 33), (3, 49), (4, 33 + 64), (6, 33 + 96), (8, 33 + 64 + 128)):
        firsts = range(0, len(x) - reach + 1, step)
        wanted.append(sum(all(not first <= one < first + reach for one in lost) for first in firsts))
    np.testing.assert_allclose(counted, wanted, rtol=1e-12)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda: kurtogram(Signal(noise(200), RATE)), "n_samples is 200; .* needs 256 at least: take a longer sound"),
        (lambda: kurtogram(Signal(noise(3000), RATE), 6), "levels is 6; it must be 1 to 4, .*: ask for fewer or take"),
        (lambda: kurtogram(Signal(noise(3000), RATE), 9999), r"levels is 9999; it must be 1 to 4, as 2 \*\* "),
        (lambda: draw(kurtogram), r"the sound is a function; give what it gives back, as draw\(kurtogram\(sound"),
        (lambda: draw(kurtogram(Signal(noise(3000), RATE)), axis="log"), "axis is .* whose picture does not take it"),
        (lambda: kurtogram(Signal(noise(3000), RATE), channel=1), "channel is 1; it must be 0"),
        (lambda: kurtogram(Signal(noise(3000).astype(complex), RATE)), "complex"),
        (lambda: draw(kurtogram(Signal(noise(3000), RATE)), view="both"), "view is given with a kurtogram"),
        (lambda: draw(kurtogram(Signal(noise(3000), RATE)), StftSettings()), "settings is given with a kurtogram"),
        (lambda: draw(kurtogram(Signal(noise(3000), RATE)), path="a.html"), "a kurtogram is"),
    ],
)
def test_what_cannot_be_is_said(act, says):
    with pytest.raises(SettingsError, match=says):
        act()


def test_its_picture_has_a_row_for_each_width_and_names_the_best_band(tmp_path):
    made = kurtogram(shocks(3200.0), 3)
    figure = draw(made, path=tmp_path / "k.png", title="A bearing")
    axes, bar = figure.axes
    words = [tick.get_text() for tick in axes.get_yticklabels()]
    assert words == ["0, 10 kHz", "1, 5 kHz", "1.58, 3.33 kHz", "2, 2.5 kHz", "2.58, 1.67 kHz", "3, 1.25 kHz"]
    assert axes.get_xlabel() == "Frequency (kHz)" and bar.get_ylabel() == "Spectral kurtosis"
    assert made.words in axes.get_title(loc="left") and "2.5 kHz to 3.75 kHz" in made.words
    frame = axes.patches[0]
    assert (frame.get_x(), frame.get_x() + frame.get_width()) == made.band and frame.get_y() == words.index(
        "3, 1.25 kHz"
    ) - 0.5
    shown = np.concatenate([mesh.get_array().ravel() for mesh in axes.collections])
    np.testing.assert_array_equal(shown, made.values)
    assert (tmp_path / "k.png").stat().st_size > 5000
    silent = draw(kurtogram(Signal(np.zeros(3000), RATE)))
    assert "no value" in silent.axes[0].get_title(loc="left")
