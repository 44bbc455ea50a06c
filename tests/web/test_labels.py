"""Marks come from files of Audacity, Raven and our own detectors, and go back into them."""

import csv
import json
import os

import numpy as np
import pytest
import soundfile

from sonograph.errors import OutputError, SourceError
from sonograph.io.marks import Mark, read_marks, write_marks
from sonograph.web.labels import Labels
from sonograph.web.recordings import Recordings
from tests.web.visiting import visiting

AUDACITY = "0.250000\t0.500000\ta wren\n\\\t2000.000000\t8000.000000\n1.000000\t1.000000\ta click\n"
RAVEN = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation\tDelta Power\r\n"
    "1\tSpectrogram 1\t1\t0.25\t0.5\t2000.0\t8000.0\twren\t-3.21\r\n"
    "2\tSpectrogram 1\t1\t0.75\t0.9\t100.0\t900.0\tcod\t7\r\n"
)
HITS = (
    "file,channel,start,end,low,high,name,score,per_hour\n"
    "/far/away/robin.wav,0,0.100000,0.200000,2000.0,8000.0,wren,0.9,0.01\n"
    '/far/away/other.wav,0,0.100000,0.200000,,,"wren, other",0.8,0.02\n'
    "/far/away/robin.wav,0,0.600000,0.700000,,,wren,0.7,0.03\n"
)


@pytest.fixture
def room(tmp_path, made):
    """A folder of sounds, one of labels, and browsers that look at both."""
    (tmp_path / "birds").mkdir()
    (tmp_path / "labels").mkdir()
    for name in ("robin.wav", "other.wav"):
        soundfile.write(tmp_path / "birds" / name, np.zeros(48_000), 48_000)

    class Room:
        labels, birds = tmp_path / "labels", tmp_path / "birds"

        def visit(self, labels=True, hits=None, of=None):
            recordings = Recordings.of_paths([str(of or self.birds)])
            marks = Labels(recordings, self.labels if labels else None, hits)
            marks.check()
            client = visiting(made(of or self.birds, labels=marks))
            listed = client.get("/recordings").json()
            client.writable = listed["writable"]
            client.ids = {row["name"]: row["id"] for row in listed["recordings"]}
            return client

    return Room()


def read(client, name="robin.wav"):
    answer = client.get(f"/marks/{client.ids[name]}")
    assert answer.status_code == 200, answer.text
    return answer.json()["marks"], answer.headers["etag"]


def put(client, marks, tag, name="robin.wav"):
    return client.put(f"/marks/{client.ids[name]}", json={"marks": marks}, headers={"If-Match": tag} if tag else {})


def mark(start, end, text="", **more):
    return {"start": start, "end": end, "low": None, "high": None, "text": text, **more}


def test_new_marks_are_a_label_track_that_audacity_reads(room):
    client = room.visit()
    marks, tag = read(client)
    assert client.writable and marks == []
    answer = put(client, [mark(0.25, 0.5, "a wren", low=2000.0, high=8000.0), mark(1.0, 1.0, "a click")], tag)
    assert answer.status_code == 200 and answer.headers["etag"] != tag
    assert (room.labels / "robin.txt").read_text() == AUDACITY
    assert read(client, "other.wav")[0] == []


def test_a_label_track_is_read_with_its_frequencies_and_keeps_what_nobody_changed(room):
    (room.labels / "robin.txt").write_text(AUDACITY)
    client = room.visit()
    marks, tag = read(client)
    assert [(m["start"], m["end"], m["low"], m["high"], m["text"]) for m in marks] == [
        (0.25, 0.5, 2000.0, 8000.0, "a wren"),
        (1.0, 1.0, None, None, "a click"),
    ]
    marks[1]["text"] = "a knock"
    assert put(client, marks, tag).status_code == 200
    assert (room.labels / "robin.txt").read_text() == AUDACITY.replace("a click", "a knock")


def test_a_verdict_in_a_label_track_ends_its_words_and_is_read_back(room):
    path = room.labels / "robin.txt"
    path.write_text(AUDACITY.replace("a click", "[refused]"))
    client = room.visit()
    marks, tag = read(client)
    assert [(m["text"], m["verdict"]) for m in marks] == [("a wren", None), ("", "refused")]
    marks[0]["verdict"] = "confirmed"
    answer = put(client, [*marks, {**mark(2.0, 3.0, "new"), "verdict": "refused"}], tag)
    assert answer.status_code == 200, answer.text
    confirmed = AUDACITY.replace("a wren", "a wren [confirmed]").replace("a click", "[refused]")
    assert path.read_text() == confirmed + "2.000000\t3.000000\tnew [refused]\n"
    now, tag = read(client)
    assert [(m["text"], m["verdict"]) for m in now] == [("a wren", "confirmed"), ("", "refused"), ("new", "refused")]
    assert put(client, [{**one, "verdict": None} for one in now[:2]], tag).status_code == 200
    assert path.read_text() == AUDACITY.replace("a click", "")


def test_a_selection_table_keeps_columns_that_are_not_known(room):
    path = room.labels / "robin.Table.1.selections.txt"
    path.write_bytes(RAVEN.encode())
    client = room.visit()
    marks, tag = read(client)
    assert marks[0]["columns"]["Delta Power"] == "-3.21" and marks[0]["file"] == path.name
    marks[1] |= {"text": "haddock", "verdict": "confirmed"}
    tag = put(client, marks, tag).headers["etag"]
    first, second = (line.split("\t") for line in path.read_bytes().decode().split("\r\n")[1:3])
    assert first[:9] == RAVEN.split("\r\n")[1].split("\t")
    assert second[7:] == ["haddock", "7", "confirmed"]
    marks.append(mark(0.1, 0.2, "new"))  # the page keeps the names that it was given
    marks[0]["text"] = "a wren"
    assert put(client, marks, tag).status_code == 200
    again = read_marks(path)
    assert [(m.words, m.extra.get("Delta Power", "")) for m in again] == [
        ("a wren", "-3.21"),
        ("haddock", "7"),
        ("new", ""),
    ]


def test_names_of_marks_stay_when_others_go(room):
    (room.labels / "robin.selections.txt").write_bytes(RAVEN.encode())
    client = room.visit()
    marks, tag = read(client)
    answer = put(client, marks[1:], tag)
    (left,) = read(client)[0]
    assert left["id"] == marks[1]["id"] and left["columns"]["Delta Power"] == "7"
    assert put(client, [{**marks[1], "start": 0.8}], answer.headers["etag"]).status_code == 200
    (moved,) = read_marks(room.labels / "robin.selections.txt")
    assert (moved.start, moved.extra["Delta Power"]) == (0.8, "7")


def test_what_somebody_else_wrote_is_not_overwritten(room):
    path = room.labels / "robin.txt"
    path.write_text(AUDACITY)
    client = room.visit()
    marks, tag = read(client)
    path.write_text("3.0\t4.0\tanother\n")
    for known in (tag, None, '"nothing"', "*"):
        answer = put(client, marks, known)
        assert answer.status_code == 412 and "read them again" in answer.json()["error"]
    assert path.read_text() == "3.0\t4.0\tanother\n"
    marks, tag = read(client)
    assert put(client, [], tag).status_code == 200 and path.read_text() == ""


def test_without_the_option_nothing_is_written(room):
    client = room.visit(labels=False)
    _marks, tag = read(client)
    answer = put(client, [mark(0, 1)], tag)
    assert not client.writable and answer.status_code == 403
    assert answer.json()["error"] == "marks may not be written here; begin with --labels FOLDER"
    assert list(room.labels.iterdir()) == []


@pytest.mark.parametrize("text", ["0.25\tx\ta wren\n", "1\t2\tok\n3\t1\tback\n", "\0\0", "words\n"])
def test_a_damaged_file_is_named_with_its_line_and_left_alone(room, text):
    path = room.labels / "robin.txt"
    path.write_text(text)
    client = room.visit()
    answer = client.get(f"/marks/{client.ids['robin.wav']}")
    assert answer.status_code == 409 and answer.json()["error"].startswith("robin.txt: ")
    assert "line" in answer.json()["error"] or "\0" in text
    assert put(client, [mark(0, 1)], '"x"').status_code == 409
    assert path.read_text() == text
    assert read(client, "other.wav")[0] == []


@pytest.mark.parametrize(
    "wrong",
    [
        [1], "x", [mark(2, 1)], [mark("0", 1)], [mark(float(2**70), 1)], [{"start": 1}], [mark(0, 1, "a\tb")],
        [mark(0, 1, low=9.0, high=8.0)], [mark(0, 1, low=-1.0)], [mark(0, 1, verdict="perhaps")], [mark(0, 1, 5)],
    ],
)  # fmt: skip
def test_what_is_no_mark_is_refused_and_nothing_is_written(room, wrong):
    client = room.visit()
    _, tag = read(client)
    assert put(client, wrong, tag).status_code == 400
    assert list(room.labels.iterdir()) == []


def test_hits_are_confirmed_and_refused_in_their_own_table(room, tmp_path):
    path = tmp_path / "hits.csv"
    path.write_text(HITS)
    client = room.visit(hits=path)
    marks, tag = read(client)
    assert [(m["start"], m["text"], m["verdict"], m["file"]) for m in marks] == [
        (0.1, "wren", None, "hits.csv"),
        (0.6, "wren", None, "hits.csv"),
    ]
    marks[0]["verdict"], marks[1]["verdict"] = "confirmed", "refused"
    tag = put(client, [*marks, mark(0.3, 0.4, "missed")], tag).headers["etag"]
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["verdict"] for row in rows] == ["confirmed", "", "refused"]
    kept = [{name: text for name, text in row.items() if name != "verdict"} for row in rows]
    assert kept == list(csv.DictReader(HITS.splitlines()))
    assert (room.labels / "robin.txt").read_text() == "0.300000\t0.400000\tmissed\n"
    now = read(client)[0]
    assert [m["verdict"] for m in now] == [None, "confirmed", "refused"]
    assert put(client, [*marks[:1], mark(0.3, 0.4, "missed")], tag).status_code == 400  # a hit was taken away


def test_hits_in_json_lines_keep_all_that_they_say(room, tmp_path):
    path = tmp_path / "hits.jsonl"
    rows = [{"file": "robin.wav", "start": 0.5, "end": 0.6, "low": None, "high": None, "name": "x", "more": {"a": [1]}}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    client = room.visit(hits=path)
    marks, tag = read(client)
    assert put(client, [{**marks[0], "verdict": "confirmed"}], tag).status_code == 200
    assert [json.loads(line) for line in path.read_text().splitlines()] == [{**rows[0], "verdict": "confirmed"}]


def test_a_selection_table_of_several_files_is_a_table_of_hits_too(room, tmp_path):
    path = tmp_path / "hits.selections.txt"
    extra = lambda file, at: {"Begin File": file, "File Offset (s)": at, "Score": "0.9"}  # noqa: E731
    all_marks = [
        Mark(0.5, 0.6, "a", extra=extra("other.wav", "0.5")),
        Mark(1.2, 1.3, "b", extra=extra("robin.wav", "0.2")),
    ]
    write_marks(path, all_marks, "raven")
    client = room.visit(hits=path)
    (one,), tag = read(client)
    assert (one["start"], one["text"]) == (0.2, "b")
    assert put(client, [{**one, "verdict": "refused"}], tag).status_code == 200
    assert [(m.words, m.start, m.extra.get("Verdict"), m.extra["Score"]) for m in read_marks(path)] == [
        ("a", 0.5, "", "0.9"),
        ("b", 1.2, "refused", "0.9"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file,start,end\nrobin.wav,1,x\n", "has no two numbers, start and end (line 2)"),
        ("a,b\n1,2\n", "has no two numbers, start and end (line 2)"),
        ("file,start,end\nrobin.wav,2,1\n", "it must begin before it ends (line 2)"),
        ("file,start,end\nowl.wav,1,2\n", "has no mark of any of these recordings"),
    ],
)
def test_a_table_of_hits_that_cannot_be_used_is_refused_before_anything_is_shown(room, tmp_path, text, words):
    path = tmp_path / "hits.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match=r"hits\.csv: ") as error:
        room.visit(hits=path)
    assert words in str(error.value)


def test_a_folder_that_is_not_there_is_refused(room):
    room.labels.rmdir()
    with pytest.raises(OutputError, match="labels does not exist"):
        room.visit()


def test_a_disk_that_refuses_is_said_and_the_old_file_stays(room, monkeypatch):
    path = room.labels / "robin.txt"
    path.write_text(AUDACITY)
    client = room.visit()
    marks, tag = read(client)

    def full(*_):
        raise OSError(28, "No space left on device", os.fspath(path))

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    answer = put(client, marks[:1], tag)
    assert answer.status_code == 503 and "the disk is full" in answer.json()["error"]
    assert path.read_text() == AUDACITY and sorted(room.labels.iterdir()) == [path]


def test_recordings_that_are_called_alike_have_files_of_their_own(room):
    soundfile.write(room.birds / "robin.flac", np.zeros(48_000), 48_000)
    (room.birds / "deep").mkdir()
    soundfile.write(room.birds / "deep" / "robin.wav", np.zeros(48_000), 48_000)
    client = room.visit()
    for name in ("robin.wav", "robin.flac", os.path.join("deep", "robin.wav")):  # noqa: PTH118
        _, tag = read(client, name)
        assert put(client, [mark(0, 1, name)], tag, name).status_code == 200
    found = sorted(path.relative_to(room.labels).as_posix() for path in room.labels.rglob("*.txt"))
    assert found == ["deep/robin.txt", "robin.flac.txt", "robin.wav.txt"]


def test_labels_beside_a_table_of_numbers_are_not_written_over_it(room):
    numbers = room.birds / "levels.txt"
    numbers.write_text("time,a\n" + "".join(f"{i / 100},{i}\n" for i in range(100)))
    room.labels = room.birds
    client = room.visit(of=numbers)
    before = numbers.read_text()
    _, tag = read(client, "levels.txt")
    assert put(client, [mark(0, 1, "x")], tag, "levels.txt").status_code == 200
    assert numbers.read_text() == before and (room.birds / "levels.txt.txt").exists()
