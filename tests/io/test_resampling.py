"""A sound at another rate is the same sound, whichever parts of it are asked for."""

import numpy as np
import pytest
import soxr

from sonograph.errors import SettingsError
from sonograph.io.resampling import resample
from sonograph.sources import Signal


@pytest.fixture
def noise():
    return Signal(np.random.default_rng(2).standard_normal((2, 700_000)).astype(np.float32), 48_000.0)


@pytest.mark.parametrize("rate", [16_000.0, 44_100.0, 96_000.0])
def test_any_parts_are_the_whole_bit_for_bit(noise, rate):
    whole = soxr.resample(noise.samples.T, 48_000.0, rate).T
    sound = resample(noise, rate)
    assert sound.n_samples == whole.shape[1] and sound.unit == "FS"
    for first, stop in ((0, 10), (500, 40_000), (39_000, 41_000), (200_000, 200_100), (5, 9), (0, sound.n_samples)):
        np.testing.assert_array_equal(sound.read(range(first, stop)), whole[:, first:stop])
    assert not sound.read(range(-5, 0)).any() and not sound.read(range(sound.n_samples, sound.n_samples + 5)).any()


def test_a_tone_keeps_its_frequency_and_its_level():
    tone = Signal(np.sin(2 * np.pi * 1000 * np.arange(480_000) / 48_000), 48_000.0)
    samples = resample(tone, 22_050.0).read(range(22_050, 44_100))[0]
    wanted = np.sin(2 * np.pi * 1000 * np.arange(22_050, 44_100) / 22_050)
    np.testing.assert_allclose(samples, wanted, atol=1e-5)


def test_missing_samples_stay_missing_and_no_others_do(noise):
    samples = noise.samples.copy()
    samples[0, 300_000:300_010] = np.nan
    sound = resample(Signal(samples, 48_000.0), 16_000.0)
    values = sound.read(range(sound.n_samples))
    missing = np.flatnonzero(np.isnan(values).any(axis=0))
    assert missing[0] > 100_000 - 250 and missing[-1] < 100_003 + 250 and np.isnan(values[:, 100_001]).all()
    whole = soxr.resample(noise.samples.T, 48_000.0, 16_000.0).T
    heard = ~np.isnan(values[0])
    np.testing.assert_allclose(values[0, heard], whole[0, heard], atol=2e-4)


def test_the_rate_it_has_is_the_sound_itself(noise):
    assert resample(noise, 48_000) is noise
    with pytest.raises(SettingsError, match="sample_rate is 0; it must be above 0"):
        resample(noise, 0)
    with pytest.raises(SettingsError, match=r"rate is 10; from 48000 Hz it must be 187\.5 to"):
        resample(noise, 10)
