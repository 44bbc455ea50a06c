"""Tones, chirps, the FM test signal and clicks, against what is known of them."""

import numpy as np
import pytest

from sonograph import signals
from tests.signals.measured import cents, density, fall, moving_frequency


def test_a_full_scale_sine_has_half_its_amplitude_squared_and_no_more():
    sound = signals.tone(1000, 1.0, sample_rate=8000)
    assert sound.samples.shape == (8000,) and sound.samples.dtype == np.float64 and sound.unit == "FS"
    spectrum = np.abs(np.fft.rfft(sound.samples)) * 2 / 8000
    assert spectrum[1000] == pytest.approx(1.0, abs=1e-14)
    assert np.delete(spectrum, 1000).max() < 1e-14


def test_a_tone_begins_at_zero_and_rises():
    samples = signals.tone(10, 0.1, sample_rate=1000).samples
    assert samples[0] == 0
    assert np.all(np.diff(samples[:25]) > 0)


def test_several_tones_have_each_their_own_amplitude():
    samples = signals.tone([200, 700], 1.0, sample_rate=2000, amplitude=[0.5, 0.25], unit="Pa").samples
    spectrum = np.abs(np.fft.rfft(samples)) * 2 / 2000
    np.testing.assert_allclose(spectrum[[200, 700]], [0.5, 0.25], atol=1e-14)
    assert signals.tone([200, 700], 1.0, unit="Pa").unit == "Pa"


def test_one_amplitude_serves_all_tones():
    samples = signals.tone([200, 700], 1.0, sample_rate=2000, amplitude=0.5).samples
    np.testing.assert_allclose((np.abs(np.fft.rfft(samples)) / 1000)[[200, 700]], 0.5, atol=1e-14)


def test_a_long_tone_keeps_its_phase():
    sound = signals.tone(997, 1000.0, sample_rate=8000).samples
    np.testing.assert_array_equal(sound[-8000:], sound[:8000])


@pytest.mark.parametrize("kind", ["linear", "logarithmic"])
@pytest.mark.parametrize(("first", "last"), [(200, 6000), (6000, 200)])
def test_a_chirp_follows_its_frequency_within_five_cents(kind, first, last):
    sound = signals.chirp(first, last, 4.0, kind=kind, sample_rate=16_000, amplitude=0.5)
    times, measured = moving_frequency(sound.samples, 16_000)
    known = signals.chirp_frequency(times, first, last, 4.0, kind=kind)
    assert np.abs(cents(measured, known)).max() < 5
    assert np.abs(sound.samples).max() == pytest.approx(0.5, rel=1e-3)
    assert sound.samples[0] == 0 and sound.samples[1] > 0


def test_a_linear_chirp_passes_the_mean_of_its_ends_at_half_time_and_a_logarithmic_one_their_geometric_mean():
    assert signals.chirp_frequency(1.0, 100, 900, 2.0) == pytest.approx(500)
    assert signals.chirp_frequency(1.0, 100, 900, 2.0, kind="logarithmic") == pytest.approx(300)
    ends = np.array([0.0, 2.0])
    for kind in ("linear", "logarithmic"):
        np.testing.assert_allclose(signals.chirp_frequency(ends, 100, 900, 2.0, kind=kind), [100, 900])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("linear", lambda f: np.full_like(f, 1 / (2 * 5000))),
        ("logarithmic", lambda f: 1 / (2 * f * np.log(5500 / 500))),
    ],
)
def test_a_chirp_spreads_its_power_over_the_frequencies_it_passes(kind, expected):
    sound = signals.chirp(500, 5500, 10.0, kind=kind, sample_rate=16_000)
    power = 2 * np.abs(np.fft.rfft(sound.samples)) ** 2 / (16_000 * 160_000)
    frequencies = np.arange(len(power)) / 10
    for low in range(1000, 5000, 500):
        band = (frequencies >= low) & (frequencies < low + 500)
        assert 10 * np.log10(power[band].mean() / expected(frequencies[band]).mean()) == pytest.approx(0, abs=0.1)
    assert power[frequencies > 6000].max() < 1e-3 * power[frequencies < 5000].max()


def test_a_logarithmic_chirp_that_stays_is_a_tone():
    sound = signals.chirp(440, 440, 0.1, kind="logarithmic")
    np.testing.assert_allclose(sound.samples, signals.tone(440, 0.1).samples, atol=1e-12)


def test_the_fm_signal_is_the_one_of_the_tutorial():
    sample_rate, n = 10e3, 100_000
    time = np.arange(n) / sample_rate
    noise = np.random.default_rng(0).normal(scale=np.sqrt(0.01 * sample_rate / 2), size=time.shape)
    modulation = 500 * np.cos(2 * np.pi * 0.25 * time)
    carrier = 2 * np.sqrt(2) * np.sin(2 * np.pi * 3e3 * time + modulation)
    sound = signals.fm()
    np.testing.assert_allclose(sound.samples, carrier + noise * np.exp(-time / 5), rtol=0, atol=1e-12)
    assert (sound.sample_rate, sound.n_samples, sound.unit) == (10_000.0, 100_000, "V")


def test_the_fm_signal_follows_its_known_frequency_and_has_two_volts():
    sound = signals.fm(noise=False)
    times, measured = moving_frequency(sound.samples, sound.sample_rate)
    np.testing.assert_allclose(measured, signals.fm_frequency(times), atol=0.05)
    assert np.sqrt(np.mean(sound.samples**2)) == pytest.approx(2.0, rel=1e-4)
    np.testing.assert_allclose(signals.fm_frequency([0, 1, 2, 3]), [3000, 2875, 3000, 3125])


@pytest.mark.parametrize("sample_rate", [10_000.0, 25_000.0])
def test_the_fm_noise_starts_at_a_hundredth_of_a_volt_squared_per_hertz_and_falls_by_1_74_db_a_second(sample_rate):
    noise = signals.fm(sample_rate=sample_rate).samples - signals.fm(sample_rate=sample_rate, noise=False).samples
    times = np.arange(len(noise)) / sample_rate
    _, steady = density(noise * np.exp(times / 5), sample_rate)
    assert steady.mean() == pytest.approx(0.01, rel=0.03)
    assert fall(noise, sample_rate) == pytest.approx(1.737, abs=0.05)


def test_a_click_is_one_sample_at_its_time():
    samples = signals.clicks([0.25, 0.5, 0.99], 1.0, sample_rate=100, amplitude=0.5).samples
    assert np.flatnonzero(samples).tolist() == [25, 50, 99]
    assert np.all(samples[[25, 50, 99]] == 0.5)


def test_a_click_has_all_frequencies_alike():
    spectrum = np.abs(np.fft.rfft(signals.clicks(0.3, 1.0, sample_rate=1000).samples))
    np.testing.assert_allclose(spectrum, 1, rtol=1e-12)


def test_clicks_on_one_sample_add_up():
    assert signals.clicks([0.5, 0.501], 1.0, sample_rate=100).samples[50] == 2
