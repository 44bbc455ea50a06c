"""A catalogue in a file: Parquet, or JSON lines where pyarrow is not there. What it is, its first bytes tell."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.archive.segments.clip import Clip
from sonograph.archive.segments.packed import Packed
from sonograph.archive.segments.segment import Segment
from sonograph.atomic import name_of, written
from sonograph.errors import MissingExtra, OutputError, SourceError
from sonograph.tables import parquet

MARK = "sonograph catalogue"
VERSION = 1
LINES, PARQUET = ".jsonl", ".parquet"
WHOLE = ("first_sample", "n_samples", "utc_ns", "n_channels", "size", "mtime_ns", "resolution_ns", "after_ns")
"""Columns of whole numbers; `sample_rate` is a float and all others are text."""
BYTES = "file_bytes"
"""A column of the bytes of names that are no text, in Parquet."""
AT_ONCE = 1 << 12
"""Rows that are brought into Parquet, or out of it, together."""
_MAGIC = b"PAR1"


def form_of(path: str | os.PathLike[str]) -> str:
    """How a catalogue of this name is written: by its ending, else Parquet where pyarrow is there.

    Raises
    ------
    MissingExtra
        It ends in .parquet, and pyarrow is not there.
    """
    ending = Path(path).suffix.lower()
    if ending == LINES:
        return LINES
    try:
        parquet.load()
    except MissingExtra:
        if ending == PARQUET:
            raise MissingExtra(
                f"{name_of(path)}: Parquet needs pyarrow: pip install '.[archive]', or name a catalogue that ends in "
                f"{LINES}"
            ) from None
        return LINES
    return PARQUET


def write(path: str | os.PathLike[str], segments: Sequence[Segment], about: Mapping[str, Any]) -> None:
    """Write a catalogue, whole or not at all; one that is there is replaced, anything else is not.

    Raises
    ------
    OutputError
        Something else is there under its name; the disk is full, or the like.
    MissingExtra
        As `form_of`.
    """
    form = form_of(path)
    if os.path.lexists(path) and not is_one(path):
        raise OutputError(f"{name_of(path)}: is there already and is no catalogue. Name another file.")
    facts = {"kind": MARK, "version": VERSION, **about}
    with written(path) as part:
        (_write_parquet if form == PARQUET else _write_lines)(part, segments, facts)


def is_one(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins as a catalogue does."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(200)
    except OSError:
        return False
    return head.startswith(_MAGIC) or MARK.encode() in head


def read(path: str | os.PathLike[str]) -> tuple[Packed[Segment], dict[str, Any]]:
    """The segments of a catalogue, and what it says of itself.

    Raises
    ------
    SourceError
        It is not there, is no catalogue, or is damaged.
    MissingExtra
        It is Parquet, and pyarrow is not there.
    """
    try:
        with Path(path).open("rb") as file:
            is_parquet = file.read(4) == _MAGIC
        found, facts = (_read_parquet if is_parquet else _read_lines)(Path(path))
    except FileNotFoundError:
        raise SourceError(f"{name_of(path)}: does not exist. Check the name.") from None
    except MissingExtra:
        raise
    except Exception as error:  # of many kinds, where a file is damaged
        raise SourceError(f"{name_of(path)}: is no whole catalogue. Scan again: archive scan.") from error
    if facts.get("kind") != MARK or facts.get("version") != VERSION:
        raise SourceError(f"{name_of(path)}: is no catalogue that this version can read. Scan again: archive scan.")
    return found, facts


def _write_lines(path: Path, segments: Sequence[Segment], facts: Mapping[str, Any]) -> None:
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(json.dumps(facts) + "\n")
        for one in segments:
            file.write(json.dumps(one.row(), separators=(",", ":")) + "\n")


def _read_lines(path: Path) -> tuple[Packed[Segment], dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        facts = json.loads(next(file))
        rows = _rows_of(facts)
        segments = Packed(rows, (rows(**json.loads(line)) for line in file))
    if len(segments) != facts["n_rows"]:
        raise ValueError(len(segments))
    return segments, facts


def _write_parquet(path: Path, segments: Sequence[Segment], facts: Mapping[str, Any]) -> None:
    arrow = parquet.load()
    names = [one.name for one in fields(_rows_of(facts))]
    kinds = {name: arrow.int64() if name in WHOLE else arrow.string() for name in names}
    kinds["sample_rate"] = arrow.float64()
    schema = arrow.schema([*kinds.items(), (BYTES, arrow.binary())], {"sonograph": json.dumps(facts)})
    with arrow.parquet.ParquetWriter(path, schema, compression="zstd") as file:
        packed = segments if isinstance(segments, Packed) else Packed(_rows_of(facts), segments)
        for first in range(0, len(packed), AT_ONCE):
            lists = packed[first : first + AT_ONCE].lists()
            lists.append([_bytes(one) for one in lists[0]])
            arrays = [_array(arrow, kind, values) for kind, values in zip(schema.types, lists, strict=True)]
            file.write_table(arrow.Table.from_arrays(arrays, schema=schema))
    arrow.default_memory_pool().release_unused()


def _array(arrow: Any, kind: Any, values: list[Any]) -> Any:
    """Values as Arrow has them. Its own way from lists loads pandas where that is installed, which takes 50 MB."""
    there = np.array([one is not None for one in values], bool)
    bits = None if there.all() else arrow.py_buffer(np.packbits(there, bitorder="little"))
    if kind in (arrow.string(), arrow.binary()):
        data = [one if isinstance(one, bytes) else _text(one or "").encode() for one in values]
        ends = np.cumsum([0, *map(len, data)], dtype=np.int32)
        buffers = [bits, arrow.py_buffer(ends), arrow.py_buffer(b"".join(data))]
    else:
        dtype = np.float64 if kind == arrow.float64() else np.int64
        buffers = [bits, arrow.py_buffer(np.array([0 if one is None else one for one in values], dtype))]
    return arrow.Array.from_buffers(kind, len(values), buffers)


def _read_parquet(path: Path) -> tuple[Packed[Segment], dict[str, Any]]:
    arrow = parquet.load()
    file = arrow.parquet.ParquetFile(path, pre_buffer=False)
    facts = json.loads((file.schema_arrow.metadata or {}).get(b"sonograph", b"{}"))
    segments: Packed[Segment] = Packed(Segment)
    if facts.get("kind") != MARK:
        return segments, {}
    rows = _rows_of(facts)
    segments = Packed(rows)
    own = [one.name for one in fields(rows)]
    for batch in file.iter_batches(AT_ONCE, columns=[*own, BYTES], use_threads=False):  # in least memory
        columns = [batch.column(name).to_pylist() for name in (BYTES, *own)]
        names = [name if raw is None else os.fsdecode(raw) for raw, name in zip(*columns[:2], strict=True)]
        segments.extend_columns([names, *columns[2:]])
    arrow.default_memory_pool().release_unused()
    return segments, facts


def _rows_of(facts: Mapping[str, Any]) -> type[Segment]:
    """What a row is."""
    return Clip if facts.get("clips") else Segment


def _bytes(name: str) -> bytes | None:
    """The bytes of a name that is no text; None of one that is."""
    return None if name.isascii() or _text(name) == name else os.fsencode(name)


def _text(value: str) -> str:
    return value if value.isascii() else value.encode(errors="surrogateescape").decode(errors="replace")
