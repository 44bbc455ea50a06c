"""Whether levels can be: ten minutes across a deployment are looked at before months are computed with a wrong sign."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from sonograph.archive.segments.moments import stamp
from sonograph.archive.timelines.timeline import Part, Timeline
from sonograph.errors import SettingsError, SourceError
from sonograph.io.status import shown
from sonograph.jobs.guard import alive
from sonograph.jobs.places import Processes
from sonograph.jobs.run import run as do
from sonograph.jobs.task import Task
from sonograph.sounds.calibration import Calibration

MINUTES = 10


def check_levels(timelines: Sequence[Timeline]) -> None:
    """Refuse a calibration by which all that is looked at would have a level that no sound has.

    A file that cannot be read is passed over; the run will tell it.

    Raises
    ------
    SettingsError
        With the level, the recorder, and when.
    """
    for timeline in timelines:
        if timeline.calibration is None or not timeline.parts:
            continue
        stretches = _stretches(timeline)
        doubts: dict[float | None, list[str]] = defaultdict(list)
        task = Task("levels", rms_of, tuple(stretches), (timeline.part(range(timeline.n_samples)),))
        for outcome in do([task], Processes(1)):
            for (part, samples), rms in zip(outcome.task.items, outcome.result or [], strict=False):
                if rms is None:
                    continue
                words = Calibration(1.0, timeline.unit).doubt(rms)
                when = stamp(timeline.clock.utc_ns_at(samples.start))[:16].replace("T", " ")
                name = shown(timeline.recorder) or "the recorder"
                doubts[part.scale].append(words and f"{words} ({name}, {when} UTC)")
        for found in doubts.values():
            if all(found):
                raise SettingsError(found[0])


def rms_of(items: Iterator[tuple[Part, range]], timeline: Timeline) -> list[float | None]:
    """The rms of stretches, without their mean; None of one that cannot be read, or is all missing."""
    found: list[float | None] = []
    for _, samples in items:
        value = None
        with contextlib.suppress(SourceError):
            values = timeline.read(samples).astype(np.float64)
            known = values[:, ~np.isnan(values).any(axis=0)]
            value = float(np.sqrt(known.var(axis=1).mean())) if known.size else None
        found.append(value)
        alive()
    timeline.close()
    return found


def _stretches(timeline: Timeline) -> list[tuple[Part, range]]:
    """A minute, or less, in so many parts across the timeline; at least one of each scale."""
    parts = timeline.parts
    numbers = {round(i * (len(parts) - 1) / (MINUTES - 1)) for i in range(MINUTES)}
    first_of = {part.scale: i for i, part in reversed(list(enumerate(parts)))}
    found = []
    for number in sorted(numbers | set(first_of.values())):
        part = parts[number]
        middle, length = part.start + part.n_samples // 2, round(60 * timeline.sample_rate)
        found.append((part, range(max(part.start, middle - length // 2), min(part.stop, middle + length // 2 + 1))))
    return found
