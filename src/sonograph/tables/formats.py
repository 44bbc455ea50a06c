"""Rows into a file of each format, told by its ending."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from sonograph.atomic import check_output, written
from sonograph.errors import SettingsError
from sonograph.tables.cells import cell
from sonograph.tables.rows import Rows

FORMATS = (".csv", ".jsonl", ".npz", ".parquet", ".zarr")


def check_out(out: str, *, overwrite: bool, keep: tuple[Any, ...] = ()) -> None:
    """Refuse an output that could not be written, before any work is done.

    Raises
    ------
    SettingsError
        An ending that is none of `FORMATS`.
    MissingExtra
        It needs a package that is not here.
    OutputError
        As `sonograph.atomic.check_output`.
    """
    ending = Path(out).suffix.lower()
    if ending not in FORMATS:
        raise SettingsError(f"the output is {out!r}; it must end in {', '.join(FORMATS)}")
    if ending == ".parquet":
        from sonograph.tables import parquet

        parquet.load()
    check_output(out, overwrite=overwrite, keep=keep, folder=ending == ".zarr")
    if ending == ".zarr":
        from sonograph.tables import zarrs

        zarrs.load()
        zarrs.check(out)


def write(table: Rows, out: str, *, overwrite: bool) -> None:
    """Write a table, whole or not at all."""
    check_out(out, overwrite=overwrite)
    ending = Path(out).suffix.lower()
    with written(out, overwrite=overwrite, folder=ending == ".zarr") as path:
        if ending == ".zarr":
            from sonograph.tables import zarrs

            zarrs.write(table, path)
        elif ending == ".parquet":
            from sonograph.tables import parquet

            parquet.write(table, path)
        elif ending == ".npz":
            _npz(table, path)
        else:
            with path.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as text:
                (_csv if ending == ".csv" else _jsonl)(table, text.write)


def _csv(table: Rows, put: Callable[[str], Any]) -> None:
    put(",".join(cell(name) for name in (*table.columns, *table.names)) + "\n")
    form = _form(table)
    for number, before, values in table.blocks():
        name = cell(table.files[number])
        for line in _lines(before, values, form):
            put(f"{name},{line.replace('nan', '')}\n")


def _form(table: Rows) -> str:
    """How a row is written: whole numbers, times to the microsecond, features to the precision that they have."""
    shape = {"time": "%.6f", "seconds": "%.6f", "sample_rate": "%.10g"}
    digits = "%.9g" if table.dtype == np.float32 else "%.17g"
    return ",".join([*(shape.get(name, "%d") for name in table.columns[1:]), *([digits] * len(table.names))])


def _lines(before: dict[str, np.ndarray], values: np.ndarray, form: str) -> Iterator[str]:
    left = zip(*(column.tolist() for column in before.values()), strict=True)
    for start, row in zip(left, values.tolist(), strict=True):
        yield form % (*start, *row)


def _jsonl(table: Rows, put: Callable[[str], Any]) -> None:
    keys = [json.dumps(name) for name in (*table.columns[1:], *table.names)]
    form = ", ".join(f"{key}: {one}" for key, one in zip(keys, _form(table).split(","), strict=True))
    for number, before, values in table.blocks():
        name = json.dumps(table.files[number])
        finite = np.where(np.isfinite(values), values, np.nan)  # JSON has no word for infinity
        for line in _lines(before, finite, form):
            put(f'{{"file": {name}, {line.replace(": nan", ": null")}}}\n')


def _npz(table: Rows, path: Path) -> None:
    """Arrays of the whole table, written one after the other without holding them."""
    kinds = {"file": np.int32, "channel": np.int16, "n_channels": np.int16, "frame": np.int64, "n_frames": np.int64}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        _array(archive, "values", (table.n_rows, len(table.names)), table.dtype, (v for _, _, v in table.blocks()))
        for name in table.columns:
            dtype = np.dtype(kinds.get(name, np.float64))
            _array(archive, name, (table.n_rows,), dtype, table.column(name))
        for name, words in (("files", table.files), ("names", table.names)):
            array = np.array([word.encode(errors="surrogateescape").decode(errors="replace") for word in words])
            _array(archive, name, array.shape, array.dtype, iter([array]))
        unit = np.array(table.unit)
        _array(archive, "unit", unit.shape, unit.dtype, iter([unit]))


def _array(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], dtype: np.dtype, blocks: Any) -> None:
    with archive.open(f"{name}.npy", "w", force_zip64=True) as out:
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        _header(out, header)
        for block in blocks:
            out.write(np.ascontiguousarray(block, dtype).tobytes())


def _header(out: Any, header: dict[str, Any]) -> None:
    stream: BinaryIO = out
    np.lib.format.write_array_header_2_0(stream, header)
