"""Levels against physics: what a sound of known strength must read."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import LevelSettings, Signal, StftSettings, level, signals, spectrogram
from sonograph.settings import PLAIN_WINDOWS
from sonograph.units import level_unit

EXACT = (*(w for w in PLAIN_WINDOWS if w != "povey"), ("tukey", 0.25))
OTHERS = ("povey", ("gaussian", 60.0), ("kaiser", 9.0), ("dpss", 3.0))


def sine(rms, frequency, rate, n, dtype=float):
    return (rms * np.sqrt(2) * np.sin(2 * np.pi * frequency * np.arange(n) / rate + 0.3)).astype(dtype)


def at(spectrogram, frequency):
    return spectrogram.values[int(np.argmin(np.abs(spectrogram.frequencies - frequency)))]


@pytest.mark.parametrize("window", [*EXACT, *OTHERS], ids=str)
def test_a_sine_of_2_volts_reads_6_02_db_on_its_bin_under_every_window(window):
    volts = Signal(sine(2.0, 1000, 8000, 4096), 8000.0, unit="V")
    settings = StftSettings(window_length=512, hop=128, window=window, edges="inside")
    power = spectrogram(volts, settings)
    np.testing.assert_allclose(at(power, 1000), 4.0, rtol=1e-12 if window in EXACT else 2.3e-4)
    decibels = level(power)
    assert decibels.label == "Level (dB re 1 V)"
    np.testing.assert_allclose(at(decibels, 1000), 6.0206, atol=1e-4 if window in EXACT else 1e-3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_full_scale_sine_reads_0_dbfs(dtype):
    sound = Signal(sine(np.sqrt(0.5), 3000, 48_000, 48_000, dtype), 48_000.0)
    loudness = spectrogram(sound, LevelSettings(of=StftSettings(edges="inside")))
    assert loudness.label == "Level (dBFS)"
    assert loudness.values.dtype == dtype
    np.testing.assert_allclose(at(loudness, 3000), 0.0, atol=1e-5)


def test_sixteen_bits_at_full_scale_read_0_dbfs():
    numbers = np.round(32767 * np.sin(2 * np.pi * 3000 * np.arange(48_000) / 48_000)).astype(np.int16)
    loudness = level(spectrogram(Signal(numbers, 48_000.0), StftSettings(edges="inside")))
    np.testing.assert_allclose(at(loudness, 3000), 0.0, atol=3e-4)


@pytest.mark.parametrize("window", ["hann", "flattop", "boxcar", ("gaussian", 100.0), ("tukey", 0.25)], ids=str)
@pytest.mark.parametrize("n_fft", [512, 513, 1024])
def test_white_noise_reads_its_density(window, n_fft):
    noise = Signal(np.random.default_rng(1).standard_normal(400_000) * 3.0, 10_000.0, unit="V")
    density = spectrogram(noise, StftSettings(window_length=512, n_fft=n_fft, window=window, scaling="density"))
    assert density.label == "Power spectral density (V²/Hz)"
    inner = density.values[2:-2, len(density.frames) // 10 : -10]
    assert inner.mean() == pytest.approx(9.0 / 5000, rel=0.01)  # variance over half the sample rate


@given(st.integers(1, 40), st.integers(0, 5), st.booleans())
def test_density_sums_to_the_mean_square_of_the_weighed_frame(n, extra, tone):
    """Parseval, for every length, odd and even, 1, 2 and 3 included."""
    rate = 1000.0
    x = np.random.default_rng(n).standard_normal(n) + (5.0 if tone else 0.0)
    settings = StftSettings(window_length=n, n_fft=n + extra, window="hamming", edges="inside", scaling="density")
    power = spectrogram(Signal(x, rate), settings)
    weights = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(n) / n) if n > 1 else np.ones(1)
    total = power.values[:, 0].sum() * rate / settings.n_fft
    assert total == pytest.approx(np.sum((x * weights) ** 2) / np.sum(weights**2), rel=1e-12)


@pytest.mark.parametrize("reference", [None, 1.0, "max"])
def test_silence_reads_the_floor_without_a_warning(reference):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quiet = spectrogram(Signal(np.zeros(10_000), 8000.0), LevelSettings(of=StftSettings(), reference=reference))
    assert (quiet.values == -200).all()


def test_a_quiet_sound_above_the_floor_is_not_the_floor():
    whisper = Signal(sine(np.sqrt(0.5) * 1e-9, 1000, 8000, 8192), 8000.0)
    settings = LevelSettings(of=StftSettings(window_length=512, edges="inside"), floor=-200)
    np.testing.assert_allclose(at(spectrogram(whisper, settings), 1000), -180, atol=1e-6)
    settings = LevelSettings(of=StftSettings(window_length=512, edges="inside"), floor=-170)
    assert (at(spectrogram(whisper, settings), 1000) == -170).all()


def test_the_ridge_of_the_fm_signal_follows_its_known_frequency():
    sound = signals.fm()
    power = spectrogram(sound, StftSettings(window_length=512, hop=256))
    late = power.select(seconds=(5.0, 9.9))
    ridge = late.frequencies[np.argmax(late.values, axis=0)]
    known = 3000 - 125 * np.sin(2 * np.pi * 0.25 * late.times)
    assert np.abs(ridge - known).max() <= 10_000 / 512


def test_the_fm_signal_reads_2_volts_under_a_flattop_window():
    power = spectrogram(
        signals.fm(noise=False), StftSettings(window_length=256, window="flattop", edges="inside", hop=64)
    )
    np.testing.assert_allclose(level(power).values.max(axis=0), 6.02, atol=0.05)


def test_pressure_reads_its_level_in_air_and_water():
    one_pascal = Signal(sine(1.0, 1000, 8000, 4096), 8000.0, unit="Pa")
    settings = LevelSettings(of=StftSettings(window_length=512, edges="inside"))
    air = spectrogram(one_pascal, settings)
    assert air.label == "Level (dB re 20 µPa)"
    np.testing.assert_allclose(at(air, 1000), 93.9794, atol=1e-4)
    water = spectrogram(Signal(1e6 * one_pascal.samples, 8000.0, unit="µPa"), settings)
    assert water.label == "Level (dB re 1 µPa)"
    np.testing.assert_allclose(at(water, 1000) - at(air, 1000), 26.0206, atol=1e-4)


@pytest.mark.parametrize(
    ("unit", "scaling", "reference", "text"),
    [
        ("FS", "spectrum", 0.5, "dBFS"),
        ("FS", "spectrum", 1.0, "dB re 1 FS"),
        ("FS", "density", 1.0, "dB re 1 FS²/Hz"),
        ("FS", "raw", 1.0, "dB re 1 (raw)"),
        ("V", "spectrum", 1.0, "dB re 1 V"),
        ("V", "density", 1.0, "dB re 1 V²/Hz"),
        ("Pa", "spectrum", 4e-10, "dB re 20 µPa"),
        ("Pa", "density", 4e-10, "dB re (20 µPa)²/Hz"),
        ("Pa", "density", 1e-12, "dB re 1 µPa²/Hz"),
        ("Pa", "spectrum", 1.0, "dB re 1 Pa"),
        ("µPa", "density", 1.0, "dB re 1 µPa²/Hz"),
        ("m/s", "density", 1.0, "dB re 1 (m/s)²/Hz"),
        ("V", "spectrum", None, "dB re the maximum"),
    ],
)
def test_a_level_says_its_reference(unit, scaling, reference, text):
    assert level_unit(unit, scaling, reference) == text
