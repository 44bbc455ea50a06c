"""The matches of a query: for people, a match a line, and as JSON."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sonograph.cli.exits import counted

if TYPE_CHECKING:
    from sonograph.matching.recordings.matches import Match

SAME_TIME = 0.05
"""Seconds that matter not: two frames."""


def answer(query: str, matches: list[Match], part: tuple[float, float]) -> dict[str, Any]:
    """A query and its matches, ready for JSON.

    part : what was looked for, s. `start` and `end` are told of a match that is not heard in all of it.
    """
    listed = []
    for match in matches:
        values = match.to_dict()
        if match.start <= part[0] + SAME_TIME and match.end >= part[1] - SAME_TIME:
            del values["start"], values["end"]
        listed.append(values)
    return {"query": os.fsdecode(query), "matches": listed}


def words(query: str, matches: list[Match], duplicates: bool = False) -> Iterator[str]:
    """The same for people, a match a line."""
    from sonograph.cli.progress import clock
    from sonograph.io.status import shown

    if not matches:
        yield f"{query}: no match"
        return
    yield f"{query}:"
    rows = [
        (
            f"{clock(match.start)} – {clock(match.end)}",
            "is" if not duplicates else "=",
            shown(match.recording),
            f"{clock(match.offset)} – {clock(match.until)}",
            f"speed {match.speed:.3f}",
            f"{counted(match.votes, 'vote')}",
            f"chance {match.chance:.1g}",
        )
        for match in matches
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
