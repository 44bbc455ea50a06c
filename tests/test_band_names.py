"""What bands of standards are called: by their frequency, the same at every sample rate."""

import csv

import numpy as np
import pytest
import soundfile

import sonograph as sg
from sonograph import cli
from sonograph.spectrograms.described import describe

IEC = (
    "12.5 16 20 25 31.5 40 50 63 80 100 125 160 200 250 315 400 500 630 800 1k 1.25k 1.6k 2k 2.5k 3.15k 4k 5k 6.3k 8k "
    "10k 12.5k 16k 20k"
)
"""The nominal midband frequencies of IEC 61260-1 from 12.5 Hz on, as the standard prints them."""


def names_of(bank, sample_rate, window_length=4096):
    settings = sg.BandSettings(of=sg.StftSettings(window_length=window_length, quantity="power"), bands=bank)
    rows = describe(settings, sample_rate)
    return rows.names, rows.frequencies


def test_third_octaves_have_their_nominal_names():
    names, centres = names_of(sg.OctaveBank(low=12.5), 48_000.0)
    assert names == tuple(f"band_{one}Hz" for one in IEC.split())
    assert centres[3] == pytest.approx(25.1189, abs=1e-3)  # the frequency itself is the exact one
    octaves, _ = names_of(sg.OctaveBank(per_octave=1, low=31.5), 48_000.0)
    assert octaves == names[4::3]


@pytest.mark.parametrize(
    "bank",
    [sg.MillidecadeBank(), *(sg.OctaveBank(per_octave=n, low=0.5) for n in (1, 2, 3, 12, 24, 96))],
    ids=lambda bank: f"{bank.kind}-{getattr(bank, 'per_octave', '')}",
)
def test_no_two_are_alike_and_each_is_near_its_band(bank):
    names, centres = names_of(bank, 96_000.0)
    assert len(set(names)) == len(names)
    factors = {"m": 1e-3, "k": 1e3}
    for name, centre in list(zip(names, centres, strict=True))[:-1]:
        number = name.removeprefix("band_").removesuffix("Hz")
        value = float(number.rstrip("mk")) * factors.get(number[-1], 1.0)
        assert value == pytest.approx(centre, rel=0.013, abs=0.01), name  # what is nominal is up to 1.2 % off
    low, _ = names_of(bank, 16_000.0)
    assert names[: len(low)] == low


def test_selected_rows_keep_their_names():
    noise = sg.Signal(np.random.default_rng(1).normal(size=48_000), 48_000.0)
    settings = sg.BandSettings(of=sg.StftSettings(window_length=4096), bands=sg.OctaveBank())
    part = sg.spectrogram(noise, settings).select(hertz=(900, 1300))
    assert part.names == ("band_1kHz", "band_1.25kHz")


def test_a_table_says_so_in_its_first_row(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.random.default_rng(1).normal(size=32_000) / 10, 16_000)
    wav, table = str(tmp_path / "a.wav"), str(tmp_path / "t.csv")
    assert cli.main(["features", wav, "--preset", "third_octaves", "-o", table, "-q"]) == 0
    head = next(csv.reader((tmp_path / "t.csv").read_text().splitlines()))
    assert {"band_20Hz", "band_1kHz", "band_6.3kHz"} <= set(head) and "band_0" not in head


def test_bands_of_octaves_and_millidecades_are_drawn_on_a_log_axis():
    from sonograph.pixels.raster import Pixels

    for bank in (sg.MillidecadeBank(), sg.OctaveBank()):
        settings = sg.BandSettings(of=sg.StftSettings(window_length=4096, quantity="power"), bands=bank)
        for asked, axis in ((None, "log"), ("mel", "mel")):
            assert Pixels(100, 200, range(48_000), asked).rows(describe(settings, 48_000.0))[2] == axis
