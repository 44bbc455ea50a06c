"""A band of a sound, block by block, against convolution as it is defined."""

import numpy as np
import pytest

from sonograph.matching.pulses.narrow import Narrow, Narrowed


def through(narrow, samples, cuts=()):
    filtered = Narrowed(narrow)
    parts = [filtered.push(part) for part in np.split(samples, cuts)]
    return np.concatenate([*parts, filtered.finish(len(samples))])


@pytest.fixture
def noise():
    return np.random.default_rng(3).standard_normal(60_017)


def test_it_is_the_convolution_with_its_taps_at_every_so_many_samples(noise):
    narrow = Narrow.band(3000.0, 4000.0, 16_000.0)
    reach = len(narrow.taps)
    held = np.pad(noise, reach, mode="edge")
    whole = np.convolve(held, narrow.taps)[reach + narrow.delay : reach + narrow.delay + len(noise)]
    got = through(narrow, noise)
    assert len(got) == -(-len(noise) // narrow.step)
    np.testing.assert_allclose(got, whole[:: narrow.step], atol=1e-5)


def test_blocks_however_cut_give_the_same_bits(noise):
    narrow = Narrow.band(3000.0, 3400.0, 16_000.0)
    np.testing.assert_array_equal(through(narrow, noise), through(narrow, noise, [1, 2, 30_000, 30_001, 59_999]))


@pytest.mark.parametrize(("frequency", "level"), [(3500.0, 0.0), (3000.0, -6.02), (4000.0, -6.02), (2700.0, -60.0)])
def test_a_tone_reads_its_mean_square_inside_a_quarter_of_it_at_the_edge_and_nothing_beyond(frequency, level):
    tone = np.sin(2 * np.pi * frequency * np.arange(32_000) / 16_000)
    power = np.abs(through(Narrow.band(3000.0, 4000.0, 16_000.0), tone)[1000:3000]) ** 2 / 2
    measured = 10 * np.log10(power.mean() / 0.5)
    assert measured < -58 if level < -50 else abs(measured - level) < 0.05


def test_a_missing_sample_makes_missing_what_the_filter_reaches_and_no_more(noise):
    narrow = Narrow.band(3000.0, 4000.0, 16_000.0)
    broken = noise.copy()
    broken[30_000] = np.nan
    got, whole = through(narrow, broken), through(narrow, noise)
    gone = np.flatnonzero(np.isnan(got)) * narrow.step
    assert 30_000 - narrow.delay <= gone.min() and gone.max() <= 30_000 + narrow.delay
    there = ~np.isnan(got)
    np.testing.assert_allclose(got[there], whole[there], atol=1e-5)


def test_the_echo_of_a_known_pulse_reads_its_strength_where_it_begins():
    pulse = np.sin(2 * np.pi * np.cumsum(np.linspace(0.1, 0.3, 400)))
    sound = np.zeros(5000)
    sound[1234 : 1234 + 400] = 0.25 * pulse
    got = np.abs(through(Narrow.matched(pulse, 16_000.0), sound))
    assert np.argmax(got) == 1234
    assert got[1234] == pytest.approx(0.25, rel=1e-3)
