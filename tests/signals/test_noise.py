"""Noise, against its stated density."""

import numpy as np
import pytest

from sonograph import signals
from tests.signals.measured import density


def test_white_noise_has_its_density_at_every_frequency():
    sound = signals.white_noise(20.0, density=2.5e-7, sample_rate=20_000, unit="Pa")
    frequencies, measured = density(sound.samples, 20_000)
    for low in range(0, 10_000, 1000):
        band = (frequencies > low) & (frequencies < low + 1000)
        assert measured[band].mean() == pytest.approx(2.5e-7, rel=0.03)
    assert sound.unit == "Pa"


def test_white_noise_of_a_stated_rms_has_it():
    samples = signals.white_noise(10.0, rms=0.1, sample_rate=20_000).samples
    assert samples.std() == pytest.approx(0.1, rel=0.01)
    kurtosis = np.mean(samples**4) / np.mean(samples**2) ** 2
    assert kurtosis == pytest.approx(3.0, abs=0.06), "Gaussian"


def test_density_and_rms_say_the_same_thing():
    by_density = signals.white_noise(0.1, density=1e-6, sample_rate=20_000)
    by_rms = signals.white_noise(0.1, rms=0.1, sample_rate=20_000)
    np.testing.assert_allclose(by_density.samples, by_rms.samples, rtol=1e-12)


def test_pink_noise_has_its_density_at_1_khz_and_falls_by_10_db_a_decade():
    sound = signals.pink_noise(40.0, density_at_1khz=1e-6, sample_rate=20_000, unit="µPa")
    frequencies, measured = density(sound.samples, 20_000)
    near = np.abs(frequencies - 1000) < 150
    assert np.mean(measured[near] * frequencies[near]) / 1000 == pytest.approx(1e-6, rel=0.04)
    fit = (frequencies > 100) & (frequencies < 9900)
    slope = np.polyfit(np.log10(frequencies[fit]), 10 * np.log10(measured[fit]), 1)[0]
    assert slope == pytest.approx(-10, abs=0.15)
    assert sound.unit == "µPa"


@pytest.mark.parametrize("n", [9000, 9001])
def test_every_bin_of_pink_noise_has_its_expected_power(n):
    trials = np.array(
        [signals.pink_noise(n / 9000, density_at_1khz=1e-3, sample_rate=9000, seed=i).samples for i in range(200)]
    )
    power = 2 * np.mean(np.abs(np.fft.rfft(trials)) ** 2, axis=0) / (9000 * n)
    expected = 1e-3 * 1000 / np.fft.rfftfreq(n, 1 / 9000)[1:]
    ratio = power[1:] / expected
    assert ratio.mean() == pytest.approx(1, abs=0.005)
    assert np.abs(ratio - 1).max() < 5 * np.sqrt(2 / 200)
    assert power[0] < 1e-20
