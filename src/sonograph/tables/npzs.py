"""A table as NumPy's archive: an array for the numbers, one for each column before them, and what they are.

`values` (rows, names), `file` and the other columns (rows,); `files`, `names`, `units` and `frequencies` (NaN where
there is none) say what the numbers in them stand for, `settings` is JSON, `unit` that of the samples.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from sonograph.tables.rows import WHERE, WHOLE, Held, Rows, held

BESIDE, FOLDER = False, False

AT_ONCE = 1 << 18
"""Bytes that are written together: a write takes longer than many files have rows for."""


def write(table: Rows, path: Path) -> None:
    """Each array of the whole table, block by block."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        _put(archive, "values", (table.n_rows, len(table.names)), table.dtype, table.numbers())
        for name in table.columns:
            dtype = np.dtype(WHOLE.get(name, "float64"))
            _put(archive, name, (table.n_rows,), dtype, table.column(name))
        for name, words in (("files", table.files), ("names", table.names), ("units", table.units)):
            _put_whole(archive, name, np.array([_text(word) for word in words]))
        frequencies = [np.nan if frequency is None else frequency for frequency in table.frequencies]
        _put_whole(archive, "frequencies", np.array(frequencies, float))
        _put_whole(archive, "settings", np.array(json.dumps(table.settings)))
        _put_whole(archive, "unit", np.array(table.unit))


def read(path: Path, facts: dict[str, Any]) -> Held:
    """The table."""
    with np.load(path) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    names = found["names"].tolist()
    units = found["units"].tolist() if "units" in found else [""] * len(names)
    frequencies = found["frequencies"].tolist() if "frequencies" in found else [np.nan] * len(names)
    columns = [
        {"name": name, "unit": unit, "frequency": None if math.isnan(frequency) else frequency}
        for name, unit, frequency in zip(names, units, frequencies, strict=True)
    ]
    settings = json.loads(str(found["settings"])) if "settings" in found else None
    before = {name: found[name] for name in ("file", *WHERE) if name in found}
    facts = {"columns": columns, "unit": str(found["unit"]), "settings": settings}
    return held(found["values"], before, found["files"].tolist(), names, facts)


def _text(word: str) -> str:
    return word.encode(errors="surrogateescape").decode(errors="replace")


def _put_whole(archive: zipfile.ZipFile, name: str, array: np.ndarray) -> None:
    _put(archive, name, array.shape, array.dtype, [array])


def _put(
    archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], dtype: np.dtype, blocks: Iterable[np.ndarray]
) -> None:
    with archive.open(f"{name}.npy", "w", force_zip64=True) as out:
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_2_0(cast(BinaryIO, out), header)
        waiting, size = [], 0
        for block in blocks:
            waiting.append(np.ascontiguousarray(block, dtype).tobytes())
            size += len(waiting[-1])
            if size >= AT_ONCE:
                out.write(b"".join(waiting))
                waiting, size = [], 0
        out.write(b"".join(waiting))
