"""Sums over bins: those of their definition, a frame's bits its own, by programs for every vector and without."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph.engines.compiled import bin_sums, build
from sonograph.features import bin_sums as chosen
from tests.engines.contract import BOTH_PRECISIONS
from tests.engines.test_compiled_targets import TRIPLES, target  # noqa: F401  # a fixture

llvm = pytest.importorskip("llvmlite.binding")

LEAST = 1e-5
SHAPES = st.integers(1, 9), st.integers(1, 70) | st.sampled_from([1024, 1025])


def spectra(seed, shape, dtype):
    random = np.random.default_rng(seed)
    return (random.lognormal(0, 3, shape) * (random.random(shape) > 0.1)).astype(dtype)


def defined(values, frequencies, centres, shares):
    """In double precision, from the names to (frames,)."""
    v, f = values.astype(float), frequencies.astype(float)
    c, tiny = np.maximum(v, LEAST), np.finfo(values.dtype).tiny
    parts = v * shares[1:, None]
    before = np.concatenate([np.full((1, v.shape[1]), 0.5), v[:-1]]) * shares[:-1, None]
    terms = {
        "total": v,
        "moment": v * f,
        "counted": c,
        "squares": c * c,
        "logs": np.log2(c),
        "weighed_logs": v * np.log2(np.maximum(v, tiny)),
        "spread": (f - centres[:, None]) ** 2 * v,
        "change": (parts - before) ** 2,
    }
    return {name: (one.sum(axis=1), np.abs(one).sum(axis=1)) for name, one in terms.items()}


def made(values, frequencies, centres, shares, without=False):
    """The same by the programs, or without them."""
    before = np.full((1, values.shape[1]), 0.5, values.dtype)
    own, beside = (chosen._own_sums, chosen._sums_beside) if without else (bin_sums.own_sums, bin_sums.sums_beside)
    found = dict(zip(bin_sums.OWN, own(values, frequencies, LEAST, bin_sums.OWN), strict=True))
    sums = beside(values, before, frequencies, centres, shares, bin_sums.BESIDE)
    return found | dict(zip(bin_sums.BESIDE, sums, strict=True))


def given_of(seed, frames, bins, dtype):
    random = np.random.default_rng(seed + 1)
    numbers = (random.uniform(0, 100, bins), random.uniform(0, 100, frames), random.uniform(0.1, 1, frames + 1))
    return spectra(seed, (frames, bins), dtype), *(one.astype(dtype) for one in numbers)


def check(found, values, *numbers):
    eps = np.finfo(values.dtype).eps
    for name, (want, size) in defined(values, *numbers).items():
        few = 8 if name == "change" else 4  # a difference of products, squared
        bound = few * (1 + values.shape[1] ** 0.5) * eps * (size + (np.max(values) ** 2 if name == "change" else 0))
        assert (np.abs(found[name] - want) <= bound).all(), name


@BOTH_PRECISIONS
@given(*SHAPES, st.integers(0, 1 << 30), st.data())
def test_sums_are_those_of_the_definition_and_of_each_frame_alone(dtype, frames, bins, seed, data):
    given_here = given_of(seed, frames, bins, dtype)
    found = made(*given_here)
    check(found, *given_here)
    check(made(*given_here, without=True), *given_here)
    values, frequencies, centres, shares = given_here
    at = data.draw(st.integers(0, frames - 1))
    alone = bin_sums.own_sums(values[at : at + 1], frequencies, LEAST, ("logs", "total"))
    np.testing.assert_array_equal(alone[:, 0], [found["logs"][at], found["total"][at]])
    if at:
        rest = bin_sums.sums_beside(
            values[at:], values[at - 1 : at], frequencies, centres[at:], shares[at:], bin_sums.BESIDE
        )
        np.testing.assert_array_equal(rest, [found[name][at:] for name in bin_sums.BESIDE])


@BOTH_PRECISIONS
@given(*SHAPES, st.integers(0, 1 << 30), st.sampled_from([0.01, 0.5, 0.85, 0.99, 1.0]))
def test_a_share_of_the_sum_is_reached_where_its_definition_says(dtype, frames, bins, seed, share):
    values = spectra(seed, (frames, bins), dtype)
    sums = np.cumsum(values.astype(float), axis=1)
    for found in (bin_sums.bins_before(values, share), without_programs(values, share)):
        for at, row in zip(found, sums, strict=True):
            near = 4 * (1 + bins**0.5) * np.finfo(dtype).eps * row[-1]
            assert row[at] >= share * row[-1] - near
            assert at == 0 or row[at - 1] < share * row[-1] + near
    assert (bin_sums.bins_before(np.full((2, bins), np.nan, dtype), share) < bins).all()


def without_programs(values, share):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bin_sums, "able", lambda: False)
        return chosen.bins_before(values, share)


def test_all_of_a_sum_is_reached_at_its_last_bin_that_is_not_zero():
    values = np.random.default_rng(0).random((50, 300), "float32")
    values[:, 217:] = 0
    for found in (bin_sums.bins_before(values, 1.0), without_programs(values, 1.0)):
        assert (found <= 216).all() and (found > 200).all()


def test_every_kind_of_vector_sums(target, monkeypatch):  # noqa: F811
    monkeypatch.setattr(build, "host", lambda: target)
    for dtype in ("float32", "float64"):
        given_here = given_of(0, 7, 45, dtype)
        check(made(*given_here), *given_here)
        values = given_here[0]
        np.testing.assert_array_equal(bin_sums.bins_before(values, 0.7), without_programs(values, 0.7))


@pytest.mark.parametrize("triple", TRIPLES, ids=lambda t: f"{t[0]}-{t[1]}")
def test_the_programs_for_any_machine_need_nothing_from_outside(triple):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    for double in (False, True):
        for which, names in (("own", bin_sums.OWN), ("beside", bin_sums.BESIDE), ("before", ())):
            code = build.object_of(bin_sums.program(which, names, triple[-1], double), build.Target(*triple))
            assert which.encode() in code
            assert not [name for name in (b"log2", b"memset", b"memcpy", b"fma", b"chkstk") if name in code]
