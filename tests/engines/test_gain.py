"""The gain control of PCEN, and the powers of two that it is made of: their definitions, on every kind of vector."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph.engines.compiled import build, gain
from sonograph.features import pcen
from tests.engines.contract import BOTH_PRECISIONS
from tests.engines.test_compiled_targets import TRIPLES, target  # noqa: F401  # a fixture

llvm = pytest.importorskip("llvmlite.binding")

CONTROL = gain.Control(0.9, 0.1, 1e-6, -0.98)


def energies(seed, frames, bands, dtype):
    return np.random.default_rng(seed).lognormal(0, 4, (frames, bands)).astype(dtype)


def defined(values, level, control):
    """In double precision, number by number."""
    out, level = np.empty(values.shape), level.astype(float).copy()
    for frame, row in enumerate(values.astype(float)):
        for band, value in enumerate(row):
            if not np.isnan(value):
                level[band] = control.kept * level[band] + control.newest * value
            out[frame, band] = value * (control.eps + level[band]) ** control.exponent
    return out, level


@BOTH_PRECISIONS
@given(st.integers(1, 40), st.integers(1, 70), st.integers(0, 1 << 30), st.data())
def test_the_gain_follows_the_past_and_missing_numbers_leave_it(dtype, frames, bands, seed, data):
    values = energies(seed, frames, bands, dtype)
    values[np.random.default_rng(seed + 1).random((frames, bands)) < 0.1] = np.nan
    begin = energies(seed + 2, 1, bands, dtype)[0]
    out, level = gain.controlled(values, begin, CONTROL)
    want, last = defined(values, begin, CONTROL)
    few = 100 * np.finfo(dtype).eps
    np.testing.assert_allclose(out, want, rtol=few)
    np.testing.assert_allclose(level, last, rtol=few)
    without = pcen.controlled(values, begin, CONTROL)
    np.testing.assert_allclose(without[0], want, rtol=few)
    np.testing.assert_allclose(without[1], last, rtol=few)
    cut = data.draw(st.integers(0, frames))
    first, between = gain.controlled(values[:cut], begin, CONTROL)
    rest, end = gain.controlled(values[cut:], between, CONTROL)
    np.testing.assert_array_equal(np.concatenate([first, rest]), out)
    np.testing.assert_array_equal(end, level)


def raised(numbers, exponent):
    """The numbers to a power: a level that each number is at once, and a value of one."""
    control = gain.Control(1.0, 0.0, 0.0, exponent)
    return gain.controlled(np.ones((1, len(numbers)), numbers.dtype), numbers, control)[0][0]


@BOTH_PRECISIONS
@pytest.mark.parametrize("exponent", [-0.98, -10.0, -0.001, 0.5, 1.0, 0.0])
def test_powers_are_right_from_the_smallest_number_to_the_largest(dtype, exponent):
    precision = np.finfo(dtype)
    ends = precision.minexp, precision.maxexp - 0.01
    numbers = np.exp2(np.concatenate([np.linspace(*ends, 20_001), np.linspace(-1, 1, 20_001)])).astype(dtype)
    got = raised(numbers, exponent)
    with np.errstate(over="ignore"):
        exact = numbers.astype("longdouble") ** np.longdouble(np.dtype(dtype).type(exponent))
        want = exact.astype(dtype)
    digits = np.abs(
        exponent * np.log2(numbers.astype(float))
    )  # of a power so large, its last bits are of the logarithm
    normal = (np.abs(want) >= precision.tiny) & np.isfinite(want) & (digits < -ends[0] - 1)
    error = np.abs(got[normal].astype(float) - want[normal].astype(float)) / want[normal].astype(float)
    assert (error <= 4 * precision.eps * (1 + digits[normal])).all()
    assert (got[want < precision.tiny / 4] == 0).all()
    assert np.isinf(got[np.isinf(want) & (digits > ends[1] + 1.5)]).all()


def test_every_kind_of_vector_controls_the_gain(target, monkeypatch):  # noqa: F811
    monkeypatch.setattr(build, "host", lambda: target)
    for dtype in ("float32", "float64"):
        for bands in (3, 40, 45):
            values, begin = energies(0, 30, bands, dtype), energies(1, 1, bands, dtype)[0]
            out, _ = gain.controlled(values, begin, CONTROL)
            np.testing.assert_allclose(out, defined(values, begin, CONTROL)[0], rtol=100 * np.finfo(dtype).eps)


@pytest.mark.parametrize("triple", TRIPLES, ids=lambda t: f"{t[0]}-{t[1]}")
def test_the_program_for_any_machine_needs_nothing_from_outside(triple):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    for double in (False, True):
        machine = build.Target(*triple)
        code = build.object_of(gain.program(triple[-1], double, machine.x86), machine)
        assert b"controlled" in code
        assert not [name for name in (b"exp2", b"log2", b"rint", b"fma", b"chkstk", b"stack_chk") if name in code]
