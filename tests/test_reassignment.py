"""The sharp spectrogram: clicks at their sample, tones at their frequency, values as librosa's."""

import warnings

import numpy as np
import pytest

from sonograph import Signal, StftSettings
from sonograph.analysis.reassignment import reassigned
from sonograph.errors import SettingsError

RATE = 8000.0
SETTINGS = StftSettings(window_length=512, hop=128)


@pytest.mark.parametrize("n", [512, 513])
def test_times_and_frequencies_are_librosas(n):
    librosa = pytest.importorskip("librosa")
    x = np.random.default_rng(0).standard_normal(8000)
    made = reassigned(Signal(x, RATE), StftSettings(window_length=n, hop=128, scaling="raw"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of NumPy to librosa
        f, t, magnitude = librosa.reassigned_spectrogram(x, sr=RATE, n_fft=n, hop_length=128, clip=False)
    t -= (n % 2 == 0) * 0.5 / RATE  # librosa takes the middle of an even window half a sample early
    frames = slice(0, made.times.shape[1])
    loud = magnitude[:, frames] > 1e-3 * magnitude.max()
    np.testing.assert_allclose(made.frequencies[loud], f[:, frames][loud], rtol=0, atol=1e-5)
    np.testing.assert_allclose(made.times[loud], t[:, frames][loud], rtol=0, atol=1e-9)
    np.testing.assert_allclose(made.power.values, magnitude[:, frames] ** 2, rtol=0, atol=1e-9 * magnitude.max() ** 2)


@pytest.mark.parametrize("at", [3000, 3001, 3077])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_click_lies_within_a_sample_of_where_it_is(at, dtype):
    x = np.zeros(6000, dtype)
    x[at] = 1
    made = reassigned(Signal(x, RATE), SETTINGS)
    loud = made.power.values > 1e-4 * made.power.values.max()
    assert loud.sum() > 500
    assert np.abs(made.times[loud] * RATE - at).max() < 0.1


def test_two_tones_lie_at_their_frequencies():
    t = np.arange(16_000) / RATE
    x = np.sin(2 * np.pi * 1003.3 * t) + 0.5 * np.sin(2 * np.pi * 1507.7 * t)
    made = reassigned(Signal(x, RATE), SETTINGS)
    power, found = made.power.values[:, 10:-10], made.frequencies[:, 10:-10]
    for frequency in (1003.3, 1507.7):
        bins = slice(round(frequency / RATE * 512) - 1, round(frequency / RATE * 512) + 2)
        assert (power[bins] > 0).all()
        assert np.abs(found[bins] - frequency).max() < 0.2


def test_sharpened_a_tone_between_bins_has_most_of_its_power_in_one():
    t = np.arange(16_000) / RATE
    made = reassigned(Signal(np.sin(2 * np.pi * (64.5 - 0.1) / 512 * RATE * t), RATE), SETTINGS)
    sharp = made.sharpened()
    share = [v[:, 20:-20].max(axis=0).sum() / v[:, 20:-20].sum() for v in (made.power.values, sharp.values)]
    assert share[0] < 0.6
    assert share[1] > 0.99
    assert sharp.values[64, 20:-20].sum() > 0.99 * sharp.values[:, 20:-20].sum()


def test_sharpening_keeps_all_power_in_every_channel():
    x = np.random.default_rng(0).standard_normal((2, 5000))
    made = reassigned(Signal(x, RATE), SETTINGS)
    sharp = made.sharpened()
    assert sharp.values.shape == made.power.values.shape == made.times.shape
    np.testing.assert_allclose(sharp.values.sum(axis=(1, 2)), made.power.values.sum(axis=(1, 2)), rtol=1e-12)


def test_silence_lies_nowhere_and_missing_frames_stay_missing():
    made = reassigned(Signal(np.zeros(3000), RATE), SETTINGS)
    assert np.isnan(made.times).all()
    assert not made.sharpened().values.any()
    x = np.random.default_rng(0).standard_normal(6000)
    x[3000] = np.nan
    sharp = reassigned(Signal(x, RATE), SETTINGS).sharpened().values
    assert np.isnan(sharp).all(axis=0).sum() == 4
    assert np.isnan(sharp).any(axis=0).sum() == 4


def test_what_cannot_be_is_refused():
    sound = Signal(np.zeros(3000), RATE)
    with pytest.raises(SettingsError, match='StftSettings of quantity "power"; reassignment is of a power'):
        reassigned(sound, StftSettings(quantity="magnitude"))
    with pytest.raises(SettingsError, match="reassignment takes frames as they are"):
        reassigned(sound, StftSettings(remove_dc=True))
    with pytest.raises(SettingsError, match="3000 samples, fewer than window_length 4096"):
        reassigned(sound, StftSettings(window_length=4096, edges="inside"))


def test_it_is_one_line():
    sharp = reassigned(Signal(np.zeros(4096), 8000.0), StftSettings(window_length=256, hop=64))
    assert repr(sharp) == "<Reassigned: 129 bins × 65 frames, Power (FS²), 8000 Hz>"
