"""Files that hold the same bytes under another name: all are told, and of those of one time one is used.

Silence is the same at any time, so a file of another time stays where it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from sonograph.archive.catalogues.findings import Finding
from sonograph.archive.catalogues.headers import content_of
from sonograph.archive.catalogues.times import APART_NS
from sonograph.archive.segments.segment import Segment
from sonograph.io.status import shown


def without_copies(
    segments: Sequence[Segment], place: Callable[[str], str] = str
) -> tuple[list[Segment], list[Finding]]:
    """Segments of which those of a second file with the same bytes and the same time say so.

    Only files of one size, one head and one tail are read, and each once: its digest is kept.

    place : where a file is that is called so
    """
    prints: dict[str, dict[str, Segment]] = defaultdict(dict)
    for one in segments:
        if one.n_samples and one.print:
            prints[one.print].setdefault(one.file, one)
    contents: dict[str, str] = {}
    first: dict[str, Segment] = {}
    copies: dict[str, str] = {}
    findings: list[Finding] = []
    for alike in prints.values():
        if len(alike) < 2:
            continue
        for file, one in sorted(alike.items()):
            content = contents[file] = one.content or content_of(place(file))
            if not content or (other := first.setdefault(content, one)) is one:
                continue
            what = "which is used"
            if one.utc_ns is not None and other.utc_ns is not None and abs(one.utc_ns - other.utc_ns) > APART_NS:
                what = "at another time; both are used"
            else:
                copies[file] = other.file
            sentence = f"{shown(file)}: holds the same bytes as {shown(other.file)}, {what}."
            findings.append(
                Finding("duplicate", sentence, file, {"same_as": other.file, "is_used": file not in copies})
            )
    found = [
        replace(one, content=contents[one.file], same_as=copies.get(one.file, "")) if one.file in contents else one
        for one in segments
    ]
    return found, findings
