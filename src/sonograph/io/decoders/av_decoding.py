"""Sound that only FFmpeg reads (m4a, AMR, WavPack, the sound of videos …), decoded in a process of its own with limits.

The process can die, hang or grow and takes nothing with it. It reads forward only; channels come in FFmpeg's order,
which is that of WAV (front left, front right, centre, low frequency, back left, back right, sides).
"""

from __future__ import annotations

import importlib.util
import json
import selectors
import struct
from typing import Any

import numpy as np

from sonograph.errors import MissingExtra
from sonograph.io.containers.content import ffmpeg_name
from sonograph.io.decoders.spawned import Spawned
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

MEGABYTES, PROCESSOR_SECONDS, SILENT_SECONDS = 2048, 3600, 20.0
"""What the process may use, and how long it may say nothing."""


class AvTrack:
    """Sound that a process decodes."""

    seekable = False
    dtype = np.dtype(np.float32)

    def __init__(self, file: OpenFile) -> None:
        if importlib.util.find_spec("av") is None:
            what = f"is {ffmpeg_name(file)}, and reading it needs PyAV: pip install '.[av]'"
            raise MissingExtra(f"{file.name}: {what}")
        self.file = file
        self.n_samples: int | None = None
        cursor = AvCursor(self)
        cursor.close()
        if cursor.description is None or "error" in cursor.description:
            what = (cursor.description or {}).get("error", "holds no sound that can be decoded")
            raise file.error("codec", f"{what}. Save its sound as WAV or FLAC.")
        self.sample_rate, self.n_channels = (
            float(cursor.description["sample_rate"]),
            int(cursor.description["n_channels"]),
        )
        self.format = f"{cursor.description['container']}, {cursor.description['codec']}"
        self.decoder: str = cursor.description["version"]
        self.texts: dict[str, str] = cursor.description["metadata"]

    def cursor(self) -> AvCursor:
        """A reader at the first sample, with a process of its own."""
        return AvCursor(self)


class AvCursor:
    """A process that decodes."""

    def __init__(self, track: AvTrack) -> None:
        self.position = 0
        self.faults: list[Fault] = []
        limits = (MEGABYTES, PROCESSOR_SECONDS)
        self._child: Spawned | None = Spawned("sonograph.io.decoders.av_child", track.file, limits)
        self.description: dict[str, Any] | None = None
        head = self._record()
        if head:
            self.description = json.loads(head)
        self._n_channels = int((self.description or {}).get("n_channels", 1))
        self._ready = np.empty((0, self._n_channels), np.float32)

    def seek(self, sample: int) -> None:
        """Not possible; the source reads forward instead."""
        raise NotImplementedError

    def read(self, count: int) -> np.ndarray:
        """The next samples (channels, n), fewer at the end or at a fault."""
        parts, have = [self._ready], len(self._ready)
        while have < count and self._child is not None:
            data = self._record()
            if not data:
                self._end(data)
                break
            parts.append(np.frombuffer(data, "<f4").reshape(-1, self._n_channels))
            have += len(parts[-1])
        samples = np.concatenate(parts)
        self._ready = samples[count:]
        self.position += len(samples[:count])
        return np.ascontiguousarray(samples[:count].T)

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _end(self, data: bytes | None) -> None:
        last = self._record() if data == b"" else None
        end = json.loads(last) if last else {"fault": "its decoder crashed"}
        if end["fault"]:
            what = f"{end['fault']}. What comes before was used; copy the file again from the original."
            self.faults.append(Fault("partial", "decoder", what))
        if end.get("doubt"):
            self.faults.append(Fault("warn", "sample-count", f"{end['doubt']}."))
        self.close()

    def _record(self) -> bytes | None:
        """The next record of the process; None where it died or says nothing."""
        head = self._bytes(4)
        return None if head is None else self._bytes(struct.unpack("<I", head)[0])

    def _bytes(self, count: int) -> bytes | None:
        assert self._child is not None and self._child.process.stdout is not None  # noqa: S101
        out, data = self._child.process.stdout, b""
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while len(data) < count:
                if not selector.select(SILENT_SECONDS):
                    return None
                part = out.read(min(count - len(data), 1 << 20))
                if not part:
                    return None
                data += part
        return data
