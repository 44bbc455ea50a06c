"""A table as a Zarr group; the one place here that uses zarr."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.errors import MissingExtra, OutputError
from sonograph.tables.rows import WHERE, WHOLE, Held, Rows, about, held

BESIDE, FOLDER = False, True
CHUNK = 1 << 16  # rows
NUMBERS = 1 << 22
"""Of a chunk at most, so that one of many columns is held as easily as one of few."""

_NAMES = {"zarr.json", "values", "file", *WHERE}


def load() -> Any:
    """zarr, or how to get it."""
    try:
        import zarr
    except ImportError:
        raise MissingExtra("Zarr needs the package zarr: pip install '.[zarr]'") from None
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
    """Arrays `values` (rows, features), `file` and the other columns; all else as attributes.

    Each chunk ends with its CRC, and one that is lost reads as NaN, as -1 where numbers are whole, as not valid.
    """
    stopped = threading.Event()
    behind_our_back(lambda: _make(table, path, stopped), stopped)


def read(path: Path, facts: dict[str, Any]) -> Held:
    """The table."""
    group = load().open_group(path, mode="r")
    facts = dict(group.attrs)
    before = {name: group[name][:] for name in ("file", *WHERE) if name in group}
    return held(group["values"][:], before, facts["files"], facts["names"], facts)


def behind_our_back(work: Callable[[], None], stopped: threading.Event) -> None:
    """Do it in a thread, so that Ctrl-C ends the waiting here; and let nothing be written once this has been left.

    An interrupt can strike while the thread is being started, when nobody knows yet whether it is. So the thread asks
    whether it still may before it begins.
    """
    gate, ended, errors = threading.Lock(), threading.Event(), list[BaseException]()
    begun = False

    def guarded() -> None:
        nonlocal begun
        with gate:
            if stopped.is_set():
                return
            begun = True
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            ended.set()

    try:
        threading.Thread(target=guarded, daemon=True).start()
        ended.wait()
    finally:
        with gate:
            stopped.set()
        if begun:
            ended.wait()
    if errors:
        raise errors[0]


def _make(table: Rows, path: Path, stopped: threading.Event) -> None:
    from zarr.codecs import Crc32cCodec, ZstdCodec

    group = load().open_group(path, mode="w")
    group.attrs.update(about(table) | {"names": list(table.names), "files": list(table.files)})
    rows = max(1, min(CHUNK, table.n_rows, NUMBERS // max(1, len(table.names))))

    def array(name: str, dtype: str, *across: int) -> Any:
        return group.create_array(
            name,
            shape=(table.n_rows, *across),
            chunks=(rows, *across),
            dtype=dtype,
            fill_value=False if dtype == "bool" else -1 if dtype.startswith("int") else np.nan,
            compressors=(ZstdCodec(), Crc32cCodec()),
        )

    arrays = {name: array(name, WHOLE.get(name, "float64")) for name in table.columns}
    _fill(table, arrays | {"values": array("values", table.dtype.name, len(table.names))}, rows, stopped)


def _fill(table: Rows, arrays: dict[str, Any], rows: int, stopped: threading.Event) -> None:
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
        here = before | {"file": np.full(len(values), number), "values": values}
        begin = 0
        while begin < len(values):
            fits = min(rows - count, len(values) - begin)
            for name in arrays:
                held[name].append(here[name][begin : begin + fits])
            begin, count = begin + fits, count + fits
            if count == rows:
                put()
    put()
