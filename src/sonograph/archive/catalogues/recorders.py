"""Which recorder took a segment, where two write names of the same make into folders of their own."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sonograph.archive.catalogues.findings import Finding
from sonograph.archive.segments.segment import Segment
from sonograph.io.status import shown

AT_ONCE = 0.05
"""Two folders that hold more of the same time than this, of the shorter one, are of two recorders."""


def told_apart(segments: Sequence[Segment]) -> tuple[list[Segment], list[Finding]]:
    """Segments with the folder in the name of their recorder, where those of one name were taken at the same time.

    Also what tells that a folder holds several recorders.
    """
    by_name: dict[str, list[int]] = defaultdict(list)
    for i, one in enumerate(segments):
        if one.is_used:
            by_name[one.recorder].append(i)
    found = list(segments)
    for listed in by_name.values():
        for i, folder in _folders(segments, listed).items():
            if folder:
                one = segments[i]
                found[i] = replace(one, recorder=" ".join(filter(None, (folder, one.recorder))))
    return found, _several(found)


def _folders(segments: Sequence[Segment], listed: list[int]) -> dict[int, str]:
    """The folder that tells each segment's recorder; "" where none is needed."""
    paths = {i: os.path.dirname(segments[i].file) for i in listed}  # noqa: PTH120  # as it was named
    different = set(paths.values())
    if len(different) < 2:
        return dict.fromkeys(listed, "")
    try:
        common = os.path.commonpath([path or "." for path in different]) if all(different) else ""
    except ValueError:  # some absolute, some not
        common = ""
    children: dict[str, list[int]] = defaultdict(list)
    for i, path in paths.items():
        rest = os.path.relpath(path, common) if common else path
        children["" if rest == "." else Path(rest).parts[0]].append(i)
    if len(children) < 2 or not _at_once(segments, list(children.values())):
        return dict.fromkeys(listed, "")
    return {
        i: os.path.join(name, deeper) if deeper else name  # noqa: PTH118
        for name, inside in children.items()
        for i, deeper in _folders(segments, inside).items()
    }


def _at_once(segments: Sequence[Segment], groups: list[list[int]]) -> bool:
    """Whether two of some groups of segments were taken at the same time."""
    spans = sorted(
        (segments[i].utc_ns or 0, segments[i].end_ns, number) for number, group in enumerate(groups) for i in group
    )
    shared: dict[tuple[int, int], int] = defaultdict(int)
    latest: dict[int, int] = {}
    for start, end, number in spans:
        for other, until in latest.items():
            if other != number and until > start:
                shared[min(number, other), max(number, other)] += min(until, end) - start
        latest[number] = max(end, latest.get(number, end))
    long = [sum(segments[i].duration_ns for i in group) for group in groups]
    return any(both > AT_ONCE * min(long[a], long[b]) for (a, b), both in shared.items())


def _several(segments: Sequence[Segment]) -> list[Finding]:
    """Folders that hold files of several recorders."""
    folders: dict[str, dict[str, str]] = defaultdict(dict)
    for one in segments:
        if one.is_used:
            folders[os.path.dirname(one.file)].setdefault(one.recorder, one.file)  # noqa: PTH120
    found = []
    for folder, recorders in folders.items():
        if len(recorders) > 1:
            names = ", ".join(shown(name) if name else "one without a name" for name in sorted(recorders)[:5])
            what = f"holds files of {len(recorders)} recorders ({names}); each has a timeline of its own"
            more = {"recorders": sorted(recorders)}
            found.append(Finding("recorders", f"{shown(folder) or '.'}: {what}.", next(iter(recorders.values())), more))
    return found
