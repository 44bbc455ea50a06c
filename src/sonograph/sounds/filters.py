"""A sound through a filter of second-order sections, and what such a filter remembers.

A filter remembers all that came before. Its memory is kept at every so many samples, so that a range anywhere is
filtered from the nearest place before it, once the sound has been gone through that far; blocks of any size, and
ranges in any order, give the same bits as the whole at once. Filters here give nothing for what never changes.
"""

from __future__ import annotations

import itertools
import threading

import numpy as np

from sonograph.sounds.derived import Derived
from sonograph.sounds.source import Source, zeros_outside

_BLOCK = 1 << 16  # samples of a channel between two places at which the memory is kept


class Filter:
    """The filter on its way through a sound of several channels, block after block.

    memory : of each channel the sample that it began with and the state of its sections; None before its first
             sample, and after one that is missing
    """

    def __init__(self, sections: np.ndarray, n_channels: int) -> None:
        self._sections = sections
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
        began, state = self.memory[channel] or (float(samples[0]), np.zeros((len(self._sections), 2)))
        filtered, state = sosfilt(self._sections, samples.astype(float) - began, zi=state)
        with np.errstate(over="ignore"):
            out[:] = filtered
        self.memory[channel] = began, state


class Filtered(Derived):
    """A source through a filter."""

    def __init__(self, source: Source, sections: np.ndarray) -> None:
        super().__init__(source)
        self._filter = Filter(sections, source.n_channels)
        self._memories = [list(self._filter.memory)]  # at the beginning of each block that was reached
        self._blocks: dict[int, np.ndarray] = {}  # the last two that were filtered
        self._lock = threading.Lock()

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range, (channels, n): NaN where they are missing, 0 outside the sound."""
        with self._lock:  # the filter has one place
            return zeros_outside(samples, self.n_promised, self._inside)

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
