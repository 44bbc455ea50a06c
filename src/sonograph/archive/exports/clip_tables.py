"""The clips of an archive as one table, Parquet or CSV: a row a clip, with file, label and its row in the arrays.

Of summaries the table has the features too; tables of frames stay in the Zarr array, which the row is an index into.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from sonograph.archive.exports.columns import Column, write_columns
from sonograph.archive.reading.clip_rows import ClipRows, status_words

TEXTS = ("file", "label", "fold", "group")


def clip_table(rows: ClipRows, path: str | os.PathLike[str], *, to: str = "parquet") -> None:
    """Write the clips of an archive as a table.

    Columns are file, label, fold, group, status, samples, frames, row (in the Zarr arrays), and the features of
    summaries. Parquet has what was computed in its metadata, under "sonograph", and units in those of columns; beside a
    CSV it is PATH.json. Missing is null in Parquet where it is a text, NaN where it is a number, and empty in CSV.

    Raises
    ------
    MissingExtra
        pyarrow is not there, for Parquet.
    OutputError
        A file cannot be written.
    """
    named = list(zip(rows.names, rows.units, strict=True))
    columns = [Column(name, "text") for name in (*TEXTS, "status")]
    columns += [Column(name, "count") for name in ("samples", "frames", "row")]
    if rows.product.form == "summary":
        columns += [Column(name, "number", unit) for name, unit in named]
    about = rows.about() | {"features": [{"name": name, "unit": unit} for name, unit in named]}
    write_columns(path, to, columns, _blocks(rows), about)


def _blocks(rows: ClipRows) -> Iterator[list[Any]]:
    for numbers, found in rows.blocks():
        clips = rows.clips[numbers.start : numbers.stop]
        texts = [[getattr(one, name) for one in clips] for name in TEXTS]
        features: Any = found["features"].T if rows.product.form == "summary" else []
        yield [*texts, status_words(found["status"]), found["samples"], found["frames"],
               np.arange(numbers.start, numbers.stop), *features]  # fmt: skip
