"""Runs over many files: in several processes, interrupted, killed, two at a time."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sonograph.cli import main
from sonograph.extract import all_files
from sonograph.extract.part import make
from sonograph.jobs.guard import Guard
from sonograph.jobs.lock import alone
from sonograph.jobs.places import Processes


def table(path):
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def test_any_number_of_processes_gives_the_same_table(folder, monkeypatch):
    main(["features", "birds", "-o", "one.npz", "--preset", "librosa.mfcc", "-q"])
    assert main(["features", "birds", "-o", "two.npz", "--preset", "librosa.mfcc", "-q", "--processes", "2"]) == 0
    assert Path("one.npz").read_bytes() == Path("two.npz").read_bytes()


def noted(files, folder, wanted):
    Path("processes", str(os.getpid())).touch()
    return make(files, folder, wanted)


@pytest.mark.parametrize(("given", "most"), [(["--processes", "3"], 3), (["--processes", "1"], 1), ([], 1)])
def test_small_files_are_shared_among_processes_where_that_is_asked_for(folder, monkeypatch, given, most):
    Path("processes").mkdir()
    monkeypatch.setattr(all_files, "make", noted)
    assert main(["features", "birds", "-o", "a.npz", "--preset", "kaldi.fbank", "-q", *given]) == 0
    names = {path.name for path in Path("processes").iterdir()}
    assert 1 <= len(names) <= most and str(os.getpid()) not in names


def poisoned(files, folder, wanted):
    def taken():
        for file, key in files:
            if (kind := Path(file).stem) in POISONS:
                POISONS[kind]()
            yield file, key

    return make(taken(), folder, wanted)


def endless():
    while True:
        pass


def greedy():
    np.ones(3 << 27)


POISONS = {"killed": lambda: os.kill(os.getpid(), signal.SIGKILL), "endless": endless, "greedy": greedy}
WORDS = {
    "killed": "reading it ended the process (SIGKILL, as where the system has no memory left). Convert it",
    "endless": "reading it did not get on for 1 s of work, and was stopped. Convert it",
    "greedy": "needs more memory than there is",
}


@pytest.mark.parametrize("processes", ["1", "2"])
def test_files_that_end_their_process_are_the_only_ones_lost(folder, monkeypatch, capsys, processes):
    """Each told by its reason, in the report too; what the others hold is what it is without them."""
    for kind in POISONS:
        Path(f"birds/{kind}.wav").write_bytes(Path("birds/1.wav").read_bytes())
    good = [f"birds/{i}.wav" for i in range(10)]
    assert main(["features", *good, "-o", "good.npz", "--preset", "kaldi.fbank", "-q"]) == 0
    monkeypatch.setattr(all_files, "AT_ONCE", 3)
    monkeypatch.setattr(all_files, "make", poisoned)
    monkeypatch.setattr(
        all_files, "Processes", lambda count, **how: Processes(count, Guard(memory=1 << 30, seconds=1.0))
    )
    files = sorted([*good, *(f"birds/{kind}.wav" for kind in POISONS)])
    command = ["features", *files, "-o", "a.npz", "--preset", "kaldi.fbank", "-q", "--report", "r.jsonl"]
    assert main([*command, "--processes", processes]) == 3
    assert Path("a.npz").read_bytes() == Path("good.npz").read_bytes()
    said = capsys.readouterr().err
    for kind, words in WORDS.items():
        assert f"birds/{kind}.wav: {words}" in said, said
    assert "3 of 13 files had faults" in said
    records = [json.loads(line) for line in Path("r.jsonl").read_text().splitlines()]
    reasons = {record["file"]: record["reason"] for record in records if record["status"] == "failed"}
    assert reasons == {"birds/killed.wav": "crash", "birds/endless.wav": "time", "birds/greedy.wav": "memory"}


def test_an_interrupted_run_goes_on_where_it_was(folder, runs, capsys):
    main(["features", "birds", "-o", "whole.npz", "--preset", "kaldi.fbank", "-q"])
    runs.parts.clear()
    runs.stop_after = 7
    assert main(["features", "birds", "-o", "a.npz", "--preset", "kaldi.fbank", "-q"]) == 130
    assert "interrupted after 7 of 20 files; 7 of them are kept in a.npz.parts" in capsys.readouterr().err
    assert not Path("a.npz").exists()
    runs.stop_after = None
    assert main(["features", "birds", "-o", "a.npz", "--preset", "kaldi.fbank"]) == 0
    assert "7 files had been done by an earlier run" in capsys.readouterr().err
    assert len(runs.parts) == 20
    assert Path("a.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_damaged_files_that_can_be_read_are_not_done_again_and_told_again(folder, runs, monkeypatch, capsys):
    """What a cut file holds is kept; what may have been the moment's fault is not, and costs its neighbours nothing."""
    Path("birds/0.wav").write_bytes(Path("birds/1.wav").read_bytes()[:10_000])
    Path("birds/1.wav").write_text("no sound")
    command = ["features", "gone.wav", "birds", "-o", "a.npz", "--preset", "kaldi.fbank"]
    monkeypatch.setattr(all_files, "AT_ONCE", 15)
    monkeypatch.setattr(all_files, "AT_LEAST", 1)
    runs.stop_after = 1
    assert main(command) == 130
    assert "interrupted after 15 of 21 files; 14 of them are kept in a.npz.parts;" in capsys.readouterr().err
    runs.stop_after = None
    Path("gone.wav").write_bytes(Path("birds/2.wav").read_bytes())
    first = runs.parts.pop()
    assert main(command) == 3
    said = capsys.readouterr().err
    assert "14 files had been done by an earlier run.\n" in said and "2 of 21 files had faults" in said
    assert "birds/0.wav: the header promises" in said and "birds/1.wav: " in said
    assert len(first) == 15 and [file for part in runs.parts for file in part if file in first] == ["gone.wav"]
    assert list(table("a.npz")["files"][:2]) == ["gone.wav", "birds/0.wav"]


@pytest.mark.parametrize("damage", ["a flipped bit", "cut short", "empty", "text", "gone"])
@pytest.mark.parametrize("what", ["part", "ledger"])
def test_a_damaged_part_or_mark_of_an_interrupted_run_is_made_again(folder, runs, damage, what):
    command = ["features", "birds", "--preset", "kaldi.fbank", "-q", "-o"]
    main([*command, "whole.npz"])
    runs.parts.clear()
    runs.stop_after = 3
    assert main([*command, "a.npz"]) == 130
    path = min(Path("a.npz.parts").glob("*.rows")) if what == "part" else Path("a.npz.parts/ledger")
    good = path.read_bytes()
    flipped = bytearray(good)
    flipped[-len(good) // 3] ^= 1
    bad = {"a flipped bit": bytes(flipped), "cut short": good[:-100], "empty": b"", "text": b"this is no part"}
    path.unlink() if damage == "gone" else path.write_bytes(bad[damage])
    runs.stop_after = None
    assert main([*command, "a.npz"]) == 0
    lost = 3 if what == "ledger" and damage in ("empty", "text", "gone") else 1
    assert len(runs.parts) == 20 + lost
    assert Path("a.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_two_runs_into_one_output_do_not_disturb_each_other(wav, here, capsys):
    command = ["features", wav, "-o", "a.csv", "--preset", "librosa.mfcc"]
    with alone(here / "a.csv.parts", "a.csv"):
        assert main(command) == 4
        assert f"a.csv: is being written by process {os.getpid()} on" in capsys.readouterr().err
        assert not (here / "a.csv").exists()
    assert main(command) == 0  # a run that ended, however, holds nothing
    assert not (here / "a.csv.parts").exists()


def test_a_run_that_was_killed_holds_nothing(wav, here):
    code = "import time; from pathlib import Path; from sonograph.jobs.lock import alone\n"
    code += "with alone(Path('a.csv.parts'), 'a.csv'): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        assert main(["features", wav, "-o", "a.csv", "--preset", "librosa.mfcc"]) == 4
        holder.kill()
    assert main(["features", wav, "-o", "a.csv", "--preset", "librosa.mfcc"]) == 0
