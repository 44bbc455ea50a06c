"""Decidecades and named bands of minutes: against the bins of 1 Hz in loops, the standard's numbers, and physics."""

import itertools
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive
from sonograph.archive.levels import spectra as minute_spectra
from sonograph.errors import SettingsError, TextError

BEGAN = datetime(2024, 5, 1, tzinfo=UTC)


def red_noise(seconds, rate):
    """Noise that falls by 60 dB and more."""
    return np.cumsum(np.random.default_rng(3).standard_normal(round(seconds * rate)))


def sound(samples, rate, unit="µPa"):
    return sg.Signal(samples, float(rate), unit, start=BEGAN)


def bins_of(source, rate):
    """The density of the bins of 1 Hz of the first minute."""
    clock = archive.Clock((0,), (int(BEGAN.timestamp()) * 10**9,), (Fraction(rate),))
    return minute_spectra.Spectra(source, clock, rate, 0).cell(int(BEGAN.timestamp())).density


def shared(density, rate, low, high):
    """The power of bins between two frequencies, each bin shared by how much of it lies there."""
    total = 0.0
    for k, value in enumerate(density):
        a, b = max(0.0, k - 0.5), min(k + 0.5, rate / 2)
        total += value * max(0.0, min(b, high) - max(a, low)) / (b - a)
    return total


@pytest.mark.parametrize("rate", [441, 871, 2000, 8000, 9999])
def test_decidecades_are_those_of_the_bins(rate):
    source = sound(red_noise(60, rate), rate)
    density = bins_of(source, rate)
    found = archive.minutes(source).bands()
    for band, power in zip(found.bands, found.power[0], strict=True):
        assert power == pytest.approx(shared(density, rate, band.low, band.high), rel=1e-12), band


def test_decidecades_are_called_and_lie_as_the_standard_has_them():
    found = archive.decidecades(48_000.0, low=25)
    assert [band.name for band in found][:6] == ["25Hz", "31.5Hz", "40Hz", "50Hz", "63Hz", "80Hz"]
    assert found[-1].name == "20kHz"  # 25 kHz would end at 28 kHz
    at_1khz = next(band for band in found if band.name == "1kHz")
    assert at_1khz[1:] == pytest.approx((891.2509, 1122.0185), abs=1e-4)


@pytest.mark.parametrize("rate", [800, 2000, 8000])
def test_bands_side_by_side_hold_all_the_power_whatever_they_cut(rate):
    cuts = np.concatenate([[0], np.sort(np.random.default_rng(rate).uniform(0.6, rate / 2, 30)), [rate / 2]])
    minutes = archive.minutes(sound(red_noise(60, rate) + 5, rate))
    found = minutes.bands([(f"{low:g}", low, high) for low, high in itertools.pairwise(cuts)])
    assert found.power.sum() == pytest.approx(minutes.mean_square[0], rel=1e-12)


def test_a_tone_is_in_its_band_alone_and_white_noise_as_wide_as_the_band():
    rate, t = 4000, np.arange(60 * 4000) / 4000
    minutes = archive.minutes(sound(1e6 * np.sqrt(2) * np.sin(2 * np.pi * 1000 * t), rate))  # 120 dB re 1 µPa
    found = minutes.bands()
    levels = dict(zip([band.name for band in found.bands], found.levels[0], strict=True))
    assert levels.pop("1kHz") == pytest.approx(120, abs=1e-6)
    assert max(levels.values()) < -50
    assert found.level_unit == "dB re 1 µPa"
    white = archive.minutes(sound(np.random.default_rng(0).standard_normal(600 * rate), rate)).bands([("a", 200, 700)])
    assert white.power.mean() == pytest.approx(500 / (rate / 2), rel=5e-3)


def test_minutes_without_frames_are_missing_in_bands_too():
    samples = np.concatenate([red_noise(60, 1000), np.full(60_000, np.nan), red_noise(0.5, 1000)])
    found = archive.minutes(sound(samples, 1000)).bands([("a", 10, 20)])
    assert np.isnan(found.power[:, 0]).tolist() == [False, True, True]
    assert np.isnan(found.levels[:, 0]).tolist() == [False, True, True]
    assert found.effort.tolist() == [60, 0, 0.5]


def test_a_table_names_bands(tmp_path):
    (tmp_path / "bands.csv").write_text("name;low;high\nfin whales;15;30\nships;50;300\n")
    assert archive.read_bands(tmp_path / "bands.csv") == (("fin whales", 15, 30), ("ships", 50, 300))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name,low\na,1\n", "no column high"),
        ("name,low,high\na,x,3\n", "line 2 has no two numbers"),
        ("name,low,high\na,1,3\na,4,5\n", "line 3: a band is called 'a'"),
        ("name,low,high\na,3,1\n", "must go up"),
        ("name,low,high\na,nan,1\n", "must go up"),
        ("name,low,high\n,1,2\n", "is called ''"),
        ("name,low,high\n", "holds no band"),
    ],
)
def test_a_table_that_names_none_is_refused(tmp_path, text, reason):
    (tmp_path / "bands.csv").write_text(text)
    with pytest.raises(TextError, match=reason):
        archive.read_bands(tmp_path / "bands.csv")


def test_bands_that_cannot_be_are_refused_with_a_way_out():
    minutes = archive.minutes(sound(red_noise(60, 1000), 1000))
    with pytest.raises(SettingsError, match="ends at 600 Hz; with sample_rate 1000 it must end at 500 Hz"):
        minutes.bands([("a", 100, 600)])
    with pytest.raises(SettingsError, match="decidecades"):
        minutes.bands("octaves")
    with pytest.raises(SettingsError, match="a name, low and high"):
        minutes.bands([(1, 2)])
