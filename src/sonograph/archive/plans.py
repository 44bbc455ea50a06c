"""What an archive shall hold: kept in its folder, made once and again when files were added.

The origin and the hours of a task stay as they were first; products may be added. What is done is in the ledger alone,
so that a plan can be made anew at any time: only shards that depend on something new are computed again.
"""

from __future__ import annotations

import json
import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sonograph.archive.catalogue import Catalogue
from sonograph.archive.periods import Period, read_periods
from sonograph.archive.products import HOUR, Product, SoundFacts, product_of
from sonograph.archive.segments import SECOND
from sonograph.archive.shards import Shards
from sonograph.archive.timeline import Timeline
from sonograph.archive.times import ns_of
from sonograph.atomic import name_of, written
from sonograph.checks import short
from sonograph.errors import OutputError, SettingsError, SourceError
from sonograph.jobs.identity import digest
from sonograph.jobs.lock import locked
from sonograph.settings.arguments import answered
from sonograph.sounds.calibration import Calibration

MARK, VERSION = "sonograph archive", 1
ABOUT, LEDGER, LOCK, LOG = "archive.json", "ledger", "lock", "run.log"
CATALOGUE = "catalogue"
DAY = 24 * HOUR
HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
WORK = 2_000_000_000
"""Samples of a task, about: some ten seconds of work."""


class Plan:
    """What an archive shall hold, as arithmetic: `plan` makes one, `run` does it.

    folder : of the archive
    origin_s : from when on rows are counted, s since 1970 UTC
    hours : of a task
    products : what is computed of each timeline
    catalogue, periods : what there is, and the calibrations that hold in place of the files' own
    timelines, names : one for each recorder, rate and number of channels, and what its folder is called
    """

    def __init__(
        self, folder: str | os.PathLike[str], catalogue: Catalogue, origin_s: int, hours: int,
        products: Sequence[Product], periods: Sequence[Period] = (),
    ) -> None:  # fmt: skip
        self.folder, self.catalogue, self.origin_s, self.hours = Path(folder), catalogue, origin_s, hours
        self.products, self.periods = tuple(products), tuple(periods)
        start = datetime.fromtimestamp(origin_s, tz=UTC)
        self.timelines: list[Timeline] = catalogue.timelines(start=start, calibrations=self.periods)
        self.names = _names(self.timelines)
        for timeline in self.timelines:
            for product in self.products:
                product.check(SoundFacts.of(timeline))
        self.shards = [Shards(one, origin_s, hours, self.products) for one in self.timelines]

    @cached_property
    def _firsts(self) -> list[int]:
        """The number of each timeline's first task, and of the one behind all."""
        firsts = [0]
        for one in self.shards:
            firsts.append(firsts[-1] + one.n_blocks)
        return firsts

    @property
    def n_tasks(self) -> int:
        """How many tasks there are, those without sound too."""
        return self._firsts[-1]

    def task(self, number: int) -> tuple[int, int]:
        """The number of its timeline, and of the block there."""
        which = bisect_right(self._firsts, number) - 1
        return which, number - self._firsts[which]

    def label(self, timeline: int, product: int) -> str:
        """What the folder of a product is called."""
        one = self.products[product]
        return f"{self.names[timeline]}/{one.name}/{one.digest}"

    def path(self, timeline: int, product: int) -> Path:
        """Where the arrays of a product are."""
        return self.folder / self.label(timeline, product)

    def labels(self) -> dict[str, tuple[int, int]]:
        """The timeline and the product of each folder."""
        return {self.label(t, p): (t, p) for t in range(len(self.timelines)) for p in range(len(self.products))}

    def about(self) -> dict[str, Any]:
        """What is kept of it, as JSON can hold it."""
        return {
            "kind": MARK, "version": VERSION, "origin": self.origin_s, "hours": self.hours,
            "products": [one.to_dict() for one in self.products],
            "periods": [_period_values(one) for one in self.periods],
            "timelines": [
                {"name": name, "recorder": one.recorder, "sample_rate": one.sample_rate, "n_channels": one.n_channels,
                 "unit": one.unit}
                for name, one in zip(self.names, self.timelines, strict=True)
            ],
        }  # fmt: skip

    def save(self) -> None:
        """Write it into its folder.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        self.catalogue.save(self.folder / CATALOGUE)
        with written(self.folder / ABOUT) as part:
            part.write_text(json.dumps(self.about(), indent=1) + "\n", encoding="ascii")

    @staticmethod
    def open(folder: str | os.PathLike[str]) -> Plan:
        """The plan of an archive.

        Raises
        ------
        SourceError
            There is none; it is damaged.
        """
        values = read_about(folder)
        catalogue = Catalogue.open(Path(folder) / CATALOGUE)
        return Plan(
            folder, catalogue, values["origin"], values["hours"], [product_of(one) for one in values["products"]],
            [_period_of(one) for one in values["periods"]],
        )  # fmt: skip

    def __repr__(self) -> str:
        products = ", ".join(one.name for one in self.products)
        return (
            f"<Plan of {name_of(self.folder)}: {products} of {len(self.timelines)} timelines, {self.n_tasks:,} tasks>"
        )


@answered
def plan(
    catalogue: Catalogue | str | os.PathLike[str],
    products: Iterable[str | Mapping[str, Any] | Product] | str | None = None,
    *,
    at: str | os.PathLike[str],
    start: datetime | None = None,
    hours: int | None = None,
    calibrations: str | os.PathLike[str] | Sequence[Period] | None = None,
) -> Plan:
    """Say what an archive shall hold, and make its folder; nothing is computed.

    Where there is an archive already, it is extended: by the files that the catalogue has now, and by products.

    Parameters
    ----------
    catalogue
        What there is: a Catalogue, or the file of one that was saved.
    products
        What is computed of each timeline: "minutes"; those that the archive has by default, or "minutes".
    at
        The folder of the archive.
    start
        From when on rows are counted, on a full hour, with its zone; 00:00 UTC of the first day by default. A file from
        before it is refused. It stays as it was first.
    hours
        Of a task: 1, 2, 3, 4, 6, 8, 12 or 24; by default so many that a task is some seconds of work. They stay.
    calibrations
        Periods of calibration, or the TOML that has them, in place of what the files and those beside them say.

    Raises
    ------
    SettingsError
        A product that there is none of, or that cannot be made of a timeline; another start or hours than before; files
        from before the start.
    SourceError
        The catalogue cannot be used, or has no sound with a time.
    OutputError
        The folder cannot be written, or holds something else; an archive that is being written.
    """
    folder = Path(at)
    found = catalogue if isinstance(catalogue, Catalogue) else Catalogue.open(catalogue)
    used = [one.utc_ns for one in found.segments if one.is_used and one.utc_ns is not None]
    if not used:
        raise SourceError("the catalogue has no sound whose time is known. Scan again: archive scan.")
    _make(folder)
    with locked(folder / LOCK, str(folder)):
        before = read_about(folder) if (folder / ABOUT).exists() else None
        listed = [products] if isinstance(products, str | Mapping | Product) else list(products or ())
        wanted = [product_of(one) for one in listed]
        kept = [product_of(one) for one in (before["products"] if before else ())]
        kept += [one for one in wanted or ([] if kept else [product_of("minutes")]) if one not in kept]
        if isinstance(calibrations, str | os.PathLike):
            calibrations = read_periods(calibrations)
        elif calibrations is None:
            calibrations = [_period_of(one) for one in before["periods"]] if before else ()
        origin = _origin(start, before, min(used))
        made = Plan(folder, found, origin, _hours(hours, before, found), kept, calibrations)
        made.save()
        return made


def read_about(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """What is kept of a plan.

    Raises
    ------
    SourceError
        There is none; it is damaged, or of a version that cannot be read.
    """
    path = Path(folder) / ABOUT
    try:
        values = json.loads(path.read_bytes())
    except OSError:
        raise SourceError(f"{name_of(folder)}: is no archive. Make one: archive plan.") from None
    except ValueError:
        raise SourceError(
            f"{name_of(path)}: is damaged. Plan again: archive plan CATALOGUE -o {name_of(folder)}."
        ) from None
    if not isinstance(values, dict) or values.get("kind") != MARK or values.get("version") != VERSION:
        raise SourceError(f"{name_of(path)}: is no plan that this version can read. Plan another archive.")
    return values


def _make(folder: Path) -> None:
    """The folder, made if it is not there; one that holds other things is refused."""
    if folder.is_dir() and not (folder / ABOUT).exists() and any(one.name != LOCK for one in folder.iterdir()):
        raise OutputError(f"{name_of(folder)}: is there and is no archive. Name another folder.")
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError:
        raise OutputError(f"{name_of(folder)}: is a file. Name a folder.") from None
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise OutputError(f"{name_of(folder)}: could not be made ({reason}).") from None


def _origin(start: datetime | None, before: dict[str, Any] | None, first_ns: int) -> int:
    if start is None:
        return int(before["origin"]) if before else first_ns // (DAY * SECOND) * DAY
    if start.tzinfo is None:
        raise SettingsError(f"start is {start.isoformat()}, which has no zone; give one: tzinfo=timezone.utc")
    seconds, rest = divmod(ns_of(start), SECOND)
    if rest or seconds % HOUR:
        raise SettingsError(f"start is {start.isoformat()}; it must be a full hour")
    if before and seconds != before["origin"]:
        was = datetime.fromtimestamp(before["origin"], tz=UTC)
        raise SettingsError(f"start is {start.isoformat()}; the archive has {was.isoformat()}, which stays")
    return seconds


def _hours(hours: int | None, before: dict[str, Any] | None, catalogue: Catalogue) -> int:
    if hours is not None and hours not in HOURS:
        raise SettingsError(f"hours is {short(hours)}; it must be one of {', '.join(map(str, HOURS))}")
    if before:
        if hours not in (None, before["hours"]):
            raise SettingsError(f"hours is {hours}; the archive has {before['hours']}, which stay")
        return int(before["hours"])
    if hours is not None:
        return hours
    rate = max(one.sample_rate * one.n_channels for one in catalogue.segments if one.is_used)
    return max([one for one in HOURS if one * HOUR * rate <= WORK], default=1)


def _names(timelines: Sequence[Timeline]) -> list[str]:
    """A name for the folder of each timeline, the same whatever others there are."""
    found = []
    for one in timelines:
        plain = re.sub(r"[^A-Za-z0-9.-]+", "_", one.recorder).strip("_.") or "recorder"
        if plain != one.recorder:
            plain = f"{plain[:40]}_{digest(one.recorder.encode(errors='surrogatepass'), digits=6)}"
        channels = "" if one.n_channels == 1 else f"_{one.n_channels}ch"
        found.append(f"{plain}_{one.sample_rate:.12g}Hz{channels}")
    return found


def _period_values(one: Period) -> dict[str, Any]:
    calibration = one.calibration
    return {
        "start_ns": one.start_ns, "end_ns": one.end_ns, "serial": one.serial, "scale": calibration.scale,
        "unit": calibration.unit, "response": [list(pair) for pair in calibration.response],
    }  # fmt: skip


def _period_of(values: Mapping[str, Any]) -> Period:
    response = tuple((hertz, decibels) for hertz, decibels in values["response"])
    return Period(Calibration(values["scale"], values["unit"], response), values["start_ns"], values["end_ns"],
                  values["serial"])  # fmt: skip
