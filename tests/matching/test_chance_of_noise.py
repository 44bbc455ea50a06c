"""How often noise is as strong as a pulse, against counting."""

import numpy as np
import pytest

from sonograph.matching.pulses.bursts import running_mean
from sonograph.matching.pulses.chance import Chance
from sonograph.matching.pulses.narrow import Narrow, Narrowed


@pytest.mark.parametrize(
    ("low", "high", "length"), [(1000.0, 1800.0, 0.0026), (1000.0, 2000.0, 0.01), (900.0, 1900.0, 0.001)]
)
def test_white_noise_rises_above_a_level_as_often_as_promised(low, high, length):
    narrow = Narrow.band(low, high, 8000.0)
    n = max(1, round(length * narrow.rate))
    chance = Chance(narrow.autocorrelation, n, narrow.rate)
    level = chance.power_at(3600.0)
    filtered = Narrowed(narrow)
    noise = filtered.push(np.random.default_rng(1).standard_normal(8000 * 400).astype(np.float32))
    power = running_mean(np.abs(noise) ** 2, n) / np.sum(np.abs(narrow.taps) ** 2)
    expected = len(power) / narrow.rate
    counted = np.sum((power[:-1] < level) & (power[1:] >= level))
    assert abs(counted - expected) < 4 * np.sqrt(expected) + 0.1 * expected


def test_one_look_is_rices_formula_for_the_envelope_of_noise():
    """Of the envelope of noise whose spectrum has the rms width s: 2 √π s ρ exp(-ρ²) (Rice 1945)."""
    lags = np.arange(64)
    width = 0.02  # of a Gaussian spectrum, cycles a sample
    chance = Chance(np.exp(-2 * (np.pi * width * lags) ** 2).astype(complex), 1, 100.0)
    level = 8.0
    closed = 2 * np.sqrt(np.pi) * width * 100.0 * np.sqrt(level) * np.exp(-level)
    assert chance.per_hour(level) == pytest.approx(3600 * closed, rel=0.03)


def test_the_level_of_a_rate_has_that_rate():
    narrow = Narrow.band(1000.0, 1800.0, 8000.0)
    chance = Chance(narrow.autocorrelation, 10, narrow.rate)
    for rate in (0.01, 1.0, 60.0):
        assert chance.per_hour(chance.power_at(rate)) == pytest.approx(rate, rel=1e-2)
