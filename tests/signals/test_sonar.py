"""Whistles, echoes and pings, against what is known of them."""

import numpy as np
import pytest

from sonograph import signals
from tests.signals.measured import line, moving_frequency


def test_a_whistle_follows_its_known_frequency_with_an_overtone_20_db_below():
    sound = signals.whistle(0.8, low=4000, high=9000, loops=1)
    times, measured = moving_frequency(sound.samples, 48_000)
    known = signals.whistle_frequency(times, 0.8, low=4000, high=9000, loops=1)
    over_10_ms = np.ones(480) / 480  # the overtone shakes the phase, and leaves its mean
    smooth, expected = (np.convolve(values, over_10_ms, "valid") for values in (measured, known))
    np.testing.assert_allclose(smooth, expected, rtol=2e-3)
    top = sound.samples[19_200 - 240 : 19_200 + 240]
    ratio = line(top, 18_000, 48_000) / line(top, 9000, 48_000)
    assert 20 * np.log10(ratio) == pytest.approx(-20, abs=0.1)


def test_a_whistle_fades_in_and_out():
    samples = signals.whistle(1.0, amplitude=0.5).samples
    assert np.abs(samples[:480]).max() < 0.02 and np.abs(samples[-480:]).max() < 0.02
    assert np.abs(samples[4800:-4800]).max() == pytest.approx(0.55, rel=0.1)


def test_an_echo_comes_after_its_delay_and_lower_by_its_attenuation():
    delay = 0.2 + 0.3 / 48_000  # between two samples
    sound = signals.pings(1.0, length=0.01, echoes=[(delay, 12.0)])
    assert not sound.samples[:24_000].any()
    ping, echo = sound.samples[24_000:24_960], sound.samples[33_600:34_560]
    spectrum, later = np.fft.rfft(ping), np.fft.rfft(echo)
    frequencies = np.fft.rfftfreq(960, 1 / 48_000)
    near = np.abs(frequencies - 12_000) < 150
    ratio = later[near] / spectrum[near]
    np.testing.assert_allclose(20 * np.log10(np.abs(ratio)), -12.0, atol=1e-3)
    np.testing.assert_allclose(-np.angle(ratio) / (2 * np.pi * frequencies[near]), 0.3 / 48_000, atol=1e-9)


def test_pings_come_at_their_interval_with_the_energy_stated():
    sound = signals.pings(2.0, frequency=9000, length=0.02, interval=0.5, echoes=(), amplitude=0.5)
    starts = [0.25, 0.75, 1.25, 1.75]
    sounding = np.zeros(sound.n_samples, bool)
    for start in starts:
        span = slice(round(start * 48_000), round((start + 0.02) * 48_000))
        sounding[span] = True
        energy = np.sum(sound.samples[span] ** 2) / 48_000
        assert energy == pytest.approx(3 / 16 * 0.25 * 0.02, rel=1e-6)
        assert line(sound.samples[span], 9000, 48_000) > 0.3
    assert not sound.samples[~sounding].any()


def test_a_ping_is_1_44_over_its_length_wide():
    samples = signals.pings(1.0, echoes=()).samples
    middle, half = (line_of_all(samples, 12_000 + offset) for offset in (0, 0.72 / 0.02))
    assert 20 * np.log10(half / middle) == pytest.approx(-3.0, abs=0.05)


def line_of_all(samples, frequency):
    return abs(np.sum(samples * np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / 48_000)))


def test_a_ping_that_outlasts_the_sound_is_cut_off_there():
    sound = signals.pings(1.0, length=2.0, echoes=[(0.4, 6.0), (3.0, 6.0)])
    assert sound.n_samples == 48_000 and sound.samples[-1] != 0
