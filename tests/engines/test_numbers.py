"""What every engine computes, against the definition in double precision."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph.engines import Log, Work
from sonograph.engines.compiled import Compiled
from tests.engines.contract import (
    BOTH_PRECISIONS,
    EVERY_ENGINE,
    SMOOTH,
    SOME_BANDS,
    bands_of,
    definition,
    relative,
    run,
    sound,
    window_of,
)
from tests.thorough import ALL


@EVERY_ENGINE
@BOTH_PRECISIONS
@pytest.mark.parametrize("quantity", ["power", "magnitude", "transform"])
@pytest.mark.parametrize(
    ("window_length", "hop", "n_fft"),
    [(16, 4, 16), (100, 33, 128), (400, 160, 512), (2048, 512, 2048), (1764, 441, 1764), (300, 700, 360), (5, 2, 90)],
)
def test_every_quantity_is_what_the_definition_says(engine, dtype, quantity, window_length, hop, n_fft):
    work = Work(window_of(window_length), hop, n_fft, quantity, ends=0.5)
    samples = sound(work, 21, channels=2, dtype=dtype)
    values, expected = run(engine, samples, work, 21), definition(samples, work, 21)
    eps = np.finfo(dtype).eps
    assert relative(values, expected) <= (8 if quantity == "power" else 4) * eps
    assert np.max(np.abs(values - expected)) <= 16 * eps * np.max(np.abs(expected))


@BOTH_PRECISIONS
@pytest.mark.parametrize("n_fft", [22, 26, 44, 130, 286, 484, 1430, 2002, 3744])
def test_factors_of_11_and_13_are_as_exact_as_a_prime_may_be(dtype, n_fft):
    work = Work(window_of(n_fft), 1 + n_fft // 3, n_fft, "transform")
    samples, engine = sound(work, 21, dtype=dtype), Compiled(threads=1)
    assert engine.refuses(work, samples.dtype) is None
    assert relative(run(engine, samples, work, 21), definition(samples, work, 21)) <= 6 * np.finfo(dtype).eps


@EVERY_ENGINE
@BOTH_PRECISIONS
@pytest.mark.parametrize(("remove_dc", "preemphasis"), [(True, 0.0), (False, 0.97), (True, 0.97)])
@pytest.mark.parametrize(
    ("window_length", "hop", "n_fft"), [(400, 160, 512), (64, 16, 64), (1, 3, 16), (33, 50, 48), (2000, 7, 2048)]
)
def test_frames_lose_their_mean_and_gain_treble_where_asked(
    engine, dtype, remove_dc, preemphasis, window_length, hop, n_fft
):
    work = Work(window_of(window_length), hop, n_fft, "transform", 1, None, None, remove_dc, preemphasis)
    samples = sound(work, 19, channels=2, dtype=dtype) + np.dtype(dtype).type(0.5)
    values, expected = run(engine, samples, work, 19), definition(samples, work, 19)
    size = np.linalg.norm(definition(samples, Work(work.window, hop, n_fft, "transform"), 19))
    assert np.linalg.norm(values - expected) <= 4 * np.finfo(dtype).eps * size


@BOTH_PRECISIONS
def test_even_smooth_lengths_up_to_4096_have_a_kernel_that_is_right(dtype):
    """Every third or fifth; SONOGRAPH_ALL=1: every one."""
    engine, eps = Compiled(threads=1), np.finfo(dtype).eps
    assert len(SMOOTH) > 90
    for n_fft in SMOOTH[:: 1 if ALL else 3 if dtype == "float32" else 5]:
        work = Work(window_of(n_fft), 1 + n_fft // 3, n_fft)
        samples = sound(work, 3, dtype=dtype)
        assert engine.refuses(work, samples.dtype) is None
        assert relative(run(engine, samples, work, 3), definition(samples, work, 3)) <= 8 * eps, n_fft


@pytest.mark.parametrize("n_fft", [8192, 31250, 39366, 50000, 65536, 2 * 11**4, 14 * 13**3])
def test_long_transforms_are_as_exact_as_short_ones(n_fft):
    work = Work(window_of(n_fft), n_fft // 2, n_fft, "transform")
    samples = sound(work, 5)
    assert relative(run(Compiled(threads=1), samples, work, 5), definition(samples, work, 5)) <= 4 * np.finfo("f4").eps


@EVERY_ENGINE
@BOTH_PRECISIONS
def test_what_needs_four_factors_is_gathered_as_its_frames_are_added(engine, dtype):
    n_fft = 2 * 11**4
    work = Work(window_of(n_fft), n_fft // 2, n_fft)
    samples = sound(work, 5, dtype=dtype)
    power = definition(samples, work, 5)[0]
    columns, rows = np.array([0, 3, 5]), np.arange(work.n_rows + 1)
    counts, total = np.zeros((1, 2), np.int64), np.zeros((1, 2, work.n_rows))
    engine.reduce(samples, work, columns, rows, counts, total=total)
    assert counts.tolist() == [[3, 2]]
    assert relative(total[0], np.stack([power[:3].sum(axis=0), power[3:].sum(axis=0)])) <= 8 * np.finfo(dtype).eps


def test_every_even_smooth_length_up_to_65536_is_taken():
    engine = Compiled()
    for a in range(17):
        for b in range(11):
            for c in range(7):
                n_fft = 2 ** (a + 1) * 3**b * 5**c
                if 16 <= n_fft <= 65536:
                    assert engine.refuses(Work(np.ones(16), 1, n_fft), np.dtype("float32")) is None, n_fft


@EVERY_ENGINE
@BOTH_PRECISIONS
@pytest.mark.parametrize("quantity", ["power", "magnitude"])
@pytest.mark.parametrize("n_fft", [32, 2048])
def test_bands_are_weighted_sums_of_bins(engine, dtype, quantity, n_fft):
    work = Work(window_of(n_fft), n_fft // 4, n_fft, quantity, ends=0.5, bands=SOME_BANDS)
    samples = sound(work, 19, dtype=dtype)
    values, expected = run(engine, samples, work, 19), definition(samples, work, 19)
    assert relative(values, expected) <= 8 * np.finfo(dtype).eps
    np.testing.assert_array_equal(values[..., 2], 0)


@EVERY_ENGINE
@BOTH_PRECISIONS
@pytest.mark.parametrize("n_fft", [4, 6, 10, 16, 64, 400, 1000, 1024, 1200, 2048, 4096])
def test_bands_up_to_the_last_bin_see_no_more_than_the_bins(engine, dtype, n_fft):
    last = n_fft // 2
    bands = bands_of(
        (0, np.linspace(1, 2, last + 1)), (1, np.ones(last)), (0, np.ones(last)), (last, [0.5]), (last - 1, [1.0, 0.5])
    )
    work = Work(window_of(n_fft), max(1, n_fft // 4), n_fft, bands=bands)
    samples = sound(work, 19, channels=2, dtype=dtype)
    values, expected = run(engine, samples, work, 19), definition(samples, work, 19)
    assert relative(values, expected) <= 8 * np.finfo(dtype).eps


@EVERY_ENGINE
def test_bands_over_the_whole_of_a_large_spectrum_are_right(engine):
    """Rows of a large tile have gaps between them, and a band may cross them."""
    n_bins = 8193
    edges = np.linspace(0, n_bins, 40).astype(int)
    bands = bands_of(*[(a, np.linspace(1, 2, b - a)) for a, b in pairwise(edges)])
    work = Work(window_of(16384), 4096, 16384, bands=bands)
    samples = sound(work, 3)
    assert relative(run(engine, samples, work, 3), definition(samples, work, 3)) <= 8 * np.finfo("f4").eps


@EVERY_ENGINE
@BOTH_PRECISIONS
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([1, 4, 12]), st.integers(1, 8)), min_size=1, max_size=4))
@settings(max_examples=20)
def test_a_band_is_the_same_beside_others_over_its_bins_and_alone(engine, dtype, several):
    """Neighbours over the same bins may be summed side by side: any number of them, between others."""
    random = np.random.default_rng(3)
    bands = [(first, random.uniform(0.1, 1, length)) for first, length, count in several for _ in range(count)]
    together = Work(window_of(32), 8, 32, bands=bands_of(*bands), log=Log(10.0, 1e-9))
    samples = sound(together, 19, dtype=dtype)
    values = run(engine, samples, together, 19)
    for q, band in enumerate(bands):
        alone = Work(window_of(32), 8, 32, bands=bands_of(band), log=Log(10.0, 1e-9))
        np.testing.assert_array_equal(values[..., q], run(engine, samples, alone, 19)[..., 0])


@EVERY_ENGINE
@BOTH_PRECISIONS
@pytest.mark.parametrize("bands", [None, SOME_BANDS])
def test_levels_are_logarithms_of_what_would_have_been(engine, dtype, bands):
    plain = Work(window_of(64), 16, 64, bands=bands)
    work = Work(window_of(64), 16, 64, bands=bands, log=Log(10.0, 1e-3))
    samples = sound(work, 33, dtype=dtype)
    power = run(engine, samples, plain, 33).astype(float)
    expected = 10 * np.log10(np.maximum(power, 1e-3))
    np.testing.assert_allclose(
        run(engine, samples, work, 33),
        expected,
        atol=1e-5 if dtype == "float32" else 1e-14,
        rtol=1e-15 if dtype == "float64" else 2e-7,
    )
