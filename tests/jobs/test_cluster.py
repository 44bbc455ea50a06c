"""Tasks on a Dask cluster: the same outcomes as on one machine, whatever ends meanwhile."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sonograph.errors import OutputError
from sonograph.jobs import cluster as place_of_dask
from sonograph.jobs.cluster import Cluster
from sonograph.jobs.guard import Guard
from sonograph.jobs.places import Here
from sonograph.jobs.run import run
from sonograph.jobs.task import Outcome, Task
from tests.jobs import poison
from tests.jobs.clusters import kill_worker, local_cluster

pytest.importorskip("distributed", reason="Dask is not installed: make cluster")
GUARD = Guard(memory=1 << 30, seconds=1.0)


@pytest.fixture(scope="module")
def cluster():
    with local_cluster() as made:
        yield made


def here(items: Iterator[str]) -> list[str]:
    """Where it is done, slowly enough to be disturbed."""
    time.sleep(0.05)
    return [f"{Path.cwd()}/{item}" for item in items]


def fails_at_first(items: Iterator[str]) -> int:
    """A store that does not answer two times."""
    [path] = items
    with Path(path).open("a") as file:
        file.write("tried\n")
    tried = Path(path).read_text().count("tried")
    if tried < 3:
        raise TimeoutError("the store did not answer")
    return tried


def never_there(items: Iterator[str]) -> None:
    raise OutputError("the disk is full")


@pytest.mark.parametrize("kind", ["segfault", "endless"])
def test_a_poison_fails_alone_and_costs_no_worker(cluster, kind):
    items = [f"item {i}" for i in range(20)]
    items[7] = kind
    before = {nanny.process.pid for nanny in cluster.workers.values()}
    tasks = [Task(str(i), poison.work, tuple(items[i : i + 6])) for i in range(0, 20, 6)]
    outcomes = list(run(tasks, Cluster(cluster.scheduler_address, GUARD)))
    assert Counter(item for outcome in outcomes for item in outcome.task.items) == Counter(items)
    assert [one.task.items for one in outcomes if one.lost] == [(kind,)]
    assert {nanny.process.pid for nanny in cluster.workers.values()} == before


def test_workers_that_are_killed_lose_no_task_and_it_runs_where_it_was_asked_for(cluster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tasks = [Task(str(i), here, (f"{i}",)) for i in range(60)]
    want = {outcome.task.name: outcome.result for outcome in run(tasks, Here())}
    found = {}
    for outcome in run(tasks, Cluster(cluster.scheduler_address, GUARD)):
        assert outcome.error is None and not outcome.lost
        found[outcome.task.name] = outcome.result
        if len(found) in (10, 30):
            kill_worker(cluster, len(found) // 10)
    assert found == want


class Finished:
    """A future whose result was there, and is no longer when it is asked for."""

    status = "finished"

    def __init__(self, error):
        self._error = error

    def result(self):
        raise self._error


def test_a_result_that_is_lost_with_all_who_make_it_again_is_a_task_that_is_lost():
    """Dask makes what was finished again where its worker has ended, and may say in the end that it could not."""
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    place, task = Cluster("tcp://nowhere:1"), Task("a", sorted, (1,))
    outcome = place._outcome(None, task, Finished(KilledWorker("do-1", None, 3)))
    assert (outcome.task, outcome.reason) == (task, "crash") and "ended the worker" in outcome.lost
    with pytest.raises(OutputError, match=r"scheduler is gone.*run again"):
        place._outcome(None, task, Finished(FutureCancelledError("do-1", "scheduler-connection-lost")))


class TwiceFound:
    """A future whose result is lost with its worker before anybody has looked, and found again."""

    def __init__(self, found):
        self.found, self.states = found, ["lost", "pending", "lost", "finished"]

    @property
    def status(self):
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def add_done_callback(self, call):
        call(self)

    def result(self):
        return self.found


class OneClient:
    """A client all of whose futures are so."""

    def submit(self, *_, **__):
        return TwiceFound(Outcome(None, "found"))

    def cancel(self, *_, **__):
        return None

    def close(self, *_, **__):
        return None


def test_a_result_that_is_lost_before_it_is_looked_at_is_waited_for_again(monkeypatch):
    monkeypatch.setattr(Cluster, "_client", lambda self: OneClient())
    monkeypatch.setattr(Cluster, "_check_versions", lambda self, client: None)
    monkeypatch.setattr(Cluster, "_threads", lambda self, client: 1)
    tasks = [Task(str(n), here, (str(n),)) for n in range(7)]
    outcomes = list(run(tasks, Cluster("tcp://nobody:1")))
    assert sorted(one.task.name for one in outcomes) == [task.name for task in tasks]
    assert {one.result for one in outcomes} == {"found"}


def test_what_may_pass_is_tried_again_and_a_full_disk_is_not(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(place_of_dask, "PAUSE", 0.05)
    place = Cluster(cluster.scheduler_address, GUARD)
    [outcome] = run([Task("a", fails_at_first, (str(tmp_path / "tries"),))], place)
    assert outcome.result == 3
    began = time.monotonic()
    [outcome] = run([Task("a", never_there, ())], place)
    assert isinstance(outcome.error, OutputError) and time.monotonic() - began < 30


def test_few_tasks_are_submitted_at_a_time(cluster):
    given = []

    def tasks():
        for number in range(200):
            given.append(number)
            yield Task(str(number), sorted, (number,))

    with closing(run(tasks(), Cluster(cluster.scheduler_address, GUARD))) as outcomes:
        ended = 0
        for _ in outcomes:
            ended += 1
            assert len(given) - ended <= 2 * place_of_dask.EACH
    assert ended == 200


def test_a_worker_with_another_version_is_named(cluster, monkeypatch):
    place = Cluster(cluster.scheduler_address, GUARD)
    place._version = "9.9"
    with pytest.raises(OutputError, match=r"tcp://127.0.0.1:\d+: the worker needs Sonograph 9.9 and has "):
        list(run([Task("a", sorted, ())], place))


def test_where_nobody_answers_that_is_told(monkeypatch):
    monkeypatch.setattr(place_of_dask, "ANSWER", 1.0)
    with pytest.raises(OutputError, match="no Dask scheduler answers there"):
        list(run([Task("a", sorted, ())], Cluster("tcp://127.0.0.1:9", GUARD)))


def test_without_workers_it_waits_and_ends():
    with local_cluster(0) as empty, pytest.raises(OutputError, match="there was no worker for 1 s"):
        list(run([Task("a", sorted, ())], Cluster(empty.scheduler_address, GUARD, patience=1.0)))


def test_a_scheduler_that_ends_ends_the_run():
    import dask

    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), local_cluster(1) as made:
        outcomes = run([Task(str(i), here, ("a",)) for i in range(1000)], Cluster(made.scheduler_address, GUARD))
        next(outcomes)
        made.sync(made.scheduler.close)
        with pytest.raises(OutputError, match="run again"):
            list(outcomes)


def test_no_child_stays_when_a_worker_ends(tmp_path):
    with local_cluster(1) as made:
        [outcome] = run([Task("a", pid, ())], Cluster(made.scheduler_address, GUARD))
    for _ in range(100):
        if not Path(f"/proc/{outcome.result}").exists():
            return
        time.sleep(0.05)
    pytest.fail("the child is still there")


def pid(items: Iterator[str]) -> int:
    return os.getpid()
