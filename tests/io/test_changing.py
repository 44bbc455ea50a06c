"""A file that something writes to while it is read: noticed, read once more, and never called sound."""

import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from sonograph import cli
from sonograph.drawing.calls import draw
from sonograph.io import door
from sonograph.io.audio import open as open_sound
from sonograph.io.audio import read, settled
from sonograph.io.examine import examine
from sonograph.jobs.places import Here
from tests.io import damaged

YESTERDAY = 1_700_000_000


def forms(path):
    """A recording, and what it is some time later."""
    sound = damaged.sound(6000)
    short, long = sound[:3000], 0.5 * sound
    if path.suffix == ".wav":
        return [damaged.wav((x * 32767).astype("<i2").tobytes()) for x in (short, long)]
    kinds = {".flac": "FLAC", ".ogg": "OGG", ".mp3": "MP3", ".aiff": "AIFF"}
    return [damaged.encoded(x, kinds[path.suffix]) for x in (short, long)]


def write(path, data):
    """Write a file that nobody has touched since yesterday."""
    path.write_bytes(data)
    os.utime(path, (YESTERDAY, YESTERDAY))


def at_read(monkeypatch, nth, change):
    """Have `change` happen right before the N-th read of any file; how often that was."""
    pread, counts = os.pread, {"reads": 0, "changes": 0}

    def reading(*arguments):
        counts["reads"] += 1
        if counts["reads"] == nth:
            counts["changes"] += 1
            change()
        return pread(*arguments)

    monkeypatch.setattr(door.os, "pread", reading)
    return counts


@pytest.mark.parametrize("suffix", [".wav", ".aiff", ".flac", ".ogg", ".mp3"])
@pytest.mark.parametrize("change", ["overwritten", "cut", "grown", "emptied"])
def test_a_change_before_any_read_is_noticed_and_the_file_read_once_more(tmp_path, monkeypatch, suffix, change):
    path = tmp_path / f"a{suffix}"
    before, after = forms(path)
    later = {"overwritten": after, "cut": before[:-700], "grown": before + bytes(1000), "emptied": b""}[change]
    write(path, later)
    stable, quiet = examine(path), read(path).samples if later else None
    for nth in range(2, 1000):
        write(path, before)
        with monkeypatch.context() as patched:
            counts = at_read(patched, nth, lambda: path.write_bytes(later))
            status = examine(path)
        if not counts["changes"]:
            assert status.word == "ok" and nth > 3
            return
        assert status.word != "ok", nth
        if stable.word in ("ok", "warn"):
            assert (status.word, status.reason, status.decoded) == ("warn", "changed", stable.decoded), nth
            assert "read again from the beginning" in status.sentence
        elif change == "cut":
            assert (status.word, status.reason) == ("partial", stable.reason)
        write(path, before)
        if quiet is not None:
            with monkeypatch.context() as patched:
                at_read(patched, nth, lambda: path.write_bytes(later))
                np.testing.assert_array_equal(read(path).samples, quiet)
    pytest.fail("it never ended")


def test_a_file_that_does_not_come_to_rest_is_partial(tmp_path, monkeypatch):
    """A writer appends between any two reads, as a recorder does."""
    path = tmp_path / "a.wav"
    write(path, damaged.wav(bytes(20_000), size=0))
    asked, written, ended = threading.Event(), threading.Event(), False

    def writer():
        while asked.wait(10) and not ended:
            asked.clear()
            with path.open("ab") as file:
                file.write(bytes(1000))
            written.set()

    thread = threading.Thread(target=writer)
    thread.start()
    pread = os.pread

    def reading(*arguments):
        asked.set()
        assert written.wait(10)
        written.clear()
        return pread(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(door.os, "pread", reading)
        status = examine(path)
    ended = True
    asked.set()
    thread.join()
    assert (status.word, status.reason) == ("partial", "changed")
    assert "both times that it was tried: it grew to" in status.sentence
    assert (examine(path).word, examine(path).reason) == ("warn", "length-unknown")


def test_it_is_read_twice_at_most(tmp_path):
    path = tmp_path / "a.wav"
    write(path, forms(path)[0])
    seen = []

    def work(source):
        with path.open("ab") as file:
            file.write(bytes(10))
        seen.append(source.check().word)
        return len(seen)

    assert settled(path, work) == 2 and seen == ["partial", "partial"]


def test_a_change_after_all_was_read_once_is_noticed_too(tmp_path):
    """The samples of a sound of unknown length are counted first and read later."""
    path = tmp_path / "a.wav"
    write(path, forms(path)[0])
    with open_sound(path) as sound:
        assert sound.check().word == "ok"
        path.write_bytes(forms(path)[1])
        assert (sound.status.word, sound.status.reason) == ("partial", "changed")
    assert sound.status.reason == "changed"  # also after it is closed


@pytest.fixture
def changing(tmp_path, monkeypatch):
    """Run a command while a file changes at its N-th read, once; what it said, and its report of the file."""
    monkeypatch.chdir(tmp_path)
    path = Path("a.wav")
    before, after = forms(path)

    def run(*words, nth=5):
        write(path, before)
        with monkeypatch.context() as patched:
            patched.setattr("sonograph.extract.all_files.Processes", lambda *_, **__: Here())  # where reads are counted
            counts = at_read(patched, nth, lambda: write(path, after) or os.utime(path, (1, 1)))
            code = cli.main([*words, "--report", "report.jsonl"])
        assert counts["changes"] == 1
        (line,) = Path("report.jsonl").read_text().splitlines()
        return code, json.loads(line)

    write(path, after)
    return run


def test_info_reads_a_changing_file_once_more(changing, capsys):
    cli.main(["info", "--json", "a.wav"])
    quiet = json.loads(capsys.readouterr().out)
    code, said = changing("info", "--json", "a.wav")
    found = json.loads(capsys.readouterr().out)
    assert code == 0 and (said["status"], said["reason"], found["status"]) == ("warn", "changed", "warn")
    assert {k: found[k] for k in ("n_samples", "peak", "rms")} == {k: quiet[k] for k in ("n_samples", "peak", "rms")}


def test_features_are_those_of_the_file_as_it_came_to_rest(changing):
    command = ["features", "a.wav", "--preset", "librosa.mfcc", "-q", "-o"]
    cli.main([*command, "quiet.npz"])
    code, said = changing(*command, "b.npz")
    assert code == 0 and (said["status"], said["reason"]) == ("warn", "changed")
    assert Path("b.npz").read_bytes() == Path("quiet.npz").read_bytes()


def test_a_picture_is_that_of_the_file_as_it_came_to_rest(changing, capsys):
    command = ["draw", "a.wav", "--bare", "-o"]
    cli.main([*command, "quiet.png"])
    code, said = changing(*command, "b.png")
    assert code == 0 and (said["status"], said["reason"]) == ("warn", "changed")
    assert Path("b.png").read_bytes() == Path("quiet.png").read_bytes()
    assert capsys.readouterr().err.count("changed while being read") == 1


def test_a_picture_from_python_is_drawn_once_more_too(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    before, after = forms(path)
    write(path, after)
    draw(path, path=tmp_path / "quiet.png", title="")
    write(path, before)
    counts = at_read(monkeypatch, 5, lambda: write(path, after) or os.utime(path, (1, 1)))
    draw(path, path=tmp_path / "b.png", title="")
    assert counts["changes"] == 1
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "quiet.png").read_bytes()


def test_what_is_heard_of_a_changing_file_is_what_it_came_to_rest_as(changing, tmp_path, monkeypatch):
    cli.main(["listen", "a.wav", "-o", "quiet.wav"])
    before, after = forms(Path("a.wav"))
    write(Path("a.wav"), before)
    at_read(monkeypatch, 4, lambda: write(Path("a.wav"), after) or os.utime("a.wav", (1, 1)))
    assert cli.main(["listen", "a.wav", "-o", "b.wav"]) == 0
    assert Path("b.wav").read_bytes() == Path("quiet.wav").read_bytes()
