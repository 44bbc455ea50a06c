"""Running medians by a compiled program: exactly those of NumPy, along both axes, on every kind of vector."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph.engines.compiled import build, medians
from tests.engines.contract import BOTH_PRECISIONS
from tests.engines.test_compiled_targets import TRIPLES, target  # noqa: F401  # a fixture

llvm = pytest.importorskip("llvmlite.binding")

WIDTHS = st.sampled_from([3, 5, 7, 9, 17, 31, 45, medians.WIDEST])


def by_numpy(values, width, axis):
    return np.median(np.lib.stride_tricks.sliding_window_view(values, width, axis=axis), axis=-1)


def numbers(seed, shape, dtype, distinct):
    """Any numbers, or few different ones, so that many are alike."""
    random = np.random.default_rng(seed)
    return (random.integers(-2, 3, shape) if not distinct else random.standard_normal(shape)).astype(dtype)


@BOTH_PRECISIONS
@given(WIDTHS, st.integers(1, 40), st.integers(1, 70), st.booleans(), st.integers(0, 1 << 30))
def test_medians_are_numpys_along_both_axes(dtype, width, frames, rows, distinct, seed):
    over_frames = numbers(seed, (frames + width - 1, rows), dtype, distinct)
    np.testing.assert_array_equal(medians.medians_over_frames(over_frames, width), by_numpy(over_frames, width, 0))
    over_rows = numbers(seed, (frames, rows + width - 1), dtype, distinct)
    np.testing.assert_array_equal(medians.medians_over_rows(over_rows, width), by_numpy(over_rows, width, 1))


@BOTH_PRECISIONS
def test_infinite_and_the_smallest_numbers_have_their_place(dtype):
    precision = np.finfo(dtype)
    ends = [-np.inf, np.inf, precision.max, -precision.max, precision.smallest_subnormal, 0, 1]
    values = np.random.default_rng(0).choice(np.array(ends, dtype), (60, 33))
    np.testing.assert_array_equal(medians.medians_over_frames(values, 9), by_numpy(values, 9, 0))


def test_every_kind_of_vector_finds_the_same(target, monkeypatch):  # noqa: F811
    monkeypatch.setattr(build, "host", lambda: target)
    for dtype in ("float32", "float64"):
        values = numbers(1, (60, 45), dtype, distinct=True)
        np.testing.assert_array_equal(medians.medians_over_frames(values, 31), by_numpy(values, 31, 0))
        np.testing.assert_array_equal(medians.medians_over_rows(values, 31), by_numpy(values, 31, 1))


def test_windows_without_a_program_are_left_to_others():
    for width in (1, medians.WIDEST + 2):
        assert medians.medians_over_frames(np.zeros((100, 3)), width) is None
        assert medians.medians_over_rows(np.zeros((3, 100)), width) is None


@pytest.mark.parametrize("triple", TRIPLES, ids=lambda t: f"{t[0]}-{t[1]}")
def test_the_program_for_any_machine_needs_nothing_from_outside(triple):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    for double in (False, True):
        text = medians.program(31, triple[-1], double)
        code = build.object_of(text, build.Target(*triple))
        assert b"medians" in code
        assert not [name for name in (b"memcpy", b"fmin", b"fmax", b"chkstk", b"stack_chk") if name in code]
