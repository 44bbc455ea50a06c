"""A table as JSON lines: an object a row; what is missing or infinite is null, as JSON has no word for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.tables.printed import forms, lines
from sonograph.tables.rows import Held, Rows, held, n_before, numbered

BESIDE, FOLDER = True, False


def write(table: Rows, path: Path) -> None:
    """The file first, then where in it, then the numbers."""
    keys = [json.dumps(name).replace("%", "%%") for name in (*table.columns[1:], *table.names)]
    form = ", ".join(f"{key}: {one}" for key, one in zip(keys, forms(table), strict=True))
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for number, before, values in table.blocks():
            name = json.dumps(table.files[number])
            finite = np.where(np.isfinite(values), values, np.nan)
            for line in lines(before, finite, form):
                out.write(f'{{"file": {name}, {line.replace(": nan", ": null")}}}\n')


def read(path: Path, facts: dict[str, Any]) -> Held:
    """The table, with what a file beside it says."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    if not rows and not facts:
        raise ValueError("it is empty")
    header = list(rows[0])[1:] if rows else [one["name"] for one in facts.get("columns", [])]
    files, number = numbered([row["file"] for row in rows])
    array = np.array([[row[name] for name in header] for row in rows], float).reshape(len(rows), len(header))
    first = n_before(header)
    before = {"file": number} | {name: array[:, i] for i, name in enumerate(header[:first])}
    values = array[:, first:].astype(facts.get("dtype", "float64"))
    return held(values, before, files, header[first:], facts)
