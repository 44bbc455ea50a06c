"""Whether an archive is whole: what is done, what is damaged, and what it was made of; and damage made good.

Each file of a shard is held against its bytes and CRC in the ledger, which no change of a bit passes; what describes
the arrays, against what it should say; each file of sound, against its size and time when it was looked at.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any

from sonograph.archive import stores
from sonograph.archive.marks import DONE, EMPTY, FAILED, Mark, Marks
from sonograph.archive.narrowed import Inputs
from sonograph.archive.plans import LEDGER, LOCK, Plan, make_stores
from sonograph.archive.products import SoundFacts
from sonograph.archive.running import Coordinator
from sonograph.archive.times import stamp
from sonograph.atomic import name_of, written
from sonograph.io.status import shown
from sonograph.jobs.lock import locked
from sonograph.jobs.places import Here, Place, Processes
from sonograph.settings.arguments import answered

FEW = 3
"""Files of sound that a sentence names."""


@dataclass(frozen=True)
class Damage:
    """Something that is not as it was written, or no longer there.

    kind : "shard", "store" (what describes an array), "ledger" or "source" (a file of sound)
    file : which one
    sentence : what is wrong with it
    label, array, shard : of a shard
    sources : the files of sound whose time it is
    """

    kind: str
    file: str
    sentence: str
    label: str = ""
    array: str = ""
    shard: int = -1
    sources: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """Its fields by name, as JSON can hold them."""
        return asdict(self)


@dataclass(frozen=True)
class Held:
    """How far a product of a timeline is.

    timeline, product, label : which
    shards, done, empty, failed, todo : how many there are, and how many of them are so
    seconds : of sound in those that are done
    faults : files that could not be read, and why
    """

    timeline: str
    product: str
    label: str
    shards: int
    done: int
    empty: int
    failed: int
    todo: int
    seconds: float
    faults: dict[str, str]

    def values(self) -> dict[str, Any]:
        """Its fields by name, as JSON can hold them."""
        return asdict(self)


@answered
def status(archive: Plan | str | os.PathLike[str]) -> list[Held]:
    """How far an archive is: a row for each product of each timeline. No sound and no array is read.

    Raises
    ------
    SourceError
        There is no archive, or it is damaged.
    """
    plan = archive if isinstance(archive, Plan) else Plan.open(archive)
    marks, found = Marks(plan.folder / LEDGER), []
    for label, (t, p) in plan.labels().items():
        shards, inputs = plan.shards[t], Inputs(plan.timelines[t])
        counts, samples, faults = {EMPTY: 0, FAILED: 0, DONE: 0}, 0, dict[str, str]()
        for mark in marks.all([label]):
            if mark.shard < shards.counts[p] and _is_current(plan, inputs, t, p, mark):
                counts[mark.status] += 1
                samples += mark.samples
                faults |= mark.faults
        todo = shards.counts[p] - sum(counts.values())
        found.append(
            Held(plan.names[t], plan.products[p].name, label, shards.counts[p], counts[DONE], counts[EMPTY],
                 counts[FAILED], todo, samples / plan.timelines[t].sample_rate, faults)
        )  # fmt: skip
    return found


def _is_current(plan: Plan, inputs: Inputs, t: int, p: int, mark: Mark) -> bool:
    shards = plan.shards[t]
    shard = shards.shard(p, mark.shard)
    return inputs.name(plan.products[p], shards.there(shard), shards.samples(shard)) == mark.key


@answered
def verify(archive: str | os.PathLike[str], *, repair: bool = False, workers: int | None = None) -> list[Damage]:
    """Look at every file of an archive, and at every file of sound that it was made of; what is not as it was.

    Parameters
    ----------
    archive
        Its folder.
    repair
        Compute what is damaged again, and that alone. What it was made of is needed for it, as it was.
    workers
        As of `run`.

    Returns
    -------
    list of Damage
        Empty where all is whole. With `repair`, what was found before; verify again to see what is left.

    Raises
    ------
    SourceError
        There is no archive; its plan or its catalogue is damaged, which planning again makes good.
    OutputError
        A run is at it; the disk is full, or the like.
    """
    plan = Plan.open(archive)
    with locked(plan.folder / LOCK, str(plan.folder)):
        marks = Marks(plan.folder / LEDGER)
        with tempfile.TemporaryDirectory(prefix="sonograph-") as room:
            make_stores(plan, Path(room))
            found = [*_ledger(plan, marks), *_stores(plan, Path(room)), *_shards(plan, marks), *_sources(plan)]
            if repair:
                for one in found:
                    if one.kind == "store":
                        with written(plan.folder / one.file) as part:
                            shutil.copyfile(Path(room, one.file), part)
                _repair(plan, marks, found, workers)
        return found


def _repair(plan: Plan, marks: Marks, found: list[Damage], workers: int | None) -> None:
    """Take damaged files away, and their marks first; then compute what is missing."""
    labels = plan.labels()
    for label, number in dict.fromkeys((one.label, one.shard) for one in found if one.kind == "shard"):
        t, p = labels[label]
        marks.mark([Mark(label, number, "")])
        stores.remove(plan.path(t, p), plan.products[p].arrays(SoundFacts.of(plan.timelines[t])), number)
    place: Place = Here() if workers == 0 else Processes(workers or os.cpu_count() or 1)
    Coordinator(plan, place).run()


def _ledger(plan: Plan, marks: Marks) -> Iterator[Damage]:
    path = plan.folder / LEDGER
    if marks.damaged:
        lines = "a line that was" if marks.damaged == 1 else f"{marks.damaged} lines that were"
        yield Damage("ledger", LEDGER, f"{name_of(path)}: has {lines} cut or changed; their shards are computed again.")
    there = any((one / stores.ALL).exists() for t, p in plan.labels().values() for one in plan.path(t, p).iterdir())
    if there and not path.exists():
        yield Damage("ledger", LEDGER, f"{name_of(path)}: is gone; all shards are computed again.")


def _stores(plan: Plan, fresh: Path) -> Iterator[Damage]:
    """What describes groups and arrays, and what their axes are, held against those of an archive that is made anew."""
    for label in plan.labels():
        for file in sorted((fresh / label).rglob("*")):
            if not file.is_file():
                continue
            relative = file.relative_to(fresh)
            if what := _unlike(plan.folder / relative, file):
                array = relative.relative_to(label).parts[0].removesuffix("zarr.json")
                yield Damage("store", str(relative), f"{name_of(plan.folder / relative)}: {what}.", label, array)


def _unlike(file: Path, fresh: Path) -> str:
    """How a file differs from what it should be; "" for not at all."""
    try:
        held, expected = file.read_bytes(), fresh.read_bytes()
        if file.name == "zarr.json" and json.loads(held) == json.loads(expected):
            return ""
    except FileNotFoundError:
        return "is gone"
    except (OSError, ValueError):
        return "is damaged"
    return "" if held == expected else "does not describe the product"


def _shards(plan: Plan, marks: Marks) -> Iterator[Damage]:
    labels = plan.labels()
    for mark in marks.all(list(labels)):
        t, p = labels[mark.label]
        if mark.shard >= plan.shards[t].counts[p]:
            continue
        path, facts = plan.path(t, p), plan.products[p].arrays(SoundFacts.of(plan.timelines[t]))
        for name, fact in facts.items():
            file = stores.shard_file(path, name, fact, mark.shard)
            what = _against(file, mark.arrays.get(name))
            if what:
                yield _damage(plan, t, p, mark, name, file, what)


def _against(file: Path, known: list[int] | None) -> str:
    """What is wrong with a file of a shard; "" for nothing."""
    try:
        size, checksum = stores.measured(file)
    except FileNotFoundError:
        return "" if known is None else "is gone"
    except OSError as error:
        return f"cannot be read ({(error.strerror or 'no reason given').lower()})"
    if known is None:
        return "is there, and was never written"
    if size != known[0]:
        return f"has {size:,} bytes of {known[0]:,}"
    return "" if checksum == known[1] else "has other bytes than were written"


def _damage(plan: Plan, t: int, p: int, mark: Mark, array: str, file: Path, what: str) -> Damage:
    shards = plan.shards[t]
    shard = shards.shard(p, mark.shard)
    start, end = (stamp(one)[:16].replace("T", " ") for one in shards.span_ns(shard))
    own = shards.own(shard)
    sources = tuple(dict.fromkeys(part.path for part in plan.timelines[t].part(own).parts))
    names = ", ".join(shown(PurePath(one).name) for one in sources[:FEW])
    more = f" and {len(sources) - FEW} more" if len(sources) > FEW else ""
    made = f", made of {names}{more}" if names else ""
    words = f"{name_of(file)}: {what}: shard {mark.shard} of {array}, {start} to {end} UTC{made}."
    return Damage("shard", str(file.relative_to(plan.folder)), words, mark.label, array, mark.shard, sources)


def _sources(plan: Plan) -> Iterator[Damage]:
    known = {part.path: (part.size, part.mtime_ns) for one in plan.timelines for part in one.parts}
    for path, expected in known.items():
        try:
            now = os.stat(path)  # noqa: PTH116  # paths may be bytes that are no text
        except FileNotFoundError:
            yield Damage("source", path, f"{shown(path)}: is gone; what was computed of it stays.")
            continue
        except OSError as error:
            yield Damage("source", path, f"{shown(path)}: cannot be looked at ({(error.strerror or '').lower()}).")
            continue
        if (now.st_size, now.st_mtime_ns) != expected:
            yield Damage("source", path, f"{shown(path)}: changed since it was looked at. Scan and plan again.")
