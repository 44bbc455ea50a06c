"""An archive is killed, starved and poisoned: the next run gives what a quiet one gives, and does nothing twice.

SONOGRAPH_KILLS=50 kills fifty times.
"""

import contextlib
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sonograph import archive
from sonograph.archive.products.overview import OverviewProduct
from sonograph.archive.stores import files
from sonograph.archive.stores.marks import Marks
from sonograph.errors import OutputError
from sonograph.settings import StftSettings
from tests.archive.archives import contents, record, scanned
from tests.thorough import ALL

KILLS = int(os.environ.get("SONOGRAPH_KILLS", "3"))
HOURS = range(12)
SMALL = StftSettings(window_length=16, hop=8)

# the command, whose workers note each shard, and take their time before it is written, and before it is marked
COMMAND = """
import os, sys, time
from sonograph import cli
from sonograph.archive.stores import arrays as stores
real = stores.write

def noted(files, label, facts, number, *rest):
    with open("written", "ab", 0) as file:
        file.write(f"{label} {number}\\n".encode())
    time.sleep(0.02)
    found = real(files, label, facts, number, *rest)
    time.sleep(0.02)
    return found

stores.write = noted
sys.exit(cli.main(["archive", "run", "a", "-q", "--processes", "2"]))
"""


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """An archive in which nothing is done yet, and a quiet run of it."""
    folder = tmp_path_factory.mktemp("faults")
    record(folder / "in", hours=HOURS, seconds=70)
    archive.plan(scanned(folder / "in"), ["minutes", OverviewProduct(SMALL)], at=folder / "planned", hours=1)
    shutil.copytree(folder / "planned", folder / "quiet")
    archive.run(folder / "quiet", workers=0)
    return folder


@pytest.fixture
def room(planned, tmp_path):
    shutil.copytree(planned / "planned", tmp_path / "a")
    return tmp_path


def started(room, words=COMMAND):
    return subprocess.Popen([sys.executable, "-c", words], cwd=room, start_new_session=True, stderr=subprocess.PIPE)


def written(room):
    """The label and the number of each shard, in the order in which they were written."""
    return (room / "written").read_text().splitlines() if (room / "written").exists() else []


def marked(archive):
    return {f"{one.label} {one.shard}" for one in Marks(archive / "ledger").all() if one.status != "empty"}


def test_a_job_that_is_killed_at_random_goes_on_and_does_nothing_twice(planned, room):
    """Z-01, and between data and mark: half of the time a worker is there."""
    chance, done = random.Random(KILLS), Counter()
    for _ in range(KILLS):
        before, count = marked(room / "a"), len(written(room))
        process = started(room)
        few = 10 if KILLS < 9 else chance.randint(0, 9)
        while len(written(room)) < count + few and process.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.12))
        with contextlib.suppress(ProcessLookupError):  # it was faster
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        done.update(set(written(room)[count:]) & before)
    assert not done, "computed again after its mark"
    kept, wanted = marked(room / "a"), marked(planned / "quiet")
    assert kept <= wanted and len({one.split()[0] for one in wanted}) == 3
    assert archive.run(room / "a", workers=0).done == len(wanted) - len(kept) < len(wanted)
    assert contents(room / "a") == contents(planned / "quiet")


def test_workers_that_are_killed_cost_nothing(planned, room):
    """Z-02."""
    process, killed = started(room), 0
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and killed < KILLS:
        count = len(written(room))
        while len(written(room)) < count + 10 and process.poll() is None:
            time.sleep(0.005)
        found = children.read_text().split() if process.poll() is None else []
        if found:
            os.kill(int(found[-1]), signal.SIGKILL)
            killed += 1
    _, said = process.communicate(timeout=60)
    assert (process.returncode, killed > 0) == (0, True), said
    assert contents(room / "a") == contents(planned / "quiet")


def test_poison_files_fail_alone(tmp_path):
    """Z-04: three of nine files kill, hang and fill the process that reads them; two tasks have them among others."""
    files = record(tmp_path / "in", hours=range(9), seconds=70)
    for number, kind in ((1, "segfault"), (2, "endless"), (7, "greedy")):
        name = files[number].rename(files[number].with_name(f"{kind}_{files[number].name}"))
        files[number] = name
    (tmp_path / "times.csv").write_text(
        "file,start\n" + "".join(f"{one.name},2024-05-01T{4 + i:02}:30:00Z\n" for i, one in enumerate(files))
    )
    catalogue = archive.scan(str(tmp_path / "in"), times=tmp_path / "times.csv")
    for one in catalogue.timelines():
        assert one.effort() > 0
    archive.plan(catalogue, at=tmp_path / "a", hours=6)
    process = subprocess.run(
        [sys.executable, "-m", "tests.archive.poisoned", "archive", "run", "a", "--processes", "2"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert process.returncode == 3, process.stderr
    for kind, words in (("segfault", "SIGSEGV"), ("endless", "did not get on"), ("greedy", "more memory")):
        [line] = [line for line in process.stderr.splitlines() if kind in line]
        assert words in line and "what it holds is missing" in line
    opened = archive.open(tmp_path / "a")
    total = sum(opened.minutes(timeline=name).effort.sum() for name in opened.names)
    assert total == 6 * 70
    for timeline, name in zip(catalogue.timelines(), [*opened.names], strict=True):
        whole = archive.minutes(timeline)
        stored = opened.minutes(start=timeline.start, timeline=name)
        there = stored.effort > 0
        np.testing.assert_array_equal(stored.density[there], whole.density[: len(there)][there].astype(np.float32))
    before = contents(tmp_path / "a")
    assert archive.run(tmp_path / "a", workers=0).done == 0  # not tried again until they are other files
    assert contents(tmp_path / "a") == before
    faults = {name for one in archive.status(tmp_path / "a") for name in one.faults}
    assert faults == {files[1].name, files[2].name, files[7].name}


def failing_at(monkeypatch, owner, name, number):
    """Let the call of that number fail as on a full disk; how many there were."""
    real, calls = getattr(owner, name), [0]

    def fails(*given, **named):
        calls[0] += 1
        if calls[0] == number:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*given, **named)

    monkeypatch.setattr(owner, name, fails)
    return calls


@pytest.mark.parametrize(("owner", "name"), [(files, "put"), (os, "fsync"), (Marks, "mark"), (Path, "replace")])
def test_a_disk_that_is_full_at_any_write_ends_the_run_and_costs_nothing(tmp_path, monkeypatch, owner, name):
    """W-01: the N-th write of each kind fails, until a run passes; for every N where SONOGRAPH_KILLS is set."""
    record(tmp_path / "in", hours=(0, 1), seconds=70)
    archive.plan(scanned(tmp_path / "in"), at=tmp_path / "planned", hours=1)
    shutil.copytree(tmp_path / "planned", tmp_path / "quiet")
    archive.run(tmp_path / "quiet", workers=0)
    expected, number, every = contents(tmp_path / "quiet"), 0, "SONOGRAPH_KILLS" in os.environ
    while True:
        number = number + 1 if every else max(number + 1, number * 3 // 2)
        at = tmp_path / f"a{number}"
        shutil.copytree(tmp_path / "planned", at)
        with monkeypatch.context() as patch:
            calls = failing_at(patch, owner, name, number)
            try:
                archive.run(at, workers=0)
            except OSError as error:
                assert isinstance(error, OutputError) or owner is Marks, error
                assert not list(at.rglob("*.part*"))
            else:
                assert calls[0] < number
                break
        archive.run(at, workers=0)
        assert contents(at) == expected, number
    assert number > 2 or owner is Path


WRITES = [
    (files, "put"),
    (os, "fsync"),
    (os, "replace"),
    (Path, "replace"),
    (Path, "mkdir"),
    (files.LocalFiles, "append"),
]


def any_failing_at(patch, number):
    """As `failing_at`, of all ways to write together; what is opened to be written to as well."""
    real_open, calls = Path.open, [0]

    def count():
        calls[0] += 1
        if calls[0] == number:
            raise OSError(errno.ENOSPC, "No space left on device")

    def opened(self, mode="r", *more, **named):
        if set(mode) & set("wax"):
            count()
        return real_open(self, mode, *more, **named)

    for owner, name in WRITES:
        real = getattr(owner, name)
        patch.setattr(owner, name, lambda *given, real=real, **named: (count(), real(*given, **named))[1])
    patch.setattr(Path, "open", opened)
    return calls


def test_a_disk_that_is_full_at_any_write_from_the_catalogue_to_the_log_costs_nothing(tmp_path, monkeypatch):
    """W-01: a catalogue is saved, an archive planned, extended and run; what failed is done again."""
    record(tmp_path / "in", hours=(0,), seconds=70)
    first = scanned(tmp_path / "in")
    record(tmp_path / "in", hours=(1,), seconds=70)
    second = scanned(tmp_path / "in")

    def steps(at):
        for catalogue in (first, second):
            yield lambda catalogue=catalogue: catalogue.save(at / "c.jsonl")
            yield lambda: archive.plan(at / "c.jsonl", at=at / "a", hours=1)
            yield lambda: archive.run(at / "a", workers=0)

    (tmp_path / "quiet").mkdir()
    for step in steps(tmp_path / "quiet"):
        step()
    expected, number = contents(tmp_path / "quiet"), 0
    while True:
        number = number + 1 if ALL else number * 2 + 3
        at = tmp_path / str(number)
        at.mkdir()
        with monkeypatch.context() as patch:
            calls = any_failing_at(patch, number)
            for step in steps(at):
                try:
                    step()
                except OutputError:
                    assert calls[0] >= number and not list(at.rglob("*.part*"))
                    step()
        assert contents(at) == expected, number
        if calls[0] < number:
            break
        shutil.rmtree(at)
    assert number > 50


def test_data_are_on_the_disk_before_their_mark(tmp_path, monkeypatch):
    """Z-09: what is asked to be on the disk itself, in that order."""
    record(tmp_path / "in", hours=(0,), seconds=70)
    plan = archive.plan(scanned(tmp_path / "in"), at=tmp_path / "a", hours=1)
    asked, real = [], os.fsync

    def sync(descriptor):
        asked.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    archive.run(plan, workers=0)
    [(label, marks)] = [(one.label, one) for one in Marks(tmp_path / "a" / "ledger").all() if one.status == "done"]
    ledger = asked.index(str(tmp_path / "a" / "ledger"))
    for name in marks.arrays:
        [file] = [one for one in (tmp_path / "a" / label / name / "c").rglob("[04]") if one.is_file()]
        part = f"{file.parent}/.{file.name}."  # as it was called before it was whole
        assert any(one.startswith(part) for one in asked[:ledger]), file
        assert str(file.parent) in asked[:ledger]
