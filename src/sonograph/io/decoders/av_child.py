"""The process that decodes with FFmpeg, through PyAV; nothing else imports it.

It is given an open file and limits, and writes what it decoded to its standard output: records of a length (4 bytes)
and that many bytes. First a JSON of what the sound is, then blocks of interleaved float32, an empty record, and a JSON
of what went wrong. FFmpeg follows playlists to other files and hosts and has crashed on valid files, so it is told
which formats it may take the file for, and when it dies, only this process does.
"""

from __future__ import annotations

import itertools
import json
import os
import resource
import struct
import sys
from collections.abc import Iterable
from typing import Any

import av  # type: ignore[import-not-found, unused-ignore]
import numpy as np

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,asf,aac,avi,flv"
_LONGEST_GAP = 3600.0  # s; a larger step in time is taken for a broken clock


class Bytes:
    """An open file that is read by position, so that others may share it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor, self.position = descriptor, 0
        self.size = os.fstat(descriptor).st_size

    def read(self, count: int) -> bytes:
        """The next bytes."""
        data = os.pread(self.descriptor, count, self.position)
        self.position += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a position."""
        self.position = max(0, offset + (0, self.position, self.size)[whence])
        return self.position

    def tell(self) -> int:
        """The position."""
        return self.position


def limit(megabytes: int, seconds: int) -> None:
    """Allow so much memory and processor time, and no writing to files."""
    for kind, amount in (
        (resource.RLIMIT_AS, megabytes << 20),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (amount, amount))


def record(data: bytes) -> None:
    """Write a record."""
    sys.stdout.buffer.write(struct.pack("<I", len(data)) + data)


def main(descriptor: int) -> None:
    """Decode the first sound of an open file to standard output."""
    av.logging.set_level(av.logging.PANIC)
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    container: Any = av.open(Bytes(descriptor), options=options, metadata_errors="replace")
    if not container.streams.audio:
        record(json.dumps({"error": "holds no sound"}).encode())
        return
    stream = container.streams.audio[0]
    stream.thread_type = "NONE"
    frames = container.decode(stream)
    first = next(frames, None)
    if first is None:
        record(json.dumps({"error": "holds no sound that can be decoded"}).encode())
        return
    told = {
        "sample_rate": first.sample_rate,
        "n_channels": first.layout.nb_channels,
        "codec": stream.codec_context.codec.long_name,
        "container": container.format.long_name,
        "version": f"FFmpeg {av.ffmpeg_version_info} (PyAV {av.__version__})",
        "metadata": dict(list({**container.metadata, **stream.metadata}.items())[:1000]),
    }
    record(json.dumps(told).encode())
    promised = float(stream.duration * stream.time_base if stream.duration else (container.duration or 0) / 1e6)
    fault = decode(itertools.chain([first], frames), first.sample_rate, first.layout.nb_channels, promised)
    record(b"")
    record(json.dumps({"fault": fault}).encode())
    sys.stdout.buffer.flush()


def decode(frames: Iterable[Any], rate: int, n_channels: int, promised: float) -> str:
    """Write the samples, with NaN where the file's times leave a hole; what went wrong."""
    packed, done, zero = None, 0, None
    try:
        for frame in frames:
            if frame.sample_rate != rate or frame.layout.nb_channels != n_channels:
                return f"changes its rate or its channels after {done / rate:.3f} s"
            # to_ndarray of planar sound of 8 or more channels reads past its end; packed sound is safe
            packed = packed or av.AudioResampler(format="flt", layout=frame.layout, rate=rate)
            time = None if frame.pts is None else float(frame.pts * frame.time_base)
            zero = time if zero is None else zero
            missing = 0 if time is None or zero is None else round((time - zero) * rate) - done
            if missing > _LONGEST_GAP * rate:
                return f"has a time that cannot be after {done / rate:.3f} s"
            if missing > 0.02 * rate:
                for first in range(0, missing, 1 << 16):
                    record(np.full((min(1 << 16, missing - first), n_channels), np.nan, np.float32).tobytes())
                done += missing
            for part in packed.resample(frame):
                samples = part.to_ndarray().reshape(-1, n_channels)
                record(samples.astype("<f4", copy=False).tobytes())
                done += len(samples)
    except (av.FFmpegError, ValueError, MemoryError) as error:
        return f"cannot be decoded after {done / rate:.3f} s ({str(error)[:80]})"
    if done / rate < promised - 0.1:
        return f"promises {promised:.3f} s and ends after {done / rate:.3f} s"
    return ""


if __name__ == "__main__":
    limit(int(sys.argv[2]), int(sys.argv[3]))
    main(int(sys.argv[1]))
