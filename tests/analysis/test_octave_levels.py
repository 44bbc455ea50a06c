"""Levels of octaves and thirds of a whole sound: tones, noise, and all bands together."""

import numpy as np
import pytest

from sonograph import SettingsError, Signal, band_levels, weighting

RATE = 16_000.0


def noise(seconds=20.0, channels=1):
    return np.random.default_rng(0).standard_normal((channels, round(seconds * RATE)))


@pytest.mark.parametrize("per_octave", [1, 3])
def test_white_noise_reads_its_share_of_the_bandwidth_in_each_band(per_octave):
    made = band_levels(Signal(noise(60.0), RATE, "Pa"), per_octave, low=50.0)
    wanted = 10 * np.log10(np.diff(made.edges)[:, 0] / (RATE / 2) / 4e-10)
    scatter = 6 * 4.34 / np.sqrt(np.diff(made.edges)[:, 0] * 60)  # six deviations of a level of so much noise
    assert (np.abs(made.levels[0] - wanted) < scatter).all()
    assert made.unit == "dB re 20 µPa" and made.names[0] in ("band_63Hz", "band_50Hz")
    together = 10 * np.log10(np.sum(10 ** (made.levels / 10), axis=1))
    np.testing.assert_allclose(made.totals, together, rtol=0, atol=1e-9)


def test_a_tone_reads_its_level_in_its_band_alone_and_weighted_what_the_curve_says():
    t = np.arange(round(8 * RATE)) / RATE
    x = np.stack([np.sin(2 * np.pi * 125.89 * t), 0.1 * np.sin(2 * np.pi * 1000 * t)])
    plain, heard = (band_levels(Signal(x, RATE), 3, weighting=name) for name in ("Z", "A"))
    hum, high = plain.names.index("band_125Hz"), plain.names.index("band_1kHz")
    assert plain.levels[0, hum] == pytest.approx(0.0, abs=0.01)
    assert plain.levels[1, high] == pytest.approx(-20.0, abs=0.01)
    assert np.delete(plain.levels[0], hum).max() < -60
    assert heard.levels[0, hum] == pytest.approx(float(weighting("A", 125.89)), abs=0.15)
    assert heard.unit == "dBFS, A-weighted" and repr(plain) == "<BandLevels: 26 bands from 20Hz to 6.3kHz, dBFS>"


def test_a_sound_too_short_for_its_lowest_band_is_told_how_low_it_can_go():
    with pytest.raises(SettingsError, match=r"low is 20 Hz; a band there needs 13867 samples .* of 8000 .* low=68"):
        band_levels(Signal(noise(0.5), RATE), low=20.0)
    for low in (68.0, None):
        assert band_levels(Signal(noise(0.5), RATE), low=low).names[0] == "band_63Hz"


def test_silence_has_no_level_and_missing_samples_are_left_out():
    assert (band_levels(Signal(np.zeros(40_000), RATE)).levels == -np.inf).all()
    x = np.sin(2 * np.pi * 1000 * np.arange(160_000) / RATE)
    x[50_000] = np.nan
    made = band_levels(Signal(x, RATE))
    assert made.levels[0, made.names.index("band_1kHz")] == pytest.approx(0.0, abs=0.01)
