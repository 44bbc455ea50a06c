"""Where the arrays of a product lie: a Zarr v3 group, a file a shard; the one place of archives that uses zarr.

TIMELINE/PRODUCT/DIGEST holds an array for each of the product's, cut into shards, each written whole by one task alone.
An array is as long as its shards; what no task has written, or lies behind the end, reads as its fill. Chunks and the
index of each shard end with their CRC.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.archive.products import ArrayFacts, Product, SoundFacts
from sonograph.atomic import could_not_be_written, name_of
from sonograph.errors import MissingExtra, OutputError

CHUNK = 1 << 20
"""Bytes of a chunk at most, before they are packed."""
LEVEL = 3
"""Of zstd."""
ALL = "c"
"""The folder of an array's shards."""


def load() -> Any:
    """zarr, or how to get it."""
    try:
        import zarr
    except ImportError:
        raise MissingExtra("archives need the package zarr: pip install '.[archive]'") from None
    return zarr


def chunk_rows(fact: ArrayFacts, rows: int) -> int:
    """Rows of a chunk: the most that divide a shard's and are no more than `CHUNK` bytes."""
    most = max(1, CHUNK // (np.dtype(fact.dtype).itemsize * int(np.prod(fact.shape, dtype=np.int64))))
    return max(n for n in range(1, min(rows, most) + 1) if rows % n == 0)


def make(path: Path, product: Product, sound: SoundFacts, facts: dict[str, Any], per_shard: int, count: int) -> None:
    """Make the group of a product, or let its arrays grow to so many shards.

    facts : what is written beside it: its first row, its sample rate …

    Raises
    ------
    OutputError
        Arrays of another form are there; the disk is full, or the like.
    """
    group = load().open_group(path, mode="a")
    about = {"product": product.to_dict()} | facts
    if dict(group.attrs) != about:
        group.attrs.put(about)
    for name, values in product.coordinates(sound).items():
        if name not in group:
            dims = (name.removesuffix("_bounds"), "bounds")[: values.ndim]
            group.create_array(name, data=values, chunks=values.shape, dimension_names=dims)
    for name, fact in product.arrays(sound).items():
        rows = per_shard // fact.every
        shape = (count * rows, *fact.shape)
        if name not in group:
            _create(group, name, fact, rows, shape, product)
        elif group[name].shards != (rows, *fact.shape):
            raise OutputError(f"{name_of(path / name)}: has shards of another size. Plan another archive.")
        elif group[name].shape[0] < shape[0]:
            group[name].resize(shape)


def _create(group: Any, name: str, fact: ArrayFacts, rows: int, shape: tuple[int, ...], product: Product) -> None:
    from zarr.codecs import Crc32cCodec, ZstdCodec

    attributes = {"units": fact.unit} if fact.unit else {}
    group.create_array(
        name, shape=shape, dtype=fact.dtype, fill_value=fact.fill, shards=(rows, *fact.shape),
        chunks=(chunk_rows(fact, rows), *fact.shape), compressors=(ZstdCodec(level=LEVEL), Crc32cCodec()),
        dimension_names=(_rows_called(product, fact), *fact.dims), attributes=attributes | dict(fact.attributes),
    )  # fmt: skip


def _rows_called(product: Product, fact: ArrayFacts) -> str:
    name = "time" if product.grid == "cells" else "frame"
    return name if fact.every == 1 else f"{name}_{fact.every}"


def shard_file(path: Path, name: str, fact: ArrayFacts, number: int) -> Path:
    """The file of a shard of an array."""
    return path.joinpath(name, ALL, str(number), *("0" for _ in fact.shape))


def write(path: Path, facts: dict[str, ArrayFacts], number: int, per_shard: int,
          arrays: dict[str, np.ndarray]) -> dict[str, list[int]]:  # fmt: skip
    """Write a shard of all arrays, whole and to the disk itself: the bytes and the CRC of each file that it has.

    Raises
    ------
    OutputError
        The disk is full, or the like.
    """
    zarr = load()
    found = {}
    with zarr.config.set({"async.concurrency": 1, "threading.max_workers": 1}):
        for name, fact in facts.items():
            rows, values = per_shard // fact.every, arrays[name]
            whole = np.full((rows, *fact.shape), fact.fill, fact.dtype)
            whole[: len(values)] = values
            file = shard_file(path, name, fact, number)
            clean(file)
            try:
                zarr.open_array(path / name, mode="r+")[number * rows : (number + 1) * rows] = whole
                if file.exists():
                    found[name] = list(measured(file, sync=True))
            except OSError as error:
                raise OutputError(could_not_be_written(error, path, path / name)) from error
    return found


def clean(file: Path) -> None:
    """Remove what a run that was killed left half written of a shard."""
    if file.parent.is_dir():
        for part in file.parent.glob(f"{file.name}.*.partial"):
            part.unlink(missing_ok=True)


def remove(path: Path, facts: dict[str, ArrayFacts], number: int) -> None:
    """Take a shard away: all of it reads as its fill."""
    for name, fact in facts.items():
        file = shard_file(path, name, fact, number)
        clean(file)
        file.unlink(missing_ok=True)


def measured(file: Path, *, sync: bool = False) -> tuple[int, int]:
    """Bytes of a file, and their CRC."""
    with file.open("rb") as opened:
        data = opened.read()
        if sync:
            os.fsync(opened.fileno())
    if sync:
        for folder in (file.parent, file.parent.parent):  # that its name is on the disk too
            _sync_folder(folder)
    return len(data), zlib.crc32(data)


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path, name: str, first: int, stop: int) -> np.ndarray:
    """Rows of an array, counted from the first that is stored."""
    array = load().open_array(path / name, mode="r")
    return np.asarray(array[first:stop])


def coordinates(path: Path, product: Product, sound: SoundFacts) -> dict[str, np.ndarray]:
    """What the axes of a row are, as they are stored."""
    group = load().open_group(path, mode="r")
    return {name: np.asarray(group[name][...]) for name in product.coordinates(sound)}
