"""The clips of an archive as one table, Parquet or CSV: a row a clip, with file, label and its row in the arrays.

Of summaries the table has the features too; tables of frames stay in the Zarr array, which the row is an index into.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.archive.clip.rows import ClipRows, status_words
from sonograph.atomic import written
from sonograph.checks import one_of
from sonograph.tables import parquet
from sonograph.tables.cells import cell

FORMS = ("csv", "parquet")
TEXTS = ("file", "label", "fold", "group", "status")
COUNTS = ("samples", "frames", "row")


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
    one_of("to", to, FORMS)
    if to == "parquet":
        parquet.load()
    with written(path) as part:
        (_parquet if to == "parquet" else _csv)(rows, part)
    if to == "csv":
        with written(f"{os.fspath(path)}.json") as part:
            part.write_text(json.dumps(_about(rows), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _about(rows: ClipRows) -> dict[str, Any]:
    units = [{"name": name, "unit": unit} for name, unit in zip(rows.names, rows.units, strict=True)]
    return rows.about() | {"features": units}


def _columns(rows: ClipRows) -> Iterator[tuple[dict[str, list[str]], dict[str, np.ndarray], np.ndarray | None]]:
    """Texts, counts and features (rows, columns) of some clips at a time."""
    for numbers, found in rows.blocks():
        clips = rows.clips[numbers.start : numbers.stop]
        texts = {name: [getattr(one, name) for one in clips] for name in TEXTS if name != "status"}
        texts["status"] = status_words(found["status"])
        counts = {"samples": found["samples"], "frames": found["frames"], "row": np.arange(numbers.start, numbers.stop)}
        yield texts, counts, found["features"] if rows.product.form == "summary" else None


def _parquet(rows: ClipRows, path: Path) -> None:
    arrow = parquet.load()
    fields = [arrow.field(name, arrow.string()) for name in TEXTS]
    fields += [arrow.field(name, arrow.int64()) for name in COUNTS]
    if rows.product.form == "summary":
        for name, unit in zip(rows.names, rows.units, strict=True):
            fields.append(arrow.field(name, arrow.float32(), metadata={"unit": unit} if unit else None))
    schema = arrow.schema(fields, metadata={"sonograph": json.dumps(_about(rows))})
    with arrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for texts, counts, features in _columns(rows):
            plain = [[_text(value) or None for value in texts[name]] for name in TEXTS]
            listed = [arrow.array(values, arrow.string()) for values in plain]
            listed += [arrow.array(counts[name], arrow.int64()) for name in COUNTS]
            listed += [] if features is None else [arrow.array(column) for column in features.T]
            writer.write_table(arrow.Table.from_arrays(listed, schema=schema))


def _text(value: str) -> str:
    return value.encode(errors="surrogateescape").decode(errors="replace")


def _csv(rows: ClipRows, path: Path) -> None:
    named = rows.names if rows.product.form == "summary" else []
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(",".join([*TEXTS, *COUNTS, *map(cell, named)]) + "\n")
        for texts, counts, features in _columns(rows):
            for i in range(len(counts["row"])):
                words = [cell(_text(texts[name][i])) for name in TEXTS] + [str(counts[name][i]) for name in COUNTS]
                words += [] if features is None else ["" if x != x else f"{x:.9g}" for x in features[i].tolist()]
                out.write(",".join(words) + "\n")
