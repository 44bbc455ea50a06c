"""A real Dask scheduler in a process of its own: many empty tasks by a few workers, and by a thousand simulated ones.

A simulated worker is Dask's own, with its own connections, beats and thread, beside hundreds of others in one process;
in place of a child process that computes, it sleeps. Scheduler and coordinator cannot tell it from a machine.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from sonograph.jobs import cluster
from sonograph.jobs.cluster import Cluster
from sonograph.jobs.run import run
from sonograph.jobs.task import Outcome, Task

PAYLOAD = 10_000
"""Bytes of an empty task, about what the work of an hour is when it is packed."""
SAMPLES = 20
"""How often memory is looked at in a run."""


@contextlib.contextmanager
def scheduler():
    """(address, process) of a scheduler on this machine."""
    with tempfile.TemporaryDirectory() as room:
        known = Path(room, "scheduler.json")
        with _started("dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file",
                      str(known)) as process:  # fmt: skip
            while not known.exists() or not known.read_text().endswith("}"):
                if process.poll() is not None:
                    raise RuntimeError("the scheduler did not start")
                time.sleep(0.1)
            yield json.loads(known.read_text())["address"], process


@contextlib.contextmanager
def _started(*command):
    """A process of this environment, quiet, that ends with us."""
    line = [sys.executable, "-m", *command]
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def nothing(items):
    """An empty task."""
    for _ in items:
        pass


def asleep(task, guard, preload, version):
    """In place of a child process: as long as the task says. Called as `on_worker.do` is."""
    time.sleep(float(task.name.split()[1]))
    return Outcome(task)


def _observed(tasks, address, process, count):
    """What tasks take here and in the scheduler: ms a task, and MB after a tenth, at the end and at most."""
    here, there = psutil.Process(), psutil.Process(process.pid)
    memory = []
    began, used = time.perf_counter(), (_used(here), _used(there))
    for done, outcome in enumerate(run(tasks, Cluster(address)), 1):
        assert not outcome.lost
        assert outcome.error is None
        if done % (count // SAMPLES) == 0:
            memory.append((here.memory_info().rss / 1e6, there.memory_info().rss / 1e6))
    took = time.perf_counter() - began
    own, its = _used(here) - used[0], _used(there) - used[1]
    assert done == count
    early, late = memory[SAMPLES // 10 - 1], memory[-1]
    return {
        "tasks": count, "s": took, "ms": 1e3 * took / count,
        "coordinator_cpu_ms": 1e3 * own / count, "scheduler_cpu_ms": 1e3 * its / count,
        "coordinator_mb": [early[0], late[0], max(one[0] for one in memory)],
        "scheduler_mb": [early[1], late[1], max(one[1] for one in memory)],
    }  # fmt: skip


def _used(process):
    """Seconds of the processor."""
    found = process.cpu_times()
    return found.user + found.system


def empty_tasks(count=100_000, workers=2):
    """So many tasks that do nothing, each in a child process of one of the workers, as all are."""
    tasks = (Task(str(i), nothing, (bytes(PAYLOAD),)) for i in range(count))
    with scheduler() as (address, process), contextlib.ExitStack() as stack:
        for _ in range(workers):
            stack.enter_context(_started("dask", "worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"))
        _wait_for(address, workers)
        warm = [Task(f"warm {i}", nothing, (b"",)) for i in range(20 * workers)]
        for _ in run(warm, Cluster(address)):
            pass
        return _observed(tasks, address, process, count) | {"workers": workers}


def remembered(count=8_000, workers=2):
    """What the scheduler keeps of tasks that are done: its MB now and then, also without its record of submissions."""
    return {"tasks": count, "as it is": _growth(count, workers), "without": _growth(count, workers, _without_record)}


def _growth(count, workers, change=None):
    """MB of a scheduler after each quarter of so many tasks, for which no child process is started."""
    real, cluster.do = cluster.do, done_at_once
    tasks = (Task(str(i), nothing, (bytes(PAYLOAD),)) for i in range(count))
    try:
        with scheduler() as (address, process), contextlib.ExitStack() as stack:
            for _ in range(workers):
                line = "dask", "worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"
                stack.enter_context(_started(*line))
            _wait_for(address, workers)
            if change is not None:
                _on_scheduler(address, change)
            there = psutil.Process(process.pid)
            ended = enumerate(run(tasks, Cluster(address)), 1)
            return [there.memory_info().rss / 1e6 for done, _ in ended if done % (count // 4) == 0]
    finally:
        cluster.do = real


def done_at_once(task, guard, preload, version):
    """In place of a child process: nothing."""
    return Outcome(task)


def _without_record(dask_scheduler):
    from distributed.spans import Span

    Span.add_metadata = lambda self, metadata: None


def _on_scheduler(address, change):
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.run_on_scheduler(change)


def simulated_workers(workers=1000, processes=4, seconds=10.0, rounds=6):
    """So many workers, simulated, that each do tasks of so many seconds of sleep."""
    each, count = workers // processes, workers * rounds
    tasks = (Task(f"{i} {seconds}", nothing, (bytes(PAYLOAD),)) for i in range(count))
    real, cluster.do = cluster.do, asleep
    try:
        with scheduler() as (address, process), contextlib.ExitStack() as stack:
            for _ in range(processes):
                stack.enter_context(_started("benchmarks.scale_cluster", address, str(each)))
            began = time.perf_counter()
            _wait_for(address, workers)
            ready = time.perf_counter() - began
            found = _observed(tasks, address, process, count)
    finally:
        cluster.do = real
    return found | {"workers": workers, "processes": processes, "seconds": seconds, "ready_s": ready,
                    "busy": rounds * seconds / found["s"]}  # fmt: skip


def _wait_for(address, workers):
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=300)


SELDOM = "distributed.admin.tick.interval", "distributed.admin.tick.cycle", "distributed.admin.system-monitor.interval"
"""How often a worker looks at itself: fifty times a second by default, which a thousand in one machine cannot."""


async def _simulate(address, count):
    """Workers of one process, until it is ended."""
    import dask
    from distributed import Worker

    seldom = dict.fromkeys(SELDOM, "60s") | {"distributed.worker.profile.enabled": False}
    with dask.config.set(seldom), tempfile.TemporaryDirectory() as room:
        for number in range(count):
            await Worker(address, nthreads=1, memory_limit=0, dashboard=False, local_directory=room,
                         name=f"{os.getpid()}-{number}")  # fmt: skip
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_simulate(sys.argv[1], int(sys.argv[2])))
