"""`sonograph archive scan`: what it writes, what it says, what it refuses, and how it ends."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sonograph import archive, cli
from tests.archive.recordings import after, noise, put, wav


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for minute in (0, 1, 5):
        put(tmp_path / "in", noise(60 * 100, minute)[0], after(60 * minute), rate=100)
    return tmp_path


def test_a_folder_becomes_a_catalogue_a_table_and_a_picture(folder, capsys):
    assert cli.main(["archive", "scan", "in", "-o", "all.parquet", "--zone", "UTC", "--draw", "coverage.png"]) == 0
    out = capsys.readouterr().out
    assert "3 files" in out and "1 gap:\n  2024-05-01 04:32:00 to 2024-05-01 04:35:00  3 min" in out
    row = next(line for line in out.splitlines() if line.startswith("A  "))
    assert row.split()[:4] == ["A", "100", "Hz", "1"] and "50.0%" in row
    assert len(archive.Catalogue.open("all.parquet")) == 3
    assert (folder / "coverage.png").read_bytes()[:4] == b"\x89PNG"


def test_json_is_one_object_and_a_second_scan_reads_what_is_new(folder, capsys):
    command = ["archive", "scan", "in", "-o", "all.jsonl", "--zone", "UTC", "--json", "-q"]
    assert cli.main(command) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["n_files"], first["n_read"], first["statuses"]) == (3, 3, {"unread": 3})
    [timeline] = first["timelines"]
    assert timeline["gaps"] == [{"start": "2024-05-01T04:32:00Z", "end": "2024-05-01T04:35:00Z", "seconds": 180.0}]
    put(folder / "in", noise(6000, 9)[0], after(600), rate=100)
    assert cli.main(command) == 0
    assert json.loads(capsys.readouterr().out)["n_read"] == 1


def test_a_broken_file_is_told_and_the_others_are_done(folder, capsys):
    (folder / "in" / "A_20240501_050000.wav").write_bytes(b"")
    (folder / "in" / "take.wav").write_bytes(wav(noise(80)[0], 100))
    assert cli.main(["archive", "scan", "in", "-o", "all.jsonl", "--zone", "UTC"]) == 3
    said = capsys.readouterr()
    assert "A_20240501_050000.wav: is empty (0 bytes)" in said.err and "take.wav: tells no time" in said.out
    assert len(archive.Catalogue.open("all.jsonl")) == 5


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("archive scan in -o all.jsonl", 2, "give --zone UTC where the recorder was set to it"),
        ("archive scan in -o all.jsonl --zone Mars", 2, "--zone is 'Mars'"),
        ("archive scan in -o all.jsonl --zone UTC --join -1", 2, "--join is -1.0; it must be 0 to 3600 s"),
        ("archive scan none -o all.jsonl --zone UTC", 3, "none: does not exist"),
        ("archive scan in -o notes.txt --zone UTC", 4, "notes.txt: is there already and is no catalogue"),
        ("archive scan in -o all.jsonl --zone UTC --draw c.html", 2, 'this picture is a .png'),
        ("archive scan in -o no/all.jsonl --zone UTC", 4, "the folder no does not exist"),
        ("archive scan in -o all.jsonl --times none.csv", 3, "none.csv: does not exist"),
        ("archive scan in", 2, "required: -o/--output"),
        ("archive scam in", 2, "scam is no action of archive; did you mean archive scan?"),
        ("archive scan in -o a.jsonl --zon UTC --gain 3", 2, "--gain is no option of archive scan"),
        ("archive", 2, "name an action: scan"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line(folder, words, code, sentence, capsys):
    (folder / "notes.txt").write_text("mine")
    assert cli.main(words.split()) == code
    said = capsys.readouterr()
    assert sentence in said.err and said.err.count("\n") == 1
    assert not Path("all.jsonl").exists() or code == 3


def test_help_of_an_action_has_its_options_and_examples(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main(["archive", "scan", "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("usage: sonograph archive scan SOURCE [SOURCE ...] -o CATALOGUE [options]")
    assert [line for line in out.splitlines() if len(line) > 80] == [] and "exit status: 0 done" in out


def test_a_clock_that_was_checked_is_put_right(folder):
    words = "archive scan in -o all.jsonl -q --zone UTC --clock-check 2024-05-01T04:30:00 2024-05-01T04:30:02"
    assert cli.main(words.split()) == 0
    [timeline] = archive.Catalogue.open("all.jsonl").timelines()
    assert timeline.start == after(2)


JOINED = ["draw", "in", "--joined", "-o", "one.png", "--zone", "UTC", "--window", "64"]


def test_consecutive_files_are_drawn_as_one_sound(folder):
    assert cli.main([*JOINED, "-q", "--size", "600x300"]) == 0
    pixels = np.asarray(Image.open("one.png").convert("RGB")).astype(int)
    grey = (np.abs(pixels - (218, 218, 218)).sum(axis=2) < 12).mean(axis=0)  # "no data", hatched
    inside = np.flatnonzero(grey > 0.4)
    of_axes = np.flatnonzero((pixels.std(axis=0).sum(axis=1) > 20) | (grey > 0.4))
    assert abs(len(inside) / len(of_axes) - 0.5) < 0.12
    assert inside.min() > of_axes.min() + 50


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("--joined -o one.png", 2, "give --zone UTC where"),
        ("--joined -o pictures/ --zone UTC", 2, "--joined makes one picture of all files"),
        ("--joined -o one.png --zone UTC --start-time %Y%m%d_%H%M%S", 2, "--joined is given with --start-time"),
        ("other --joined -o one.png --zone UTC", 2, "files are of different rates, 100 Hz and 200 Hz"),
        ("--joined -o one.png --zone UTC --max-samples 100", 3, "Allow more with --max-samples"),
    ],
)
def test_what_cannot_be_joined_is_said(folder, words, code, sentence, capsys):
    put(folder / "other", noise(6000)[0], after(900), rate=200)
    assert cli.main(["draw", "in", *words.split()]) == code
    assert sentence in capsys.readouterr().err and not Path("one.png").exists()
