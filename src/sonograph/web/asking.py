"""Requests to an application without a network: each a call of it, on one loop in a thread of its own.

A notebook's page asks so: a message is a request, and its answer goes back by a function that is given with it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, NamedTuple

App = Callable[[Any, Any, Any], Any]

LARGEST = 64 << 20
"""Bytes of an answer: more than that does not go into one message of a notebook."""


class Answer(NamedTuple):
    """An answer, or a part of one that comes bit by bit.

    status : of HTTP
    headers : by their names in small letters
    body : bytes
    more : whether parts follow
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    more: bool


class Asker:
    """Calls an application, as many requests at a time as there are.

    Parameters
    ----------
    app
        An ASGI application.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._asked: dict[int, asyncio.Task[None]] = {}
        self._gone: dict[int, asyncio.Event] = {}
        self._thread = threading.Thread(target=self._loop.run_forever, name="viewer-notebook", daemon=True)
        self._thread.start()

    def ask(
        self,
        number: int,
        path: str,
        reply: Callable[[Answer], None],
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        parts: bool = False,
    ) -> None:
        """Begin a request; its answer is given to `reply`, on the thread of the loop.

        Parameters
        ----------
        number
            By which `leave` names it.
        path
            With its query.
        reply
            Called once, or with `parts` for each piece as it comes.
        method, headers, body
            Of the request.
        parts
            Whether the answer is wanted piece by piece: events, which have no end.
        """
        request = (path, method, dict(headers or {}), body)
        self._loop.call_soon_threadsafe(self._begin, number, request, reply, parts)

    def leave(self, number: int) -> None:
        """The asker of a request has gone; its work is ended as that of any client that leaves."""
        self._loop.call_soon_threadsafe(self._leave, number)

    def close(self) -> None:
        """End all requests and the thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()

    def _begin(self, number: int, request: Any, reply: Callable[[Answer], None], parts: bool) -> None:
        self._gone[number] = asyncio.Event()
        task = self._loop.create_task(self._call(self._gone[number], request, reply, parts))
        self._asked[number] = task
        task.add_done_callback(lambda _: (self._asked.pop(number, None), self._gone.pop(number, None)))

    def _leave(self, number: int) -> None:
        if number in self._gone:
            self._gone[number].set()

    async def _end(self) -> None:
        asked = list(self._asked.values())
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)

    async def _call(self, gone: asyncio.Event, request: Any, reply: Callable[[Answer], None], parts: bool) -> None:
        incoming = [{"type": "http.request", "body": request[3], "more_body": False}]
        answer: dict[str, Any] = {"status": 500, "headers": {}, "body": []}

        async def receive() -> MutableMapping[str, Any]:
            if incoming:
                return incoming.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            if gone.is_set():
                return
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                answer["headers"] = {
                    name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]
                }
                return
            more = bool(message.get("more_body"))
            if parts:
                reply(Answer(answer["status"], answer["headers"], bytes(message.get("body", b"")), more))
                return
            answer["body"].append(bytes(message.get("body", b"")))
            if sum(map(len, answer["body"])) > LARGEST:
                gone.set()
                too_long = (
                    b'{"error": "this is over 64 MB, too long for a message of a notebook; save it by sonograph view"}'
                )
                reply(Answer(413, {"content-type": "application/json"}, too_long, False))
            elif not more:
                reply(Answer(answer["status"], answer["headers"], b"".join(answer["body"]), False))

        try:
            await self._app(_scope(*request[:3]), receive, send)
        except Exception as error:  # the page is to say so; a notebook has no log that people read
            if not gone.is_set():
                words = f'{{"error": "this is a fault of Sonograph itself ({type(error).__name__}); please report it"}}'
                reply(Answer(500, {"content-type": "application/json"}, words.encode(), False))


def _scope(path: str, method: str, headers: Mapping[str, str]) -> MutableMapping[str, Any]:
    from urllib.parse import unquote

    path, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii", "replace"),
        "query_string": query.encode("ascii", "replace"),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "server": ("notebook", None),
        "client": None,
    }
