"""Frames gathered into pixels, against pixels by definition."""

import numpy as np
import pytest
from tests.engines.contract import BOTH_PRECISIONS, EVERY_ENGINE, bands_of, pixels_by_definition, run, sound, window_of

from sonograph.engines import Log, Work
from sonograph.engines.compiled import Compiled

PIXELS = pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ([0, 40], [0, 17]),
        ([0, 1, 2, 5, 5, 30, 40], [0, 1, 2, 9, 17]),
        ([3, 4, 39], [2, 3, 17]),
        (list(range(41)), list(range(18))),
    ],
)


@EVERY_ENGINE
@BOTH_PRECISIONS
@PIXELS
@pytest.mark.parametrize("kind", ["power", "magnitude", "level", "bands"])
def test_the_largest_pixel_is_the_largest_of_its_frames_and_bins(engine, dtype, columns, rows, kind):
    bands = bands_of(*[(q, [1.0, 0.5]) for q in range(17)]) if kind == "bands" else None
    log = Log(10.0, 1e-10) if kind == "level" else None
    n_fft = 64 if kind == "bands" else 32
    work = Work(window_of(32), 8, n_fft, "magnitude" if kind == "magnitude" else "power", bands=bands, log=log)
    samples = sound(work, 40, channels=2, dtype=dtype)
    samples[1, 100] = np.nan
    values = run(engine, samples, work, 40)
    out = np.full((2, len(columns) - 1, len(rows) - 1), np.nan, dtype)
    engine.reduce(samples, work, np.array(columns), np.array(rows), out)
    expected = pixels_by_definition(values, columns, rows, mean=False)
    if log is None:
        np.testing.assert_array_equal(out, expected)
    else:
        np.testing.assert_allclose(out, expected, atol=1e-5)


@EVERY_ENGINE
@BOTH_PRECISIONS
@PIXELS
@pytest.mark.parametrize("kind", ["power", "level", "bands"])
def test_the_mean_pixel_sums_the_frames_that_are_there(engine, dtype, columns, rows, kind):
    bands = bands_of(*[(q, [1.0, 0.5]) for q in range(17)]) if kind == "bands" else None
    log = Log(10.0, 1e-10) if kind == "level" else None
    work = Work(window_of(32), 8, 64 if kind == "bands" else 32, bands=bands, log=log)
    samples = sound(work, 40, channels=2, dtype=dtype)
    samples[1, 100] = np.nan
    values = run(engine, samples, work, 40)
    shape = 2, len(columns) - 1, len(rows) - 1
    out, counts = np.zeros(shape), np.zeros(shape[:2], np.int64)
    engine.reduce(samples, work, np.array(columns), np.array(rows), out, counts)
    expected = pixels_by_definition(values, columns, rows, mean=True)
    np.testing.assert_allclose(out, np.nan_to_num(expected), rtol=1e-5 if dtype == "float32" else 1e-13)
    there = ~np.isnan(values).any(axis=2)
    for q in range(shape[1]):
        np.testing.assert_array_equal(counts[:, q], there[:, columns[q] : columns[q + 1]].sum(axis=1))


@EVERY_ENGINE
def test_pixels_gathered_in_parts_are_those_of_the_whole(engine):
    work = Work(window_of(64), 16, 64)
    samples = sound(work, 100)
    columns, rows = np.array([0, 33, 70, 100]), np.arange(34)
    whole = np.full((1, 3, 33), np.nan, "float32")
    engine.reduce(samples, work, columns, rows, whole)
    parts = np.full((1, 3, 33), np.nan, "float32")
    for begin, end in ((0, 41), (41, 100)):
        engine.reduce(samples[:, begin * 16 :], work, np.clip(columns, begin, end) - begin, rows, parts)
    np.testing.assert_array_equal(parts, whole)


@EVERY_ENGINE
def test_a_click_of_one_frame_is_in_the_picture_wherever_it_falls(engine):
    work = Work(window_of(64), 64, 64)
    columns, rows = np.linspace(0, 20_000, 101).astype(int), np.array([0, 33])
    for frame in (0, 4095, 4096, 9999, 19_999):
        samples = np.zeros((1, 20_000 * 64), "float32")
        samples[0, frame * 64 + 32] = 1
        out = np.full((1, 100, 1), np.nan, "float32")
        engine.reduce(samples, work, columns, rows, out)
        assert np.flatnonzero(out[0, :, 0]) == [np.searchsorted(columns, frame, side="right") - 1]


def test_the_number_of_threads_changes_no_pixel():
    work = Work(window_of(256), 64, 256)
    samples = sound(work, 20_000)
    columns, rows = np.linspace(0, 20_000, 7).astype(int), np.arange(0, 130, 3)
    results = []
    for threads in (1, 2, 4):
        out, counts = np.zeros((1, 6, len(rows) - 1)), np.zeros((1, 6), np.int64)
        Compiled(threads=threads).reduce(samples, work, columns, rows, out, counts)
        results.append(out)
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


@EVERY_ENGINE
@pytest.mark.parametrize("n_fft", [32, 2048, 16384])
def test_pixel_rows_may_leave_out_both_ends_of_the_spectrum(engine, n_fft):
    work = Work(window_of(n_fft), n_fft, n_fft)
    samples, n = sound(work, 20), work.n_bins
    values = run(engine, samples, work, 20)
    columns, rows = np.array([3, 4, 19]), np.array([2, 3, n // 3, n // 3 + 2])
    out = np.full((1, 2, 3), np.nan, "float32")
    engine.reduce(samples, work, columns, rows, out)
    np.testing.assert_array_equal(out, pixels_by_definition(values, columns, rows, mean=False))


def test_pixels_that_cannot_be_are_refused_before_a_kernel_runs():
    engine, samples = Compiled(), np.zeros((1, 28), "float32")
    work, transform = Work(window_of(16), 4, 16), Work(window_of(16), 4, 16, "transform")
    out, columns, rows = np.zeros((1, 2, 2), "float32"), np.array([0, 2, 4]), np.array([0, 5, 9])
    engine.reduce(samples, work, columns, rows, out)
    refused = [
        (transform, columns, rows, None, "reduce its power or magnitude"),
        (work, np.array([0, 5, 4]), rows, None, "columns fall"),
        (work, np.array([-1, 2, 4]), rows, None, "begin at 0 or more"),
        (work, np.array([0, 2, 5]), rows, None, "28 a channel; 5 frames need 32"),
        (work, columns, np.array([0, 5, 10]), None, "within 0 to 9"),
        (work, columns, np.array([0, 5, 5]), None, "must rise"),
        (work, columns, rows, np.zeros((1, 2), np.int64), r"it must be float64 \(1, 2, 2\)"),
    ]
    for bad_work, bad_columns, bad_rows, counts, message in refused:
        with pytest.raises(ValueError, match=message):
            engine.reduce(samples, bad_work, bad_columns, bad_rows, out, counts)
    with pytest.raises(ValueError, match=r"counts is int64 \(1, 3\)"):
        engine.reduce(samples, work, columns, rows, out.astype(float), np.zeros((1, 3), np.int64))
    with pytest.raises(ValueError, match="computes in float64"):
        Compiled(dtype="float64").reduce(samples, work, columns, rows, out)
