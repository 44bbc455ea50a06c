"""Whether a product of a timeline is computed, of what there is now: what is not reads as if nothing had been there."""

from __future__ import annotations

from sonograph.archive.runs.narrowed import Inputs
from sonograph.archive.runs.plans import LEDGER, Plan
from sonograph.archive.segments.moments import stamp
from sonograph.errors import SourceError


def check_computed(
    plan: Plan, timeline: int, product: int, first_ns: int | None = None, stop_ns: int | None = None
) -> dict[str, str]:
    """Refuse a product of which some shard is not computed, of all there is or between two times.

    timeline, product : their numbers in the plan
    first_ns, stop_ns : UTC, of recordings

    Returns
    -------
    Why, of each file that could not be read: what it holds is missing.

    Raises
    ------
    SourceError
        Some shards are not computed of what there is now.
    """
    shards, inputs = plan.shards[timeline], Inputs(plan.timelines[timeline])
    label, wanted = plan.label(timeline, product), plan.products[product]
    marks = {mark.shard: mark for mark in plan.files.marks(LEDGER).all([label])}
    faults, todo, since = dict[str, str](), 0, ""
    for number in range(shards.counts[product]):
        shard = shards.shard(product, number)
        if first_ns is not None or stop_ns is not None:
            began, ended = shards.span_ns(shard)
            if (stop_ns is not None and began >= stop_ns) or (first_ns is not None and ended <= first_ns):
                continue
        mark = marks.get(number)
        if mark is None or mark.key != inputs.name(wanted, shards.there(shard), shards.samples(shard)):
            if not todo and wanted.grid != "clips":
                since = f", from {stamp(shards.span_ns(shard)[0])} on"
            todo += 1
        else:
            faults |= mark.faults
    if todo:
        raise SourceError(
            f"{plan.files.called()}: {todo:,} of its tasks are not done yet{since}. Do them: archive run."
        )
    return faults
