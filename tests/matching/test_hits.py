"""Hits as rows and as tables: what is written says what was found, to programs that read such tables."""

import csv
import json
import math
from dataclasses import replace

import pytest

from sonograph.errors import OutputError, SettingsError
from sonograph.io.marks import read_marks, write_marks
from sonograph.matching.hits import Hit, Hits, Listened, joined

FIRST = Hit(1.25, 2.0, 2000.0, 8000.0, "wren", 0.8125, 0.0123456, 0.001, 0.2, 0.5, True, file="far/a.wav")
SECOND = Hit(
    3.0, 3.5, None, None, "=cod", 0.5, math.nan, channel=1, file="b.wav", more={"level": -12.5, "echo_of": None}
)
HITS = Hits([FIRST, SECOND], [Listened("far/a.wav", 1800.0, 0.5), Listened("b.wav", 60.0, 1 / 60, 16_000.0)])


def test_json_lines_have_the_promised_keys_and_no_nan(tmp_path):
    HITS.write(tmp_path / "hits.jsonl")
    first, second = map(json.loads, (tmp_path / "hits.jsonl").read_text().splitlines())
    assert list(first)[:8] == ["file", "channel", "start", "end", "low", "high", "name", "score"]
    assert (first["start"], first["end"], first["low"], first["high"]) == (1.25, 2.0, 2000.0, 8000.0)
    assert first["per_hour"] == 0.0123 and first["extrapolated"] is True
    assert second["per_hour"] is None and second["level"] == -12.5 and second["echo_of"] is None


def test_csv_has_a_column_for_all_and_no_formula(tmp_path):
    HITS.write(tmp_path / "hits.csv")
    first, second = csv.DictReader((tmp_path / "hits.csv").read_text().splitlines())
    assert float(first["score"]) == 0.8125 and first["level"] == "" and float(second["level"]) == -12.5
    assert second["name"] == "'=cod" and second["low"] == ""


def test_raven_counts_over_files_and_says_the_offset_in_each(tmp_path):
    path = tmp_path / "hits.selections.txt"
    HITS.write(path)
    head, *rows = [line.split("\t") for line in path.read_text().splitlines()]
    second = dict(zip(head, rows[1], strict=True))
    assert second["Begin File"] == "b.wav" and float(second["File Offset (s)"]) == 3.0
    assert float(second["Begin Time (s)"]) == 1803.0 and second["Channel"] == "2"
    assert float(dict(zip(head, rows[0], strict=True))["Score"]) == 0.8125
    (back,) = read_marks(path, "b.wav")
    assert (back.start, back.end, back.words) == (3.0, 3.5, "=cod")
    assert (back.low, back.high) == (0.0, 16_000.0)  # Raven wants numbers


def test_audacity_reads_times_and_frequencies_of_one_file(tmp_path):
    Hits([FIRST], HITS.sounds[:1]).write(tmp_path / "hits.txt")
    assert (tmp_path / "hits.txt").read_text() == "1.250000\t2.000000\twren\n\\\t2000.000000\t8000.000000\n"
    with pytest.raises(
        SettingsError, match=r"Audacity labels, which are of one file, and there are 2.*selections\.txt"
    ):
        HITS.write(tmp_path / "two.txt")


def test_no_hits_are_a_table_too(tmp_path):
    for name in ("a.txt", "a.selections.txt", "a.csv", "a.jsonl"):
        Hits([], [Listened("a.wav", 1.0)]).write(tmp_path / name)
    assert (tmp_path / "a.csv").read_text().startswith("file,channel,start,end,low,high,name,score,per_hour")
    assert read_marks(tmp_path / "a.selections.txt") == ()


def test_other_endings_and_tables_that_are_there_are_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"must end in \.txt, \.selections\.txt, \.csv, \.jsonl"):
        HITS.write(tmp_path / "hits.xlsx")
    (tmp_path / "hits.csv").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        HITS.write(tmp_path / "hits.csv", overwrite=False)
    assert (tmp_path / "hits.csv").read_text() == "mine"


def test_several_are_joined_and_cut(tmp_path):
    both = joined([Hits([FIRST], HITS.sounds[:1]), Hits([SECOND], HITS.sounds[1:])])
    assert len(both) == 2 and both.hours == pytest.approx(0.5 + 1 / 60) and both[1:][0] is SECOND
    assert both.column("level").tolist()[1] == -12.5 and math.isnan(both.column("low")[1])
    with pytest.raises(KeyError):
        both.column("colour")


def test_a_table_that_a_detector_wrote_takes_a_verdict_and_keeps_score_and_rate(tmp_path):
    """As a viewer does: each mark is read, looked at, given a verdict, and all are written back."""
    path = tmp_path / "hits.selections.txt"
    HITS.write(path)
    marks = read_marks(path)
    assert [float(mark.extra["Score"]) for mark in marks] == [0.8125, 0.5]
    assert float(marks[0].extra["Per Hour"]) == 0.0123 and float(marks[1].extra["level"]) == -12.5
    judged = [replace(mark, extra=mark.extra | {"Verdict": word}) for mark, word in zip(marks, "yn", strict=True)]
    before = path.read_text().splitlines()
    write_marks(path, judged)
    assert [line.rsplit("\t", 1)[0] for line in path.read_text().splitlines()] == before
    assert [(mark.extra["Verdict"], mark.extra["Score"]) for mark in read_marks(path)] == [
        ("y", "0.8125"),
        ("n", "0.5"),
    ]
    (of_b,) = read_marks(path, "b.wav")
    assert of_b.start == 3.0 and of_b.extra["Channel"] == "2"
