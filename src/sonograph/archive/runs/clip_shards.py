"""The plan of clips as arithmetic: so many clips are a task, and a shard of each product."""

from __future__ import annotations

from sonograph.archive.products.product import Product
from sonograph.archive.runs.shards import Shard, Shards
from sonograph.archive.timelines.clip_set import ClipSet

MOST = 2048
"""Clips of a task at most."""
LEAST, TASKS = 32, 16
"""Clips of a task at least, and how many tasks there shall be where there are so many clips."""
WORK = 40_000_000
"""Samples of a task, about: some seconds of work."""


def clips_of_a_task(sets: list[ClipSet]) -> int:
    """How many clips make a task some seconds of work, a power of two."""
    count, samples = max(one.n_samples for one in sets), sum(one.effort() for one in sets)
    mean = max(1, samples // sum(one.n_samples for one in sets))
    most = min(MOST, WORK // mean, max(LEAST, -(-count // TASKS)))
    return 1 << max(0, most.bit_length() - 1)


class ClipShards(Shards):
    """The shards of clips of one rate. per_task : clips of each task"""

    def __init__(self, clips: ClipSet, per_task: int, products: tuple[Product, ...]) -> None:
        self.timeline, self.products = clips, products
        self.origin_s, self.hours = 0, 0
        count = -(-clips.n_samples // per_task)
        self.first_rows = [0] * len(products)
        self.per_shard = [per_task] * len(products)
        self._stops = [clips.n_samples] * len(products)
        self.counts = [count] * len(products)

    @property
    def n_blocks(self) -> int:
        """How many tasks there are."""
        return max(self.counts, default=0)

    def of_block(self, block: int) -> list[Shard]:
        """The shards that are a task."""
        return [self.shard(i, block) for i in range(len(self.products))]

    def block_of(self, shard: Shard) -> int:
        """The task that a shard belongs to."""
        return shard.number

    def own(self, shard: Shard) -> range:
        """The clips of a shard."""
        return self.there(shard)

    def called(self, shard: Shard) -> str:
        """Which clips it holds, in words."""
        rows = self.there(shard)
        return f"clips {rows.start:,} to {rows.stop - 1:,}"
