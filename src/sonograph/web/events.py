"""What the page is told unasked: server-sent events, from any thread to all who listen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import MutableMapping
from typing import Any

from sonograph.web.leaving import left
from sonograph.web.replies import finite

HEARTBEAT = 15.0
"""Seconds between signs of life, by which a connection that broke is noticed."""
WAITING = 1000
"""Events that a listener may be behind; the oldest are lost then, as each says how things are by then."""


class Events:
    """One for a viewer."""

    def __init__(self) -> None:
        self._listeners: dict[asyncio.Queue[bytes | None], asyncio.AbstractEventLoop] = {}
        self._lock = threading.Lock()
        self._ended = False

    def tell(self, kind: str, **facts: Any) -> None:
        """Tell all who listen."""
        self._put(f"event: {kind}\ndata: {json.dumps(finite(facts))}\n\n".encode())

    def close(self) -> None:
        """Send everybody home."""
        self._ended = True
        self._put(None)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request by events for as long as it is there: an ASGI application."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        with self._lock:
            self._listeners[queue] = asyncio.get_running_loop()
        leaving = asyncio.ensure_future(left(receive))
        try:
            headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await _send(send, b": hello\n\n")
            while not self._ended and not leaving.done():
                event = await _next(queue, leaving)
                if event is None:
                    break
                await _send(send, event)
            with contextlib.suppress(OSError):
                await send({"type": "http.response.body", "body": b""})
        finally:
            leaving.cancel()
            with self._lock:
                self._listeners.pop(queue, None)

    def _put(self, event: bytes | None) -> None:
        with self._lock:
            listeners = list(self._listeners.items())
        for queue, loop in listeners:
            with contextlib.suppress(RuntimeError):  # its loop has ended
                loop.call_soon_threadsafe(_put, queue, event)


def _put(queue: asyncio.Queue[bytes | None], event: bytes | None) -> None:
    while queue.qsize() >= WAITING:
        queue.get_nowait()
    queue.put_nowait(event)


async def _next(queue: asyncio.Queue[bytes | None], leaving: asyncio.Future[None]) -> bytes | None:
    """The next event, or a sign of life; None at the end."""
    got = asyncio.ensure_future(queue.get())
    try:
        await asyncio.wait((got, leaving), timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
        if got.done():
            return got.result()
        return None if leaving.done() else b": still here\n\n"
    finally:
        got.cancel()


async def _send(send: Any, body: bytes) -> None:
    message: MutableMapping[str, Any] = {"type": "http.response.body", "body": body, "more_body": True}
    await send(message)
