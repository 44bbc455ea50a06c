"""A sound without what lies below a frequency: offset, wind, handling, the swell of the sea.

A filter remembers all that came before. Its memory is kept at every so many samples, so that a range anywhere is
filtered from the nearest place before it, once the sound has been gone through that far; blocks of any size, and
ranges in any order, give the same bits as the whole at once.
"""

from __future__ import annotations

import itertools
import math
import threading
from typing import Any

import numpy as np

from sonograph import checks
from sonograph.errors import SettingsError
from sonograph.sounds.derived import Derived, checked_source
from sonograph.sounds.source import Source, zeros_outside
from sonograph.units import hertz as in_hertz

LOWEST = 1e-6
"""Of the sample rate. Below, the rounding of doubles is heard: at it, it lies 110 dB under the sound."""
_BLOCK = 1 << 16  # samples of a channel between two places at which the memory is kept
_QS = tuple(1 / (2 * math.cos(math.pi * k / 8)) for k in (1, 3))  # of the two halves of a Butterworth filter of order 4


def high_pass(source: Source, hertz: float) -> Source:
    """A source through a Butterworth high-pass filter; `io.sources.high_pass` takes paths too, and says more."""
    source = checked_source(source)
    hertz = checks.number("hertz", hertz, 0.0, above=True)
    check_high_pass(hertz, source.sample_rate)
    return HighPassed(source, float(hertz))


def check_high_pass(hertz: float, sample_rate: float) -> None:
    """Refuse where a sound of this rate cannot be cut."""
    least, most = LOWEST * sample_rate, sample_rate / 2
    if not least <= hertz < most:
        raise SettingsError(
            f"high_pass is {hertz:g} Hz; at a sample rate of {sample_rate:g} Hz it must be {least:g} to below "
            f"{most:g} Hz"
        )


def sections(hertz: float, sample_rate: float) -> np.ndarray:
    """(2, 6) the filter as two of second order, b0 b1 b2 a0 a1 a2: Butterworth's poles by the bilinear transform."""
    k = math.tan(math.pi * hertz / sample_rate)
    gains = [1 / (1 + k / q + k * k) for q in _QS]
    return np.array(
        [(g, -2 * g, g, 1.0, 2 * (k * k - 1) * g, (1 - k / q + k * k) * g) for g, q in zip(gains, _QS, strict=True)]
    )


class Filter:
    """The filter on its way through a sound of several channels, block after block.

    memory : of each channel the sample that it began with and the state of both sections; None before its first
             sample, and after one that is missing
    """

    def __init__(self, hertz: float, sample_rate: float, n_channels: int) -> None:
        self._sections = sections(hertz, sample_rate)
        self.memory: list[tuple[float, np.ndarray] | None] = [None] * n_channels

    def __call__(self, block: np.ndarray) -> np.ndarray:
        """The next block (channels, n), filtered in double precision; what is not finite is left as it is."""
        out = np.empty(block.shape, block.dtype)
        for channel, samples in enumerate(block):
            self._through(channel, samples, out[channel])
        return out

    def _through(self, channel: int, samples: np.ndarray, out: np.ndarray) -> None:
        here = np.isfinite(samples)
        if here.all():
            if len(samples):
                self._run(channel, samples, out)
            return
        turns = [0, *(np.flatnonzero(np.diff(here)) + 1).tolist(), len(samples)]
        for first, stop in itertools.pairwise(turns):
            if here[first]:
                self._run(channel, samples[first:stop], out[first:stop])
            else:
                self.memory[channel] = None
                out[first:stop] = samples[first:stop]

    def _run(self, channel: int, samples: np.ndarray, out: np.ndarray) -> None:
        from scipy.signal import sosfilt

        # the filter gives nothing for what was always there: without it, the rounding is that of what changes
        began, state = self.memory[channel] or (float(samples[0]), np.zeros((2, 2)))
        filtered, state = sosfilt(self._sections, samples.astype(float) - began, zi=state)
        with np.errstate(over="ignore"):
            out[:] = filtered
        self.memory[channel] = began, state


class HighPassed(Derived):
    """A source without what lies below a frequency; made by `high_pass`."""

    def __init__(self, source: Source, hertz: float) -> None:
        super().__init__(source)
        self.hertz = hertz
        self._filter = Filter(hertz, source.sample_rate, source.n_channels)
        self._memories = [list(self._filter.memory)]  # at the beginning of each block that was reached
        self._blocks: dict[int, np.ndarray] = {}  # the last two that were filtered
        self._lock = threading.Lock()

    @property
    def words(self) -> str:
        """From where on, for a caption."""
        return f"high-pass {in_hertz(self.hertz)}"

    def over(self, source: Source) -> HighPassed:
        """The same of another source."""
        return HighPassed(source, self.hertz)

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range, (channels, n): NaN where they are missing, 0 outside the sound."""
        with self._lock:  # the filter has one place
            return zeros_outside(samples, self.n_promised, self._inside)

    def __repr__(self) -> str:
        return f"<{self.source!r} above {self.hertz:g} Hz>"

    def __reduce__(self) -> tuple[Any, ...]:
        return HighPassed, (self.source, self.hertz)

    def _inside(self, samples: range) -> np.ndarray:
        if not samples:
            return self.source.read(range(0))
        parts = []
        for number in range(samples.start // _BLOCK, (samples.stop - 1) // _BLOCK + 1):
            first = number * _BLOCK
            block = self._block(number)
            parts.append(block[:, max(0, samples.start - first) : samples.stop - first])
        return np.concatenate(parts, axis=1)

    def _block(self, number: int) -> np.ndarray:
        """A block by its number, filtered from the nearest place at which the memory is known."""
        if number in self._blocks:
            return self._blocks[number]
        for one in range(min(number, len(self._memories) - 1), number + 1):
            first = one * _BLOCK
            self._filter.memory = list(self._memories[one])
            self._keep(one, self._filter(self.source.read(range(first, min(first + _BLOCK, self.n_promised)))))
            if one + 1 == len(self._memories):
                self._memories.append(list(self._filter.memory))
        return self._blocks[number]

    def _keep(self, number: int, block: np.ndarray) -> None:
        self._blocks.pop(number, None)
        self._blocks[number] = block
        if len(self._blocks) > 2:
            del self._blocks[next(iter(self._blocks))]
