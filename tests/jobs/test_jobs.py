"""Tasks in processes: an item that kills its process fails alone, and no process stays behind."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph.errors import SettingsError
from sonograph.jobs import places
from sonograph.jobs.guard import Guard
from sonograph.jobs.places import Here, Processes
from sonograph.jobs.run import run
from sonograph.jobs.task import Outcome, Task
from tests.jobs import poison
from tests.thorough import ALL

GUARD = Guard(memory=1 << 30, seconds=1.0)
REASONS = {"segfault": "crash", "endless": "time", "greedy": "memory", "killed": "crash", "leaves": "crash"}
linux = pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc")


def tasks(items, size):
    return [Task(str(i), poison.work, tuple(items[i : i + size])) for i in range(0, len(items), size)]


def children(of):
    """Processes whose parent is this, and theirs."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = entry.joinpath("stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if stat[0] != "Z":
                parents[int(entry.name)] = int(stat[1])
    found = {pid for pid, parent in parents.items() if parent == of}
    return found | {grand for child in found for grand in children(child)}


def values(names):
    return [os.environ.get(name) for name in names]


@linux
def test_forks_begin_with_the_modules_that_they_are_to_have():
    """Each would load them by itself."""
    script = """
import sys
from sonograph.jobs.places import Processes
from sonograph.jobs.run import run
from sonograph.jobs.task import Task
def loaded(names):
    return [name in sys.modules for name in names]
names = "colorsys", "sched"
print([outcome.result for outcome in run([Task("a", loaded, names)], Processes(1, preload=names[:1]))])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[[True, False]]"


def test_a_process_has_the_environment_of_when_it_is_started(monkeypatch):
    """Also one of a server of processes, which was there before: keys to a store are given so."""
    task = Task("a", values, ("SONOGRAPH_NEW", "SONOGRAPH_OLD"))
    with threading_beside():
        monkeypatch.setenv("SONOGRAPH_OLD", "old")
        [first] = run([task], Processes(1))
        monkeypatch.setenv("SONOGRAPH_NEW", "new")
        monkeypatch.delenv("SONOGRAPH_OLD")
        [second] = run([task], Processes(1))
    assert (first.result, second.result) == ([None, "old"], ["new", None])


@contextlib.contextmanager
def threading_beside():
    """A thread, beside which processes are no forks of this one."""
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    yield
    ended.set()
    thread.join()


@pytest.mark.parametrize("kind", list(REASONS))
@pytest.mark.parametrize("place", [1, 2], ids=["one process", "two"])
def test_a_poison_fails_alone_and_costs_no_other_item(kind, place):
    items = [f"item {i}" for i in range(20)]
    items[7] = kind
    outcomes = list(run(tasks(items, 6), Processes(place, GUARD)))
    assert Counter(item for outcome in outcomes for item in outcome.task.items) == Counter(items)
    lost = [outcome for outcome in outcomes if outcome.lost]
    assert [(outcome.task.items, outcome.reason) for outcome in lost] == [((kind,), REASONS[kind])]
    for outcome in outcomes:
        if not outcome.lost:
            assert [item for item, _ in outcome.result] == list(outcome.task.items) and outcome.error is None


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(["segfault", "killed", "leaves", *"abcdefgh"]), max_size=12), st.integers(1, 5))
def test_each_item_is_in_one_outcome_whatever_dies(items, size):
    named = [f"{item}" for item in items]
    outcomes = list(run(tasks(named, size), Processes(2, GUARD)))
    assert Counter(item for outcome in outcomes for item in outcome.task.items) == Counter(named)
    lost = Counter(item for outcome in outcomes if outcome.lost for item in outcome.task.items)
    assert lost == Counter(item for item in named if item in REASONS)


def test_what_gets_on_may_take_long_and_an_item_may_be_given_more():
    slow = Task("a", poison.slow, (1,))
    assert [outcome.result for outcome in run([slow], Processes(1, GUARD))] == ["done"]
    more = Task("a", poison.work, ("endless",), seconds=(1.0,))
    began = time.monotonic()
    [outcome] = run([more], Processes(1, GUARD))
    assert outcome.reason == "time" and "2 s of work" in outcome.lost and time.monotonic() - began > 1.9


@pytest.mark.parametrize("place", [Here(), Processes(1, GUARD)], ids=["here", "a process"])
def test_an_error_is_that_of_its_task_alone(place):
    listed = [Task("a", poison.failing, (2, 1)), Task("b", poison.work, ("x",))]
    bad, good = run(listed, place)
    assert isinstance(bad.error, ValueError) and str(bad.error) == "cannot do [1, 2]" and not bad.lost
    assert good.error is None and good.result[0][0] == "x"


def test_what_cannot_be_sent_is_an_error_that_says_so():
    bad, good = run([Task("a", poison.unsendable, (1,)), Task("b", poison.work, ("x",))], Processes(1, GUARD))
    assert "pickle" in str(bad.error) and good.result


def test_a_task_of_some_items_is_the_same_work():
    task = Task("a", poison.work, ("x", "y", "z"), (1,), (1.0, 2.0, 3.0))
    some = task.of([0, 2])
    assert (some.items, some.seconds, some.arguments, some.function) == (("x", "z"), (1.0, 3.0), (1,), poison.work)
    assert pickle.loads(pickle.dumps(some)) == some


def test_where_no_process_can_be_started_the_work_is_done_here(monkeypatch):
    """As where a user may have no more, or a sandbox allows none."""

    def none(*_):
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(places, "Worker", none)
    outcomes = list(run(tasks(["a", "b", "c"], 1), Processes(2, GUARD)))
    assert [outcome.result for outcome in outcomes] == [[(item, os.getpid())] for item in "abc"]


@linux
def test_a_script_that_its_own_processes_run_again_is_told_so_and_no_item_is_blamed(tmp_path):
    """As on macOS and Windows always, and here beside other threads."""
    script = tmp_path / "script.py"
    script.write_text(
        "import threading\nfrom sonograph.jobs.places import Processes\nfrom sonograph.jobs.run import run\n"
        "from sonograph.jobs.task import Task\nfrom tests.jobs import poison\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "for one in run([Task('a', poison.work, ('x',))], Processes(2)):\n    print(repr(one.error), one.lost)\n"
    )
    root = str(Path(__file__).parents[2])
    found = subprocess.run([sys.executable, script], env=os.environ | {"PYTHONPATH": root}, capture_output=True,
                           text=True, timeout=60)  # fmt: skip
    assert found.stdout.startswith("SonographError") and "if __name__ == '__main__':" in found.stdout, found
    assert found.stdout.endswith(" \n")


class Backwards:
    """A place of one's own."""

    def outcomes(self, waiting):
        while waiting:
            task = waiting.pop()
            yield Outcome(task, task.function(iter(task.items)))


def test_a_place_of_ones_own_needs_one_method():
    assert [o.task.name for o in run(tasks(["a", "b", "c"], 1), Backwards())] == ["2", "1", "0"]


@linux
def test_a_run_that_nobody_ended_ends_with_its_program():
    """Its iterator is still there, and one of its processes in a loop."""
    code = "import poison; from sonograph.jobs.run import run; from sonograph.jobs.places import Processes\n"
    code += "from sonograph.jobs.task import Task\n"
    code += (
        "outcomes = run([Task(w, poison.work, (w,)) for w in ('a', 'endless')], Processes(2)); print(next(outcomes))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(poison.__file__).parent, capture_output=True, timeout=20
    )
    assert done.returncode == 0 and not done.stderr, done.stderr


@linux
@pytest.mark.parametrize("how", ["all", "closed", "threads"])
def test_no_process_is_left_when_a_run_ends(how):
    before = children(os.getpid())
    stop = threading.Event()
    helper = threading.Thread(target=stop.wait)
    if how == "threads":  # so that processes come from a server
        helper.start()
    outcomes = run(tasks(["a", "killed", "b", "c"], 1), Processes(2, GUARD))
    next(outcomes)
    if how == "closed":
        outcomes.close()
    else:
        assert len(list(outcomes)) == 3
    stop.set()
    left = children(os.getpid()) - before
    servers = [pid for pid in left if b"multiprocessing" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert how == "threads" or not left
    assert len(left) == len(servers) <= 2  # they end with this process


@linux
@pytest.mark.parametrize(
    ("number", "how", "hang"),
    [
        (number, how, hang)
        for number, quick in {"SIGKILL": "fork c", "SIGTERM": "server python", "SIGINT": "server c"}.items()
        for how in ("fork", "server")
        for hang in ("python", "c")
        if ALL or f"{how} {hang}" == quick
    ],
)
def test_no_process_outlives_the_one_that_started_it(tmp_path, number, how, hang):
    """Also one that is in a loop in C, and those that hold the caller's standard error."""
    command = [sys.executable, poison.__file__, str(tmp_path), how, hang]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as parent:
        while len(list(tmp_path.iterdir())) < 2:
            assert parent.poll() is None
            time.sleep(0.02)
        family = children(parent.pid)
        assert len(family) >= 2
        parent.send_signal(getattr(signal, number))
        parent.stderr.read()  # ends when nobody holds it any more
        parent.wait()
    until = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in family) and time.monotonic() < until:
        time.sleep(0.02)
    assert not [pid for pid in family if Path(f"/proc/{pid}").exists()]


@pytest.mark.parametrize("name", ["memory", "seconds"])
def test_a_limit_is_above_zero(name):
    with pytest.raises(SettingsError, match=f"{name} is 0; a limit must be above 0"):
        Guard(**{name: 0})
