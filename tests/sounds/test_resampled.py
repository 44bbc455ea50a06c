"""A sound at another rate is the same sound, whichever parts of it are asked for."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import soxr

from sonograph.errors import SettingsError
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Signal


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


class OneAtATime(Signal):
    """A source that will not be read by two threads at once."""

    def read(self, samples):
        if not self.lock.acquire(blocking=False):
            raise AssertionError("two threads are reading")
        try:
            time.sleep(0.002)
            return super().read(samples)
        finally:
            self.lock.release()

    lock = threading.Lock()


def test_two_threads_read_the_whole_bit_for_bit(noise):
    whole = soxr.resample(noise.samples.T, 48_000.0, 16_000.0).T
    sound = resample(OneAtATime(noise.samples, 48_000.0), 16_000.0)
    firsts = np.random.default_rng(5).integers(0, sound.n_samples - 1000, (2, 20))

    def read(mine):
        for first in mine:
            np.testing.assert_array_equal(sound.read(range(first, first + 1000)), whole[:, first : first + 1000])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(read, firsts))


def test_a_sound_with_a_gap_each_tenth_of_a_second_keeps_few_of_them():
    samples = np.ones(4_000_000, np.float32)
    samples[::4800] = np.nan
    sound = resample(Signal(samples, 48_000.0), 24_000.0)
    missing = np.isnan(
        np.concatenate([sound.read(range(i, i + 100_000)) for i in range(0, sound.n_samples, 100_000)], 1)
    )
    assert missing[0, ::2400].all() and not missing[0, 1200::2400].any()
    assert len(sound._holes) < 200  # of 834: those that a block and the one before it hold
