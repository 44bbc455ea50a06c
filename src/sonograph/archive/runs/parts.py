"""A run in parts, for batch systems that start many jobs and let none speak with another.

Part K of N does every N-th task, beginning with the K-th, and notes in a ledger of its own what is done. Once the parts
have ended, their ledgers are joined to that of the archive; a whole run does that first, and then the reductions, which
no part does.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from sonograph.archive.runs.plans import LEDGER, Plan
from sonograph.archive.runs.reducing import stale
from sonograph.archive.stores.files import files_of
from sonograph.archive.stores.hold import LOCK
from sonograph.checks import short
from sonograph.errors import SettingsError
from sonograph.settings.arguments import answered


@dataclass(frozen=True)
class Part:
    """Part `number` of `count`, from 1 on."""

    number: int
    count: int

    @staticmethod
    def of(text: str) -> Part:
        """Of "3/16".

        Raises
        ------
        SettingsError
            It is none.

        Examples
        --------
        >>> Part.of("3/16")
        Part(number=3, count=16)
        """
        match = re.fullmatch(r"(\d{1,7})/(\d{1,7})", text.strip())
        number, count = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 <= number <= count:
            raise SettingsError(f"part is {short(repr(text))}; it must be K/N with K from 1 to N, as in 3/16")
        return Part(number, count)

    @property
    def name(self) -> str:
        """What its ledger and its lock end in."""
        return f"{self.number}-of-{self.count}"

    def tasks(self, n_tasks: int) -> range:
        """Its tasks, of so many."""
        return range(self.number - 1, n_tasks, self.count)


def ledger_of(part: Part) -> str:
    """What the ledger is called in which a part notes what is done."""
    return f"{LEDGER}.{part.name}"


def ledgers(archive: str | os.PathLike[str]) -> list[str]:
    """Those of parts that are not joined yet."""
    return [one for one in files_of(archive).ledgers(f"{LEDGER}.") if re.fullmatch(rf"{LEDGER}\.\d+-of-\d+", one)]


@answered
def join(archive: str | os.PathLike[str]) -> int:
    """Join the ledgers of parts to that of an archive; how many there were.

    Raises
    ------
    SourceError
        There is no archive, or it is damaged.
    OutputError
        A run is at it; the disk is full, or the like.
    """
    plan = Plan.open(archive)
    with plan.files.alone():
        return joined(plan)


def joined(plan: Plan) -> int:
    """As `join`, with the lock held."""
    found = ledgers(plan.folder)
    if not found:
        return 0
    marks = plan.files.marks(LEDGER)
    for name in found:
        listed = list(plan.files.marks(name).all())
        if listed:
            marks.mark([*stale(plan, marks, listed), *listed])
    marks.compact(plan.counts)
    for name in found:  # only now, so that whoever is interrupted joins once more what is there already
        plan.files.marks(name).remove()
        plan.files.remove(name.replace(LEDGER, LOCK, 1))
    return len(found)
