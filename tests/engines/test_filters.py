"""Products with filters and half-band filtering: the sums of their definition, a frame's bits its own."""

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


@BOTH_PRECISIONS
@given(st.integers(1, 90), st.integers(1, 60), st.integers(1, 70), st.integers(1, 20), st.data())
def test_frames_times_filters_are_sums_of_their_own(dtype, taps, columns, frames, hop, data):
    x, table = noise((frames - 1) * hop + taps, dtype), noise((taps, columns), dtype, 1)
    bank = filters.bank_of(table)
    got = filters.products(x, hop, frames, bank)
    cut = np.lib.stride_tricks.sliding_window_view(x, taps)[::hop].astype(float)
    bound = taps * np.finfo(dtype).eps * (np.abs(cut) @ np.abs(table.astype(float)))
    assert np.all(np.abs(got - cut @ table.astype(float)) <= bound)
    one = data.draw(st.integers(0, frames - 1))
    np.testing.assert_array_equal(filters.products(x[one * hop :], hop, 1, bank)[0], got[one])


@BOTH_PRECISIONS
@given(st.integers(1, 9), st.integers(1, 70), st.data())
def test_half_band_filtering_is_the_sum_over_both_sides(dtype, n, count, data):
    middle, beside, weights = noise(count, dtype), noise(count + 2 * n - 1, dtype, 1), noise(n, "float64", 2)
    got = filters.halved(middle, beside, weights)
    wanted = middle / 2 + sum(
        w * (beside[n - 1 - k :][:count].astype(float) + beside[n + k :][:count]) for k, w in enumerate(weights)
    )
    np.testing.assert_allclose(got, wanted, rtol=0, atol=100 * np.finfo(dtype).eps)
    one = data.draw(st.integers(0, count - 1))
    np.testing.assert_array_equal(filters.halved(middle[one:], beside[one:], weights), got[one:])


def test_every_kind_of_vector_multiplies(target, monkeypatch):  # noqa: F811
    monkeypatch.setattr(build, "host", lambda: target)
    for dtype in ("float32", "float64"):
        x, table = noise(500, dtype), noise((50, 24), dtype, 1)
        cut = np.lib.stride_tricks.sliding_window_view(x, 50)[::10].astype(float)
        got = filters.products(x, 10, 46, filters.bank_of(table))
        np.testing.assert_allclose(got, cut @ table, rtol=0, atol=300 * np.finfo(dtype).eps)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="samples are 99; 6 frames need 100 beside each other"):
        filters.products(noise(99, "float32"), 10, 6, filters.bank_of(noise((50, 3), "float32")))
    with pytest.raises(ValueError, match="beside holds 12; 10 numbers need 13"):
        filters.halved(noise(10, "float32"), noise(12, "float32"), np.ones(2))


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
    for double in (False, True):
        code = build.object_of(filters.program(triple[-1], double), build.Target(*triple))
        assert b"products" in code
        assert not [name for name in (b"memcpy", b"memset", b"fma", b"chkstk", b"stack_chk") if name in code]
