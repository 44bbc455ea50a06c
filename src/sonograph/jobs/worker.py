"""One process that does tasks, and the other end of its pipe.

Over the pipe go tasks one way, and news the other: that it is there, the number of the item that is begun, a sign of
life, what the function returned or raised. Where the pipe ends, so did the process.
"""

from __future__ import annotations

import contextlib
import multiprocessing.connection
import multiprocessing.util
import os
import pickle
import signal
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from sonograph.errors import SonographError
from sonograph.jobs.guard import PATIENCE, Guard, limit_memory, limit_time, watched_by
from sonograph.jobs.life import follow, keep, let_go
from sonograph.jobs.processes import context
from sonograph.jobs.task import Outcome, Task

_STRIKES = (signal.SIGINT, signal.SIGTERM)
_STEP = 0.5  # s: how often a silent process is looked at; a machine that slept counts as one of them
_NEVER_THERE = (
    "a process ended before it had begun to work (exit code {code}). In a script, put what follows the imports under "
    "if __name__ == '__main__':, as such processes load it again."
)


class Worker:
    """A process, as its parent sees it. Made first and started then, so that whoever is interrupted has it to end.

    task : what it is at
    """

    def __init__(self, guard: Guard, preload: tuple[str, ...] = ()) -> None:
        self.task: Task | None = None
        self._at: int | None = None  # the item that it is at
        self._guard, self._silent = guard, 0.0
        self.is_alive, self._is_there = True, False
        here = context(preload)
        pipe, self._theirs = here.Pipe()
        self._their_life, life = here.Pipe(duplex=False)
        self._pipe, self._life = keep(pipe), keep(life)
        given = (self._theirs, self._their_life, guard, dict(os.environ))
        self._process = here.Process(target=_serve, args=given, daemon=True)

    def start(self) -> None:
        """Start it.

        Raises
        ------
        OSError
            The system starts no more.
        """
        _started.add(self)
        with _without_interrupts():
            self._process.start()
        self._theirs.close()
        self._their_life.close()

    def give(self, task: Task) -> None:
        """Let it do a task."""
        self.task, self._at, self._silent = task, None, 0.0
        with contextlib.suppress(BrokenPipeError):  # it has ended, which the pipe tells
            self._pipe.send(task)

    def news(self) -> Outcome | None:
        """What it says next; None where its task goes on."""
        assert self.task is not None  # noqa: S101
        try:
            what, value = self._pipe.recv()
        except (EOFError, OSError):
            return self._ended()
        self._silent, self._is_there = 0.0, True
        if what == "at":
            self._at = value
        if what not in ("returned", "raised"):
            return None
        task, self.task = self.task, None
        if isinstance(value, MemoryError):
            return Outcome(task, lost="needs more memory than there is", reason="memory", at=self._at)
        return Outcome(task, value) if what == "returned" else Outcome(task, error=value)

    def waited(self, seconds: float) -> Outcome | None:
        """That it said nothing for so long; what comes of it where that is too long."""
        self._silent += min(seconds, 2 * _STEP)
        allowed = self._allowed()
        if allowed is None or self._silent < PATIENCE * allowed:
            return None
        self._process.kill()
        return self._ended()

    def end(self) -> None:
        """End it now, whatever it is at, also where its start was interrupted."""
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()
        for end in (self._theirs, self._their_life):
            end.close()
        let_go(self._pipe)
        let_go(self._life)
        self.is_alive = False
        _started.discard(self)

    @property
    def pipe(self) -> Connection:
        """Where it speaks."""
        return self._pipe

    def _allowed(self) -> float | None:
        return None if self.task is None else _allowed(self._guard, self.task, self._at)

    def _ended(self) -> Outcome:
        assert self.task is not None  # noqa: S101
        self._process.join(5.0)
        code, allowed = self._process.exitcode, self._allowed()
        task, at = self.task, self._at
        self.task = None
        self.end()
        if allowed is not None and (code == -getattr(signal, "SIGPROF", 0) or self._silent >= PATIENCE * allowed):
            return Outcome(task, lost=f"did not get on for {allowed:.0f} s of work", reason="time", at=at)
        if not self._is_there and code is not None and code >= 0:  # by itself, and of no item
            return Outcome(task, error=SonographError(_NEVER_THERE.format(code=code)))
        return Outcome(task, lost=f"ended its process ({_cause(code)})", reason="crash", at=at)


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C and TERM wait, so that no process is there that its parent does not know, or that is struck by them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STRIKES)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_all() -> None:
    for worker in list(_started):
        worker.end()


_started: set[Worker] = set()
# Before multiprocessing asks them to end, which they leave to us, and waits; also in a process that it started itself.
multiprocessing.util.Finalize(None, _end_all, exitpriority=100)


def first_news(workers: list[Worker]) -> Iterator[Outcome]:
    """Wait until some of them say something; what came of the tasks that ended with it."""
    busy = [worker for worker in workers if worker.task is not None]
    began = time.monotonic()
    ready = multiprocessing.connection.wait([worker.pipe for worker in busy], _STEP)
    for worker in busy:
        outcome = worker.news() if worker.pipe in ready else worker.waited(time.monotonic() - began)
        if outcome is not None:
            yield outcome


def _cause(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None or code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
    more = ", as where the system has no memory left" if name == "SIGKILL" else ""
    return f"{name}{more}"


def _allowed(guard: Guard, task: Task, at: int | None) -> float | None:
    """Seconds of the processor that an item may take without a sign of life."""
    if guard.seconds is None:
        return None
    own = task.seconds if at is None else task.seconds[at : at + 1]
    return guard.seconds + max(own, default=0.0)


def _serve(pipe: Connection, life: Connection, guard: Guard, environment: dict[str, str]) -> None:
    """What the process does: tasks, until nobody gives any."""
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update(environment)  # a server that it may be forked from has that of its own beginning
    for number in _STRIKES:  # they go to all of a group; the parent decides, and ends this one
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STRIKES)
    follow(life)
    if guard.memory is not None:
        limit_memory(guard.memory)
    with contextlib.suppress(OSError):
        pipe.send(("there", None))
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            os._exit(0)
        _do(task, pipe, guard)


def _do(task: Task, pipe: Connection, guard: Guard) -> None:
    at: int | None = None

    def lives() -> None:
        limit_time(_allowed(guard, task, at))
        pipe.send(("alive", None))

    def announced() -> Iterator[Any]:
        nonlocal at
        for number, item in enumerate(task.items):
            at = number
            limit_time(_allowed(guard, task, at))
            pipe.send(("at", number))
            yield item
            limit_time(_allowed(guard, task, at))
        pipe.send(("at", None))
        at = None

    watched_by(lives)
    limit_time(_allowed(guard, task, None))
    try:
        result = task.function(announced(), *task.arguments)
        limit_time(None)
        pipe.send(("returned", result))  # or nothing of it, where it cannot be sent
    except Exception as error:
        limit_time(None)
        pipe.send(("raised", _portable(error)))


def _portable(error: Exception) -> Exception:
    """An error that can be sent; its words where it cannot."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  our own
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
