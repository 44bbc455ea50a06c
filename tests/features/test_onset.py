"""Onsets, tempo, separation and tonal centroids, against librosa and sounds whose onsets are known."""

import numpy as np
import pytest

from sonograph import BandSettings, LevelSettings, Signal, StftSettings, spectrogram
from sonograph.analysis.tempo import tempo
from sonograph.errors import SettingsError
from sonograph.settings import (
    ChromaBank,
    LogSettings,
    MelBank,
    OnsetSettings,
    RangeSettings,
    SeparationSettings,
    TempogramSettings,
    TonnetzSettings,
)

librosa = pytest.importorskip("librosa")

RATE = 22_050
RAW = StftSettings(scaling="raw")
MEL = LevelSettings(of=BandSettings(of=RAW, bands=MelBank()), reference=1.0, floor=-100)
ONSET = OnsetSettings(of=RangeSettings(of=MEL, span=80.0))
MAGNITUDE = StftSettings(window_length=512, hop=128, scaling="raw", quantity="magnitude")


def beats(per_minute=120.0, seconds=12):
    """Decaying tones, so many a minute, over a little noise."""
    t = np.arange(seconds * RATE) / RATE
    since = t % (60 / per_minute)
    return np.exp(-12 * since) * np.sin(2 * np.pi * 700 * since) + 1e-4 * np.random.default_rng(0).standard_normal(
        len(t)
    )


def made(settings, x):
    return spectrogram(Signal(x, float(RATE)), settings)


@pytest.mark.parametrize("lag", [1, 3])
def test_onset_strength_is_librosas_moved_by_half_a_window(lag):
    x = beats()
    ours = made(OnsetSettings(of=ONSET.of, lag=lag), x).values[0]
    theirs = librosa.onset.onset_strength(y=x, sr=RATE, lag=lag)
    np.testing.assert_allclose(ours[:-2], theirs[2:], rtol=0, atol=1e-5)  # 2 = n_fft / (2 hop); librosa is float32
    np.testing.assert_array_equal(ours[:lag], 0)


def test_onsets_are_where_the_beats_are():
    strength = made(ONSET, beats())
    loud = strength.times[strength.values[0] > 0.5 * strength.values[0].max()]
    off = np.abs(loud / 0.5 - np.rint(loud / 0.5)) * 0.5
    assert len(loud) >= 20
    assert off.max() < 0.06  # a window reaches so far ahead


@pytest.mark.parametrize("length", [384, 101])
def test_the_tempogram_is_librosas(length):
    ours = made(TempogramSettings(of=ONSET, length=length), beats())
    strength = made(ONSET, beats()).values[0]
    theirs = librosa.feature.tempogram(onset_envelope=strength, sr=RATE, win_length=length)
    np.testing.assert_allclose(ours.values, theirs, rtol=0, atol=1e-12)
    lag = 60 * RATE / 512 / librosa.feature.tempo(tg=theirs, sr=RATE)[0]
    assert 60 * RATE / 512 / tempo(ours) == pytest.approx(lag, abs=0.6)  # between its frames


@pytest.mark.parametrize("per_minute", [90.0, 120.0, 150.0])
def test_the_tempo_is_that_of_the_beats(per_minute):
    assert tempo(made(TempogramSettings(of=ONSET), beats(per_minute))) == pytest.approx(per_minute, abs=0.1)


def test_silence_has_no_onset_and_no_tempo():
    silence = np.zeros(RATE)
    assert not made(ONSET, silence).values.any()
    assert np.isnan(tempo(made(TempogramSettings(of=ONSET), silence)))


def test_tempo_is_of_a_tempogram_that_holds_slow_enough_lags():
    with pytest.raises(SettingsError, match="of kind onset; tempo is of a tempogram"):
        tempo(made(ONSET, beats(seconds=2)))
    with pytest.raises(SettingsError, match="fastest is 10; the slowest tempo here is"):
        tempo(made(TempogramSettings(of=ONSET, length=20), beats(seconds=2)), fastest=10.0)


@pytest.mark.parametrize("margin", [1.0, 2.0])
def test_separation_is_librosas(margin):
    x = beats(seconds=2) + 0.3 * np.sin(2 * np.pi * 1000 * np.arange(2 * RATE) / RATE)
    S = made(MAGNITUDE, x).values
    theirs = librosa.decompose.hpss(S, kernel_size=17, margin=margin)
    for part, want in zip(("harmonic", "percussive"), theirs, strict=True):
        ours = made(SeparationSettings(of=MAGNITUDE, part=part, width=17, margin=margin), x).values
        np.testing.assert_allclose(ours, want, rtol=0, atol=1e-12 * S.max())


def test_a_tone_is_harmonic_and_a_click_percussive():
    x = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    x[RATE // 2] += 200
    parts = {p: made(SeparationSettings(of=MAGNITUDE, part=p), x) for p in ("harmonic", "percussive")}
    at, tone = RATE // 2 // 128, round(1000 * 512 / RATE)
    assert parts["harmonic"].values[tone, 20] > 100 * parts["percussive"].values[tone, 20]
    assert parts["percussive"].values[100, at] > 100 * parts["harmonic"].values[100, at]


def test_a_sound_shorter_than_the_median_is_mirrored_as_in_librosa():
    x = beats(seconds=2)[:800]
    S = made(MAGNITUDE, x).values
    ours = made(SeparationSettings(of=MAGNITUDE, width=31), x).values
    np.testing.assert_allclose(ours, librosa.decompose.hpss(S)[0], rtol=0, atol=1e-12)


def test_tonnetz_is_librosas():
    chroma = BandSettings(of=RAW, bands=ChromaBank())
    x = beats(seconds=3)
    theirs = librosa.feature.tonnetz(chroma=made(chroma, x).values)
    np.testing.assert_allclose(made(TonnetzSettings(of=chroma), x).values, theirs, rtol=0, atol=1e-12)


def test_no_chord_has_no_place():
    assert np.isnan(made(TonnetzSettings(of=BandSettings(of=RAW, bands=ChromaBank())), np.zeros(5000)).values).all()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: TonnetzSettings(of=MEL), "of has 128 rows; TonnetzSettings takes 12 pitch classes"),
        (lambda: SeparationSettings(of=MAGNITUDE, width=8), "width is 8; it must be odd"),
        (lambda: SeparationSettings(of=LogSettings(of=MAGNITUDE)), 'quantity is "log"; SeparationSettings takes power'),
        (lambda: SeparationSettings(of=MAGNITUDE, margin=0.5), "margin is 0.5; it must be at least 1"),
        (lambda: OnsetSettings(of=StftSettings(quantity="transform")), "OnsetSettings takes real numbers"),
        (lambda: OnsetSettings(of=7), "of is int; OnsetSettings holds the settings of the stage before"),
        (lambda: TempogramSettings(of=MEL), "of is LevelSettings; TempogramSettings hold OnsetSettings"),
    ],
)
def test_what_cannot_be_is_refused(make, says):
    with pytest.raises(SettingsError, match=says):
        make()


@pytest.mark.parametrize("name", ["prior", "spread", "fastest"])
def test_a_tempo_is_above_nothing(name):
    beat = spectrogram(
        Signal(np.random.default_rng(0).standard_normal(60_000), 22_050.0), TempogramSettings(of=OnsetSettings(of=MEL))
    )
    with pytest.raises(SettingsError, match=f"{name} is 0; it must be above 0"):
        tempo(beat, **{name: 0})
