"""A table as CSV: a header row, and a row of numbers for each row; what is missing is empty."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.tables.cells import cell, text_of
from sonograph.tables.lines import forms, lines
from sonograph.tables.rows import WHERE, Held, Rows, held, numbered

BESIDE, FOLDER = True, False


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
    n_before = 1 + sum(1 for name in header[1:6] if name in WHERE)
    files, number = numbered([text_of(row[0]) for row in listed])
    numbers = [[float(text) if text else np.nan for text in row[1:]] for row in listed]
    array = np.array(numbers, float).reshape(len(listed), len(header) - 1)
    before = {"file": number} | {name: array[:, i] for i, name in enumerate(header[1:n_before])}
    values = array[:, n_before - 1 :].astype(facts.get("dtype", "float64"))
    return held(values, before, files, header[n_before:], facts)
