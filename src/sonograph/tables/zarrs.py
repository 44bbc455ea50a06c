"""A table as a Zarr group; the one place here that uses zarr."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.errors import MissingExtra, OutputError

if TYPE_CHECKING:
    from sonograph.tables.rows import Rows

CHUNK = 1 << 16  # rows
WHOLE = {"channel": "int16", "n_channels": "int16", "frame": "int64", "n_frames": "int64", "file": "int32"}

_NAMES = {"zarr.json", "values", "file", "channel", "n_channels", "frame", "n_frames", "time", "seconds", "sample_rate"}


def load() -> Any:
    """zarr, or how to get it."""
    try:
        import zarr
    except ImportError:
        raise MissingExtra("Zarr needs the package zarr: pip install 'sonograph[zarr]'") from None
    return zarr


def check(out: str) -> None:
    """Refuse a folder that is no table of ours."""
    final = Path(out)
    if final.exists() and not ((final / "zarr.json").is_file() or (final.is_dir() and not any(final.iterdir()))):
        raise OutputError(f"{out}: is there and is no Zarr group. Name another.")
    other = sorted(path.name for path in final.iterdir() if path.name not in _NAMES) if final.is_dir() else []
    if other:
        raise OutputError(f"{out}: holds {other[0]!r}, which is no part of a table of Sonograph. Name another.")


def write(table: Rows, path: Path) -> None:
    """Arrays `values` (rows, features), `file` and the other columns; names and files as attributes.

    Each chunk ends with its CRC, and one that is lost reads as NaN, or -1 where numbers are whole.
    """
    stopped = threading.Event()
    with ThreadPoolExecutor(1) as pool:  # so that Ctrl-C ends the waiting here, and nothing writes on behind our back
        made = pool.submit(_make, table, path, stopped)
        try:
            made.result()
        except BaseException:
            stopped.set()
            raise


def _make(table: Rows, path: Path, stopped: threading.Event) -> None:
    from zarr.codecs import Crc32cCodec, ZstdCodec

    group = load().open_group(path, mode="w")
    group.attrs["names"], group.attrs["files"] = list(table.names), list(table.files)
    rows = max(1, min(CHUNK, table.n_rows))

    def array(name: str, dtype: str, *across: int) -> Any:
        return group.create_array(
            name,
            shape=(table.n_rows, *across),
            chunks=(rows, *across),
            dtype=dtype,
            fill_value=-1 if dtype.startswith("int") else np.nan,
            compressors=(ZstdCodec(), Crc32cCodec()),
        )

    arrays = {name: array(name, WHOLE.get(name, "float64")) for name in table.columns}
    _fill(table, arrays | {"values": array("values", table.dtype.name, len(table.names))}, stopped)


def _fill(table: Rows, arrays: dict[str, Any], stopped: threading.Event) -> None:
    """Whole chunks at a time, until all are there or somebody says stop."""
    held: dict[str, list[np.ndarray]] = {name: [] for name in arrays}
    first = count = 0

    def put() -> None:
        nonlocal first, count
        for name, parts in held.items():
            if parts:
                arrays[name][first : first + count] = np.concatenate(parts)
                parts.clear()
        first, count = first + count, 0

    for number, before, values in table.blocks():
        if stopped.is_set():
            return
        for start in range(0, len(values), CHUNK):
            some = slice(start, start + CHUNK)
            here = before | {"file": np.full(len(values), number), "values": values}
            while len(here["values"][some]):
                fits = min(CHUNK - count, len(here["values"][some]))
                for name in arrays:
                    held[name].append(here[name][some][:fits])
                count += fits
                some = slice(some.start + fits, some.stop)
                if count == CHUNK:
                    put()
    put()
