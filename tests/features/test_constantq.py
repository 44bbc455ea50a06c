"""Constant-Q and variable-Q transforms: against their definition, librosa, and tones."""

import numpy as np
import pytest

from sonograph import LevelSettings, Signal, StftSettings, level, spectrogram
from sonograph.errors import SettingsError
from sonograph.settings import ConstantQSettings, NormSettings, PitchClassSettings
from tests import naive

librosa = pytest.importorskip("librosa")

RATE = 22_050
INSIDE = slice(14, -14)  # librosa resamples the ends of the sound once for each octave


def music(n=60_000, dtype="float64"):
    t = np.arange(n) / RATE
    notes = ((65.4, 0.3), (220.0, 0.3), (440.0, 0.2), (1567.98, 0.1))
    tones = sum(a * np.sin(2 * np.pi * f * t + 3 * np.sin(2 * np.pi * t)) for f, a in notes)
    return (tones + 0.02 * np.random.default_rng(0).standard_normal(n)).astype(dtype)


@pytest.mark.parametrize("gamma", [0.0, 10.0])
@pytest.mark.parametrize("hop", [64, 75])
def test_it_is_its_definition(gamma, hop):
    x = np.random.default_rng(0).standard_normal(1200)
    settings = ConstantQSettings.for_rate(
        8000.0, hop=hop, low=110.0, n_bands=30, per_octave=6, gamma=gamma, scaling="raw", quantity="transform"
    )
    assert (settings.octaves(8000.0)[-1].halvings > 0) == (hop == 64)
    got = spectrogram(Signal(x, 8000.0), settings)
    want = naive.constant_q(x, 110.0, 30, 6, hop, 8000.0, gamma) * np.sqrt(settings.lengths(8000.0))[:, None]
    assert got.values.shape == want.shape
    bound = 5e-5 if hop == 64 else 1e-13  # halved several times behind a filter that is right to 1e-5, or not at all
    np.testing.assert_allclose(got.values, want, rtol=0, atol=bound * np.abs(want).max())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cqt_is_librosas_as_far_as_librosa_is_exact(dtype):
    x = music(dtype=dtype)
    got = spectrogram(Signal(x, RATE), ConstantQSettings.for_rate(RATE, scaling="raw", quantity="magnitude"))
    theirs = np.abs(librosa.cqt(x, sr=RATE))
    ours = got.values[:, INSIDE]
    np.testing.assert_allclose(ours, theirs[:, INSIDE], rtol=0, atol=0.01 * theirs.max())
    assert np.linalg.norm(ours - theirs[:, INSIDE]) < 0.01 * np.linalg.norm(theirs)


def test_vqt_is_librosas_as_far_as_librosa_is_exact():
    a = ConstantQSettings(of=StftSettings(), per_octave=12).relative_bandwidth
    settings = ConstantQSettings.for_rate(RATE, gamma=24.7 * a / 0.108, scaling="raw", quantity="magnitude")
    theirs = np.abs(librosa.vqt(music(), sr=RATE))[:, INSIDE]
    got = spectrogram(Signal(music(), RATE), settings).values[:, INSIDE]
    assert np.linalg.norm(got - theirs) < 0.03 * np.linalg.norm(theirs)


def test_chroma_is_librosas_as_far_as_librosa_is_exact():
    of = ConstantQSettings.for_rate(RATE, n_bands=252, per_octave=36, scaling="raw", quantity="magnitude")
    got = spectrogram(Signal(music(80_000), RATE), NormSettings(of=PitchClassSettings(of=of)))
    theirs = librosa.feature.chroma_cqt(y=music(80_000), sr=RATE, tuning=0.0)
    assert got.names[0] == "C"
    np.testing.assert_allclose(got.values[:, INSIDE], theirs[:, INSIDE], rtol=0, atol=0.02)


@pytest.mark.parametrize("low", [32.70319566257483, 27.5, 65.4, 36.7])
def test_pitch_classes_begin_with_c_wherever_the_bands_begin(low):
    of = ConstantQSettings.for_rate(RATE, low=low, n_bands=72, scaling="raw", quantity="magnitude")
    t = np.arange(20_000) / RATE
    for semitone in (0, 4, 11):
        tone = np.sin(2 * np.pi * 261.6255653 * 2 ** (semitone / 12) * t)
        classes = spectrogram(Signal(tone, RATE), PitchClassSettings(of=of)).values[:, 15]
        assert classes.argmax() == semitone


@pytest.mark.parametrize("band", [0, 31, 83])
def test_a_tone_reads_its_mean_square_at_its_band(band):
    settings = ConstantQSettings.for_rate(RATE)
    f = settings.centres[band]
    t = np.arange(40_000) / RATE
    made = spectrogram(Signal(0.5 * np.sin(2 * np.pi * f * t), RATE), settings)
    inside = made.values[:, made.valid.start : made.valid.stop]
    np.testing.assert_allclose(inside[band], 0.125, rtol=2e-3)
    assert (inside.argmax(axis=0) == band).all()
    np.testing.assert_allclose(made.frequencies[band], f, rtol=1e-12)
    assert made.edges[band, 0] < f < made.edges[band, 1]


def test_noise_reads_its_density_in_every_band():
    settings = ConstantQSettings.for_rate(RATE, low=500.0, n_bands=36, scaling="density")
    made = spectrogram(Signal(np.random.default_rng(0).standard_normal(200_000), RATE), settings)
    np.testing.assert_allclose(made.values.mean(axis=1), 2 / RATE, rtol=0.25)
    assert made.values.mean() == pytest.approx(2 / RATE, rel=0.03)


def test_its_level_is_that_of_any_power():
    settings = ConstantQSettings.for_rate(RATE, low=200.0, n_bands=24)
    sound = Signal(music(), RATE)
    one, other = spectrogram(sound, LevelSettings(of=settings)), level(spectrogram(sound, settings))
    np.testing.assert_allclose(one.values, other.values, rtol=0, atol=1e-9)
    assert (one.label, one.reference) == (other.label, other.reference) == ("Level (dBFS)", 0.5)


def test_a_window_that_does_not_hold_the_longest_filter_is_refused_with_the_least_one():
    short = ConstantQSettings(of=StftSettings(window_length=4096, hop=512))
    least = short.least_window(RATE)
    with pytest.raises(
        SettingsError, match=rf"window_length is 4096; at 22050 Hz it must be {least} or more.*low higher"
    ):
        spectrogram(Signal(music(), RATE), short)
    assert ConstantQSettings.for_rate(RATE).of.window_length == least


def test_bands_above_half_the_sample_rate_are_refused():
    with pytest.raises(SettingsError, match=r"n_bands is 84; the highest lies at 3951.1 Hz, and at 6000 Hz it must"):
        spectrogram(Signal(music(), 6000.0), ConstantQSettings.for_rate(6000.0))


def test_a_filter_longer_than_the_sound_is_refused():
    settings = ConstantQSettings.for_rate(RATE)
    with pytest.raises(
        SettingsError, match=r"5000 samples, fewer than the 13162 that the filter at 32\.703 Hz looks at"
    ):
        spectrogram(Signal(music(5000), RATE), settings)


def test_pitch_classes_need_whole_semitones_and_numbers():
    of = ConstantQSettings.for_rate(RATE, per_octave=10, n_bands=20, quantity="magnitude")
    with pytest.raises(SettingsError, match="per_octave is 10; for 12 pitch classes it must be 12, 24, 36"):
        PitchClassSettings(of=of)
    with pytest.raises(SettingsError, match='quantity is "transform"; pitch classes are of a magnitude or a power'):
        PitchClassSettings(of=ConstantQSettings(of=StftSettings(quantity="transform")))
