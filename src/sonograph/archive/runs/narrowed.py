"""What rows of a product depend on: a timeline of a few samples, small to send, and a name for all that is in it.

Both are cut by the same rule, so that rows whose name is the same have the same bits. A file that was added, changed or
taken away gives another name to the rows that it lies in, and to no others.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from sonograph.archive.products.product import Product
from sonograph.archive.segments.segment import SECOND
from sonograph.archive.timelines.clock import Clock
from sonograph.archive.timelines.timeline import Timeline
from sonograph.jobs.identity import digest

NOTHING = "0" * 16
"""The name of rows in which no file has a sample: they are what arrays are filled with."""


def narrowed(timeline: Timeline, samples: range) -> Timeline:
    """The same timeline, numbered as it is, of these samples alone: what lies outside is missing."""
    few = timeline.part(samples)
    first, stop = _clock_rows(timeline.clock, samples)
    clock = timeline.clock
    few.clock = Clock(tuple(clock.firsts[first:stop]), tuple(clock.utc_ns[first:stop]), tuple(clock.rates[first:stop]))
    few.n_samples = min(timeline.n_samples, max(0, samples.stop))
    few.responses = _responses(timeline, samples)
    few.runs = few.drifts = ()
    return few


class Inputs:
    """Names for what rows of a timeline depend on; made once for all rows, as there may be a million of them."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline, clock = timeline, timeline.clock
        self._products: dict[Product, bytes] = {}
        self._starts, self._stops = (one.data for one in timeline.ends)
        self._parts = _hashes(timeline.identities())
        self._clock = _hashes(zip(clock.firsts, clock.utc_ns, clock.rates, strict=True))
        rows = zip(clock.firsts, clock.utc_ns, clock.rates, strict=True)
        self._lines = _hashes((rate, utc_ns - first * SECOND / rate) for first, utc_ns, rate in rows)
        about = (timeline.sample_rate, timeline.n_channels, timeline.unit, str(timeline.dtype))
        self._about = digest(*about, timeline.calibration if not timeline.responses else None).encode()

    def holds(self, samples: range) -> bool:
        """Whether any file has a sample of a range."""
        first, stop = self._of(samples)
        return first < stop

    def name(self, product: Product, rows: range, samples: range) -> str:
        """Another one, of 16 digits, whenever anything that could change the rows is another."""
        first, stop = self._of(samples)
        if first == stop:
            return NOTHING
        clock, end = _clock_rows(self.timeline.clock, samples), min(self.timeline.n_samples, samples.stop)
        known = self._products.get(product)
        if known is None:
            known = self._products.setdefault(product, product.digest.encode())
        found = hashlib.sha256(b"%b %d %d %d %d %d" % (known, rows.start, rows.stop, samples.start, samples.stop, end))
        found.update(self._about)
        found.update(self._parts[first:stop])
        found.update(self._lines[clock[0] : clock[0] + 1])  # of the first only its line counts, not where it begins
        found.update(self._clock[clock[0] + 1 : clock[1]])
        if self.timeline.responses:
            found.update(digest(_responses(self.timeline, samples)).encode())
        return found.hexdigest()[:16]

    def _of(self, samples: range) -> tuple[int, int]:
        """The numbers of the parts that have samples of a range."""
        first = bisect_right(self._stops, samples.start)
        return first, max(first, bisect_left(self._starts, samples.stop))


def _clock_rows(clock: Clock, samples: range) -> tuple[int, int]:
    """The rows of a clock that tell times of a range of samples.

    Where the range begins with a row, the time before it is told by the row in front.
    """
    first = bisect_left(clock.firsts, samples.start + 1) - 1
    first -= first > 0 and clock.firsts[first] == samples.start
    return max(0, first), max(1, bisect_left(clock.firsts, samples.stop))


def _responses(timeline: Timeline, samples: range) -> tuple:
    """The responses that hold somewhere in a range of samples, each with its first sample."""
    found = timeline.responses
    first = max(0, bisect_right([at for at, _ in found], samples.start) - 1)
    return tuple(one for one in found[first:] if one[0] < samples.stop) or found[:1]


def _hashes(rows: Iterable[object]) -> memoryview:
    """8 bytes of each."""
    names = bytearray()
    for row in rows:
        names += hashlib.sha256(repr(row).encode(errors="surrogatepass")).digest()[:8]
    return memoryview(bytes(names)).cast("q")
