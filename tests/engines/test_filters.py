"""Products with filters and half-band filtering: the sums of their definition, a frame's bits its own."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import Signal, engines, spectrogram
from sonograph.engines.compiled import build, filters, threads
from sonograph.features import constantq
from sonograph.settings import ConstantQSettings
from tests.engines.contract import BOTH_PRECISIONS
from tests.engines.test_compiled_targets import TRIPLES, target  # noqa: F401  # a fixture

llvm = pytest.importorskip("llvmlite.binding")


def noise(n, dtype, seed=0):
    return np.random.default_rng(seed).standard_normal(n).astype(dtype)


def products(x, hop, frames, table, quantity="transform"):
    """(frames, n) in the middle of a wider array, whose other numbers must stay what they are."""
    n = table.shape[1] // 2
    kind = np.result_type(x, np.complex64) if quantity == "transform" else x.dtype
    around = np.full((frames, n + 5), 7, kind)
    filters.products(x, hop, filters.bank_of(table), around[:, 3 : n + 3], quantity)
    assert (around[:, [0, 1, 2, -2, -1]] == 7).all()
    return around[:, 3 : n + 3]


def cut_of(x, taps, hop):
    return np.lib.stride_tricks.sliding_window_view(x, taps)[::hop].astype(float)


@BOTH_PRECISIONS
@given(st.integers(1, 90), st.integers(1, 40), st.integers(1, 70), st.integers(1, 20), st.data())
def test_frames_times_filters_are_sums_of_their_own(dtype, taps, n, frames, hop, data):
    x, table = noise((frames - 1) * hop + taps, dtype), noise((taps, 2 * n), dtype, 1)
    got = products(x, hop, frames, table)
    parts = np.hstack([got.real, got.imag])
    cut = cut_of(x, taps, hop)
    bound = taps * np.finfo(dtype).eps * (np.abs(cut) @ np.abs(table.astype(float)))
    assert np.all(np.abs(parts - cut @ table.astype(float)) <= bound)
    one = data.draw(st.integers(0, frames - 1))
    np.testing.assert_array_equal(products(x[one * hop :], hop, 1, table)[0], got[one])
    power = got.real * got.real + got.imag * got.imag
    np.testing.assert_array_equal(products(x, hop, frames, table, "power"), power)
    np.testing.assert_array_equal(products(x, hop, frames, table, "magnitude"), np.sqrt(power))


def half_band_sums(x, weights, count):
    n, beside = len(weights), x[::2].astype(float)
    sums = (w * (beside[n - 1 - k :][:count] + beside[n + k :][:count]) for k, w in enumerate(weights))
    return x[2 * n - 1 :: 2][:count] / 2 + sum(sums)


@BOTH_PRECISIONS
@given(st.integers(1, 9), st.integers(1, 70) | st.integers(filters.AT_ONCE - 2, 3 * filters.AT_ONCE), st.data())
def test_half_band_filtering_is_the_sum_over_both_sides(dtype, n, count, data):
    x, weights = noise(2 * count + 4 * n - 3 + data.draw(st.integers(0, 1)), dtype), noise(n, "float64", 2)
    got = filters.halved(x, weights)
    np.testing.assert_allclose(got, half_band_sums(x, weights, count), rtol=0, atol=100 * np.finfo(dtype).eps)
    one = data.draw(st.integers(0, count - 1))
    np.testing.assert_array_equal(filters.halved(x[2 * one :], weights), got[one:])


def test_every_kind_of_vector_multiplies(target, monkeypatch):  # noqa: F811
    monkeypatch.setattr(build, "host", lambda: target)
    for dtype in ("float32", "float64"):
        x, table = noise(500, dtype), noise((50, 24), dtype, 1)
        got, sums = products(x, 10, 46, table), cut_of(x, 50, 10) @ table
        np.testing.assert_allclose(np.hstack([got.real, got.imag]), sums, rtol=0, atol=300 * np.finfo(dtype).eps)
        np.testing.assert_array_equal(products(x, 10, 46, table, "power"), got.real * got.real + got.imag * got.imag)
        half = filters.halved(x, np.array([0.3, -0.1]))
        np.testing.assert_allclose(half, half_band_sums(x, [0.3, -0.1], 247), rtol=0, atol=300 * np.finfo(dtype).eps)


def test_what_does_not_fit_is_refused():
    bank, out = filters.bank_of(noise((50, 6), "float32")), np.empty((6, 3), "float32")
    with pytest.raises(ValueError, match="samples are 99; 6 frames need 100 beside each other"):
        filters.products(noise(99, "float32"), 10, bank, out, "power")
    for wrong in (np.empty((6, 2), "float32"), np.empty((6, 3)), np.empty((3, 6), "float32").T):
        with pytest.raises(ValueError, match="it must be float32, 3 beside each other in a row"):
            filters.products(noise(100, "float32"), 10, bank, wrong, "power")
    with pytest.raises(ValueError, match="it must be complex64, 3 beside"):
        filters.products(noise(100, "float32"), 10, bank, out, "transform")
    with pytest.raises(ValueError, match="x holds 6; 2 weights need 7"):
        filters.halved(noise(6, "float32"), np.ones(2))


def test_constant_q_has_the_same_bits_by_any_number_of_threads(monkeypatch):
    monkeypatch.setattr(threads, "_WORTH_THREADS", 1)
    monkeypatch.setattr(constantq, "FRAMES", 16)
    sound = Signal(noise(40_000, "float32"), 8000.0)
    settings = ConstantQSettings.for_rate(8000.0, hop=128, low=100.0, n_bands=40)
    alone = spectrogram(sound, settings, engine=engines.default(threads=1))
    shared = spectrogram(sound, settings, engine=engines.default(threads=3))
    np.testing.assert_array_equal(shared.values, alone.values)


@pytest.mark.parametrize("triple", TRIPLES, ids=lambda t: f"{t[0]}-{t[1]}")
def test_the_programs_for_any_machine_need_nothing_from_outside(triple):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    for double, name in itertools.product((False, True), filters.FUNCTIONS):
        code = build.object_of(filters.program(name, triple[-1], double), build.Target(*triple))
        assert name.encode() in code
        assert not [name for name in (b"memcpy", b"memset", b"fma", b"chkstk", b"stack_chk") if name in code]
