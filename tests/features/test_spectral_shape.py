"""Shapes of spectra, against librosa and spectra whose shape is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import Signal, StftSettings, spectrogram
from sonograph.errors import SettingsError
from sonograph.features import spectral_shape
from sonograph.settings import ShapeSettings

librosa = pytest.importorskip("librosa")

RAW = StftSettings(window_length=1024, hop=256, scaling="raw", quantity="magnitude")


def sound(dtype="float64"):
    t = np.arange(30_000) / 22_050
    tone = np.sin(2 * np.pi * (300 * t + 800 * t**2)) * np.exp(-t)
    return (tone + 0.01 * np.random.default_rng(0).standard_normal(len(t))).astype(dtype)


def shape(samples, *features, of=RAW, **settings):
    return spectrogram(Signal(samples, 22_050.0), ShapeSettings(of=of, features=features, **settings)).values


@pytest.mark.parametrize(("dtype", "bound"), [("float32", 2e-4), ("float64", 1e-10)])
@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("centroid", lambda S: librosa.feature.spectral_centroid(S=S, sr=22_050)),
        ("bandwidth", lambda S: librosa.feature.spectral_bandwidth(S=S, sr=22_050)),
        ("flatness", lambda S: librosa.feature.spectral_flatness(S=S)),
        ("contrast", lambda S: librosa.feature.spectral_contrast(S=S, sr=22_050, n_bands=5)),
    ],
)
def test_shapes_are_librosas(name, theirs, dtype, bound):
    x = sound(dtype)
    want = theirs(spectrogram(Signal(x, 22_050.0), RAW).values)
    got = shape(x, name, contrast_bands=5)
    np.testing.assert_allclose(got, want, rtol=bound, atol=bound)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.85, 1.0])
def test_the_roll_off_is_librosas(share):
    want = librosa.feature.spectral_rolloff(
        S=spectrogram(Signal(sound(), 22_050.0), RAW).values, sr=22_050, roll_percent=min(share, 0.999999)
    )
    got = shape(sound(), "rolloff", rolloff=min(share, 0.999999))
    np.testing.assert_allclose(got, want, rtol=1e-12)


def test_flux_entropy_and_slope_are_their_formulas():
    v = spectrogram(Signal(sound(), 22_050.0), RAW).values
    f = np.arange(513) * 22_050 / 1024
    p = v / v.sum(axis=0)
    flux, entropy, slope = shape(sound(), "flux", "entropy", "slope")
    np.testing.assert_allclose(flux[1:], (np.diff(p, axis=1) ** 2).sum(axis=0), rtol=1e-10)
    assert np.isnan(flux[0])
    np.testing.assert_allclose(entropy, -(p * np.log(p)).sum(axis=0) / np.log(513), rtol=1e-10)
    lines = [np.polyfit(f, column, 1)[0] / column.sum() for column in v.T]
    np.testing.assert_allclose(slope, lines, rtol=1e-8)


def test_a_power_has_the_flatness_of_its_magnitude():
    power = StftSettings(window_length=1024, hop=256, scaling="raw", quantity="power")
    np.testing.assert_allclose(shape(sound(), "flatness", of=power), shape(sound(), "flatness"), rtol=1e-10)


def test_a_tone_is_at_its_frequency_and_noise_in_the_middle():
    t = np.arange(22_050) / 22_050
    inside = StftSettings(window_length=1024, hop=256, edges="inside")
    centroid, entropy = shape(np.sin(2 * np.pi * 22_050 / 1024 * 100 * t), "centroid", "entropy", of=inside)
    np.testing.assert_allclose(centroid, 22_050 / 1024 * 100, rtol=1e-9)
    assert (entropy < 0.2).all()
    noise = np.random.default_rng(0).standard_normal(200_000)
    centroid, entropy, rolloff = shape(noise, "centroid", "entropy", "rolloff", of=inside)
    assert centroid.mean() == pytest.approx(22_050 / 4, rel=0.01)
    assert rolloff.mean() == pytest.approx(0.85 * 22_050 / 2, rel=0.01)
    assert (entropy > 0.9).all()


def test_silence_has_no_shape():
    assert np.isnan(shape(np.zeros(5000), "centroid", "rolloff", "flatness", "contrast", "entropy", "slope")).all()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"contrast_bands": 9}, "contrast_bands is 9; octaves from 200 Hz on leave nothing for the last one"),
        ({"contrast_low": 5.0}, "contrast_low is 5 Hz; the band from 0 to 5 Hz holds too few bins: make the window"),
    ],
)
def test_octaves_that_the_spectrum_does_not_hold_are_refused(settings, says):
    with pytest.raises(SettingsError, match=says):
        shape(sound(), "contrast", **settings)


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(SettingsError, match='StftSettings\\(quantity="magnitude"\\) or "power"'):
        ShapeSettings(of=StftSettings(quantity="transform"))
    with pytest.raises(SettingsError, match=r"rolloff is 1\.5; it must be above 0, at most 1"):
        ShapeSettings(of=RAW, rolloff=1.5)


@given(st.integers(1, 1500), st.floats(0.01, 1.0), st.sampled_from([0, 1, 3]))
def test_the_ends_of_a_row_are_those_of_all_of_it_in_order(n, share, different):
    """Of long rows too, which are sorted in parts; whether their numbers are alike or not."""
    random, count = np.random.default_rng(n), max(1, round(share * n))
    rows = (random.integers(0, different, (3, n)) if different else random.lognormal(0, 3, (3, n))).astype("float32")
    lowest, highest = spectral_shape._ends(rows, count)
    ranked = np.sort(rows, axis=1)
    np.testing.assert_array_equal(lowest, ranked[:, :count])
    np.testing.assert_array_equal(highest, ranked[:, -count:])
