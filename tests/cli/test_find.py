"""`sonograph index` and `sonograph find`, as they are typed."""

import contextlib
import io
import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.songs import RATE, song
from sonograph.cli import exits, main

SONGS = {f"music/song {seed}.wav": song(seed, 12.0) for seed in range(5)}
FOREIGN = song(1003, 5.0)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of five songs, and an index of them, made once."""
    where = tmp_path_factory.mktemp("finding")
    (where / "music").mkdir()
    for name, y in SONGS.items():
        soundfile.write(where / name, y, RATE, subtype="PCM_16")
    soundfile.write(where / "heard.wav", SONGS["music/song 2.wav"][3 * RATE : 8 * RATE], RATE)
    soundfile.write(where / "foreign.wav", FOREIGN, RATE)
    before = Path.cwd()
    os.chdir(where)
    assert main(["index", "music", "-o", "songs.index", "-q"]) == 0
    os.chdir(before)
    return where


@pytest.fixture
def here(made, tmp_path, monkeypatch):
    """A copy of it, as working directory."""
    where = shutil.copytree(made, tmp_path / "here")
    monkeypatch.chdir(where)
    return where


def answers(capsys, *arguments):
    """(exit code, JSON lines, standard error)."""
    code = main(["find", *arguments, "--index", "songs.index", "--json"])
    said = capsys.readouterr()
    return code, [json.loads(line) for line in said.out.splitlines()], said.err


def test_a_cut_is_found(here, capsys):
    code, (answer,), err = answers(capsys, "heard.wav")
    assert code == 0
    assert answer["query"] == "heard.wav"
    (match,) = answer["matches"]
    assert match["recording"] == "music/song 2.wav"
    assert match["offset"] == pytest.approx(3.0, abs=0.005)
    assert list(match) == ["recording", "offset", "until", "speed", "votes", "chance"]
    assert "heard.wav: is at 22050 Hz, resampled to 11025 Hz (soxr)." in err


def test_people_read_a_line_a_match(here, capsys):
    assert main(["find", "heard.wav", "foreign.wav", "--index", "songs.index", "-q"]) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert (first, third) == ("heard.wav:", "foreign.wav: no match")
    assert second.startswith("  0:00.00 – 0:05.00  is  music/song 2.wav  0:03.00 – 0:08.00  speed 1.000")
    assert "votes  chance" in second


def test_no_match_is_an_answer(here, capsys):
    code, (answer,), _ = answers(capsys, "foreign.wav")
    assert (code, answer["matches"]) == (0, [])
    assert answers(capsys, "foreign.wav", "heard.wav", "--must-match")[0] == exits.NO_MATCH == 5
    assert answers(capsys, "heard.wav", "--must-match")[0] == 0


def test_a_fault_says_more_than_no_match(here, capsys):
    code, listed, err = answers(capsys, "nothing.wav", "foreign.wav", "--must-match")
    assert code == exits.INPUT
    assert [answer["query"] for answer in listed] == ["foreign.wav"]
    assert "nothing.wav: does not exist" in err


def test_a_part_may_be_asked_for(here, capsys):
    y = np.concatenate([FOREIGN, SONGS["music/song 4.wav"], FOREIGN])
    soundfile.write("radio.wav", y, RATE)
    _, (whole,), _ = answers(capsys, "radio.wav")
    assert [match["recording"] for match in whole["matches"]] == ["music/song 4.wav"]
    assert (whole["matches"][0]["start"], whole["matches"][0]["end"]) == (
        pytest.approx(5.0, abs=0.2),
        pytest.approx(len(y) / RATE - 5.0, abs=0.2),
    )
    _, (part,), _ = answers(capsys, "radio.wav", "--start", "7", "--end", "0:12")
    (match,) = part["matches"]
    assert "start" not in match  # it is heard in all that was asked for
    assert match["until"] - match["offset"] == pytest.approx(5.0, abs=0.01)
    assert match["offset"] == pytest.approx(2.0, abs=0.01)
    assert answers(capsys, "radio.wav", "--end", "4")[1][0]["matches"] == []


def test_duplicates_are_told_once(here, capsys):
    shutil.copy("music/song 1.wav", "music/same.wav")
    y = np.concatenate([np.zeros(RATE), SONGS["music/song 1.wav"], np.zeros(RATE)])
    soundfile.write("music/late.wav", y, RATE)
    assert main(["index", "music", "-o", "songs.index", "--add", "-q"]) == 0
    _, listed, _ = answers(capsys, "music", "--duplicates")
    pairs = {tuple(sorted((a["query"], m["recording"]))) for a in listed for m in a["matches"]}
    assert pairs == {
        ("music/same.wav", "music/song 1.wav"),
        ("music/late.wav", "music/song 1.wav"),
        ("music/late.wav", "music/same.wav"),
    }
    assert sum(len(a["matches"]) for a in listed) == 3
    late = next(m for a in listed if a["query"] == "music/late.wav" for m in a["matches"])
    assert (late["start"], late["offset"]) == (pytest.approx(1.0, abs=0.05), pytest.approx(0.0, abs=0.05))
    assert main(["find", "music", "--index", "songs.index", "--duplicates", "-q"]) == 0
    said = capsys.readouterr().out
    assert "music/song 0.wav" not in said
    assert "=  music/" in said


def test_duplicates_are_told_from_another_folder(here, capsys):
    """A file is itself, by whichever way one comes to it."""
    (here / "elsewhere").mkdir()
    os.chdir("elsewhere")
    assert main(["find", "../music", "--index", "../songs.index", "--duplicates", "-q"]) == 0


def test_a_picture_of_a_match(here, capsys):
    assert main(["find", "heard.wav", "--index", "songs.index", "--draw", "match.png", "-q"]) == 0
    from PIL import Image

    with Image.open("match.png") as picture:
        assert picture.size == (1200, 860)
        colours = np.asarray(picture.convert("RGB")).reshape(-1, 3).astype(int)
    blue = (abs(colours - [0x30, 0xD5, 0xFF]).sum(axis=1) < 30).sum()
    assert blue > 500  # peaks that agree
    assert main(["find", "foreign.wav", "--index", "songs.index", "--draw", "none.png"]) == 0
    assert "no match to draw; none.png was not written" in capsys.readouterr().err
    assert not Path("none.png").exists()


def test_a_picture_needs_the_recording(here, capsys):
    Path("music/song 2.wav").unlink()
    assert main(["find", "heard.wav", "--index", "songs.index", "--draw", "match.png"]) == exits.INPUT
    assert "music/song 2.wav: is not there to be drawn" in capsys.readouterr().err


def test_a_picture_writes_over_no_query(here, capsys):
    assert main(["find", "heard.wav", "--index", "songs.index", "--draw", "heard.wav"]) == exits.USAGE
    assert main(["find", "heard.wav", "--index", "songs.index", "--draw", "no/where.png"]) == exits.OUTPUT


def test_a_report_tells_how_each_file_was(here):
    Path("music/broken.flac").write_bytes(b"fLaC")
    code = main(["index", "music", "-o", "songs.index", "--add", "--report", "how.jsonl", "-q"])
    assert code == exits.INPUT
    (record,) = [json.loads(line) for line in Path("how.jsonl").read_text().splitlines()]
    assert (record["file"], record["status"]) == ("music/broken.flac", "failed")
    assert main(["find", "heard.wav", "--index", "songs.index", "--report", "found.jsonl", "-q"]) == 0
    (record,) = [json.loads(line) for line in Path("found.jsonl").read_text().splitlines()]
    assert (record["file"], record["status"]) == ("heard.wav", "ok")


def test_listing_removing_merging_checking(here, capsys):
    assert main(["index", "-o", "songs.index", "--list"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"0:12.0  {name}" for name in SONGS]
    assert main(["index", "-o", "songs.index", "--remove", "music/song 2.wav", "--remove", "music/song 3.wav"]) == 0
    assert "songs.index: 2 recordings removed; 3 recordings of 35.9 s." in capsys.readouterr().err
    assert main(["index", "-o", "songs.index", "--merge"]) == 0
    assert main(["index", "-o", "songs.index", "--check"]) == 0
    assert "whole; 3 recordings" in capsys.readouterr().err
    assert answers(capsys, "heard.wav")[1][0]["matches"] == []
    assert main(["index", "-o", "songs.index", "--remove", "song 1.wav"]) == exits.USAGE
    assert (
        "--remove is 'song 1.wav', which is not in the index; did you mean music/song 1.wav" in capsys.readouterr().err
    )


def test_the_same_command_goes_on_and_another_is_refused(here, capsys):
    soundfile.write("music/song 9.wav", song(9, 6.0), RATE)
    assert main(["index", "music", "-o", "songs.index"]) == 0
    assert "5 files had been there, unchanged." in capsys.readouterr().err
    assert main(["index", "heard.wav", "-o", "songs.index"]) == exits.OUTPUT
    assert (
        "exists already and holds other recordings, as music/song 0.wav. Add to it with --add"
        in capsys.readouterr().err
    )
    assert main(["index", "heard.wav", "-o", "songs.index", "--add", "-q"]) == 0
    assert main(["index", "heard.wav", "-o", "none.index", "--add"]) == exits.INPUT
    assert main(["index", "music", "-o", "songs.index", "--add", "--band", "100", "8000"]) == exits.USAGE
    assert "made with other settings: low is 200 there and 100 here" in capsys.readouterr().err


def test_a_band_may_be_chosen(here, capsys):
    assert main(["index", "music", "-o", "low.index", "--band", "50", "1500", "-q"]) == 0
    assert main(["find", "heard.wav", "--index", "low.index", "--json", "-q"]) == 0
    assert json.loads(capsys.readouterr().out)["matches"][0]["recording"] == "music/song 2.wav"
    assert main(["index", "music", "-o", "no.index", "--band", "1500", "50"]) == exits.USAGE
    assert "--band's low is 1500; it must be below" in capsys.readouterr().err
    assert not Path("no.index").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["index", "-o", "x"], "no PATH is given"),
        (["index", "-", "-o", "x"], "a recording needs a name"),
        (["index", "music", "-o", "songs.index", "--list"], "music has no effect with --list"),
        (["index", "-o", "songs.index", "--merge", "--band", "50", "900"], "--band has no effect with --merge"),
        (["index", "music", "-o", "x", "--processes", "0"], "--processes is 0"),
        (["find", "heard.wav", "--index", "songs.index", "--chance", "2"], "--chance is 2.0; it must be"),
        (["find", "heard.wav", "--index", "songs.index", "--speeds", "20%"], "--speeds is 20%; it must be 0% to 10%"),
        (["find", "heard.wav", "--index", "songs.index", "--speeds", "fast"], "it must be a share, as 2% or 0.02"),
        (["find", "heard.wav", "--index", "songs.index", "--most", "0"], "--most is 0; it must be 1 or more"),
        (["find", "-", "--index", "songs.index", "--start", "3"], "--start has no effect with -"),
        (["find", "-", "heard.wav", "--index", "songs.index"], "- is given with other queries"),
        (["find", "music", "--index", "songs.index", "--duplicates", "--start", "3"], "--duplicates is given with"),
        (["find", "heard.wav", "--index", "songs.index", "--start", "9"], "--start is 9 s; heard.wav ends at 5 s"),
    ],
)
def test_what_cannot_be_is_refused(here, capsys, arguments, words):
    assert main(arguments) in (exits.USAGE, exits.INPUT)
    assert words in capsys.readouterr().err


def test_what_is_no_index_is_told(here, capsys):
    assert main(["find", "heard.wav", "--index", "music"]) == exits.INPUT
    assert "music: is no index. Check the name, or make one: sonograph index FILES -o music" in capsys.readouterr().err
    assert main(["find", "heard.wav", "--index", "nowhere"]) == exits.INPUT


def test_a_damaged_index_is_told(here, capsys):
    path = next(Path("songs.index").glob("*.segment"))
    path.write_bytes(path.read_bytes()[:-5])
    assert main(["find", "heard.wav", "--index", "songs.index"]) == exits.INPUT
    assert main(["index", "-o", "songs.index", "--check"]) == exits.INPUT
    assert f"songs.index/{path.name}: it has" in capsys.readouterr().err


def listening(monkeypatch, data, *arguments):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))
    return main(["find", "-", "--index", "songs.index", *arguments])


def wav(y, kind="PCM_16", channels=1, rate=RATE):
    out = io.BytesIO()
    soundfile.write(out, np.stack([y] * channels, axis=1), rate, format="WAV", subtype=kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PCM_16", "PCM_24", "FLOAT", "PCM_U8", "DOUBLE"])
@pytest.mark.parametrize("channels", [1, 2])
def test_it_listens(here, capsys, monkeypatch, kind, channels):
    data = wav(SONGS["music/song 3.wav"][2 * RATE :], kind, channels)
    assert listening(monkeypatch, data, "--json", "-q") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["query"] == "-"
    assert answer["matches"][0]["recording"] == "music/song 3.wav"
    assert answer["matches"][0]["until"] < 8.0  # it does not wait for the end


def test_a_pipe_of_unknown_length_is_heard_to_its_end(here, capsys, monkeypatch):
    data = bytearray(wav(FOREIGN))
    data[4:8] = data[40:44] = struct.pack("<I", 0xFFFFFFFF)
    assert listening(monkeypatch, bytes(data), "--must-match") == exits.NO_MATCH
    said = capsys.readouterr()
    assert said.out == "standard input: no match\n"
    assert "sonograph: 2 s heard, no match yet" in said.err


def test_what_is_no_wav_is_heard_when_it_has_ended(here, capsys, monkeypatch):
    out = io.BytesIO()
    soundfile.write(out, SONGS["music/song 3.wav"][: 5 * RATE], RATE, format="FLAC")
    assert listening(monkeypatch, out.getvalue()) == 0
    said = capsys.readouterr()
    assert "standard input:\n  0:00.00" in said.out
    assert "is no WAV, and is looked for when it has ended" in said.err


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "standard input: is empty"),
        (b"RIFF\x00\x00\x00\x00WAVE", "ends within the header"),
        (wav(FOREIGN)[:30], "ends within the header"),
        (b"hello, this is text and no sound at all", "standard input"),
        (wav(FOREIGN)[:20] + b"\x02" + wav(FOREIGN)[21:], "a WAV of format 0x0002"),
    ],
)
def test_what_cannot_be_heard_is_told(here, capsys, monkeypatch, data, words):
    assert listening(monkeypatch, data) == exits.INPUT
    assert words in capsys.readouterr().err


def test_it_answers_before_the_pipe_ends(here):
    """A process that is given sound and no end answers all the same."""
    command = [sys.executable, "-m", "sonograph", "find", "-", "--index", "songs.index", "--json", "-q"]
    data = wav(SONGS["music/song 0.wav"])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        with contextlib.suppress(BrokenPipeError):  # it may be sure before it has read all
            process.stdin.write(data[: len(data) // 2])
            process.stdin.flush()
        assert json.loads(process.stdout.readline())["matches"][0]["recording"] == "music/song 0.wav"
        assert process.wait(20) == 0
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def test_help_names_the_exit_code(capsys):
    assert main(["find", "--help"]) == 0
    said = capsys.readouterr().out
    assert "5 no match" in said
    assert "arecord -f cd | sonograph find - --index songs.index" in said
