"""`sonograph echogram`: what it writes, what it refuses, how it ends."""

import numpy as np
import pytest

import sonograph as sg
from sonograph import cli, signals


@pytest.fixture
def survey(tmp_path):
    ping = signals.chirp(12_000.0, 24_000.0, 0.004, sample_rate=96_000.0)
    heard = signals.echo_sounder(ping, n_pings=6, targets=[(20.0, -40.0)], noise=75.0)
    path, pulse = tmp_path / "survey.wav", tmp_path / "sent.wav"
    full = 10 ** (180 / 20)  # the largest peak, µPa
    sg.write(path, sg.Signal((heard.samples / full).astype(np.float32), 96_000.0))
    sg.write(pulse, ping)
    return str(path), str(pulse)


def test_a_picture_and_its_targets(survey, tmp_path, capsys):
    file, pulse = survey
    asked = ["--pulse", pulse, "--end-to-end", "180", "--source-level", "200", "--quantity", "TS"]
    assert cli.main(["echogram", file, "-o", str(tmp_path / "a.png"), *asked, "--targets", "--bottom"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("20.00") and "-40.0 dB re 1 m²" in said.out
    assert "6 pings (found by themselves)" in said.err and "TS (dB re 1 m²)" in said.err
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("name", ["a.nc", "a.zarr", "a.csv", "a.svg"])
def test_other_outputs(survey, tmp_path, name):
    if name == "a.zarr":
        pytest.importorskip("zarr")
    assert cli.main(["echogram", survey[0], "-o", str(tmp_path / name), "--step", "1", "--range", "0:50", "-q"]) == 0
    assert (tmp_path / name).exists()


def test_slips_are_told_in_the_words_of_the_command(survey, tmp_path, capsys):
    out = str(tmp_path / "a.png")
    for options, words, code in (
        (["--quantity", "TS"], "needs --source-level", 2),
        (["--quantity", "TS", "--source-level", "200"], "needs sound in µPa, and this is in FS", 2),
        (["--gain", "30log"], "none, 20log, 40log, or an amplifier's", 2),
        (["--ping-interval", "0.1234"], "--ping-interval is 0.1234 s, which does not fit", 2),
        (["--range", "5"], "two ranges in metres", 2),
        (["--gain", "none", "--quantity", "Sv"], "--gain is given with --quantity Sv", 2),
        (["--temperature", "99"], "--temperature is 99", 2),
        (["--pings", survey[0]], "is no table of marks", 3),
    ):
        assert cli.main(["echogram", survey[0], "-o", out, *options]) == code, options
        assert words in capsys.readouterr().err, options
    assert cli.main(["echogram", survey[0], "-o", str(tmp_path / "a.xyz")]) == 2
    assert cli.main(["echogram", survey[0], "-o", str(tmp_path / "a.nc"), "--below", "60"]) == 2
    assert "--below has no effect" in capsys.readouterr().err


def test_no_pings_found_is_a_fault_of_the_recording(tmp_path, capsys):
    sg.write(tmp_path / "noise.wav", signals.white_noise(1.0, rms=0.1))
    assert cli.main(["echogram", str(tmp_path / "noise.wav"), "-o", str(tmp_path / "a.png")]) == 3
    assert "no pings found" in capsys.readouterr().err
    assert not (tmp_path / "a.png").exists()
