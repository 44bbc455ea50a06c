"""The high-pass filter against its definition, and as a setting: pieces, streams and pictures have the whole's bits."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt, sosfreqz

from sonograph import (
    LevelSettings,
    SettingsError,
    Signal,
    Spectrogram,
    StftSettings,
    Stream,
    high_pass,
    pieces,
    reassigned,
    spectrogram,
)
from sonograph import describe as described
from sonograph.sounds import filters
from sonograph.sounds.highpass import LOWEST, sections

RATE = 8000.0


def noise(n_samples, channels=1, dtype="float64", offset=0.0):
    x = (offset + np.random.default_rng(0).standard_normal((channels, n_samples))).astype(dtype)
    return Signal(x[0] if channels == 1 else x, RATE)


def by_definition(x, hertz, rate):
    """Butterworth's poles by the bilinear transform, then the difference equation in extended precision, in loops."""
    real = np.longdouble
    k = np.tan(real(np.pi) * real(hertz) / real(rate))
    y = x.astype(real) - real(x[0])
    for number in (1, 3):
        q = 1 / (2 * np.cos(real(np.pi) * number / 8))
        norm = 1 + k / q + k * k
        before, out = [real(0)] * 4, []  # x[n-1], x[n-2], y[n-1], y[n-2]
        for value in y:
            a, b, c, d = before
            now = (value - 2 * a + b - 2 * (k * k - 1) * c - (1 - k / q + k * k) * d) / norm
            out.append(now)
            before = [value, a, now, c]
        y = np.array(out)
    return y.astype(float)


@pytest.mark.parametrize(("hertz", "within"), [(2000.0, 1e-13), (80.0, 1e-12), (1.0, 1e-9), (RATE * LOWEST, 1e-5)])
def test_it_is_its_definition(hertz, within):
    x = noise(20_000, offset=30.0)
    got = high_pass(x, hertz).read(range(20_000))[0]
    np.testing.assert_allclose(got, by_definition(x.samples, hertz, RATE), rtol=0, atol=within)


def test_its_sections_are_scipys_and_its_level_is_3_db_down_at_its_frequency_and_24_db_an_octave_below():
    np.testing.assert_allclose(
        sosfilt(sections(100.0, RATE), noise(999).samples),
        sosfilt(butter(4, 100.0, "high", fs=RATE, output="sos"), noise(999).samples),
        atol=1e-11,
    )
    hertz = np.array([1.25, 2.5, 10.0, 1000.0])
    _, gain = sosfreqz(sections(10.0, 48_000.0), hertz, fs=48_000.0)
    np.testing.assert_allclose(20 * np.log10(abs(gain)), -10 * np.log10(1 + (10 / hertz) ** 8), atol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_offset_is_gone_from_the_first_sample_and_makes_no_click(dtype):
    tone = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(16_000) / RATE)
    x = (tone + 3.0).astype(dtype)
    x[5000:5100] = np.nan
    got = high_pass(Signal(x, RATE), 20.0).read(range(16_000))[0]
    assert got.dtype == dtype
    np.testing.assert_array_equal(np.isnan(got), np.isnan(x))
    assert np.nanmax(abs(got)) < 0.11
    np.testing.assert_allclose(got[4000:5000], tone[4000:5000], atol=5e-3)


SETTINGS = (
    StftSettings(window_length=64, hop=16, high_pass=300.0),
    LevelSettings(of=StftSettings(window_length=63, hop=20, edges="reflect", high_pass=300.0)),
    StftSettings(window_length=64, edges="kaldi", high_pass=50.0, preemphasis=0.9, preemphasis_over="sound"),
)


@given(
    st.sampled_from(SETTINGS),
    st.integers(70, 500),
    st.lists(st.integers(0, 90), min_size=1, max_size=6),
    st.integers(1, 17),
    st.sampled_from(["float32", "float64"]),
    st.integers(1, 2),
)
def test_whole_pieces_streams_and_any_frames_have_the_bits_of_the_filtered_sound(
    settings, n_samples, blocks, at_most, dtype, channels
):
    sound = noise(n_samples, channels, dtype, offset=2.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filters, "_BLOCK", 32)
        whole = spectrogram(sound, settings)
        joined = reduce(Spectrogram.join, pieces(sound, settings, at_most=at_most))
        some = spectrogram(sound, settings, frames=range(2, len(whole.frames)))
    stream, samples, parts = Stream(settings, sample_rate=RATE, n_channels=channels), sound.read(range(n_samples)), []
    for first, stop in zip(np.cumsum([0, *blocks]), [*np.cumsum(blocks), n_samples], strict=True):
        parts.append(stream.push(samples[:, first:stop]))
    streamed = reduce(Spectrogram.join, [*parts, stream.finish()])
    for other in (joined, streamed):
        assert (other.frames, other.valid) == (whole.frames, whole.valid)
        np.testing.assert_array_equal(other.values, whole.values)
    np.testing.assert_array_equal(some.values, whole.values[..., 2:])
    stft = settings if isinstance(settings, StftSettings) else settings.of
    filtered = Signal(high_pass(sound, stft.high_pass).read(range(n_samples)), RATE)
    values = {
        name: getattr(stft, name) for name in ("window_length", "hop", "edges", "preemphasis", "preemphasis_over")
    }
    plain = StftSettings(**values)
    plain = plain if settings is stft else LevelSettings(of=plain)
    np.testing.assert_array_equal(spectrogram(filtered, plain).values, whole.values)


def test_a_picture_and_reassigned_bins_are_of_the_filtered_sound():
    from sonograph.pixels.raster import Pixels
    from sonograph.pixels.rasterise import raster

    sound, filtered = noise(4000, offset=5.0), Signal(high_pass(noise(4000, offset=5.0), 500.0).read(range(4000)), RATE)
    asked, plain = StftSettings(window_length=256, high_pass=500.0), StftSettings(window_length=256)
    pixels = Pixels(50, 40, range(4000))
    np.testing.assert_array_equal(raster(sound, asked, pixels).levels, raster(filtered, plain, pixels).levels)
    np.testing.assert_array_equal(reassigned(sound, asked).frequencies, reassigned(filtered, plain).frequencies)


@pytest.mark.parametrize("hertz", [4000.0, 5e4, 1e-3])
def test_a_frequency_that_the_sound_cannot_be_cut_at_is_refused_everywhere(hertz):
    settings = StftSettings(high_pass=hertz)
    for act in (
        lambda: high_pass(noise(10), hertz),
        lambda: spectrogram(noise(5000), settings),
        lambda: Stream(settings, sample_rate=RATE),
        lambda: described(settings, RATE),
    ):
        with pytest.raises(SettingsError, match=rf"high_pass is {hertz:g} Hz; .* it must be 0.008 to below 4000 Hz"):
            act()
    with pytest.raises(SettingsError, match="high_pass is -1"):
        StftSettings(high_pass=-1.0)


def test_settings_without_a_filter_are_called_as_before():
    assert "high_pass" not in StftSettings().to_dict()
    assert StftSettings(high_pass=20.0).digest != StftSettings().digest


def test_the_mean_of_frames_is_of_the_filtered_sound_and_filters_it_once(monkeypatch):
    from sonograph import welch
    from sonograph.pixels.distribution import spectrum

    sound, filtered = (
        noise(40_000, offset=5.0),
        Signal(high_pass(noise(40_000, offset=5.0), 500.0).read(range(40_000)), RATE),
    )
    asked, plain = StftSettings(window_length=256, high_pass=500.0), StftSettings(window_length=256)
    runs = []
    run = filters.Filter.__call__
    monkeypatch.setattr(filters, "_BLOCK", 4096)
    monkeypatch.setattr("sonograph.analysis.spectrum.AT_ONCE", 4096)
    monkeypatch.setattr("sonograph.pixels.distribution.SAMPLES_AT_ONCE", 4096)
    monkeypatch.setattr(filters.Filter, "__call__", lambda self, block: runs.append(block.shape[1]) or run(self, block))
    np.testing.assert_array_equal(welch(sound, asked).values, welch(filtered, plain).values)
    assert sum(runs) <= 2 * 40_000
    runs.clear()
    np.testing.assert_array_equal(
        spectrum(sound, asked, range(40_000)).mean, spectrum(filtered, plain, range(40_000)).mean
    )
    assert sum(runs) <= 2 * 40_000


def test_a_waveform_is_of_the_filtered_sound_and_a_picture_says_so():
    from sonograph import draw

    figure = draw(noise(4000, offset=5.0), StftSettings(high_pass=100.0, remove_dc=True), view="both")
    low, high = figure.axes[0].get_ylim()
    assert -5 < low < 0 < high < 5
    words = " ".join(text.get_text() for text in figure.texts)
    assert "high-pass 100 Hz, mean off each frame" in words
    figure = draw(noise(4000), StftSettings(high_pass=100.0), view="waveform")
    assert "sampled at 8000 Hz, high-pass 100 Hz" in " ".join(text.get_text() for text in figure.texts)
