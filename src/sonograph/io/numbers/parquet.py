"""Parquet: tables of columns, each a channel; a column of times gives the rate."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, BinaryIO

import numpy as np
import pyarrow
import pyarrow.parquet

from sonograph.io.numbers import rate
from sonograph.io.numbers.header import SECONDS, Header, unit_in
from sonograph.io.numbers.series import Series
from sonograph.io.numbers.variables import LARGEST, RefusedError, kind_of_fault, number_of
from sonograph.io.status import Fault

_RATES = (b"sample_rate", b"samplerate", b"sampling_rate", b"fs")


def read(opened: BinaryIO, inside: str) -> Series:
    """The columns of numbers as channels, or the one that is named, as /name."""
    file = pyarrow.parquet.ParquetFile(pyarrow.PythonFile(opened, mode="r"))
    names = file.schema_arrow.names
    if {"file", "channel"} <= set(names):
        what = "is a table of features that 'sonograph features' wrote, not a sound. Name the sound itself."
        raise RefusedError("no-sound", what)
    if file.metadata.num_rows * len(names) * 8 > LARGEST:
        raise RefusedError(
            "too-large", f"holds {file.metadata.num_rows:,} rows, more than can be read. Save it as WAV."
        )
    pairs = [unit_in(name) for name in names]
    header = Header([name for name, _ in pairs], [unit for _, unit in pairs])
    table = file.read(use_threads=False)
    columns = {i: table.column(i) for i in range(len(names))}
    times = next((i for i, c in columns.items() if pyarrow.types.is_timestamp(c.type)), header.time_column())
    start, hertz, doubt = _times(columns[times], header.units[times]) if times is not None else (None, None, "")
    faults = [Fault("warn", "rate", doubt)] if doubt else []
    entries = file.schema_arrow.metadata or {}
    hertz = hertz or next((number_of(float(entries[name])) for name in _RATES if name in entries), None)
    chosen = [i for i in columns if i != times]
    if inside.strip("/"):
        chosen = [i for i in columns if names[i] == inside.strip("/")]
        if not chosen:
            what = f"has no column {inside.strip('/')!r}; its columns are: {', '.join(names)}. Name one of them."
            raise RefusedError("no-column", what)
    numeric = [i for i in chosen if _is_numeric(columns[i].type)]
    if left := [names[i] for i in chosen if i not in numeric]:
        what = f"has columns that hold no numbers ({', '.join(left[:5])}). They were left out."
        faults.append(Fault("warn", "column", what))
    if not numeric:
        raise RefusedError("no-column", f"has no column of numbers; its columns are: {', '.join(names)}.")
    values = [columns[i].to_numpy() for i in numeric]
    for value in values:
        if fault := kind_of_fault(value.dtype):
            raise RefusedError(fault[0], f"{fault[1]}.")
    units = {header.units[i] for i in numeric}
    fields = {f"column.{i}": name for i, name in enumerate(names)}
    samples = np.stack(values) if len({v.dtype for v in values}) == 1 else np.stack([v.astype(float) for v in values])
    decoder = f"Arrow {pyarrow.__version__}"
    unit = units.pop() if len(units) == 1 else ""
    return Series(samples, "Parquet", hertz, unit, start, fields, faults, decoder)


def _is_numeric(kind: Any) -> bool:
    return pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind)


def _times(column: Any, unit: str) -> tuple[datetime | None, float, str]:
    """When the first sample was taken, where that is told with its zone; the rate; a doubt about it."""
    start = None
    if pyarrow.types.is_timestamp(column.type):
        if column.null_count:
            raise RefusedError("uneven", "has rows without a time. Leave them out.")
        ns = column.cast(pyarrow.timestamp("ns")).cast(pyarrow.int64()).to_numpy()
        digit = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}[column.type.unit]
        values, digits = (ns - ns[0]) / 1e9, np.full(len(ns), digit)
        if column.type.tz is not None:
            start = datetime.fromtimestamp(int(ns[0]) // 10**9, UTC).replace(microsecond=int(ns[0]) % 10**9 // 1000)
    else:
        numbers = column.to_numpy()
        scale = SECONDS.get(unit.lower(), 1.0)
        precise = rate.precision(numbers) * 2 if numbers.dtype.kind == "f" else np.ones(len(numbers))
        values, digits = numbers.astype(float) * scale, precise * scale
    try:
        found = rate.rate_of(values, digits, np.arange(1, len(values) + 1))
    except rate.UnevenError as error:
        raise RefusedError(error.reason, error.what) from None
    return start, found.value, found.doubt
