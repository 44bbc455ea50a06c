"""`sonograph pulses`: what it writes, what it refuses, how it ends."""

import json

import numpy as np
import pytest

import sonograph as sg
from sonograph import cli, signals


@pytest.fixture
def pings(tmp_path):
    path = tmp_path / "pings.wav"
    sound = signals.pings(4.0)
    sg.write(path, sg.Signal(0.5 * sound.samples + 0.003 * np.random.default_rng(1).standard_normal(192_000), 48_000.0))
    return str(path)


def test_rows_for_machines_say_all_of_a_pulse(pings, capsys):
    assert cli.main(["pulses", pings, "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["name"] for row in rows] == ["pulse", "echo", "echo"] * 4
    assert {"start", "end", "low", "high", "name", "level", "score", "per_hour"} <= set(rows[0])
    assert rows[0]["start"] <= rows[0]["peak"] <= rows[0]["end"]
    assert rows[3]["peak"] == pytest.approx(1.51, abs=3e-4)  # to the microsecond, not to three digits


def test_people_are_told_the_period_and_what_echoes_are_of(pings, capsys):
    assert cli.main(["pulses", pings]) == 0
    said = capsys.readouterr().out
    assert "4 pulses and 8 echoes, every 1 s" in said and "found by itself" in said
    assert "15.0 dB under the pulse 0.12" in said


@pytest.mark.parametrize("name", ["p.txt", "p.selections.txt", "p.csv", "p.jsonl"])
def test_tables_are_written_and_marks_read_back(pings, tmp_path, name):
    out = tmp_path / name
    assert cli.main(["pulses", pings, "-o", str(out), "-q", "--band", "11k-13k", "--length", "10ms"]) == 0
    if name.endswith(".txt"):
        from sonograph.io.marks import read_marks

        marks = read_marks(out)
        assert [mark.words for mark in marks] == ["pulse", "echo", "echo"] * 4
        assert (marks[0].low, marks[0].high) == (11_000.0, 13_000.0)
    else:
        assert len(out.read_text().splitlines()) == 12 + name.endswith(".csv")


def test_no_pulses_found_says_why_and_what_to_do(tmp_path, capsys):
    path = tmp_path / "noise.wav"
    sg.write(path, signals.white_noise(2.0, rms=0.1))
    assert cli.main(["pulses", str(path)]) == 0
    assert "no pulses found: nothing stands out of the noise" in capsys.readouterr().err
    assert cli.main(["pulses", str(path), "--band", "5k-6k", "--length", "4ms"]) == 0
    assert "dB over the noise, which it is 1 times an hour by itself" in capsys.readouterr().err


def test_a_pulse_longer_than_the_recording_and_other_slips_are_told(pings, capsys):
    for options, words in (
        (["--band", "5k"], "two frequencies, as 24k-26k"),
        (["--band", "5k-30k"], "--band is 5000 to 30000 Hz"),
        (["--pulse", "chirp:5k"], "--pulse is 'chirp:5k'"),
        (["--pulse", "chirp:5k-6k:4ms", "--length", "3ms"], "--pulse is given with"),
        (["--json", "-o", "a.csv"], "--json is given with -o"),
        (["-o", "a.xls"], "it must end in"),
        (["--per-hour", "0"], "--per-hour is 0"),
    ):
        assert cli.main(["pulses", pings, *options]) in (2, 3), options
        assert words in capsys.readouterr().err, options


def test_a_file_that_cannot_be_read_costs_only_itself(pings, tmp_path, capsys):
    (tmp_path / "bad.wav").write_bytes(b"RIFF\0\0\0\0WAVE")
    out = tmp_path / "all.jsonl"
    assert cli.main(["pulses", str(tmp_path / "bad.wav"), pings, "-o", str(out), "-q"]) == 3
    assert len(out.read_text().splitlines()) == 12
    assert "bad.wav" in capsys.readouterr().err


def test_channels_are_told_apart(tmp_path, capsys):
    sound = signals.pings(3.0, echoes=[]).samples
    both = np.stack([sound, np.roll(sound, 9_600)]) + 0.003 * np.random.default_rng(1).standard_normal((2, len(sound)))
    sg.write(tmp_path / "two.wav", sg.Signal(0.3 * both, 48_000.0))
    assert cli.main(["pulses", str(tmp_path / "two.wav"), "--band", "11k-13k", "--length", "10ms"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[3:]] == ["0", "1"] * 3


def test_several_processes_give_the_rows_of_one_in_the_order_of_the_files(pings, tmp_path, capsys):
    other = tmp_path / "a.wav"
    sg.write(other, sg.Signal(0.5 * signals.pings(2.0).samples, 48_000.0))
    (tmp_path / "bad.wav").write_bytes(b"RIFF\0\0\0\0WAVE")
    asked = ["pulses", pings, str(tmp_path / "bad.wav"), str(other), "--json", "--band", "11k-13k", "--length", "10ms"]
    answers = []
    for processes in ("1", "2"):
        assert cli.main([*asked, "--processes", processes, "--report", str(tmp_path / "r.jsonl")]) == 3
        answers.append((*capsys.readouterr(), (tmp_path / "r.jsonl").read_text()))
        (tmp_path / "r.jsonl").unlink()
    assert answers[0] == answers[1]
    files = [json.loads(line)["file"] for line in answers[0][0].splitlines()]
    assert files == [pings] * 12 + [str(other)] * 6 and "bad.wav" in answers[0][1]
    assert cli.main(["pulses", pings, "--processes", "0"]) == 2
    assert "--processes is 0; it must be 1 or more" in capsys.readouterr().err
