"""Presets of standards' bands: levels that a tone and noise have by definition, in any unit."""

import numpy as np
import pytest

from sonograph import Signal, preset, spectrogram
from sonograph.filterbanks.proportional import hybrid_millidecades, octaves
from sonograph.settings import OctaveBank

RATE = 48_000.0


@pytest.mark.parametrize("name", ["third_octaves", "decidecades"])
@pytest.mark.parametrize(("unit", "label", "level"), [("FS", "Level (dBFS)", 0.0), ("Pa", "dB re 20 µPa", 90.97)])
def test_a_tone_reads_its_level_in_the_band_that_holds_it(name, unit, label, level):
    """A full-scale sine is 0 dBFS (AES17); of 1 Pa it is 94 − 3 dB."""
    sine = np.sin(2 * np.pi * 1000 * np.arange(200_000) / RATE)
    found = spectrogram(Signal(sine, RATE, unit), preset(name))
    assert label in found.label
    centres, edges = octaves(preset(name).of.bands, RATE)
    band = int(np.flatnonzero((edges[:, 0] <= 1000) & (edges[:, 1] > 1000))[0])
    frame = len(found.frames) // 2
    np.testing.assert_allclose(found.frequencies, centres)
    assert found.values[band, frame] == pytest.approx(level, abs=0.01)
    assert np.delete(found.values[:, frame], band).max() < level - 60


def test_the_bands_are_those_that_standards_name():
    """IEC 61260-1, table of exact mid-band frequencies for base ten; ISO 18405 begins a decade below."""
    thirds, _ = octaves(OctaveBank(), RATE)
    np.testing.assert_allclose(thirds[:3], [19.953, 25.119, 31.623], rtol=1e-4)
    tenths, edges = octaves(preset("decidecades").of.bands, RATE)
    np.testing.assert_allclose(tenths[:3], [10.0, 12.589, 15.849], rtol=1e-4)
    np.testing.assert_allclose(edges[:, 1] / edges[:, 0], 10**0.1)


def test_white_noise_reads_its_density_in_every_millidecade():
    """Of a variance of 1 in 24 kHz: 10 log10(1 / 24000) in each band, within what its few bins and frames scatter."""
    noise = np.random.default_rng(0).standard_normal(40 * 48_000)
    found = spectrogram(Signal(noise, RATE), preset("millidecades"))
    assert found.label == "Spectral density level (dB re 1 FS²/Hz)"
    centres, edges = hybrid_millidecades(RATE)
    np.testing.assert_allclose(found.frequencies, centres)
    inside = found.values[:, found.valid.start : found.valid.stop]
    power = 10 * np.log10(np.mean(10 ** (inside / 10), axis=1))
    wide = (centres > 5000) & (edges[:, 1] < RATE / 2 - 1)
    density = 10 * np.log10(1 / 24_000)
    assert abs(power[wide].mean() - density) < 0.05
    assert np.abs(power[wide] - density).max() < 1.5
