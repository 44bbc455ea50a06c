"""The file of a shard is, byte for byte, what zarr writes of the same values."""

import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from zarr.storage import MemoryStore

from sonograph.archive.products.product import ArrayFacts
from sonograph.archive.stores import packing
from sonograph.archive.stores.arrays import _form

FILLS = {"float32": (np.nan, 0.0, -200.0), "float64": (np.nan, 0.0), "int64": (0, -1), "uint8": (0, 255), "int16": (0,)}


def by_zarr(fact, rows, values):
    """What zarr writes; None where it writes no shard."""
    whole = np.full((rows, *fact.shape), fact.fill, fact.dtype)
    whole[: len(values)] = values
    held = {}
    zarr.create_array(MemoryStore(held), shape=whole.shape, **_form(fact, rows))[...] = whole
    found = [data.to_bytes() for name, data in held.items() if name.startswith("c/")]
    return found[0] if found else None


@st.composite
def shards(draw):
    """Facts of an array, the rows of a shard, and its values: of each row the fill, zeros of both signs, or noise."""
    dtype = draw(st.sampled_from(sorted(FILLS)))
    shape = draw(st.lists(st.integers(1, 4), max_size=3))
    fact = ArrayFacts(dtype, draw(st.sampled_from(FILLS[dtype])), tuple(shape), tuple("abc"[: len(shape)]))
    rows = draw(st.integers(1, 24))
    there = draw(st.integers(0, rows))
    noise = np.random.default_rng(draw(st.integers(0, 99)))
    kinds = draw(st.lists(st.sampled_from(("fill", "zero", "minus zero", "noise")), min_size=there, max_size=there))
    made = {"fill": lambda: fact.fill, "zero": lambda: 0, "minus zero": lambda: -0.0,
            "noise": lambda: noise.integers(0, 100, shape)}  # fmt: skip
    values = np.empty((there, *shape), dtype)
    for row, kind in enumerate(kinds):
        values[row] = made[kind]()
    return fact, rows, values


@given(shards(), st.sampled_from((1, 16, 100, 1 << 20)))
def test_a_shard_has_the_bytes_that_zarr_writes(shard, chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "CHUNK", chunk)  # so that there are several
        assert packing.pack(*shard) == by_zarr(*shard)


def test_values_that_lie_otherwise_in_memory_are_packed_as_they_read():
    fact = ArrayFacts("float32", np.nan, (3, 5), ("a", "b"))
    values = np.random.default_rng(0).standard_normal((5, 3, 7)).T[::1, :, ::1][:, :, :5]
    values[2, 1] = np.nan
    for laid in (values, values.astype(">f8"), np.asfortranarray(values)):
        assert packing.pack(fact, 8, laid) == by_zarr(fact, 8, laid)
