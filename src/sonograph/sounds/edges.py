"""The samples that frames look at: the edges of a sound filled in, and the next ones read while these are used."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from sonograph.sounds.derived import Derived
from sonograph.sounds.source import Source, zeros_outside

MIRRORED = ("reflect", "kaldi")
"""Edges at which the sound goes back."""


def ahead(parts: Sequence[range], read: Callable[[range], np.ndarray]) -> Iterator[tuple[range, np.ndarray]]:
    """Each part and what `read` gives of it, read in a thread while the one before is used."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(read, parts[0])
        for part, after in itertools.pairwise(parts):
            samples, coming = coming.result(), reader.submit(read, after)
            yield part, samples
        yield parts[-1], coming.result()


def read_with_edges(source: Source, wanted: range, edges: str) -> np.ndarray:
    """Samples of a range that may reach out of the sound, filled in as `edges` says: (channels, n)."""
    if edges == "missing":
        return _missing_outside(source.read(wanted), wanted, source.n_samples)
    if edges not in MIRRORED or (wanted.start >= 0 and wanted.stop <= source.n_samples):
        return source.read(wanted)
    # "reflect" turns on the first and the last sample, "kaldi" just outside of them
    period = 2 * (source.n_samples - 1) if edges == "reflect" else 2 * source.n_samples
    place = np.arange(wanted.start, wanted.stop) % max(1, period)
    back = period - place - (0 if edges == "reflect" else 1)
    place = np.where(place < source.n_samples, place, back)
    first = int(place.min())
    return np.take(source.read(range(first, int(place.max()) + 1)), place - first, axis=1)


def read_short(source: Source, wanted: range, edges: str) -> np.ndarray:
    """The same of a sound that is quickly copied: where the sound ends is looked at, not each of its samples."""
    if edges not in MIRRORED:
        return read_with_edges(source, wanted, edges)
    first = min(max(0, wanted.start), wanted.stop)
    last = max(first, min(wanted.stop, source.n_samples))
    cuts = range(wanted.start, first), range(first, last), range(last, wanted.stop)
    parts = [read_with_edges(source, cut, edges) for cut in cuts if cut]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def _missing_outside(samples: np.ndarray, wanted: range, n_samples: int) -> np.ndarray:
    before, after = max(0, -wanted.start), max(0, wanted.stop - max(n_samples, wanted.start))
    if before or after:
        samples = np.array(samples, np.result_type(samples, np.float32))
        samples[:, :before] = np.nan
        samples[:, len(wanted) - min(after, len(wanted)) :] = np.nan
    return samples


class Emphasised(Derived):
    """A source, each sample less so much of the one before it; silence comes before the first."""

    def __init__(self, source: Source, coefficient: float) -> None:
        super().__init__(source)
        self._coefficient = coefficient

    def over(self, source: Source) -> Emphasised:
        """The same of another source."""
        return Emphasised(source, self._coefficient)

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range, (channels, n): NaN where they or those before are missing, 0 outside the sound."""
        return zeros_outside(samples, self.n_promised, self._inside)

    def _inside(self, samples: range) -> np.ndarray:
        more = self.source.read(range(samples.start - 1, samples.stop))
        return more[:, 1:] - more.dtype.type(self._coefficient) * more[:, :-1]
