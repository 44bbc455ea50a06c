"""Another sample rate, asked for and never assumed.

A filter remembers what came before, so a resampled source runs forward: a range behind the place it has reached
starts again from the first sample. Blocks of any size give the same bits as the whole at once (soxr). A filter of real
numbers does the same to both parts of complex samples, so they are resampled side by side: a tone stays on its side.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from sonograph.errors import SettingsError
from sonograph.sounds.calibration import Calibration
from sonograph.sounds.derived import Derived, checked_source, n_promised, responses_of
from sonograph.sounds.iq import paired, parted
from sonograph.sounds.source import Source, checked_rate, zeros_outside
from sonograph.units import all_hertz
from sonograph.units import rate as hertz

_BLOCK = 1 << 18  # samples of all channels that are resampled at a time
_REACH = 200  # samples, at the lower of the two rates, around a missing one that the filter spoils


def resample(source: Source, rate: float, name: str = "rate", *, iq: bool = False) -> Source:
    """A source at another sample rate; `io.sources.resample` takes paths too, and says what is refused.

    iq : whether complex samples have a meaning to whoever asks
    """
    source, rate = checked_source(source, iq=iq), checked_rate(rate)
    if rate == source.sample_rate:
        return source
    if not 1 / 256 < rate / source.sample_rate < 256:
        raise SettingsError(
            f"{name} is {rate:g}; from {source.sample_rate:g} Hz it must be {source.sample_rate / 256:g} to "
            f"{source.sample_rate * 256:g}"
        )
    return Resampled(source, rate)


class Resampled(Derived):
    """A source at another rate; made by `resample`."""

    def __init__(self, source: Source, sample_rate: float) -> None:
        super().__init__(source)
        self._rate, self._n_samples = sample_rate, round(source.n_samples * sample_rate / source.sample_rate)
        self._n_taken = n_promised(source)  # what is missing at the end is missing here, and spoils what is before it
        self.dtype = source.read(range(0)).dtype
        self._n_parts = self.n_channels * (2 if self.is_complex else 1)
        self._lock = threading.Lock()
        self._restart()

    @property
    def sample_rate(self) -> float:
        """Samples per second, Hz."""
        return self._rate

    @property
    def n_samples(self) -> int:
        """Samples of each channel."""
        return self._n_samples

    @property
    def n_promised(self) -> int:
        """Samples of each channel that are there or were promised."""
        return round(self._n_taken * self._rate / self.source.sample_rate)

    @property
    def responses(self) -> tuple[tuple[int, Calibration], ...]:
        """Where the other's response changes, in its own samples."""
        ratio = self._rate / self.source.sample_rate
        return tuple((round(first * ratio), calibration) for first, calibration in responses_of(self.source))

    @property
    def words(self) -> str:
        """From what rate, for a caption."""
        return f"resampled from {hertz(self.source.sample_rate)} to {hertz(self._rate)}"

    def over(self, source: Source) -> Resampled:
        """The same of another source."""
        return Resampled(source, self._rate)

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range (channels, n): NaN where they are missing, 0 outside the sound."""
        with self._lock:  # the filter has one place
            return zeros_outside(samples, self.n_promised, self._inside)

    def __repr__(self) -> str:
        return f"<{self.source!r} at {all_hertz(self.sample_rate)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Resampled, (self.source, self.sample_rate)

    def _restart(self) -> None:
        import soxr

        self._stream: Any = soxr.ResampleStream(
            self.source.sample_rate, self.sample_rate, self._n_parts, dtype=np.empty(0, self.dtype).real.dtype.name
        )
        self._read = 0  # samples of the source that went in
        self._first = 0  # the number of the first sample in `_ready`
        self._ready = np.empty((self.n_channels, 0), self.dtype)
        self._holes: list[tuple[float, float]] = []  # what is missing, in samples of the output

    def _inside(self, samples: range) -> np.ndarray:
        if samples.start < self._first:
            self._restart()
        parts, wanted = [], samples.start
        while wanted < samples.stop:
            end = self._first + self._ready.shape[1]
            if wanted >= end:
                self._more()
                continue
            part = self._ready[:, wanted - self._first : samples.stop - self._first]
            parts.append(part)
            wanted += part.shape[1]
        return np.concatenate(parts, axis=1) if parts else np.empty((self.n_channels, 0), self.dtype)

    def _more(self) -> None:
        """Resample the next block, keeping the one before for ranges that overlap."""
        source, count = self.source, max(1024, _BLOCK // self.n_channels)
        block = source.read(range(self._read, min(self._n_taken, self._read + count)))
        self._note_holes(block)
        last = self._read + count >= self._n_taken
        self._read = min(self._n_taken, self._read + count)
        made = self._stream.resample_chunk(np.ascontiguousarray(np.nan_to_num(parted(block)).T), last=last).T
        made = paired(made) if self.is_complex else made
        end = self._first + self._ready.shape[1]
        if last and end + made.shape[1] < self.n_promised:
            short = self.n_promised - end - made.shape[1]
            made = np.concatenate([made, np.zeros((self.n_channels, short), self.dtype)], axis=1)
        made = np.ascontiguousarray(made)
        kept = self._ready[:, -count:]
        self._ready = np.concatenate([kept, made], axis=1)
        self._first = end - kept.shape[1]
        self._holes = [hole for hole in self._holes if hole[1] + 1 > self._first]
        for first, stop in self._holes:
            gone = slice(max(0, int(first) - self._first), max(0, int(stop) + 1 - self._first))
            self._ready[:, gone] = complex(np.nan, np.nan) if self.is_complex else np.nan

    def _note_holes(self, block: np.ndarray) -> None:
        missing = np.flatnonzero(~np.isfinite(block).all(axis=0))
        if not len(missing):
            return
        ratio = self.sample_rate / self.source.sample_rate
        reach = _REACH * max(1.0, ratio)
        runs = np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1)
        self._holes += [((self._read + r[0]) * ratio - reach, (self._read + r[-1]) * ratio + reach) for r in runs]
