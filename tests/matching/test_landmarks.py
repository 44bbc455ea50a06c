"""Landmarks: what has them, and that pieces have those of the whole."""

import itertools
import math
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.songs import RATE, song
from sonograph import SettingsError, Signal, signals
from sonograph import read as read_sound
from sonograph.matching import Landmarks, LandmarkSettings, LandmarkStream, landmarks
from sonograph.matching.recordings.landmark import query_peaks
from sonograph.matching.recordings.pairs import all_pairs, chosen_pairs
from sonograph.matching.recordings.peaks import PeakPicker, Peaks

WHOLE = song(77, 6.0)


def streamed(samples, rate, cuts, kind=None):
    stream = LandmarkStream(kind or LandmarkSettings(), sample_rate=rate, n_channels=np.atleast_2d(samples).shape[0])
    edges = [0, *sorted(cuts), samples.shape[-1]]
    parts = [stream.push(samples[..., a:b]) for a, b in itertools.pairwise(edges)]
    return reduce(Landmarks.join, [*parts, stream.finish()])


def same(one, other):
    for a, b in zip(one.peaks, other.peaks, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(one.pairs, other.pairs)
    np.testing.assert_array_equal(one.buckets, other.buckets)
    assert one.n_frames == other.n_frames


@settings(max_examples=25)
@given(
    st.sampled_from([8000.0, 11025.0, 22050.0, 44100.0, 96000.0]),
    st.integers(1, 3),
    st.lists(st.integers(0, len(WHOLE)), max_size=12),
)
def test_a_stream_has_the_landmarks_of_the_whole(rate, n_channels, cuts):
    samples = np.stack([np.roll(WHOLE, 37 * k) for k in range(n_channels)])
    whole = landmarks(Signal(samples, rate))
    assert len(whole) > 20
    same(streamed(samples, rate, cuts), whole)


def test_single_samples_are_blocks_too():
    samples = WHOLE[:20_000]
    same(streamed(samples, 22_050.0, range(1, 20_000)), landmarks(Signal(samples, 22_050.0)))


def test_a_cut_has_the_peaks_of_the_whole():
    samples = song(78, 8.0)
    first = 70 * 256  # whole frames of a sound that need not be resampled
    whole = landmarks(Signal(samples, 11_025.0)).peaks
    part = landmarks(Signal(samples[first : first + 100 * 1024], 11_025.0)).peaks
    inside = (part.frames >= 20) & (part.frames < part.frames.max() - 20)
    near = (whole.frames >= 90) & (whole.frames < part.frames.max() + 50)
    assert inside.sum() > 50
    np.testing.assert_array_equal(part.frames[inside] + 70, whole.frames[near])
    np.testing.assert_array_equal(part.frequencies[inside], whole.frequencies[near])


def test_a_query_has_the_peaks_of_an_index():
    sound = Signal(WHOLE, float(RATE))
    kept = landmarks(sound).peaks
    asked, _ = query_peaks(sound, LandmarkSettings())
    assert set(zip(kept.times, kept.frequencies, strict=True)) <= set(zip(asked.times, asked.frequencies, strict=True))
    assert len(asked.times) > len(kept.times)


def hum(rate, seconds):
    t = np.arange(int(rate * seconds)) / rate
    return sum(0.3 / k * np.sin(2 * np.pi * 50 * k * t + k) for k in range(1, 90))


NOTHING = {
    "zeros": lambda: np.zeros(60_000),
    "one sample": lambda: np.ones(1),
    "a constant": lambda: np.full(60_000, 0.4),
    "a tone": lambda: signals.tone(1000.0, 4.0, sample_rate=16_000.0).samples,
    "a tone of 16 bits": lambda: np.round(30 * np.sin(2 * np.pi * 700 * np.arange(60_000) / 16_000)) / 32_768,
    "hum": lambda: hum(16_000, 4.0),
    "two tones": lambda: 0.3 * np.sin(np.arange(60_000) * 0.5) + 0.2 * np.sin(np.arange(60_000) * 0.81),
    "the last bit": lambda: np.random.default_rng(0).integers(-1, 2, 160_000) / 2**16,
    "missing": lambda: np.full(60_000, np.nan),
    "infinite": lambda: np.full(60_000, np.inf),
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_has_no_landmark(name):
    assert len(landmarks(Signal(NOTHING[name](), 16_000.0))) == 0


def test_a_faint_sound_has_its_landmarks():
    loud, faint = (landmarks(Signal(WHOLE * gain, float(RATE))) for gain in (1.0, 2.0**-9))
    assert 0.9 * len(loud) < len(faint) <= len(loud) + 2
    assert np.isin(faint.buckets, loud.buckets).mean() > 0.9


def test_a_faint_hydrophone_has_landmarks(recordings):
    sound = read_sound(recordings / "hydrophone_osekit_mit" / "sample_220925_223450.wav")
    assert len(landmarks(sound)) > 300


def test_a_unit_has_no_silence_of_its_own():
    full_scale, pascal = Signal(WHOLE * 1e-7, float(RATE)), Signal(WHOLE * 1e-7, float(RATE), unit="Pa")
    assert len(landmarks(full_scale)) == 0
    same(landmarks(pascal), landmarks(Signal(WHOLE * 1e-7, float(RATE), unit="V")))
    assert len(landmarks(pascal)) > 100


def test_channels_are_added():
    left, right = WHOLE, np.roll(WHOLE, 5000)
    both = landmarks(Signal(np.stack([left, right]), float(RATE)))
    same(both, landmarks(Signal(np.multiply(left + right, np.float32(0.5)), float(RATE))))
    same(both, landmarks(Signal(np.stack([right, left]), float(RATE))))


def test_a_gap_takes_only_what_it_touches():
    samples = song(79, 10.0)
    holed = samples.copy()
    holed[100_000:110_000] = np.nan
    whole, gap = (landmarks(Signal(x, float(RATE))) for x in (samples, holed))
    begin, end = (int(edge / RATE * 11_025 / 256) for edge in (100_000, 110_000))
    far = lambda found: found.peaks.frames[(found.peaks.frames < begin - 30) | (found.peaks.frames > end + 30)]  # noqa: E731
    np.testing.assert_array_equal(far(whole), far(gap))
    assert not ((gap.peaks.frames > begin - 3) & (gap.peaks.frames < end)).any()
    assert np.isfinite(gap.frequencies).all()


@given(st.sampled_from([0.1, 2.0, 9.0, 20.0]))
def test_the_band_moves_with_the_rate(factor):
    """What sounds ten times as high and ten times as fast has the same landmarks ten times as high."""
    usual = landmarks(Signal(WHOLE, 11_025.0))
    moved = landmarks(Signal(WHOLE, 11_025.0 * factor), LandmarkSettings(low=200 * factor, high=5000 * factor))
    np.testing.assert_array_equal(usual.buckets, moved.buckets)
    np.testing.assert_allclose(usual.frequencies * factor, moved.frequencies, rtol=1e-5)
    np.testing.assert_allclose(usual.times / factor, moved.times)


def test_a_peak_is_where_the_sound_is():
    rate, at, hertz = 22_050.0, 2.5, 1234.0
    t = np.arange(int(5 * rate)) / rate
    samples = np.exp(-(((t - at) / 0.05) ** 2)) * np.sin(2 * np.pi * hertz * t)
    found, _ = query_peaks(Signal(samples, rate), LandmarkSettings())
    top = int(found.heights.argmax())
    assert abs(found.frequencies[top] - hertz) < 1.0
    assert abs((found.times[top] * 256 + 512) / 11_025 - at) < 2e-3


def test_peaks_are_as_they_are_defined(rng):
    """By loops over frames and cells, of levels that are noise."""
    kind = LandmarkSettings()
    picker = PeakPicker(kind, query=False, absolute=False)
    power = (rng.standard_normal((120, 513)) ** 2 + 1e-3).astype(np.float32)
    first = picker.push(power)
    found = [*zip(first.frames, first.frequencies, strict=True)]
    last = picker.finish()
    found += [*zip(last.frames, last.frequencies, strict=True)]
    hertz = 11_025 / 1024
    bins = range(math.ceil(200 / hertz), int(5000 / hertz))
    cells = {}
    for k in bins:
        cells.setdefault(int(math.log1p(k * hertz / 700) / 0.012), []).append(k)
    level = 10 * np.log10(np.stack([power[:, inside].max(axis=1) for inside in cells.values()], axis=1))
    n, m = level.shape
    at = lambda f, c: level[min(max(f, 0), n - 1), min(max(c, 0), m - 1)]  # noqa: E731
    wanted = []
    for f in range(1, n - 1):
        for c in range(m):
            here = level[f, c]
            rivals = level[max(0, f - 5) : f + 6, max(0, c - 10) : c + 11]
            around = (
                np.mean([at(f + i, c + j) for i in range(-20, 21) for j in range(-10, 11)])
                if here == rivals.max()
                else 99
            )
            along = np.mean([at(f + i, c) for i in range(-5, 6)])
            if here == rivals.max() and here > around + 6 and here > along + 1:
                wanted.append((f, c))
    places = [
        (
            frame,
            next(i for i, inside in enumerate(cells.values()) if inside[0] - 0.51 <= hz / hertz <= inside[-1] + 0.51),
        )
        for frame, hz in found
    ]
    assert len(wanted) > 20
    assert [frame for frame, _ in wanted] == [frame for frame, _ in places]
    assert max(abs(a[1] - b[1]) for a, b in zip(wanted, places, strict=True)) <= 1


def test_pairs_are_the_second_peaks_that_stand_out_most(rng):
    """Against loops over all pairs; of equal heights the earlier counts."""
    kind = LandmarkSettings(fan=3, far=20)
    frames = np.sort(rng.integers(0, 60, 90))
    hertz = rng.uniform(300, 4000, 90).astype(np.float32)
    peaks = Peaks(frames, frames.astype(float), hertz, rng.integers(0, 5, 90).astype(np.float32))
    a, b = all_pairs(peaks, kind)
    expected = []
    for first in range(90):
        seconds = sorted((-peaks.heights[j], j) for i, j in zip(a, b, strict=True) if i == first)
        expected += [(first, j) for _, j in seconds[:3]]
    assert list(zip(*chosen_pairs(peaks, kind), strict=True)) == expected
    assert 100 < len(expected) < len(a)


def test_settings_have_a_digest_and_go_through_json():
    kind = LandmarkSettings(low=50, high=3000, fan=3)
    assert LandmarkSettings.from_values(kind.to_dict()) == kind
    assert kind.digest != LandmarkSettings().digest
    assert LandmarkSettings(high=5000).digest == LandmarkSettings(high=5000.0).digest


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"low": 5000.0}, "low is 5000; it must be below high, 5000 Hz"),
        ({"low": 4000.0}, "low is 4000 and high 5000 Hz, 17 cells apart; they must be 20 or more apart"),
        ({"high": -1.0}, "high is -1.0; it must be above 0"),
        ({"high": math.nan}, "high is nan"),
        ({"cell": 0.5}, "cell is 0.5; it must be 0.002 to 0.1"),
        (
            {"query_cells": 11},
            "query_cells is 11; an index looks 10 far, and a query must have its peaks: it must be 1 to",
        ),
        ({"far": 2}, "far is 2; it must be 3 to 500"),
        ({"fan": 0}, "fan is 0; it must be 1 to 20"),
        ({"density": 3}, "density is no setting of LandmarkSettings; it has low, high"),
    ],
)
def test_settings_that_cannot_be_are_refused(values, words):
    with pytest.raises(SettingsError, match=words):
        LandmarkSettings(**values)


def test_a_stream_refuses_another_number_of_channels():
    stream = LandmarkStream(LandmarkSettings(), sample_rate=8000.0, n_channels=2)
    with pytest.raises(SettingsError, match="the block has 1 channels; the stream has 2"):
        stream.push(np.zeros(10))
    stream.finish()
    with pytest.raises(SettingsError, match="the stream is finished"):
        stream.push(np.zeros((2, 10)))


def test_parts_join_only_in_their_order():
    stream = LandmarkStream(LandmarkSettings(), sample_rate=float(RATE))
    first, last = stream.push(WHOLE), stream.finish()
    with pytest.raises(SettingsError, match="do not follow"):
        last.join(first)
