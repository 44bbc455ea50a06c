"""Threads that compute what is asked for: one computation for each name, however many ask, the newest first.

A computation is cut into parts of some milliseconds. When the last who asked has left, its other parts are not done.
What nobody waits for, as a forward pass, is done when nothing else is to do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any

LOOKED_AFTER = 0.02
"""Seconds after which one who waits looks whether he is still wanted."""
IDLE = 5.0
"""Seconds that a thread waits for more to do before it ends."""

Part = Callable[[], Any]
Plan = tuple[Sequence[Part], Callable[[list[Any]], Any]]
"""Parts of a computation, and what joins their results, in their order."""


class Cancelled(Exception):  # it is no error
    """Nobody waits for it any more."""


class _Job:
    """A computation: parts not begun, how many are not done, and what came of each."""

    def __init__(self, parts: Sequence[Part], join: Callable[[list[Any]], Any]) -> None:
        self.waiting = list(enumerate(parts))[::-1]
        self.join, self.results = join, [None] * len(parts)
        self.left, self.askers = len(parts), 0
        self.done = threading.Event()
        self.value: Any = None
        self.error: BaseException | None = None


class Workers:
    """So many threads, which live while there is something to do.

    count   : threads
    n_parts : how many parts were done, for who wants to know
    """

    def __init__(self, count: int) -> None:
        self.count, self.n_parts = max(1, count), 0
        self._jobs: dict[Hashable, _Job] = {}  # the newest last
        self._idle: list[Callable[[], Part | None]] = []
        self._changed = threading.Condition()
        self._threads, self._closed = 0, False
        self._here = threading.local()

    def result(
        self,
        name: Hashable,
        plan: Callable[[], Plan],
        cancelled: threading.Event | None = None,
    ) -> Any:
        """What `plan` says: all of its parts are done, and their results joined.

        plan      : called where nobody has asked for the same before; gives the parts and what joins their results
        cancelled : set when whoever asks does not wait any longer

        Raises
        ------
        Cancelled
            `cancelled` was set before it was done.
        """
        if getattr(self._here, "is_worker", False):  # which waits for no other, or all might
            parts, join = plan()
            return join([part() for part in parts])
        with self._changed:
            job = self._jobs.pop(name, None) or _Job(*plan())
            self._jobs[name] = job
            job.askers += 1
            self._wake()
        try:
            while not job.done.wait(LOOKED_AFTER if cancelled is not None else None):
                if cancelled is not None and cancelled.is_set():
                    raise Cancelled
        finally:
            with self._changed:
                job.askers -= 1
                if not job.askers:
                    job.waiting.clear()
                    if self._jobs.get(name) is job:
                        del self._jobs[name]
        if job.error is not None:
            raise job.error
        return job.value

    def when_idle(self, next_part: Callable[[], Part | None], *, last: bool = False) -> None:
        """Do parts of something whenever nothing is asked for, until there is no further one.

        last : after all else of the kind; otherwise before it
        """
        with self._changed:
            self._idle.insert(0 if last else len(self._idle), next_part)
            self._wake()

    def close(self) -> None:
        """End the threads, once each has done the part that it has begun."""
        with self._changed:
            self._idle.clear()
            self._closed = True
            self._changed.notify_all()
            while self._threads:
                self._changed.wait()

    def _wake(self) -> None:
        """Have threads for what there is to do."""
        self._changed.notify_all()
        while self._threads < self.count:
            self._threads += 1
            threading.Thread(target=self._work, name="tiles", daemon=True).start()

    def _work(self) -> None:
        self._here.is_worker = True
        while True:
            with self._changed:
                part = self._next()
                while part is None:
                    woken = not self._closed and self._changed.wait(IDLE)
                    part = self._next()
                    if part is None and not woken:
                        self._threads -= 1
                        self._changed.notify_all()
                        return
            part()
            self.n_parts += 1
            part = None  # what it holds is free while this thread waits

    def _next(self) -> Part | None:
        """The next part: of one that is nearly done, so that what was begun is not wasted, else of the newest."""
        waiting = [job for job in reversed(self._jobs.values()) if job.waiting]
        nearly = [job for job in waiting if len(job.waiting) < len(job.results) and len(job.waiting) <= self.count]
        for job in nearly[:1] or waiting[:1]:
            number, part = job.waiting.pop()
            return lambda: self._do(job, number, part)
        while self._idle:
            found = self._idle[-1]()
            if found is not None:
                return found
            self._idle.pop()
        return None

    def _do(self, job: _Job, number: int, part: Part) -> None:
        try:
            job.results[number] = part()
            error = None
        except BaseException as raised:
            error = raised
        with self._changed:
            job.left -= 1
            if error is not None:
                job.error = error
                job.waiting.clear()
            last = job.left == 0 and error is None
        if last:
            try:
                job.value = job.join(job.results)
            except BaseException as raised:
                job.error = raised
        if last or job.error is not None:
            job.done.set()
