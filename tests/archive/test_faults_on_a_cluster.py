"""On a Dask cluster, workers, scheduler and coordinator are killed, starved, poisoned: the bytes of a quiet run here.

SONOGRAPH_ALL=1: also twenty workers, the scheduler, poison and spilling.
"""

import contextlib
import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from sonograph import archive
from sonograph.archive.runs import running
from sonograph.archive.stores.marks import Marks
from sonograph.errors import OutputError
from tests.archive.archives import contents, record, scanned
from tests.jobs.clusters import kill_worker, local_cluster
from tests.thorough import ALL

pytest.importorskip("distributed", reason="Dask is not installed: make cluster")
KILLS = 20 if ALL else 1
TASKS = 60 if ALL else 8
thorough = pytest.mark.skipif(not ALL, reason="takes a cluster of its own: SONOGRAPH_ALL=1")


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """An archive in which nothing is done yet, and a quiet run of it here."""
    folder = tmp_path_factory.mktemp("cluster")
    record(folder / "in", hours=range(TASKS), seconds=70)
    archive.plan(scanned(folder / "in"), at=folder / "planned", hours=1)
    shutil.copytree(folder / "planned", folder / "quiet")
    archive.run(folder / "quiet", workers=0)
    return folder


@pytest.fixture(scope="module")
def cluster():
    with local_cluster() as made:
        yield made


@pytest.fixture
def at(planned, tmp_path):
    return Path(shutil.copytree(planned / "planned", tmp_path / "a"))


def marked(at):
    return sum(one.status == "done" for one in Marks(at / "ledger").all()) if (at / "ledger").exists() else 0


def until(holds, seconds=120):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    assert holds()


@thorough
def test_workers_that_are_killed_cost_nothing(planned, cluster, at):
    """Z-02: one after another, each once the others have got on by two tasks."""
    killed, ended = [], threading.Event()

    def kill():
        before = 0
        while len(killed) < KILLS and not ended.is_set():
            if marked(at) >= before + 2:
                kill_worker(cluster, len(killed))
                killed.append(before := marked(at))
            time.sleep(0.02)

    killing = threading.Thread(target=kill)
    killing.start()
    ran = archive.run(at, workers=cluster.scheduler_address)
    ended.set()
    killing.join()
    assert not ran.failed and not ran.refused and len(killed) == KILLS
    assert archive.run(at, workers=0).done == 0
    assert contents(at) == contents(planned / "quiet")


# the command, which stands still between the data and the mark of its third task
STANDS_STILL = """
import sys, time
from pathlib import Path
from sonograph import cli
from sonograph.archive.stores.marks import DONE, Marks
real, done = Marks.mark, []

def mark(self, marks, **more):
    done.extend(one for one in marks if one.status == DONE)
    if len(done) >= 3:
        Path("stands still").touch()
        time.sleep(600)
    real(self, marks, **more)

Marks.mark = mark
sys.exit(cli.main(["archive", "run", "a", "--scheduler", sys.argv[1], "-q"]))
"""


def test_a_coordinator_killed_between_data_and_mark_is_followed_by_another_and_two_are_refused(planned, cluster, at):
    """Z-01, W-05. What the first had submitted may still be at work when the next run begins."""
    words = [sys.executable, "-c", STANDS_STILL, cluster.scheduler_address]
    with subprocess.Popen(words, cwd=at.parent, stderr=subprocess.PIPE) as first:
        until(lambda: (at.parent / "stands still").exists() or first.poll() is not None)
        for workers in (cluster.scheduler_address, 0):
            with pytest.raises(OutputError, match="is being written by process"):
                archive.run(at, workers=workers)
        first.kill()
    before = marked(at)
    assert before == 2
    ran = archive.run(at, workers=cluster.scheduler_address)
    assert (ran.done, ran.failed, ran.refused) == (TASKS - before, {}, [])
    assert contents(at) == contents(planned / "quiet")


@contextlib.contextmanager
def scheduler(folder, workers=2):
    """A scheduler and its workers, as programs: its address and its process."""
    told = folder / "scheduler.json"
    told.unlink(missing_ok=True)
    common = [*("--scheduler-file", str(told)), "--no-dashboard"]
    python = [sys.executable, "-m"]
    words = [*python, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *common]
    started = [subprocess.Popen(words, cwd=folder, stderr=subprocess.DEVNULL)]
    until(lambda: told.exists() and told.stat().st_size > 0)
    try:
        for _ in range(workers):
            words = [*python, "distributed.cli.dask_worker", "--nthreads", "1", "--death-timeout", "60", *common]
            started.append(subprocess.Popen(words, cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True))
        yield json.loads(told.read_text())["address"], started[0]
    finally:
        started[0].kill()
        for one in started[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
        for one in started:
            one.wait()


@thorough
def test_a_scheduler_that_is_killed_ends_the_run_and_the_next_goes_on(planned, at, tmp_path):
    """Z-03."""
    with scheduler(tmp_path) as (address, process):
        killing = threading.Thread(target=lambda: (until(lambda: marked(at) >= 3), process.kill()))
        killing.start()
        with pytest.raises(OutputError, match=r"run\s+again"):
            archive.run(at, workers=address)
        killing.join()
    before = marked(at)
    assert 3 <= before < TASKS
    with scheduler(tmp_path, workers=1) as (address, _):
        assert archive.run(at, workers=address).done == TASKS - before
    assert contents(at) == contents(planned / "quiet")


@pytest.mark.parametrize("has", [None, "0.0.1"], ids=["none", "another version"])
def test_a_worker_without_our_version_is_refused_by_name(cluster, at, has):
    with cluster.get_client() as client:
        worker = sorted(client.scheduler_info()["workers"])[0]

        def pretend(version):
            def found(name):
                if version is None:
                    raise importlib.metadata.PackageNotFoundError(name)
                return version

            importlib.metadata.real, importlib.metadata.version = importlib.metadata.version, found

        def as_before():
            importlib.metadata.version = importlib.metadata.real

        client.run(pretend, has, workers=[worker])
        try:
            with pytest.raises(OutputError, match=f"{worker}: the worker needs Sonograph .* and has {has or 'none'}"):
                archive.run(at, workers=cluster.scheduler_address)
        finally:
            client.run(as_before, workers=[worker])
    assert marked(at) == 0


@thorough
@pytest.mark.parametrize("kind", ["segfault", "greedy"])
def test_a_poison_file_ends_its_child_and_no_worker(tmp_path, monkeypatch, kind):
    """Z-04: it is failed, all others are exact."""
    files = record(tmp_path / "in", hours=range(6), seconds=70)
    (tmp_path / "in" / kind).mkdir()
    bad = files[3].rename(tmp_path / "in" / kind / files[3].name)
    for name in ("quiet", "a"):
        archive.plan(scanned(tmp_path / "in"), at=tmp_path / name, hours=6)
    archive.run(tmp_path / "quiet", workers=0)
    monkeypatch.setattr(running, "PRELOADED", (*running.PRELOADED, "tests.archive.poison_at_import"))
    with local_cluster() as made:
        before = {nanny.process.pid for nanny in made.workers.values()}
        ran = archive.run(tmp_path / "a", workers=made.scheduler_address)
        assert {nanny.process.pid for nanny in made.workers.values()} == before
    assert list(ran.failed) == [str(bad)] and not ran.refused
    whole, found = (archive.open(tmp_path / name).minutes() for name in ("quiet", "a"))
    lost = (whole.effort > 0) & (found.effort == 0)
    assert lost.sum() == 2  # 70 s of it
    np.testing.assert_array_equal(found.density[~lost], whole.density[~lost])
    assert np.isnan(found.density[lost]).all()


@thorough
def test_workers_whose_memory_is_full_of_others_data_spill_and_do_it_all_the_same(planned, at):
    import distributed

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0", silence_logs=50,
        memory_limit="600MiB",
    ) as made, made.get_client() as client:  # fmt: skip
        held = [client.submit(np.full, 25 << 17, float(i), pure=False) for i in range(40)]  # 1 GB, of 1.2
        distributed.wait(held)
        spilled = client.run(lambda dask_worker: len(dask_worker.data.slow))
        assert sum(spilled.values()) > 0
        ran = archive.run(at, workers=made.scheduler_address)
    assert not ran.failed and not ran.refused
    assert contents(at) == contents(planned / "quiet")
