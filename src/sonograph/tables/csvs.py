"""A table as CSV: a header row, and a row of numbers for each row; what is missing is empty."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.tables.cells import cell, text_of
from sonograph.tables.printed import forms, lines
from sonograph.tables.rows import Held, Rows, held, n_before, numbered

BESIDE, FOLDER = True, False
_ALSO = {"": "nan", "true": "1", "false": "0"}


def write(table: Rows, path: Path) -> None:
    """The file first, then where in it, then the numbers."""
    form = ",".join(forms(table))
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as out:
        out.write(",".join(cell(name) for name in (*table.columns, *table.names)) + "\n")
        for number, before, values in table.blocks():
            name = cell(table.files[number])
            for line in lines(before, values, form):
                out.write(f"{name},{line.replace('nan', '')}\n")


def read(path: Path, facts: dict[str, Any]) -> Held:
    """The table, with what a file beside it says."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        rows = csv.reader(file)
        header = [text_of(name) for name in next(rows)]
        listed = list(rows)
    first = 1 + n_before(header[1:])
    files, number = numbered([text_of(row[0]) for row in listed])
    numbers = [[_number(text) for text in row[1:]] for row in listed]
    array = np.array(numbers, float).reshape(len(listed), len(header) - 1)
    before = {"file": number} | {name: array[:, i] for i, name in enumerate(header[1:first])}
    values = array[:, first - 1 :].astype(facts.get("dtype", "float64"))
    return held(values, before, files, header[first:], facts)


def _number(text: str) -> float:
    """A cell as a number; one that is empty is missing."""
    return float(_ALSO.get(text, text))
