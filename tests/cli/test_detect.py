"""`sonograph detect`: what it writes and draws, what it refuses, its exit codes."""

import json

import numpy as np
import pytest

from sonograph import Signal, cli, signals, write
from sonograph.io.marks import read_marks

RATE = 12_000.0
BEGINS = (7.0, 31.0)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A call, and two recordings of a sea in a folder, of which the first holds the call twice."""
    folder = tmp_path_factory.mktemp("sea")
    (folder / "night").mkdir()
    call = signals.call("warble", sample_rate=RATE)
    write(folder / "call.wav", call)
    for name, begins in (("a", BEGINS), ("b", ())):
        samples = signals.sea(40.0, sample_rate=RATE, rms=0.02, seed=ord(name)).samples
        for begin in begins:
            first = round(begin * RATE)
            samples[first : first + call.n_samples] += 0.2 * call.samples
        write(folder / "night" / f"{name}.wav", Signal(samples, RATE))
    return folder


@pytest.fixture
def here(room, monkeypatch, tmp_path):
    monkeypatch.chdir(room)
    return tmp_path


def test_json_lines_are_hits_of_each_file(here, capsys):
    assert cli.main(["detect", "call.wav", "--in", "night", "--json", "-q"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["file"], round(row["start"], 1), row["name"]) for row in rows] == [
        ("night/a.wav", begin, "call") for begin in BEGINS
    ]
    assert all(0 <= row["per_hour_low"] <= row["per_hour"] <= 1 and row["hours"] > 0.01 for row in rows)


def test_tables_for_audacity_raven_and_all_else(here, capsys):
    for name, where in (
        ("h.txt", "night/a.wav"),
        ("h.selections.txt", "night"),
        ("h.csv", "night"),
        ("h.jsonl", "night"),
    ):
        assert cli.main(["detect", "bird=call.wav@0-0.7,1k-5k", "--in", where, "-o", str(here / name)]) == 0
    assert "2 hits" in capsys.readouterr().err
    assert [round(mark.start, 1) for mark in read_marks(here / "h.txt")] == list(BEGINS)
    (first, _) = read_marks(here / "h.selections.txt")
    assert (first.words, first.low, first.high, first.file) == ("bird", 1000.0, 5000.0, "a.wav")
    assert float(first.extra["Score"]) > 0.5
    assert len((here / "h.csv").read_text().splitlines()) == 3 == len((here / "h.jsonl").read_text().splitlines()) + 1


def test_every_box_of_a_table_is_a_template(here, capsys):
    marks = here / "marks.txt"
    marks.write_text(f"{BEGINS[0]}\t{BEGINS[0] + 0.7}\twren\n\\\t1500\t5000\n")
    command = ["detect", "--templates", str(marks), "--of", "night/a.wav", "--in", "night/a.wav", "--json", "-q"]
    assert cli.main(command) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["name"], round(row["start"])) for row in rows] == [("wren", 7), ("wren", 31)]
    assert cli.main(["detect", "--templates", str(marks), "--of", "call.wav", "--in", "night"]) == 3
    assert "of another recording" in capsys.readouterr().err
    assert cli.main(["detect", "--templates", str(marks), "--in", "night"]) == 2
    assert "--templates is given without --of" in capsys.readouterr().err


def test_what_is_not_meant_and_a_score_take_hits_away(here, capsys):
    write(here / "near.wav", signals.call("warble", sample_rate=RATE, spread=0.03, seed=5))
    near = ["detect", str(here / "near.wav"), "--in", "night/a.wav", "--json", "-q"]
    assert cli.main(near) == 0 and len(capsys.readouterr().out.splitlines()) == 2
    assert cli.main([*near, "--not", "call.wav"]) == 0
    assert cli.main(["detect", "call.wav", "--min-score", "0.999", "--in", "night/a.wav", "--json", "-q"]) == 0
    assert capsys.readouterr().out == ""


def test_pictures_of_files_and_of_hits_show_their_boxes(here, capsys):
    from PIL import Image

    assert cli.main(["detect", "call.wav", "--in", "night", "--draw", str(here / "files"), "-q"]) == 0
    assert cli.main(["detect", "call.wav", "--in", "night", "--draw", str(here / "hits"), "--each", "hit", "-q"]) == 0
    assert [path.name for path in (here / "files").iterdir()] == ["a.png"]
    assert sorted(path.name for path in (here / "hits").iterdir()) == ["a-0001.png", "a-0002.png"]
    pixels = np.asarray(Image.open(here / "hits" / "a-0001.png").convert("RGB"), int)
    inside = pixels[150:600, 100:950]
    assert (inside.min(axis=2) > 250).any(axis=0).sum() > 50  # the box is white; nothing else in the panel is


def test_files_with_faults_are_told_and_the_others_done(here, capsys, room):
    (here / "broken.wav").write_bytes(b"RIFF")
    write(here / "short.wav", Signal(np.random.default_rng(0).normal(size=1000) * 0.1, RATE))
    paths = [str(here / "broken.wav"), str(here / "short.wav"), "night/a.wav"]
    report = here / "report.jsonl"
    assert cli.main(["detect", "call.wav", "--in", *paths, "--json", "-q", "--report", str(report)]) == 3
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2 and "broken.wav" in err and "the recording 0.083" in err
    assert len(report.read_text().splitlines()) == 3


def test_files_together_have_one_threshold_and_several_processes_say_the_same(here, capsys):
    answers = []
    for more in ([], ["--processes", "2"]):
        assert cli.main(["detect", "call.wav", "--in", "night", "--together", "--json", "-q", *more]) == 0
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1]
    rows = [json.loads(line) for line in answers[0].splitlines()]
    assert len(rows) == 2 and rows[0]["hours"] == pytest.approx(80 / 3600, rel=0.01)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--in", "night"], "no TEMPLATE is given"),
        (["call.wav", "--in", "night", "--per-hour", "0"], "--per-hour is 0"),
        (["call.wav", "--in", "night", "-o", "h.txt"], "Audacity labels, which are of one file, and there are 2"),
        (["call.wav", "--in", "night", "-o", "h.doc"], "must end in .txt"),
        (["call.wav@9-10", "--in", "night"], "not within call.wav"),
        (["-", "--in", "night"], "needs the whole recording"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(here, capsys, given, words):
    assert cli.main(["detect", *given]) == 2
    assert words in capsys.readouterr().err


def test_no_output_replaces_what_is_read(here, capsys, room):
    before = (room / "call.wav").read_bytes()
    for given in (
        ["call.wav", "--in", "night", "--report", "call.wav"],
        ["call.wav", "--in", "night", "--draw", "call.wav"],
    ):
        assert cli.main(["detect", *given]) in (2, 4)
    assert (room / "call.wav").read_bytes() == before
