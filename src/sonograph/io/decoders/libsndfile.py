"""Decoding with libsndfile, through soundfile; nothing else imports it.

It is handed bytes, never a name, and reads forward in blocks: it then gives every good sample up to a fault, where
it would otherwise seek back after each block and lose them.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np

from sonograph.io.containers.metadata import printable
from sonograph.io.decoders.quiet import quiet
from sonograph.io.door import View


class Refused(Exception):
    """What libsndfile said when it could not go on."""


def version() -> str:
    """Its name and version."""
    import soundfile

    return f"libsndfile {soundfile.__libsndfile_version__}"


class Decoder:
    """A sound being decoded forward.

    data : the bytes to decode
    dtype : what samples come out as: "float32", "float64" or "int32"
    """

    def __init__(self, data: View, dtype: str) -> None:
        import soundfile

        self._data = data
        self.dtype = np.dtype(dtype)
        try:
            with quiet:
                self._file: Any = _forward(soundfile)(data)
        except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
            raise Refused(_words(error)) from None
        self._errors = (soundfile.SoundFileError, RuntimeError)
        self.sample_rate, self.n_channels = float(self._file.samplerate), int(self._file.channels)
        self.claimed = int(self._file.frames)
        self.fault: str | None = None
        self._quiet = quiet if self._file.subtype.startswith("MPEG") else nullcontext()

    @property
    def broken(self) -> OSError | None:
        """What the disk said when it failed."""
        return self._data.broken

    def seek(self, sample: int) -> bool:
        """Go to a sample; whether that was possible."""
        try:
            with self._quiet:
                return bool(self._file.seek(sample) == sample)
        except self._errors:
            return False

    def read(self, count: int) -> np.ndarray:
        """The next samples (channels, n); fewer at the end or at a fault, which `fault` then names."""
        return np.ascontiguousarray(self.rows(count).T)

    def rows(self, count: int, memory: np.ndarray | None = None) -> np.ndarray:
        """The same as (n, channels), as they come; in `memory`, if there is some and it is large enough."""
        if memory is None or len(memory) < count:
            memory = np.empty((count, self.n_channels), self.dtype)
        samples = memory[:count]
        done = 0
        while done < count and self.fault is None:
            with self._quiet:
                part = self._file.read_into(samples[done:])
            self.fault = self._file.fault
            if not part or self._data.broken is not None:
                break
            done += part
        return samples[:done]

    def comments(self) -> dict[str, str]:
        """The texts in the file, as "comment.TITLE"."""
        found = self._file.copy_metadata().items()
        return {f"comment.{name.upper()}": printable(value.encode()) for name, value in found}

    def close(self) -> None:
        """Let go of it."""
        self._file.close()


def _words(error: Exception) -> str:
    text = str(getattr(error, "error_string", error))
    return text.rstrip(".")


def _forward(soundfile: Any) -> Any:
    """A SoundFile that does not seek after each read, and that gives what it read before a fault."""

    class Forward(soundfile.SoundFile):
        fault: str | None = None

        def seekable(self) -> bool:
            return False

        def read_into(self, out: np.ndarray) -> int:
            """Fill `out`; how many samples were read. `fault` says why there are no more."""
            ctype = self._check_dtype(out.dtype.name)
            data = soundfile._ffi.cast(ctype + "*", out.__array_interface__["data"][0])
            count = getattr(soundfile._snd, f"sf_readf_{ctype}")(self._file, data, len(out))
            code = soundfile._snd.sf_error(self._file)
            if code:
                self.fault = soundfile._ffi.string(soundfile._snd.sf_error_number(code)).decode("utf-8", "replace")
            return max(0, int(count))

    return Forward
