"""One run at a time into an archive in a bucket: an object says who holds it, and until when, and says so anew.

Whoever was killed says nothing anew, and the next run takes over once the time is over. A run that stood still for so
long finds the object another and ends. Until it does, two may be at it: shards of both have the same bytes, and neither
writes over what the other marked, so that nothing but time is lost, also where clocks differ.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from sonograph.errors import OutputError, SonographError
from sonograph.io.object_writing import WritableBucket
from sonograph.io.objects import Object
from sonograph.io.status import Unreadable, shown

LOCK = "lock"
"""The file of an archive that a run holds, on a disk too."""
LASTS = 60.0
"""Seconds that a hold lasts unless it is renewed, at four times in them."""
BEAT = 5.0
"""Seconds from one time that marks are written to the next."""
TRIES = 5


class Lease:
    """One object that is held.

    name : of the object, which stays when it is let go of
    """

    def __init__(self, bucket: WritableBucket, name: str) -> None:
        self._bucket, self.name = bucket, name
        self._id = secrets.token_hex(8)
        self._what: Object | None = None

    def take(self) -> None:
        """Hold it.

        Raises
        ------
        OutputError
            Another run does; the store cannot write on condition.
        """
        for _ in range(TRIES):
            held, what = _read(self._bucket, self.name)
            if what is None:
                taken = self._bucket.put_if_absent(self.name, self._words())
            else:
                refuse_if_held(self._bucket, held)
                taken = self._bucket.put_if_same(self.name, self._words(), what) is not None
            if taken:
                held, self._what = _read(self._bucket, self.name)
                if held.get("id") == self._id:
                    return
        raise OutputError(f"{shown(self._bucket.url)}: others want to write it at the same time. Try again.")

    def renew(self) -> bool:
        """Hold it for longer; whether nobody took it."""
        if self._what is None:
            return False
        renewed = self._bucket.put_if_same(self.name, self._words(), self._what)
        if renewed is None:  # by us, perhaps, where the store's answer was lost
            held, found = _read(self._bucket, self.name)
            renewed = found if held.get("id") == self._id else None
        self._what = renewed
        return renewed is not None

    def let_go(self) -> None:
        """Hold it no longer."""
        if self._what is not None:
            self._bucket.put_if_same(self.name, json.dumps({"holder": "", "id": self._id}).encode(), self._what)
            self._what = None

    def _words(self) -> bytes:
        until = datetime.fromtimestamp(time.time() + LASTS, tz=UTC)
        holder = f"process {os.getpid()} on {socket.gethostname()}"
        return json.dumps({"holder": holder, "id": self._id, "until": until.isoformat()}).encode()


def _read(bucket: WritableBucket, name: str) -> tuple[dict[str, Any], Object | None]:
    """What an object of a hold says, and which version that is; one that is damaged says nothing."""
    try:
        data, what = bucket.read_version(name)
    except Unreadable as error:
        if error.reason != "missing":
            raise
        return {}, None
    with contextlib.suppress(ValueError):
        held = json.loads(data)
        return held if isinstance(held, dict) else {}, what
    return {}, what


def refuse_if_held(bucket: WritableBucket, held: dict[str, Any]) -> None:
    """Refuse what another run holds, as it said."""
    try:
        left = datetime.fromisoformat(held["until"]).timestamp() - time.time()
    except (KeyError, ValueError, TypeError):
        return
    if held.get("holder") and left > 0:
        raise OutputError(
            f"{shown(bucket.url)}: is being written by {shown(str(held['holder']))}. Wait for that run; if it was "
            f"killed, run again in {left:.0f} s."
        )


class Hold:
    """An archive that is held, with a thread that says so anew; `with` it.

    name, part : of the whole archive, or of one part of a run
    others : what the parts hold, for one who wants the whole
    """

    def __init__(self, bucket: WritableBucket, name: str, part: str, others: Iterable[str]) -> None:
        self._bucket, self._whole, self._part, self._others = bucket, name, part, list(others)
        self._lease = Lease(bucket, f"{name}.{part}" if part else name)
        self._does: list[Callable[[], None]] = []
        self._end, self._fault = threading.Event(), ""
        self._thread = threading.Thread(target=self._beat, name="sonograph-hold", daemon=True)

    def every(self, does: Callable[[], None]) -> None:
        """Something that is done every few seconds, and once at the end."""
        self._does.append(does)

    def check(self) -> None:
        """Refuse to go on.

        Raises
        ------
        OutputError
            Another run has taken over; the store does not answer.
        """
        if self._fault:
            raise OutputError(self._fault)

    def __enter__(self) -> Hold:
        self._bucket.check_conditions(f"{self._lease.name}.trial")
        self._lease.take()
        try:
            for name in [self._whole] if self._part else self._others:
                refuse_if_held(self._bucket, _read(self._bucket, name)[0])
        except BaseException:
            self._lease.let_go()
            raise
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
        try:
            for does in self._does:
                does()
        except SonographError:
            if kind is None:
                raise
        finally:
            with contextlib.suppress(SonographError):
                self._lease.let_go()

    def _beat(self) -> None:
        renewed = time.monotonic()
        while not self._end.wait(min(BEAT, LASTS / 4)):
            try:
                for does in self._does:
                    does()
                if time.monotonic() - renewed >= LASTS / 4 - 0.01:
                    begun = time.monotonic()
                    if not self._lease.renew():
                        self._fault = (
                            f"{shown(self._bucket.url)}: another run took over, as this one stood still for over "
                            f"{LASTS:.0f} s. What it marked stays."
                        )
                        return
                    renewed = begun
            except SonographError as error:
                if time.monotonic() - renewed > LASTS:
                    self._fault = str(error)
                    return
