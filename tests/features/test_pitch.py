"""Pitch: librosa's values, glides, silence, and ranges that a window cannot hold."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import Signal, StftSettings, spectrogram
from sonograph.errors import SettingsError
from sonograph.settings import PyinCandidates, PyinSettings, YinSettings

librosa = pytest.importorskip("librosa")

FRAMES = StftSettings(window_length=1024, hop=256)
LONG = StftSettings(window_length=2048, hop=256)
RANGE = {"low": 80.0, "high": 1000.0}


def glide(n=22_050, dtype="float64"):
    """From 200 Hz up by 150 Hz a second, with harmonics, and its frequency at given times."""
    t = np.arange(n) / 22_050
    phase = 2 * np.pi * (200 * t + 75 * t**2)
    return (0.5 * np.sin(phase) + 0.2 * np.sin(2 * phase) + 0.1 * np.sin(3 * phase)).astype(dtype)


def speechlike():
    """Voiced, then noise, then silence, then voiced."""
    noise = 0.1 * np.random.default_rng(0).standard_normal(8000)
    return np.concatenate([glide(8000), noise, np.zeros(4000), glide(8000) + 0.1 * noise])


def yin(x, of=FRAMES, **settings):
    return spectrogram(Signal(x, 22_050.0), YinSettings(of=of, **(RANGE | settings)))


def pyin(x, of=FRAMES, **settings):
    return spectrogram(Signal(x, 22_050.0), PyinSettings(of=PyinCandidates(of=of, **(RANGE | settings))))


def cents(pitch, true):
    return 1200 * np.abs(np.log2(pitch / true))


def has_period(x, window_length=1024, hop=256):
    """Whether each frame, with silence after it, is anywhere more like itself later than at shorter lags on average."""
    x = np.pad(x.astype(float), window_length // 2)
    for start in range(0, len(x) - window_length + 1, hop):
        frame, sum_of, deepest = x[start : start + window_length], 0.0, 1.0
        for lag in range(1, math.ceil(22_050 / RANGE["low"]) + 1):
            at_lag = np.sum((frame - np.pad(frame[lag:], (0, lag))) ** 2)
            sum_of += at_lag
            if lag >= math.floor(22_050 / RANGE["high"]) and sum_of > 0:
                deepest = min(deepest, at_lag * lag / sum_of)
        yield deepest < 1


@pytest.mark.parametrize(("dtype", "bound"), [("float32", 2e-3), ("float64", 1e-6)])
@pytest.mark.parametrize("threshold", [0.1, 0.3])
def test_yin_is_librosas_wherever_there_is_a_pitch(dtype, bound, threshold):
    x = speechlike().astype(dtype)
    theirs = librosa.yin(
        x, fmin=80, fmax=1000, sr=22_050, frame_length=1024, hop_length=256, trough_threshold=threshold
    )
    ours = yin(x, threshold=threshold).values[0]
    voiced = np.array(list(has_period(x)))
    assert 10 < np.sum(~voiced) < 20 and voiced[:28].all()
    np.testing.assert_array_equal(~np.isnan(ours), voiced)
    same = np.abs(ours - theirs)[voiced] <= bound * theirs[voiced]
    assert same.mean() >= (1 if dtype == "float64" else 0.97)


def test_pyin_is_librosas_to_the_tenth_of_a_semitone():
    x = speechlike()
    f0, voiced, probability = librosa.pyin(x, fmin=80, fmax=1000, sr=22_050, frame_length=1024, hop_length=256)
    pitch, ours, voicing = pyin(x).values
    np.testing.assert_array_equal(ours.astype(bool), voiced)
    np.testing.assert_allclose(voicing, probability, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(np.isnan(pitch), np.isnan(f0))
    place = 120 * np.log2(pitch[voiced] / 80)
    np.testing.assert_array_equal(np.rint(place), np.rint(120 * np.log2(f0[voiced] / 80)))


@pytest.mark.parametrize("way", [yin, pyin])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_frame_of_a_glide_is_within_five_cents(way, dtype):
    made = way(glide(dtype=dtype), of=LONG)
    inside = slice(made.valid.start, made.valid.stop)
    assert cents(made.values[0], 200 + 150 * made.times)[inside].max() < 5


@pytest.mark.parametrize("way", [yin, pyin])
@pytest.mark.parametrize("still", [np.zeros(5000), np.full(5000, 0.3), np.full(5000, -1e-8)], ids=["0", "0.3", "-1e-8"])
def test_silence_and_a_constant_have_no_pitch(way, still):
    assert np.isnan(way(still).values[0, 3:-3]).all()


def test_noise_is_unvoiced_and_a_voice_is_not():
    _, voiced, _ = pyin(speechlike()).values
    assert voiced[2:26].all()
    assert voiced[36:58].mean() < 0.2
    assert not voiced[65:75].any()


@given(st.floats(90, 950), st.floats(0.001, 0.9))
def test_a_steady_tone_of_any_pitch_and_loudness_is_found(frequency, loudness):
    t = np.arange(4000) / 22_050
    made = yin(loudness * np.sin(2 * np.pi * frequency * t), of=LONG)
    inside = slice(made.valid.start, made.valid.stop)
    periods = 2048 * frequency / 22_050
    assert cents(made.values[0, inside], frequency).max() < (5 if periods >= 15 else 20 * 4 / periods)
    assert (made.values[1, inside] < 0.2).all()


def test_a_low_pitch_that_the_window_cannot_hold_is_refused_with_the_least_window():
    with pytest.raises(SettingsError, match=r"low is 20 Hz; with window_length 1024.*window_length 1104 would"):
        yin(glide(), low=20.0)
    spectrogram(Signal(glide(), 22_050.0), YinSettings(of=StftSettings(window_length=1104), low=20.0, high=1000.0))
    with pytest.raises(SettingsError, match=r"window_length 1103.*window_length 1104 would"):
        spectrogram(Signal(glide(), 22_050.0), YinSettings(of=StftSettings(window_length=1103), low=20.0, high=1000.0))


def test_ranges_that_cannot_be_are_refused():
    with pytest.raises(SettingsError, match="low is 500 Hz; it must be below high, which is 400 Hz"):
        YinSettings(of=FRAMES, low=500.0, high=400.0)
    with pytest.raises(SettingsError, match="high is 20000 Hz; at 22050 Hz it must be at most 11025 Hz"):
        yin(glide(), high=20_000.0)
    with pytest.raises(SettingsError, match=r"threshold is 0\.0; it must be above 0, at most 1"):
        YinSettings(of=FRAMES, threshold=0.0)
    with pytest.raises(SettingsError, match="of is StftSettings; PyinSettings holds the settings of the stage before"):
        PyinSettings(of=FRAMES)
