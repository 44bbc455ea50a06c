"""What a band reads is what its unit says: a mean square, a density, or by a rule that is named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import Signal, describe, level, signals, spectrogram
from sonograph.settings import (
    Band,
    BandSettings,
    BarkBank,
    ChromaBank,
    GammatoneBank,
    LevelSettings,
    LinearBank,
    MelBank,
    MillidecadeBank,
    OctaveBank,
    StftSettings,
)
from sonograph.windows import window_of

RATE = 16_000.0
PARTITIONS = (
    MelBank(n_bands=20, norm="none", empty="zero"),
    MelBank(n_bands=13, norm="none", formula="htk", triangles="mel"),
    BarkBank(n_bands=12, low=0.0, empty="zero"),
    LinearBank(n_bands=9),
    MillidecadeBank(),
)
WINDOWS = ("hann", "boxcar", "flattop", ("gaussian", 60.0), ("tukey", 0.25))


def weighed_mean_square(frame, settings):
    """Of one frame, by its definition."""
    w = window_of(settings)
    return np.sum((w * frame) ** 2) / np.sum(w**2)


@given(
    st.sampled_from(PARTITIONS),
    st.sampled_from(WINDOWS),
    st.integers(200, 700),
    st.sampled_from([0, 1, 100]),
    st.integers(0, 2**32 - 1),
)
def test_the_bands_of_a_partition_sum_to_the_mean_square_of_the_weighed_frame(bank, window, n, padding, seed):
    settings = StftSettings(window_length=n, hop=n, n_fft=n + padding, window=window, edges="inside")
    noise = np.random.default_rng(seed).standard_normal(n)
    bands = spectrogram(Signal(noise, RATE), BandSettings(of=settings, bands=bank)).values[:, 0]
    assert bands.sum() == pytest.approx(weighed_mean_square(noise, settings), rel=1e-12)


@pytest.mark.parametrize("window", ["hann", "boxcar"])
@pytest.mark.parametrize(
    "bank", [*PARTITIONS[:4], OctaveBank(per_octave=1, low=100.0), GammatoneBank(n_bands=20)], ids=str
)
def test_a_tone_in_the_middle_of_a_band_reads_its_level_there(bank, window):
    stft = StftSettings(window_length=8192, window=window, edges="inside")
    settings = LevelSettings(of=BandSettings(of=stft, bands=bank))
    described = describe(settings, RATE)
    band = described.n_rows // 2 + 1
    tone = signals.tone(float(described.frequencies[band]), 1.0, sample_rate=RATE, amplitude=0.1)
    reads = spectrogram(tone, settings)
    assert reads.value_unit == "dBFS"
    assert np.median(reads.values[band]) == pytest.approx(-20.0, abs=0.15)


@pytest.mark.parametrize("scaling", ["spectrum", "density"])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize(
    "bank", [MelBank(n_bands=30), MelBank(n_bands=20, formula="kaldi", triangles="mel")], ids=["slaney", "kaldi"]
)
def test_bands_of_equal_area_read_noise_per_hertz(bank, scaling, window):
    stft = StftSettings(window_length=2048, scaling=scaling, window=window, edges="inside")
    noise = signals.white_noise(60.0, sample_rate=RATE, rms=0.1, seed=3)
    reads = spectrogram(noise, BandSettings(of=stft, bands=bank))
    assert (reads.value_unit, reads.label) == ("FS²/Hz", "Power spectral density (FS²/Hz)")
    np.testing.assert_allclose(reads.values.mean(axis=1), 0.01 / (RATE / 2), rtol=0.15)
    assert level(reads).label == "Spectral density level (dB re 1 FS²/Hz)"


@pytest.mark.parametrize("bank", [MelBank(n_bands=30, norm="none"), LinearBank(n_bands=12), GammatoneBank(n_bands=20)])
def test_bands_of_a_density_read_the_mean_density(bank):
    stft = StftSettings(window_length=2048, scaling="density", edges="inside")
    noise = signals.white_noise(60.0, sample_rate=RATE, rms=0.1, seed=4)
    reads = spectrogram(noise, BandSettings(of=stft, bands=bank))
    assert reads.value_unit == "FS²/Hz"
    np.testing.assert_allclose(reads.values.mean(axis=1), 0.01 / (RATE / 2), rtol=0.15)


def test_own_bands_read_a_tone_at_its_mean_square():
    band = Band(first=60, weights=(1.0,) * 9, centre=2000.0, low=1850.0, high=2150.0)
    settings = BandSettings(of=StftSettings(window_length=256, edges="inside"), bands=(band,))
    reads = spectrogram(signals.tone(1000.0 * 2, 1.0, sample_rate=8000.0, amplitude=1.0), settings)
    np.testing.assert_allclose(reads.values, 0.5, rtol=1e-6)


def test_a_rule_of_another_library_is_relative_and_says_so():
    chroma = BandSettings(of=StftSettings(), bands=ChromaBank())
    assert describe(chroma, RATE).label == "Power (relative)"
    assert describe(LevelSettings(of=chroma), RATE, unit="Pa").label == "Level (dB re 1 (relative))"


@pytest.mark.parametrize(
    "bank", [MelBank(n_bands=20), MelBank(n_bands=20, norm="none"), LinearBank(n_bands=9), ChromaBank()]
)
def test_sums_of_a_raw_power_are_as_they_come(bank):
    settings = BandSettings(of=StftSettings(window_length=512, scaling="raw", edges="inside"), bands=bank)
    noise = signals.white_noise(0.2, sample_rate=RATE, rms=0.1, seed=5)
    from sonograph.filterbanks import filters_of

    weights = filters_of(settings, RATE).dense(257)
    power = spectrogram(noise, settings.of).values
    np.testing.assert_allclose(spectrogram(noise, settings).values, weights @ power, rtol=1e-9)
    assert describe(settings, RATE).value_unit == "raw"
