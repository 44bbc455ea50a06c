"""Where the arrays of a product lie: a Zarr v3 group, a file a shard; the one place of archives that uses zarr.

TIMELINE/PRODUCT/DIGEST holds an array for each of the product's, cut into shards, each written whole by one task alone.
An array is as long as its shards; what no task has written, or lies behind the end, reads as its fill. Chunks and the
index of each shard end with their CRC. What is written is packed in memory (`packing`), so that a file of it has the
same bytes wherever it lies.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from sonograph.archive.products.product import ArrayFacts, Product, SoundFacts
from sonograph.archive.stores.files import Files, each
from sonograph.archive.stores.packing import LEVEL, chunk_rows, pack
from sonograph.errors import MissingExtra, OutputError

ALL = "c"
"""The folder of an array's shards."""
FORM = "zarr.json"
"""What describes a group or an array."""


def load() -> Any:
    """zarr, or how to get it."""
    try:
        import zarr
    except ImportError:
        raise MissingExtra("archives need the package zarr: pip install '.[archive]'") from None
    return zarr


def make(
    files: Files, label: str, product: Product, sound: SoundFacts, facts: dict[str, Any], per_shard: int, count: int
) -> None:
    """Make the group of a product, or let its arrays grow to so many shards.

    label : what its folder is called
    facts : what is written beside it: its first row, its sample rate …

    Raises
    ------
    OutputError
        Arrays of another form are there; the disk is full, or the like.
    """
    arrays, coordinates = product.arrays(sound), product.coordinates(sound)
    names = [FORM, *(f"{name}/{FORM}" for name in (*arrays, *coordinates))]
    held = dict(zip(names, each(lambda name: _there(files, f"{label}/{name}"), names, files.at_once), strict=True))
    about = {"product": product.to_dict()} | facts
    rows = {name: per_shard // fact.every for name, fact in arrays.items()}
    wanted = _forms(product, sound._replace(n_samples=0), per_shard)
    if all(_is_so(held[name], wanted[name], name, about, rows, count) for name in names):
        return
    room = _Memory({name: data for name, data in held.items() if data is not None})
    group = load().open_group(room.store, mode="a")
    if dict(group.attrs) != about:
        group.attrs.put(about)
    _grow(group, product, arrays, coordinates, rows, count, files.called(label))
    changed = [(f"{label}/{name}", data) for name, data in room.files() if data != held.get(name)]
    for last in (False, True):  # what describes an array says that its values are there
        some = [one for one in changed if one[0].endswith(FORM) == last]
        for _ in each(lambda one: files.write(*one), some, files.at_once):
            pass


def _grow(
    group: Any, product: Product, arrays: dict[str, ArrayFacts], coordinates: dict[str, np.ndarray],
    rows: dict[str, int], count: int, called: str,
) -> None:  # fmt: skip
    """Put the arrays into a group that it lacks, and let the others grow to so many shards."""
    for name, values in coordinates.items():
        if name not in group:
            dims = (name.removesuffix("_bounds"), "bounds")[: values.ndim]
            group.create_array(name, data=values, chunks=values.shape, dimension_names=dims)
    for name, fact in arrays.items():
        shape = (count * rows[name], *fact.shape)
        if name not in group:
            group.create_array(name, shape=shape, **_form(fact, rows[name], product))
        elif group[name].shards != (rows[name], *fact.shape):
            raise OutputError(f"{called}/{name}: has shards of another size. Plan another archive.")
        elif group[name].shape[0] < shape[0]:
            group[name].resize(shape)


@lru_cache(maxsize=16)
def _forms(product: Product, sound: SoundFacts, per_shard: int) -> dict[str, Any]:
    """What describes a group that was just made, and its arrays of no rows, by the names of the files."""
    room, arrays = _Memory({}), product.arrays(sound)
    rows = {name: per_shard // fact.every for name, fact in arrays.items()}
    _grow(load().open_group(room.store, mode="a"), product, arrays, product.coordinates(sound), rows, 0, "")
    return {name: json.loads(data) for name, data in room.files() if name.endswith(FORM)}


def _is_so(
    data: bytes | None, wanted: dict[str, Any], name: str, about: dict[str, Any], rows: dict[str, int], count: int
) -> bool:
    """Whether a file describes what it would if it were made now; to open all with zarr takes ten times as long."""
    if name == FORM:
        wanted = wanted | {"attributes": about}
    elif (array := name.removesuffix(f"/{FORM}")) in rows:
        wanted = wanted | {"shape": [count * rows[array], *wanted["shape"][1:]]}
    try:
        return data is not None and json.loads(data) == wanted
    except ValueError:
        return False


def _there(files: Files, name: str) -> bytes | None:
    try:
        return files.read(name)
    except FileNotFoundError:
        return None


def _form(fact: ArrayFacts, rows: int, product: Product | None = None) -> dict[str, Any]:
    """How an array is made whose shards have so many rows."""
    from zarr.codecs import Crc32cCodec, ZstdCodec

    names = {} if product is None else {"dimension_names": (_rows_called(product, fact), *fact.dims)}
    attributes = {"units": fact.unit} if fact.unit else {}
    return names | {
        "dtype": fact.dtype, "fill_value": fact.fill, "shards": (rows, *fact.shape),
        "chunks": (chunk_rows(fact, rows), *fact.shape), "compressors": (ZstdCodec(level=LEVEL), Crc32cCodec()),
        "attributes": attributes | dict(fact.attributes),
    }  # fmt: skip


def _rows_called(product: Product, fact: ArrayFacts) -> str:
    name = {"cells": "time", "frames": "frame", "clips": "clip"}[product.grid]
    return name if fact.every == 1 else f"{name}_{fact.every}"


def shard_file(label: str, name: str, fact: ArrayFacts, number: int) -> str:
    """The name of the file of a shard of an array."""
    return "/".join([label, name, ALL, str(number), *("0" for _ in fact.shape)])


def write(
    files: Files, label: str, facts: dict[str, ArrayFacts], number: int, per_shard: int, arrays: dict[str, np.ndarray]
) -> dict[str, list[int]]:
    """Write a shard of all arrays, whole and to last: the bytes and the CRC of each file that it has.

    Raises
    ------
    OutputError
        The disk is full, or the like.
    """

    def one(name: str, data: bytes | None) -> None:
        file = shard_file(label, name, facts[name], number)
        if data is None:
            files.remove(file)
        else:
            files.write(file, data, lasting=True)
            found[name] = [len(data), zlib.crc32(data)]

    found: dict[str, list[int]] = {}
    packed = ((name, pack(fact, per_shard // fact.every, arrays[name])) for name, fact in facts.items())
    for _ in each(lambda pair: one(*pair), packed, files.at_once):
        pass
    return {name: found[name] for name in facts if name in found}


def remove(files: Files, label: str, facts: dict[str, ArrayFacts], number: int) -> None:
    """Take a shard away: all of it reads as its fill."""
    for name, fact in facts.items():
        files.remove(shard_file(label, name, fact, number))


def measured(files: Files, name: str) -> tuple[int, int]:
    """Bytes of a file, and their CRC."""
    data = files.read(name)
    return len(data), zlib.crc32(data)


def attributes(files: Files, label: str) -> dict[str, Any]:
    """What is written beside the group of a product."""
    return dict(load().open_group(reading(files), path=label, mode="r", zarr_format=3).attrs)


def opened(files: Files, label: str, name: str) -> Any:
    """An array to be sliced by its rows, counted from the first that is stored."""
    return load().open_array(reading(files), path=f"{label}/{name}", mode="r", zarr_format=3)


def coordinates(files: Files, label: str, product: Product, sound: SoundFacts) -> dict[str, np.ndarray]:
    """What the axes of a row are, as they are stored."""
    group = load().open_group(reading(files), path=label, mode="r", zarr_format=3)
    return {name: np.asarray(group[name][...]) for name in product.coordinates(sound)}


def reading(files: Files) -> Any:
    """A Zarr store of files, for reading alone."""
    from sonograph.archive.stores.zarr_files import ZarrFiles

    return ZarrFiles(files)


class _Memory:
    """A Zarr store in memory."""

    def __init__(self, files: dict[str, bytes]) -> None:
        from zarr.core.buffer import cpu
        from zarr.storage import MemoryStore

        self._held: dict[str, Any] = {name: cpu.Buffer.from_bytes(data) for name, data in files.items()}
        self.store = MemoryStore(self._held)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The names of its files, and what they hold."""
        for name, data in self._held.items():
            yield name, data.to_bytes()
