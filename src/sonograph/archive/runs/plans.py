"""What an archive shall hold: kept in its folder, made once and again when files were added.

The origin and the hours of a task stay as they were first; products may be added. What is done is in the ledger alone,
so that a plan can be made anew at any time: only shards that depend on something new are computed again.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from sonograph.archive.catalogues.catalogue import Catalogue
from sonograph.archive.products.product import Product, SoundFacts, product_of
from sonograph.archive.runs.clip_shards import ClipShards
from sonograph.archive.runs.corrections import Correction
from sonograph.archive.runs.shards import Shard, Shards
from sonograph.archive.stores import arrays as stores
from sonograph.archive.stores.files import Files, files_of
from sonograph.archive.timelines.clip_set import ClipSet
from sonograph.archive.timelines.periods import Period, period_of, period_values
from sonograph.archive.timelines.timeline import Timeline
from sonograph.atomic import could_not_be_written
from sonograph.errors import OutputError, SettingsError, SourceError
from sonograph.jobs.identity import digest

MARK, VERSION = "sonograph archive", 1
ABOUT, LEDGER, LOG = "archive.json", "ledger", "run.log"
CATALOGUE = "catalogue"


class DamagedPlan(SourceError):
    """A plan that was cut or changed. It can be made anew; what was computed stays."""


class Corrected(NamedTuple):
    """Periods of calibration that hold in place of those that were computed with, by a factor alone.

    units, factors : of each timeline: the unit of its samples, and what they are multiplied by from when on
    """

    periods: tuple[Period, ...]
    units: list[str]
    factors: list[list[Correction]]


class Plan:
    """What an archive shall hold, as arithmetic: `plan` makes one, `run` does it.

    folder : of the archive
    files : those in it
    origin_s : from when on rows are counted, s since 1970 UTC
    hours : of a task; 0 where it is so many `clips`
    asked, products : what is computed of each timeline: what was asked for, and with the reductions that come of it
    catalogue, periods : what there is, and the calibrations that hold in place of the files' own
    correction : of the scale of samples, when a calibration was corrected afterwards
    history : what was changed, and when
    timelines, names : one for each recorder, rate and number of channels, and what its folder is called
    """

    def __init__(
        self, folder: str | os.PathLike[str], catalogue: Catalogue, origin_s: int, hours: int,
        products: Sequence[Product], periods: Sequence[Period] = (), clips: int = 0,
    ) -> None:  # fmt: skip
        self.files = files_of(folder)
        self.folder, self.catalogue, self.origin_s, self.hours = self.files.at, catalogue, origin_s, hours
        self.asked, self.periods, self.clips = tuple(products), tuple(periods), clips
        self.products = self.asked + tuple(reduction for one in self.asked for reduction in one.reductions())
        self.correction: Corrected | None = None
        self.history: list[dict[str, str]] = []
        start = datetime.fromtimestamp(origin_s, tz=UTC)
        self.timelines: list[Timeline] = catalogue.timelines(start=start, calibrations=self.periods)
        self.names = _names(self.timelines)
        for timeline in self.timelines:
            for product in self.asked:
                _check_grid(product, timeline)
                product.check(SoundFacts.of(timeline))
        self.shards = [self._shards_of(one) for one in self.timelines]

    def _shards_of(self, timeline: Timeline) -> Shards:
        if isinstance(timeline, ClipSet):
            return ClipShards(timeline, self.clips, self.products)
        return Shards(timeline, self.origin_s, self.hours, self.products)

    @cached_property
    def _firsts(self) -> list[int]:
        """The number of each timeline's first task, and of the one behind all."""
        firsts = [0]
        for one in self.shards:
            firsts.append(firsts[-1] + one.n_blocks)
        return firsts

    @cached_property
    def _folders(self) -> list[str]:
        return [f"{one.name}/{one.digest}" for one in self.products]

    @property
    def n_tasks(self) -> int:
        """How many tasks read sound, those too that find none."""
        return self._firsts[-1]

    @cached_property
    def n_reductions(self) -> int:
        """How many tasks there are that follow those, and read what they have stored."""
        return sum(shards.counts[p] for shards in self.shards for p, one in enumerate(self.products) if one.reduced)

    def reductions(self) -> Iterator[tuple[int, Shard]]:
        """Each of those tasks: the number of its timeline, and the shard."""
        for t, shards in enumerate(self.shards):
            for shard in shards.reductions():
                yield t, shard

    def task(self, number: int) -> tuple[int, int]:
        """The number of its timeline, and of the block there."""
        which = bisect_right(self._firsts, number) - 1
        return which, number - self._firsts[which]

    def label(self, timeline: int, product: int) -> str:
        """What the folder of a product is called."""
        return f"{self.names[timeline]}/{self._folders[product]}"

    @cached_property
    def labels(self) -> dict[str, tuple[int, int]]:
        """The timeline and the product of each folder."""
        return {self.label(t, p): (t, p) for t in range(len(self.timelines)) for p in range(len(self.products))}

    @property
    def counts(self) -> dict[str, int]:
        """How many shards the folder of each product has."""
        return {label: self.shards[t].counts[p] for label, (t, p) in self.labels.items()}

    def about(self) -> dict[str, Any]:
        """What is kept of it, as JSON can hold it."""
        return {
            "kind": MARK, "version": VERSION, "origin": self.origin_s, "hours": self.hours, "clips": self.clips,
            "products": [one.to_dict() for one in self.asked],
            "periods": [period_values(one) for one in self.periods],
            "corrected": None if self.correction is None else [period_values(one) for one in self.correction.periods],
            "history": self.history,
            "timelines": [
                {"name": name, "recorder": one.recorder, "sample_rate": one.sample_rate, "n_channels": one.n_channels,
                 "unit": one.unit if self.correction is None else self.correction.units[t],
                 "corrections": [] if self.correction is None else [list(pair) for pair in self.correction.factors[t]]}
                for t, (name, one) in enumerate(zip(self.names, self.timelines, strict=True))
            ],
        }  # fmt: skip

    def save(self) -> None:
        """Write it into its folder, first what makes that an archive: whoever is interrupted then plans again.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        with TemporaryDirectory(prefix="sonograph-") as room:
            self.catalogue.save(Path(room, CATALOGUE))
            catalogue = Path(room, CATALOGUE).read_bytes()
        values = self.about() | {"catalogue": [len(catalogue), zlib.crc32(catalogue)]}
        self.files.write(ABOUT, f"{json.dumps(values | {'check': _check(values)}, indent=1)}\n".encode("ascii"))
        self.files.write(CATALOGUE, catalogue)

    @staticmethod
    def open(folder: str | os.PathLike[str]) -> Plan:
        """The plan of an archive.

        Raises
        ------
        SourceError
            There is none; it is damaged.
        """
        files = files_of(folder)
        values = read_about(files)
        catalogue = _catalogue(files, values["catalogue"])
        return Plan(
            folder, catalogue, values["origin"], values["hours"], [product_of(one) for one in values["products"]],
            [period_of(one) for one in values["periods"]], values.get("clips", 0),
        )  # fmt: skip

    def __repr__(self) -> str:
        products = ", ".join(one.name for one in self.asked)
        return f"<Plan of {self.files.called()}: {products} of {len(self.timelines)} timelines, {self.n_tasks:,} tasks>"


def read_about(files: Files) -> dict[str, Any]:
    """What is kept of a plan.

    Raises
    ------
    SourceError
        There is none; it is damaged, or of a version that cannot be read.
    """
    path, folder = files.called(ABOUT), files.called()
    try:
        values = json.loads(files.read(ABOUT))
        if values.pop("check") != _check(values):
            raise ValueError
    except SourceError:
        raise
    except OSError:
        raise SourceError(f"{folder}: is no archive. Make one: archive plan.") from None
    except (ValueError, KeyError, AttributeError):
        raise DamagedPlan(
            f"{path}: is damaged. Plan again, with the products, start, hours and calibrations of before: archive plan "
            f"CATALOGUE -o {folder}."
        ) from None
    if not isinstance(values, dict) or values.get("kind") != MARK or values.get("version") != VERSION:
        raise SourceError(f"{path}: is no plan that this version can read. Plan another archive.")
    return values


def _check(values: dict[str, Any]) -> str:
    """A name for all that a plan says, so that a bit that was flipped in it is seen."""
    return digest(json.dumps(values, sort_keys=True))


def _catalogue(files: Files, known: list[int]) -> Catalogue:
    try:
        data = files.read(CATALOGUE)
    except SourceError:
        raise
    except OSError:
        data = b""
    if [len(data), zlib.crc32(data)] != known:
        name, archive = files.called(CATALOGUE), files.called()
        raise SourceError(f"{name}: is damaged. Plan again: archive plan CATALOGUE -o {archive}.")
    with TemporaryDirectory(prefix="sonograph-") as room:
        copy = Path(room, CATALOGUE)
        try:
            copy.write_bytes(data)
        except OSError as error:
            raise OutputError(could_not_be_written(error, copy, copy)) from error
        del data
        return Catalogue.open(copy)


def _check_grid(product: Product, timeline: Timeline) -> None:
    """Refuse what is made of recordings where there are clips, and the other way round."""
    if isinstance(timeline, ClipSet) == (product.grid == "clips"):
        return
    if product.grid == "clips":
        raise SettingsError(
            f"{product.name} is made of clips, and the catalogue is one of recordings; scan with --clips"
        )
    raise SettingsError(
        f"{product.name} is made of recordings with times, and the catalogue is one of clips; take clip_features"
    )


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


def log(files: Files, **facts: Any) -> None:
    """Note in the log of an archive what a run did, when and where: what differs each time, and is in no ledger."""
    line = {
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "host": socket.gethostname(),
        "process": os.getpid(),
    } | facts
    with contextlib.suppress(OSError):
        files.append(LOG, f"{json.dumps(line)}\n".encode())


def make_stores(plan: Plan, files: Files | None = None) -> None:
    """Make the groups of all products, or let them grow; elsewhere, those of an archive that holds nothing yet.

    Raises
    ------
    SourceError
        What describes them is damaged.
    OutputError
        The disk is full, or the like.
    """
    for t, timeline in enumerate(plan.timelines):
        shards, sound = plan.shards[t], SoundFacts.of(timeline)
        for p, product in enumerate(plan.products):
            facts: dict[str, Any] = {
                "recorder": timeline.recorder, "sample_rate": timeline.sample_rate, "unit": timeline.unit,
                "first_row": shards.first_rows[p], "n_rows": shards.n_rows(p), "origin": plan.origin_s,
            }  # fmt: skip
            label = plan.label(t, p)
            try:
                stores.make(files or plan.files, label, product, sound, facts, shards.per_shard[p], shards.counts[p])
            except (ValueError, KeyError) as error:  # of zarr.json
                group, whole = plan.files.called(label), plan.files.called()
                raise SourceError(f"{group}: is damaged. Repair it: archive verify --repair {whole}.") from error
