"""Runs over many files: in several processes, interrupted, killed, two at a time."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sonograph.cli import main
from sonograph.extract import run
from sonograph.extract.part import make
from sonograph.jobs.lock import alone


def table(path):
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def test_any_number_of_processes_gives_the_same_table(folder, monkeypatch):
    main(["features", "birds", "-o", "one.npz", "--preset", "librosa.mfcc", "-q"])
    assert main(["features", "birds", "-o", "two.npz", "--preset", "librosa.mfcc", "-q", "--processes", "2"]) == 0
    assert Path("one.npz").read_bytes() == Path("two.npz").read_bytes()


def noted(job, folder):
    Path("processes", str(os.getpid())).touch()
    return make(job, folder)


@pytest.mark.parametrize(("given", "here"), [(["--processes", "3"], False), (["--processes", "1"], True), ([], True)])
def test_small_files_are_shared_among_processes_where_that_is_asked_for(folder, monkeypatch, given, here):
    Path("processes").mkdir()
    monkeypatch.setattr(run, "make", noted)
    assert main(["features", "birds", "-o", "a.npz", "--preset", "kaldi.fbank", "-q", *given]) == 0
    names = {path.name for path in Path("processes").iterdir()}
    assert names == {str(os.getpid())} if here else len(names) <= 3 and str(os.getpid()) not in names


def killed_by_seven(job, folder):
    import os

    if any("7" in Path(file).name for file in job.files):
        os._exit(1)
    return make(job, folder)


def test_a_file_that_ends_its_process_is_the_only_one_lost(folder, monkeypatch, capsys):
    monkeypatch.setattr(run, "AT_ONCE", 3)
    monkeypatch.setattr(run, "make", killed_by_seven)
    few = [f"birds/{i}.wav" for i in (5, 6, 7, 8)]
    assert main(["features", *few, "-o", "a.npz", "--preset", "kaldi.fbank", "-q", "--processes", "2"]) == 3
    assert list(table("a.npz")["files"]) == ["birds/5.wav", "birds/6.wav", "birds/8.wav"]
    assert "birds/7.wav: reading it ended the process" in capsys.readouterr().err


def test_an_interrupted_run_goes_on_where_it_was(folder, monkeypatch, capsys):
    main(["features", "birds", "-o", "whole.npz", "--preset", "kaldi.fbank", "-q"])
    made = []

    def interrupted(job, where):
        if len(made) == 7:
            raise KeyboardInterrupt
        made.append(job)
        return make(job, where)

    monkeypatch.setattr(run, "make", interrupted)
    assert main(["features", "birds", "-o", "a.npz", "--preset", "kaldi.fbank", "-q"]) == 130
    assert "interrupted after 7 of 20 files; 7 of them are kept in a.npz.parts" in capsys.readouterr().err
    assert not Path("a.npz").exists()
    monkeypatch.setattr(run, "make", lambda job, where: made.append(job) or make(job, where))
    assert main(["features", "birds", "-o", "a.npz", "--preset", "kaldi.fbank"]) == 0
    assert "7 files had been done by an earlier run" in capsys.readouterr().err
    assert len(made) == 20
    assert Path("a.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_an_interrupted_run_tells_how_many_are_done_and_how_many_will_not_be_done_again(folder, monkeypatch, capsys):
    """A file with a fault is done again: a disk that failed may not fail twice."""
    Path("birds/0.wav").write_bytes(Path("birds/1.wav").read_bytes()[:10_000])
    made = []

    def interrupted(job, where):
        if len(made) == 7:
            raise KeyboardInterrupt
        made.append(job)
        return make(job, where)

    monkeypatch.setattr(run, "make", interrupted)
    command = ["features", "birds", "-o", "a.npz", "--preset", "kaldi.fbank"]
    assert main(command) == 130
    assert "interrupted after 7 of 20 files; 6 of them are kept in a.npz.parts;" in capsys.readouterr().err
    monkeypatch.setattr(run, "make", make)
    assert main(command) == 3
    assert "6 files had been done by an earlier run.\n" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["a flipped bit", "cut short", "empty", "text"])
def test_a_damaged_part_of_an_interrupted_run_is_made_again(folder, monkeypatch, damage):
    main(["features", "birds", "-o", "whole.npz", "--preset", "kaldi.fbank", "-q"])

    def interrupted(job, where):
        if len(list(Path(where).glob("*.npz"))) == 3:
            raise KeyboardInterrupt
        return make(job, where)

    monkeypatch.setattr(run, "make", interrupted)
    assert main(["features", "birds", "-o", "a.npz", "--preset", "kaldi.fbank", "-q"]) == 130
    first = min(Path("a.npz.parts").glob("*.npz"))
    good = first.read_bytes()
    flipped = bytearray(good)
    flipped[-len(good) // 3] ^= 1  # among the values
    bad = {"a flipped bit": bytes(flipped), "cut short": good[:-100], "empty": b"", "text": b"this is no zip"}
    first.write_bytes(bad[damage])
    made = []
    monkeypatch.setattr(run, "make", lambda job, where: made.append(job) or make(job, where))
    assert main(["features", "birds", "-o", "a.npz", "--preset", "kaldi.fbank", "-q"]) == 0
    assert len(made) == 18
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
