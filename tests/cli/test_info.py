import json

import numpy as np
import pytest
import soundfile

from sonograph import cli


def test_a_sine_of_half_of_full_scale_is_6_db_below_it(wav, capsys):
    assert cli.main(["info", "--json", wav]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["peak"] == pytest.approx(-6.02, abs=0.01)
    assert facts["rms"] == pytest.approx(-6.02, abs=0.01)
    del facts["peak"], facts["rms"]
    assert facts == {
        "file": "tone.wav",
        "status": "ok",
        "reason": "",
        "sentence": "",
        "metadata": {},
        "format": "WAV, 16 bit PCM",
        "sample_rate": 8000.0,
        "n_channels": 1,
        "n_samples": 4000,
        "duration": 0.5,
        "start": None,
        "unit": "FS",
    }


def test_people_read_a_fact_a_line(wav, capsys):
    assert cli.main(["info", wav]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == wav
    assert "  duration    0.500 s, 4000 samples" in lines
    assert "  peak        -6.02 dBFS" in lines


def test_silence_has_no_level(here, capsys):
    soundfile.write("silent.wav", np.zeros((100, 2)), 8000)
    assert cli.main(["info", "silent.wav"]) == 0
    assert capsys.readouterr().out.count("silence") == 2
    cli.main(["info", "--json", "silent.wav"])
    facts = json.loads(capsys.readouterr().out)
    assert (facts["peak"], facts["rms"], facts["n_channels"]) == (None, None, 2)


def test_samples_that_are_not_numbers_are_left_out(here, capsys):
    x = np.full(1000, 0.25, np.float32)
    x[10], x[20] = np.nan, np.inf
    soundfile.write("odd.wav", x, 8000, subtype="FLOAT")
    assert cli.main(["info", "--json", "odd.wav"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["peak"] == pytest.approx(-12.04, abs=0.01)
    assert facts["status"] == "warn"


def test_one_bad_file_among_many_leaves_the_others_said(wav, here, capsys):
    assert cli.main(["info", "--json", "missing.wav", wav]) == 3
    said = capsys.readouterr()
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [line["status"] for line in lines] == ["failed", "ok"]
    assert "missing.wav: does not exist" in said.err


def test_a_calibrated_file_is_in_its_own_unit(wav, here, capsys):
    (here / f"{wav}.toml").write_text("microphone = 1000.0\nfull_scale = 1.0\n")  # 1 V/Pa: full scale is 1 Pa
    assert cli.main(["info", "--json", wav]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["unit"] == "Pa"
    assert facts["rms"] == pytest.approx(93.98 - 6.02 - 3.01, abs=0.01)  # 1 Pa is 93.98 dB re 20 µPa
    assert facts["peak"] == pytest.approx(93.98 - 6.02, abs=0.01)
    assert cli.main(["info", wav]) == 0
    assert "rms         84.95 dB re 20 µPa" in capsys.readouterr().out
