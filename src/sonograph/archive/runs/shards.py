"""A plan as arithmetic: which rows of which product are one shard, and which shards are one task.

Time is cut into blocks of so many hours from the archive's origin on; the tasks are the blocks of all timelines. A
shard of cells is the cells of a block. A shard of frames is a fixed number of them, so that it does not end where hours
do, and belongs to the block in which it begins. Nothing is listed: a task is found by its number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sonograph.archive.products.product import HOUR, Product, SoundFacts
from sonograph.archive.segments.moments import stamp
from sonograph.archive.segments.segment import SECOND
from sonograph.archive.timelines.clock import rate_of
from sonograph.archive.timelines.timeline import Timeline


@dataclass(frozen=True)
class Shard:
    """Rows of a product that are written together, by one task alone.

    product : the number of the product in the plan
    number : of the shard, from 0
    rows : of the product, in its own numbering; those behind the end of the timeline too
    """

    product: int
    number: int
    rows: range


class Shards:
    """The shards of one timeline.

    timeline : numbered from the origin on
    origin_s : when its sample 0 is, s since 1970 UTC, on a full hour
    hours : of a block
    products : of the plan
    """

    def __init__(self, timeline: Timeline, origin_s: int, hours: int, products: tuple[Product, ...]) -> None:
        self.timeline, self.origin_s, self.hours, self.products = timeline, origin_s, hours, products
        self._block = rate_of(timeline.sample_rate) * hours * HOUR  # samples
        self.first_rows = [origin_s // one.cell if one.grid == "cells" else 0 for one in products]
        self.per_shard = [self._rows_of(one) for one in products]
        self._stops = [one.rows(timeline).stop for one in products]
        self.counts = [max(0, -(-(stop - first) // n)) for stop, first, n in self._ends()]

    def _ends(self) -> Iterator[tuple[int, int, int]]:
        return zip(self._stops, self.first_rows, self.per_shard, strict=True)

    def _rows_of(self, product: Product) -> int:
        """Rows of a shard: a whole number of `align`, about a block's."""
        if product.grid == "cells":
            return self.hours * HOUR // product.cell
        return product.shard_rows(SoundFacts.of(self.timeline), self._block)

    @property
    def n_blocks(self) -> int:
        """How many blocks the timeline has."""
        last = [self.counts[i] if one.grid == "cells" else self._block_of(i, self.counts[i] - 1) + 1
                for i, one in enumerate(self.products) if not one.reduced]  # fmt: skip
        return max(last, default=0)

    def n_rows(self, product: int) -> int:
        """How many rows of a product there are from the origin on."""
        return max(0, self._stops[product] - self.first_rows[product])

    def of_block(self, block: int) -> list[Shard]:
        """The shards that are a task."""
        found = []
        for i, product in enumerate(self.products):
            if product.reduced:
                continue
            numbers = range(block, block + 1) if product.grid == "cells" else self._begin_in(i, block)
            found += [self.shard(i, number) for number in numbers if number < self.counts[i]]
        return found

    def reductions(self) -> Iterator[Shard]:
        """The shards of reductions, each a task."""
        for i, product in enumerate(self.products):
            if product.reduced:
                yield from (self.shard(i, number) for number in range(self.counts[i]))

    def holding(self, product: int, rows: range) -> range:
        """The numbers of the shards that hold rows of a product."""
        first = self.first_rows[product]
        stop = -(-(rows.stop - first) // self.per_shard[product])
        return range((rows.start - first) // self.per_shard[product], min(stop, self.counts[product]))

    def shard(self, product: int, number: int) -> Shard:
        """A shard by its number."""
        first = self.first_rows[product] + number * self.per_shard[product]
        return Shard(product, number, range(first, first + self.per_shard[product]))

    def block_of(self, shard: Shard) -> int:
        """The block that a shard belongs to."""
        if self.products[shard.product].grid == "cells":
            return shard.number
        return self._block_of(shard.product, shard.number)

    def there(self, shard: Shard) -> range:
        """Those of a shard's rows that the timeline has."""
        return range(shard.rows.start, min(shard.rows.stop, self._stops[shard.product]))

    def samples(self, shard: Shard) -> range:
        """The samples that a shard depends on."""
        return self.products[shard.product].samples(self.timeline, self.there(shard))

    def own(self, shard: Shard) -> range:
        """The samples of a shard's own time, each of one shard alone."""
        product, clock = self.products[shard.product], self.timeline.clock
        if product.grid == "cells":
            ends = (clock.sample_at(row * product.cell * SECOND) for row in (shard.rows.start, shard.rows.stop))
        else:
            step = product.step(SoundFacts.of(self.timeline))
            ends = (row * step for row in (shard.rows.start, shard.rows.stop))
        n_samples = self.timeline.n_samples
        first, stop = (min(max(0, one), n_samples) for one in ends)
        return range(first, stop)

    def span_ns(self, shard: Shard) -> tuple[int, int]:
        """When a shard begins and ends, ns since 1970 UTC."""
        product, rows = self.products[shard.product], self.there(shard)
        if product.grid == "cells":
            return rows.start * product.cell * SECOND, rows.stop * product.cell * SECOND
        step, clock = product.step(SoundFacts.of(self.timeline)), self.timeline.clock
        return clock.utc_ns_at(rows.start * step), clock.utc_ns_at(rows.stop * step)

    def called(self, shard: Shard) -> str:
        """When it begins and ends, in words."""
        start, end = (stamp(one)[:16].replace("T", " ") for one in self.span_ns(shard))
        return f"{start} to {end} UTC"

    def _step(self, product: int) -> int:
        """Samples of a shard on frames."""
        return self.per_shard[product] * self.products[product].step(SoundFacts.of(self.timeline))

    def _block_of(self, product: int, number: int) -> int:
        return int(number * self._step(product) // self._block)

    def _begin_in(self, product: int, block: int) -> range:
        """The shards of frames that begin in a block."""
        step = self._step(product)
        return range(-int(-block * self._block // step), -int(-(block + 1) * self._block // step))
