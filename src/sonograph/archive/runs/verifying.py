"""Whether an archive is whole: what is done, what is damaged, and what it was made of; and damage made good.

Each file of a shard is held against its bytes and CRC in the ledger, which no change of a bit passes; what describes
the arrays, against what it should say; each file of sound, against its size and time when it was looked at.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

from sonograph.archive.products.product import SoundFacts
from sonograph.archive.runs.coordinator import Coordinator
from sonograph.archive.runs.narrowed import Inputs
from sonograph.archive.runs.plans import LEDGER, Plan, make_stores
from sonograph.archive.stores import arrays as stores
from sonograph.archive.stores.files import Files, LocalFiles, each
from sonograph.archive.stores.marks import DONE, EMPTY, FAILED, Mark, Marks
from sonograph.errors import SourceError
from sonograph.io.opened_files import state_of
from sonograph.io.status import shown
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
    marks, found = plan.files.marks(LEDGER), []
    for label, (t, p) in plan.labels.items():
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
    with plan.files.alone():
        marks = plan.files.marks(LEDGER)
        with tempfile.TemporaryDirectory(prefix="sonograph-") as room:
            fresh = LocalFiles(room)
            make_stores(plan, fresh)
            found = [*_ledger(plan, marks), *_stores(plan, fresh), *_shards(plan, marks), *_sources(plan)]
            if repair:
                for one in found:
                    if one.kind == "store":
                        plan.files.write(one.file, fresh.read(one.file))
                _repair(plan, marks, found, workers)
        return found


def _repair(plan: Plan, marks: Marks, found: list[Damage], workers: int | None) -> None:
    """Take damaged files away, and their marks first; then compute what is missing."""
    labels = plan.labels
    for label, number in dict.fromkeys((one.label, one.shard) for one in found if one.kind == "shard"):
        t, p = labels[label]
        marks.mark([Mark(label, number, "")])
        stores.remove(plan.files, label, plan.products[p].arrays(SoundFacts.of(plan.timelines[t])), number)
    marks.flush()
    place: Place = Here() if workers == 0 else Processes(workers or os.cpu_count() or 1)
    Coordinator(plan, place).run()


def _ledger(plan: Plan, marks: Marks) -> Iterator[Damage]:
    path = plan.files.called(LEDGER)
    if marks.damaged:
        lines = "a line that was" if marks.damaged == 1 else f"{marks.damaged} lines that were"
        yield Damage("ledger", LEDGER, f"{path}: has {lines} cut or changed; their shards are computed again.")
    if not marks.is_there and _has_shards(plan):
        yield Damage("ledger", LEDGER, f"{path}: is gone; all shards are computed again.")


def _has_shards(plan: Plan) -> bool:
    for label, (t, p) in plan.labels.items():
        for name in plan.products[p].arrays(SoundFacts.of(plan.timelines[t])):
            if next(iter(plan.files.names(f"{label}/{name}/{stores.ALL}")), None) is not None:
                return True
    return False


def _stores(plan: Plan, fresh: Files) -> Iterator[Damage]:
    """What describes groups and arrays, and what their axes are, held against those of an archive that is made anew."""
    for label in plan.labels:
        names = list(fresh.names(label))
        unlike = each(lambda name: _unlike(plan.files, fresh, name), names, plan.files.at_once)
        for name, what in zip(names, unlike, strict=True):
            if what:
                array = name.removeprefix(f"{label}/").split("/")[0].removesuffix(stores.FORM)
                yield Damage("store", name, f"{plan.files.called(name)}: {what}.", label, array)


def _unlike(files: Files, fresh: Files, name: str) -> str:
    """How a file differs from what it should be; "" for not at all."""
    expected = fresh.read(name)
    try:
        held = files.read(name)
        if name.endswith(stores.FORM) and json.loads(held) == json.loads(expected):
            return ""
    except FileNotFoundError:
        return "is gone"
    except SourceError:
        raise
    except (OSError, ValueError):
        return "is damaged"
    return "" if held == expected else "does not describe the product"


def _shards(plan: Plan, marks: Marks) -> Iterator[Damage]:
    def looked(one: tuple[Mark, str, str]) -> tuple[Mark, str, str, str]:
        mark, array, name = one
        return mark, array, name, _against(plan.files, name, mark.arrays.get(array))

    for mark, array, name, what in each(looked, _shard_files(plan, marks), plan.files.at_once):
        if what:
            yield _damage(plan, mark, array, name, what)


def _shard_files(plan: Plan, marks: Marks) -> Iterator[tuple[Mark, str, str]]:
    """The mark, the array and the name of each file that a shard may have."""
    labels = plan.labels
    for mark in marks.all(list(labels)):
        t, p = labels[mark.label]
        if mark.shard < plan.shards[t].counts[p]:
            for array, fact in plan.products[p].arrays(SoundFacts.of(plan.timelines[t])).items():
                yield mark, array, stores.shard_file(mark.label, array, fact, mark.shard)


def _against(files: Files, name: str, known: list[int] | None) -> str:
    """What is wrong with a file of a shard; "" for nothing."""
    try:
        size, checksum = stores.measured(files, name)
    except FileNotFoundError:
        return "" if known is None else "is gone"
    except SourceError:
        raise
    except OSError as error:
        return f"cannot be read ({(error.strerror or 'no reason given').lower()})"
    if known is None:
        return "is there, and was never written"
    if size != known[0]:
        return f"has {size:,} bytes of {known[0]:,}"
    return "" if checksum == known[1] else "has other bytes than were written"


def _damage(plan: Plan, mark: Mark, array: str, name: str, what: str) -> Damage:
    t, p = plan.labels[mark.label]
    shards = plan.shards[t]
    shard = shards.shard(p, mark.shard)
    own = shards.own(shard)
    sources = tuple(dict.fromkeys(part.path for part in plan.timelines[t].part(own).parts))
    names = ", ".join(shown(PurePath(one).name) for one in sources[:FEW])
    more = f" and {len(sources) - FEW} more" if len(sources) > FEW else ""
    made = f", made of {names}{more}" if names else ""
    words = f"{plan.files.called(name)}: {what}: shard {mark.shard} of {array}, {shards.called(shard)}{made}."
    return Damage("shard", name, words, mark.label, array, mark.shard, sources)


def _sources(plan: Plan) -> Iterator[Damage]:
    known = {part.path: (part.size, part.mtime_ns) for one in plan.timelines for part in one.parts}
    for path, expected in known.items():
        try:
            now = state_of(path)
        except FileNotFoundError:
            yield Damage("source", path, f"{shown(path)}: is gone; what was computed of it stays.")
            continue
        except OSError as error:
            yield Damage("source", path, f"{shown(path)}: cannot be looked at ({(error.strerror or '').lower()}).")
            continue
        if now != expected:
            yield Damage("source", path, f"{shown(path)}: changed since it was looked at. Scan and plan again.")
