"""Tables of an archive by columns, Parquet or CSV, written some rows at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sonograph.archive.segments.moments import moment_at
from sonograph.archive.segments.segment import SECOND
from sonograph.atomic import written
from sonograph.checks import one_of
from sonograph.tables import parquet
from sonograph.tables.cells import cell

FORMS = ("csv", "parquet")


class Column(NamedTuple):
    """A column of a table.

    kind : "text"; "count", of whole numbers; "number", float32; or "time", whole seconds since 1970 UTC
    unit : of its numbers; "" for plain ones
    """

    name: str
    kind: str
    unit: str = ""


def write_columns(
    path: str | os.PathLike[str], to: str, columns: Sequence[Column], blocks: Iterable[Sequence[Any]],
    about: dict[str, Any],
) -> None:  # fmt: skip
    """Write a table; each block has the values of each column, of some rows.

    Parquet has `about` in its metadata, under "sonograph", and units in those of columns; beside a CSV it is
    PATH.json. Missing is null in Parquet where it is a text, NaN where it is a number, and empty in CSV.

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
        if to == "parquet":
            _parquet(part, columns, blocks, about)
        else:
            _csv(part, columns, blocks)
    if to == "csv":
        with written(f"{os.fspath(path)}.json") as part:
            part.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _parquet(path: Path, columns: Sequence[Column], blocks: Iterable[Sequence[Any]], about: dict[str, Any]) -> None:
    arrow = parquet.load()
    types = {"text": arrow.string(), "count": arrow.int64(), "number": arrow.float32(),
             "time": arrow.timestamp("ms", tz="UTC")}  # fmt: skip
    fields = [
        arrow.field(one.name, types[one.kind], metadata={"unit": one.unit} if one.unit else None) for one in columns
    ]
    schema = arrow.schema(fields, metadata={"sonograph": json.dumps(about)})
    with arrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for block in blocks:
            listed = []
            for column, values in zip(columns, block, strict=True):
                if column.kind == "text":
                    values = [_text(value) or None for value in values]
                elif column.kind == "time":
                    values = np.asarray(values) * 1000
                listed.append(arrow.array(values, types[column.kind]))
            writer.write_table(arrow.Table.from_arrays(listed, schema=schema))


def _csv(path: Path, columns: Sequence[Column], blocks: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(",".join(cell(one.name) for one in columns) + "\n")
        for block in blocks:
            words = [_words(column.kind, values) for column, values in zip(columns, block, strict=True)]
            out.writelines(",".join(row) + "\n" for row in zip(*words, strict=True))


def _words(kind: str, values: Sequence[Any] | np.ndarray) -> list[str]:
    if kind == "text":
        return [cell(_text(value)) for value in values]
    listed = np.asarray(values).tolist()
    if kind == "time":
        return [f"{moment_at(value * SECOND):%Y-%m-%dT%H:%M:%SZ}" for value in listed]
    return [str(value) for value in listed] if kind == "count" else ["" if x != x else f"{x:.9g}" for x in listed]


def _text(value: str) -> str:
    return value.encode(errors="surrogateescape").decode(errors="replace")
