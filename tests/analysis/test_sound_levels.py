"""What a sound level meter reads, against the tone bursts of IEC 61672-1 and the definition in loops."""

from functools import reduce

import numpy as np
import pytest

from sonograph import (
    SettingsError,
    Signal,
    Spectrogram,
    StftSettings,
    Stream,
    feature,
    pieces,
    sound_levels,
    spectrogram,
    weighted,
)
from sonograph.settings import SoundLevelSettings, SquaresSettings

RATE = 8000.0
# IEC 61672-1:2013, table 4: ms of a 4 kHz tone burst; its LAFmax, LASmax and LAE over the level of the steady tone
BURSTS = (
    (1000, 0.0, -2.0, 0.0), (500, -0.1, -4.1, -3.0), (200, -1.0, -7.4, -7.0), (100, -2.6, -10.2, -10.0),
    (50, -4.8, -13.1, -13.0), (20, -8.3, -17.0, -17.0), (10, -11.1, -20.0, -20.0), (5, -14.1, -23.0, -23.0),
    (2, -18.0, -27.0, -27.0), (1, -21.0, None, -30.0),
)  # fmt: skip


@pytest.mark.parametrize(("length", "fast", "slow", "exposure"), BURSTS)
def test_a_tone_burst_reads_what_the_standard_says(length, fast, slow, exposure):
    rate = 32_000.0
    x = np.zeros(round(2.5 * rate))
    n = round(length / 1000 * rate)
    x[40_000 : 40_000 + n] = 2**0.5 * np.sin(2 * np.pi * 4000 * np.arange(n) / rate)
    read = sound_levels(Signal(x, rate, "Pa"), "A")
    long = 2**0.5 * np.sin(2 * np.pi * 4000 * np.arange(32_000) / rate)
    steady = sound_levels(Signal(long, rate, "Pa"), "A").leq[0]
    assert steady == pytest.approx(20 * np.log10(1 / 20e-6) + 1.0, abs=0.2)  # 1 Pa, and the A weighting at 4 kHz
    within = 0.06 if length >= 10 else 0.5  # a short burst is not of 4 kHz alone
    assert read.fast.max[0] - steady == pytest.approx(fast, abs=within)
    assert slow is None or read.slow.max[0] - steady == pytest.approx(slow, abs=within)
    assert read.sel[0] - steady == pytest.approx(exposure, abs=within)
    assert read.unit == "dB re 20 µPa, A-weighted"


def swelling(seconds=3.0, channels=2):
    n = round(seconds * RATE)
    return 0.1 * np.random.default_rng(0).standard_normal((channels, n)) * (1.2 + np.sin(np.arange(n) / 2000))


def followed(x, seconds):
    """The time weighting in a loop, sample after sample."""
    kept = np.exp(-1 / (seconds * RATE))
    state, out = np.mean(x[: round(seconds * RATE)] ** 2), []
    for value in x:
        state = kept * state + (1 - kept) * value * value
        out.append(state)
    return np.array(out)


def test_it_is_its_definition_in_blocks_of_any_size(monkeypatch):
    sound = Signal(swelling(), RATE)
    heard = weighted(sound, "C").read(range(sound.n_samples))
    whole = sound_levels(sound, "C")
    monkeypatch.setattr("sonograph.analysis.sound_levels.AT_ONCE", 20_000)
    for read in (whole, sound_levels(sound, "C")):
        for channel, x in enumerate(heard):
            for one, seconds in ((read.fast, 0.125), (read.slow, 1.0)):
                levels = 10 * np.log10(followed(x, seconds) / 0.5)
                assert one.max[channel] == pytest.approx(levels.max(), abs=1e-6)
                assert one.min[channel] == pytest.approx(levels.min(), abs=1e-6)
                np.testing.assert_allclose(one.levels[channel], levels[79::80], rtol=0, atol=1e-6)
                assert one.exceeded[90.0][channel] == pytest.approx(np.percentile(levels[79::80], 10), abs=1e-6)
            assert read.leq[channel] == pytest.approx(10 * np.log10(np.mean(x**2) / 0.5), abs=1e-6)
            assert read.peak[channel] == pytest.approx(20 * np.log10(np.abs(x).max()), abs=1e-6)
    assert whole.unit == "dBFS, C-weighted" and whole.times[-1] == 3.0
    assert repr(whole).startswith("<SoundLevels: LCeq -")


def test_missing_samples_are_left_out_and_silence_has_no_level():
    x = swelling(channels=1)
    broken = np.concatenate([x[:, :12_000], np.full((1, 4000), np.nan), x[:, 12_000:]], axis=1)
    whole, read = (sound_levels(Signal(one, RATE), "Z") for one in (x, broken))
    assert read.leq == pytest.approx(whole.leq) and read.fast.max == pytest.approx(whole.fast.max)
    assert np.isnan(read.fast.levels[0]).sum() == 50
    silent = sound_levels(Signal(np.zeros(4000), RATE), "A")
    assert silent.leq[0] == silent.fast.exceeded[50.0][0] == -np.inf
    assert np.isnan(sound_levels(Signal(np.full(4000, np.nan), RATE)).leq[0])


@pytest.mark.parametrize(
    ("hop", "window_length", "edges"), [(80, 80, "inside"), (333, 1000, "zeros"), (64, 255, "inside")]
)
def test_rows_are_the_meter_of_a_sound_that_silence_came_before(hop, window_length, edges):
    sound = Signal(swelling(channels=1), RATE, "Pa")
    stft = StftSettings(window_length=window_length, hop=hop, edges=edges, weighting="A")
    made = spectrogram(sound, SoundLevelSettings(of=SquaresSettings(of=stft)))
    heard = weighted(sound, "A").read(range(sound.n_samples))[0] ** 2
    first = (0 if edges == "inside" else -(window_length // 2)) + window_length // 2 - hop // 2
    padded = np.concatenate([np.zeros(max(0, -first)), heard[max(0, first) :], np.zeros(hop)])
    for row, seconds in ((1, 0.125), (2, 1.0)):
        kept, state, wanted = np.exp(-1 / (seconds * RATE)), 0.0, []
        for number, value in enumerate(padded):
            state = kept * state + (1 - kept) * value
            if number % hop == hop - 1:
                wanted.append(state)
        wanted = 10 * np.log10(np.array(wanted)[: len(made.frames)] / 4e-10)
        np.testing.assert_allclose(made.values[row], wanted, rtol=0, atol=1e-8)
    mean = padded[: len(padded) // hop * hop].reshape(-1, hop).mean(axis=1)[: len(made.frames)]
    np.testing.assert_allclose(made.values[0], 10 * np.log10(mean / 4e-10), rtol=0, atol=1e-8)
    assert set(made.units) == {"dB re 20 µPa, A-weighted"} and made.label == "Sound level (dB)"


def test_rows_have_the_same_bits_each_way_and_missing_frames_leave_no_trace():
    settings = SoundLevelSettings.for_rate(RATE, every=0.02, features=("level_slow", "leq"))
    for dtype in ("float32", "float64"):
        x = swelling().astype(dtype)
        x[0, 5000:5003] = np.nan
        whole = spectrogram(Signal(x, RATE), settings)
        joined = reduce(Spectrogram.join, pieces(Signal(x, RATE), settings, at_most=7))
        stream = Stream(settings, sample_rate=RATE, n_channels=2)
        parts = [stream.push(x[:, i : i + 777]) for i in range(0, x.shape[1], 777)]
        streamed = reduce(Spectrogram.join, [*parts, stream.finish()])
        part = spectrogram(Signal(x, RATE), settings, frames=range(40, 90))
        np.testing.assert_array_equal(joined.values, whole.values)
        np.testing.assert_array_equal(streamed.values, whole.values)
        np.testing.assert_array_equal(part.values, whole.values[..., 40:90])
        assert np.isnan(whole.values).sum() == 2 and np.isnan(whole.values[0, :, 31]).all()


def test_features_by_name_have_the_frames_that_were_asked_for():
    frames = StftSettings(window_length=512, hop=128, weighting="A")
    assert feature("level_fast", frames).of.of == frames
    with pytest.raises(SettingsError, match="SoundLevelSettings holds"):
        SoundLevelSettings(of=frames)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda: sound_levels(Signal(np.zeros(0), RATE)), "the sound has 0 samples"),
        (lambda: sound_levels(Signal(np.zeros(9), RATE), "B"), "weighting is 'B'"),
        (lambda: sound_levels(Signal(np.zeros(9), RATE), exceeded=(101.0,)), "exceeded is 101"),
        (lambda: sound_levels(Signal(np.zeros(9), 2000.0)), 'weighting is "A"; it needs a sample rate of 4000 Hz'),
        (lambda: SoundLevelSettings.for_rate(RATE, every=1e-9), "every is 1e-09 s"),
    ],
)
def test_what_cannot_be_measured_is_refused(act, says):
    with pytest.raises(SettingsError, match=says):
        act()
