"""What sounds were called, written as tables: Audacity's labels, Raven's selections, CSV and JSON lines."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sonograph.atomic import written
from sonograph.errors import SettingsError
from sonograph.io.mark import Mark
from sonograph.io.marks import write_marks
from sonograph.learning.segments import Segment
from sonograph.tables.cells import cell

ENDINGS = {".selections.txt": "raven", ".txt": "audacity", ".csv": "csv", ".jsonl": "jsonl"}

Answers = Sequence[tuple[str, Sequence[Segment]]]


def form_of(path: str | os.PathLike[str]) -> str:
    """What a name asks for: audacity (.txt), raven (.selections.txt), csv or jsonl.

    Raises
    ------
    SettingsError
        Another ending.
    """
    for ending, form in ENDINGS.items():
        if os.fspath(path).lower().endswith(ending):
            return form
    raise SettingsError(
        f"the output is {os.fspath(path)!r}; it must end in .txt (Audacity), .selections.txt (Raven), .csv or .jsonl"
    )


def write_answers(
    path: str | os.PathLike[str],
    answers: Answers,
    classes: Sequence[str],
    tops: Sequence[float],
    *,
    keep: tuple[Any, ...] = (),
) -> None:
    """Write what each file was called, whole or not at all.

    tops : up to which frequency each file was listened to, Hz; Raven wants a box for each selection

    Raises
    ------
    SettingsError
        An ending that is none; several files in Audacity's labels, which do not say of which file they are.
    OutputError
        It cannot be written.
    """
    form = form_of(path)
    if form == "audacity" and len(answers) > 1:
        raise SettingsError(
            f"the output is {os.fspath(path)!r} of {len(answers)} files; Audacity's labels are of one: end it in "
            f".selections.txt, .csv or .jsonl"
        )
    if form in ("audacity", "raven"):
        pairs = zip(answers, tops, strict=True)
        marks = [_mark(file, one, form, top) for (file, segments), top in pairs for one in segments]
        write_marks(path, marks, form, overwrite=True)
        return
    with (
        written(path, keep=keep) as part,
        part.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as out,
    ):
        if form == "csv":
            out.write("file,start,end,label,probability\n")
        for file, segments in answers:
            for one in segments:
                line = csv_line(file, one) if form == "csv" else json.dumps(as_dict(file, one, classes))
                out.write(line + "\n")


def csv_line(file: str, one: Segment) -> str:
    """A row: file,start,end,label,probability."""
    return f"{cell(file)},{one.start:.3f},{one.end:.3f},{cell(one.label)},{one.probability:.4f}"


def as_dict(file: str, one: Segment, classes: Sequence[str]) -> dict[str, Any]:
    """The same ready for JSON, with the probability of every class."""
    every = {name: round(float(p), 6) for name, p in zip(classes, one.probabilities, strict=True)}
    return {
        "file": os.fsdecode(file),
        "start": round(one.start, 6),
        "end": round(one.end, 6),
        "label": one.label,
        "probability": round(one.probability, 6),
        "probabilities": every,
    }


def _mark(file: str, one: Segment, form: str, top: float) -> Mark:
    label = " ".join(one.label.split())  # a tab would end a cell
    if form == "audacity":
        return Mark(one.start, one.end, f"{label} {one.probability:.2f}")
    extra = {"Begin File": Path(file).name, "Begin Path": os.fsdecode(file), "Score": f"{one.probability:.4f}"}
    extra = {"File Offset (s)": f"{one.start:.6f}"} | extra
    return Mark(one.start, one.end, label, 0.0, top, extra)
