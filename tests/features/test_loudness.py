"""Loudness in time: EBU Tech 3341's tones, pyloudnorm, the loudness of a programme, and one long filter."""

from functools import reduce

import numpy as np
import pytest
from scipy.signal import sosfilt

from sonograph import Signal, Spectrogram, StftSettings, Stream, loudness, pieces, spectrogram
from sonograph.errors import SettingsError
from sonograph.features.loudness import k_weighting
from sonograph.settings import LoudnessSettings
from sonograph.settings.loudness import settling

RATE = 8000.0


def tone(level, seconds, rate, frequency=1000.0):
    return 10 ** (level / 20) * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def bursts(seconds, rate, channels=1):
    """Noise that swells and stops, on an offset that only the high-pass takes away."""
    n = round(seconds * rate)
    random = np.random.default_rng(0)
    return 0.2 + 0.1 * random.standard_normal((channels, n)) * (np.sin(np.arange(n) * 5 / rate) > -0.5)


def by_definition(x, settings, rate):
    """(rows, frames): the whole sound filtered at once from its first sample on; frames inside."""
    squares = sosfilt(k_weighting(rate), x) ** 2
    n, hop = settings.of.window_length, settings.of.hop
    rows = []
    for name in settings.features:
        count = round({"momentary": 0.4, "short_term": 3.0}[name] * rate)
        starts = np.arange(0, len(x) - n + 1, hop) + n // 2 - count // 2
        rows.append([-0.691 + 10 * np.log10(np.mean(squares[s : s + count])) for s in starts])
    return np.array(rows)


@pytest.mark.parametrize("hop", [64, 801, 1200, 5000])
@pytest.mark.parametrize("rate", [8000.0, 11_025.0])
def test_it_is_one_long_filter_and_a_mean_square(hop, rate):
    settings = LoudnessSettings.for_rate(rate, hop=hop, edges="inside")
    x = bursts(6.0, rate)[0]
    values = spectrogram(Signal(x, rate), settings).values
    np.testing.assert_allclose(values, by_definition(x, settings, rate), rtol=0, atol=1e-7)


@pytest.mark.parametrize("rate", [44_100.0, 48_000.0])
@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_a_stereo_tone_reads_3_db_below_its_sum_in_each_channel(rate, level):
    """EBU Tech 3341, cases 1 and 2: in both channels it reads its level, so in one of them 10 lg 2 less."""
    settings = LoudnessSettings.for_rate(rate)
    made = spectrogram(Signal(np.stack([tone(level, 8.0, rate)] * 2), rate), settings)
    inside = slice(made.valid.start, made.valid.stop)
    np.testing.assert_allclose(made.values[:, :, inside], level - 10 * np.log10(2), rtol=0, atol=0.03)
    assert made.units == ("LUFS", "LUFS") and made.label == "Loudness (LUFS)"


def test_a_burst_of_a_second_reads_what_its_share_of_three_seconds_is():
    x = np.zeros(round(9 * RATE))
    x[round(4 * RATE) : round(5 * RATE)] = tone(-20.0, 1.0, RATE)
    momentary, short_term = spectrogram(Signal(x, RATE), LoudnessSettings.for_rate(RATE)).values
    assert short_term.max() == pytest.approx(momentary.max() - 10 * np.log10(3), abs=0.1)


@pytest.mark.parametrize(("name", "seconds"), [("momentary", 0.4), ("short_term", 3.0)])
def test_it_is_pyloudnorms(name, seconds):
    pyloudnorm = pytest.importorskip("pyloudnorm")
    x = bursts(8.0, 48_000.0)[0]
    meter = pyloudnorm.Meter(48_000, filter_class="DeMan", block_size=seconds, overlap=1 - 0.1 / seconds)
    meter.integrated_loudness(x)
    theirs = np.array(meter.blockwise_loudness)
    settings = LoudnessSettings.for_rate(48_000.0, features=(name,), edges="inside")
    ours = spectrogram(Signal(x, 48_000.0), settings).values[0]
    first = settling(48_000.0, 4800) // 4800  # their first block begins with the sound
    np.testing.assert_allclose(ours, theirs[first : first + len(ours)], rtol=0, atol=1e-3)


def test_the_momentary_loudness_is_that_of_a_programme_of_one_channel():
    x = bursts(5.0, 48_000.0)[0]
    programme = loudness(Signal(x, 48_000.0))
    made = spectrogram(Signal(x, 48_000.0), LoudnessSettings.for_rate(48_000.0, features=("momentary",)))
    there = slice(made.valid.start, made.valid.stop)
    at = np.searchsorted(programme.times, made.times[there] - 1e-9)
    np.testing.assert_allclose(made.times[there], programme.times[at])
    np.testing.assert_allclose(made.values[0, there], programme.momentary[at], rtol=0, atol=1e-7)


SETTINGS = [
    LoudnessSettings.for_rate(RATE, hop=400),
    LoudnessSettings.for_rate(RATE, hop=123, features=("momentary",), edges="inside"),
    LoudnessSettings.for_rate(RATE, hop=3100, features=("short_term", "momentary"), edges="reflect"),
    LoudnessSettings(of=StftSettings(window_length=30_001, hop=999), features=("short_term",), floor=-70.0),
]
every = pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: f"{s.of.window_length}-{s.of.hop}")


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_whole_pieces_stream_and_a_part_have_the_same_bits(settings, dtype):
    sound = Signal(bursts(7.0, RATE, channels=2).astype(dtype), RATE)
    whole = spectrogram(sound, settings)
    for at_most in (1, 7):
        joined = reduce(Spectrogram.join, pieces(sound, settings, at_most=at_most))
        assert (joined.frames, joined.valid) == (whole.frames, whole.valid)
        np.testing.assert_array_equal(joined.values, whole.values)
    stream = Stream(settings, sample_rate=RATE, n_channels=2)
    parts = [stream.push(sound.samples[:, i : i + 3001]) for i in range(0, sound.n_samples, 3001)]
    np.testing.assert_array_equal(reduce(Spectrogram.join, [*parts, stream.finish()]).values, whole.values)
    part = spectrogram(sound, settings, frames=range(3, 6))
    np.testing.assert_array_equal(part.values, whole.values[..., 3:6])


@every
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_missing_samples_make_the_frames_that_hold_them_missing_and_touch_no_other(settings, bad):
    x = bursts(14.0, RATE)[0]
    clean = spectrogram(Signal(x, RATE), settings)
    x[60_000] = bad
    broken = spectrogram(Signal(x, RATE), settings).values
    n, hop = settings.of.window_length, settings.of.hop
    starts = np.array([i * hop - (0 if settings.of.edges == "inside" else n // 2) for i in clean.frames])
    holds = (starts <= 60_000) & (starts + n > 60_000)
    assert np.isnan(broken[:, holds]).all() and (~holds).any()
    np.testing.assert_array_equal(broken[:, ~holds], clean.values[:, ~holds])


def test_silence_reads_the_floor_and_a_sound_of_no_samples_has_no_frames():
    settings = LoudnessSettings.for_rate(RATE, floor=-90.0)
    assert (spectrogram(Signal(np.zeros(30_000), RATE), settings).values.round(9) == -90.0).all()
    assert spectrogram(Signal(np.zeros(0), RATE), settings).values.shape == (2, 0)


@pytest.mark.parametrize(
    ("sound", "settings", "says"),
    [
        (
            Signal(np.zeros(9000), RATE, "Pa"),
            LoudnessSettings.for_rate(RATE),
            'unit is "Pa"; loudness is of samples in FS',
        ),
        (Signal(np.zeros(9000), 3000.0), LoudnessSettings.for_rate(RATE), "sample_rate is 3000 Hz; .* 3364 Hz or more"),
        (
            Signal(np.zeros(9000), RATE),
            LoudnessSettings(of=StftSettings()),
            "window_length is 2048; loudness over 3 s at 8000 Hz needs 27072: LoudnessSettings.for_rate",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(sound, settings, says):
    with pytest.raises(SettingsError, match=says):
        spectrogram(sound, settings)
    with pytest.raises(SettingsError, match=says):
        Stream(settings, sample_rate=sound.sample_rate, unit=sound.unit)
