"""The file itself, or a part of it, as it lies on the disk."""

from __future__ import annotations

import asyncio
import os
import re
from typing import Any
from urllib.parse import quote

from sonograph.io.door import OpenFile
from sonograph.web.leaving import left
from sonograph.web.recordings import Changed, Sound, Unknown

AT_ONCE = 1 << 18
"""Bytes that are read and sent at a time."""


class Unsatisfiable(Exception):
    """A part that the file does not have, of so many bytes."""


class Malformed(Exception):
    """A range that is none."""


def part_of(header: str | None, size: int) -> range | None:
    """Which bytes a Range header asks for; None for all, as several ranges are answered by the whole file.

    Raises
    ------
    Unsatisfiable
        Bytes beyond the end.
    Malformed
        What is no range.

    Examples
    --------
    >>> part_of("bytes=0-9", 1000), part_of("bytes=-10", 1000), part_of("bytes=990-2000", 1000)
    (range(0, 10), range(990, 1000), range(990, 1000))
    """
    if header is None:
        return None
    if not header.startswith("bytes=") or len(header) > 100_000:
        raise Malformed
    if "," in header:
        return None
    found = re.fullmatch(r"bytes=\s*([0-9]{0,40})\s*-\s*([0-9]{0,40})\s*", header)
    if found is None or not (found[1] or found[2]):
        raise Malformed
    if not found[1]:
        last = int(found[2])
        if last == 0 or size == 0:
            raise Unsatisfiable
        return range(max(0, size - last), size)
    first = int(found[1])
    stop = int(found[2]) + 1 if found[2] else size
    if stop <= first and found[2]:
        raise Malformed
    if first >= size:
        raise Unsatisfiable
    return range(first, min(stop, size))


class Original:
    """The answer with a file: an ASGI application.

    Raises
    ------
    Unknown
        A sound in memory has no file.
    Changed
        Its file is no longer what it was.
    """

    def __init__(self, sound: Sound, header: str | None, if_range: str | None) -> None:
        recording = sound.recording
        if recording.path is None or sound.stamp is None:
            raise Unknown(f"{recording.name}: is a sound in memory, and no file")
        self._file = OpenFile(recording.path)
        if (self._file.size, self._file.modified_ns) != (sound.stamp[2], sound.stamp[3]):
            self._file.close()
            raise Changed(f"{recording.name}: changed since it was opened. Open it again.")
        self._tag, self._name = f'"{sound.digest}"', os.path.basename(recording.name)  # noqa: PTH119
        self._header = header if if_range in (None, self._tag) else None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send it, as fast as it is taken."""
        size, more = self._file.size, []
        try:
            part, status = part_of(self._header, size), 206
            if part is None:
                part, status = range(size), 200
        except Unsatisfiable:
            part, status = range(0), 416
        except Malformed:
            part, status = range(0), 400
        if status == 206:
            more = [(b"content-range", f"bytes {part.start}-{part.stop - 1}/{size}".encode())]
        elif status == 416:
            more = [(b"content-range", f"bytes */{size}".encode())]
        headers = [
            (b"content-type", b"application/octet-stream"),
            (b"content-length", str(len(part)).encode()),
            (b"content-disposition", f"attachment; filename*=UTF-8''{quote(self._name, safe='')}".encode()),
            (b"accept-ranges", b"bytes"),
            (b"etag", self._tag.encode()),
            (b"cache-control", b"no-cache"),
            *more,
        ]
        leaving = asyncio.ensure_future(left(receive))
        try:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await self._send(scope, send, part, leaving)
        finally:
            leaving.cancel()
            self._file.close()

    async def _send(self, scope: Any, send: Any, part: range, leaving: asyncio.Future[None]) -> None:
        at = part.start
        while at < part.stop and scope["method"] != "HEAD" and not leaving.done():
            count = min(AT_ONCE, part.stop - at)
            data = await asyncio.to_thread(self._file.at, at, count)
            if not data:
                raise OSError("the file was cut while it was sent")
            at += len(data)
            await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
