"""Frames gathered into pixels, against pixels by definition."""

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import engines
from sonograph.engines import Log, Work
from sonograph.engines.compiled import Compiled
from tests.engines.contract import (
    BOTH_PRECISIONS,
    ENGINES,
    EVERY_ENGINE,
    bands_of,
    pixels_by_definition,
    planes_of,
    run,
    sound,
    window_of,
)

TORCH = [engines.torch.Torch("cpu")] if find_spec("torch") else []
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
def test_a_pass_gives_the_largest_of_each_pixel_and_the_sum_of_its_means(engine, dtype, columns, rows, kind):
    bands = bands_of(*[(q, [1.0, 0.5]) for q in range(17)]) if kind == "bands" else None
    log = Log(10.0, 1e-10) if kind == "level" else None
    n_fft = 64 if kind == "bands" else 32
    work = Work(window_of(32), 8, n_fft, "magnitude" if kind == "magnitude" else "power", bands=bands, log=log)
    samples = sound(work, 40, channels=2, dtype=dtype)
    samples[1, 100] = np.nan
    values = run(engine, samples, work, 40)
    largest, total, counts = planes_of(engine, samples, work, columns, rows)
    want_largest, want_total, want_counts = pixels_by_definition(values, columns, rows)
    np.testing.assert_array_equal(largest, want_largest)
    np.testing.assert_allclose(total, want_total, rtol=1e-5 if dtype == "float32" else 1e-13)
    np.testing.assert_array_equal(counts, want_counts)
    for plane, whole in (("largest", largest), ("total", total)):
        alone = planes_of(engine, samples, work, columns, rows, [plane])
        np.testing.assert_array_equal(alone[0 if plane == "largest" else 1], whole)
        np.testing.assert_array_equal(alone[2], counts)


WORK = Work(window_of(32), 8, 32)


@given(st.integers(1, 60), st.data())
def test_any_columns_and_gaps_give_the_same_pixels_on_every_engine(n_frames, data):
    columns = sorted(data.draw(st.lists(st.integers(0, n_frames), min_size=2, max_size=90), "columns"))
    rows = sorted(data.draw(st.sets(st.integers(0, 17), min_size=2), "rows"))
    samples = sound(WORK, n_frames, channels=2, seed=n_frames)
    for channel in samples:
        for at in data.draw(st.lists(st.integers(0, samples.shape[1] - 1), max_size=3), "gaps"):
            channel[at : at + 20] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    planes = {}
    for engine in [*ENGINES, *TORCH]:
        values = run(engine, samples, WORK, n_frames)
        largest, total, counts = planes[engine.name] = planes_of(engine, samples, WORK, columns, rows)
        want_largest, want_total, want_counts = pixels_by_definition(values, columns, rows)
        np.testing.assert_array_equal(largest, want_largest)
        np.testing.assert_allclose(total, want_total, rtol=1e-5)
        np.testing.assert_array_equal(counts, want_counts)
        np.testing.assert_array_equal(np.isnan(largest).all(axis=2), counts == 0)
    reference = planes["reference"]
    for largest, total, counts in planes.values():
        np.testing.assert_array_equal(counts, reference[2])
        for plane, want in ((largest, reference[0]), (total, reference[1])):
            there = ~np.isnan(want)
            np.testing.assert_array_equal(~np.isnan(plane), there)
            few = 8 * np.finfo("float32").eps * np.linalg.norm(want[there].astype(float))
            assert np.linalg.norm(plane[there].astype(float) - want[there]) <= few


@EVERY_ENGINE
def test_the_level_of_silence_without_a_floor_is_no_gap(engine):
    work = Work(window_of(32), 32, 32, log=Log(10.0, 0.0))
    samples = np.zeros((1, 32 * 40), "float32")
    samples[0, 32 * 20 :] = np.nan
    largest, total, counts = planes_of(engine, samples, work, [0, 20, 40], [0, 17])
    assert largest[0, :, 0].tolist() == [-np.inf, pytest.approx(np.nan, nan_ok=True)]
    assert (total[0, :, 0].tolist(), counts[0].tolist()) == ([-np.inf, 0], [20, 0])


@EVERY_ENGINE
def test_pixels_gathered_in_parts_are_those_of_the_whole(engine):
    work = Work(window_of(64), 16, 64)
    samples = sound(work, 100)
    columns, rows = np.array([0, 33, 70, 100]), np.arange(34)
    whole = planes_of(engine, samples, work, columns, rows)
    largest, total, counts = np.full((1, 3, 33), np.nan, "float32"), np.zeros((1, 3, 33)), np.zeros((1, 3), np.int64)
    for begin, end in ((0, 41), (41, 100)):
        edges = np.clip(columns, begin, end) - begin
        engine.reduce(samples[:, begin * 16 :], work, edges, rows, counts, largest=largest, total=total)
    np.testing.assert_array_equal(largest, whole[0])
    np.testing.assert_allclose(total, whole[1], rtol=1e-13)
    np.testing.assert_array_equal(counts, whole[2])


@EVERY_ENGINE
def test_a_click_of_one_frame_is_in_the_picture_wherever_it_falls(engine):
    work = Work(window_of(64), 64, 64)
    columns, rows = np.linspace(0, 20_000, 101).astype(int), np.array([0, 33])
    for frame in (0, 4095, 4096, 9999, 19_999):
        samples = np.zeros((1, 20_000 * 64), "float32")
        samples[0, frame * 64 + 32] = 1
        largest, _, _ = planes_of(engine, samples, work, columns, rows)
        assert np.flatnonzero(largest[0, :, 0]) == [np.searchsorted(columns, frame, side="right") - 1]


def test_the_number_of_threads_changes_no_pixel():
    work = Work(window_of(256), 64, 256)
    samples = sound(work, 20_000)
    columns, rows = np.linspace(0, 20_000, 7).astype(int), np.arange(0, 130, 3)
    one, *others = (planes_of(Compiled(threads=threads), samples, work, columns, rows) for threads in (1, 2, 4))
    for planes in others:
        for plane, want in zip(planes, one, strict=True):
            np.testing.assert_array_equal(plane, want)


@EVERY_ENGINE
@pytest.mark.parametrize("n_fft", [32, 2048, 16384])
def test_pixel_rows_may_leave_out_both_ends_of_the_spectrum(engine, n_fft):
    work = Work(window_of(n_fft), n_fft, n_fft)
    samples, n = sound(work, 20), work.n_bins
    values = run(engine, samples, work, 20)
    columns, rows = np.array([3, 4, 19]), np.array([2, 3, n // 3, n // 3 + 2])
    largest, _, _ = planes_of(engine, samples, work, columns, rows)
    np.testing.assert_array_equal(largest, pixels_by_definition(values, columns, rows)[0])


def test_pixels_that_cannot_be_are_refused_before_a_kernel_runs():
    engine, samples = Compiled(), np.zeros((1, 28), "float32")
    work, transform = Work(window_of(16), 4, 16), Work(window_of(16), 4, 16, "transform")
    largest, counts = np.zeros((1, 2, 2), "float32"), np.zeros((1, 2), np.int64)
    columns, rows = np.array([0, 2, 4]), np.array([0, 5, 9])
    engine.reduce(samples, work, columns, rows, counts, largest=largest)
    refused = [
        (transform, columns, rows, "reduce its power or magnitude"),
        (work, np.array([0, 5, 4]), rows, "columns fall"),
        (work, np.array([-1, 2, 4]), rows, "begin at 0 or more"),
        (work, np.array([0, 2, 5]), rows, "28 a channel; 5 frames need 32"),
        (work, columns, np.array([0, 5, 10]), "within 0 to 9"),
        (work, columns, np.array([0, 5, 5]), "must rise"),
    ]
    for bad_work, bad_columns, bad_rows, message in refused:
        with pytest.raises(ValueError, match=message):
            engine.reduce(samples, bad_work, bad_columns, bad_rows, counts, largest=largest)
    with pytest.raises(ValueError, match=r"total is float32 \(1, 2, 2\); it must be float64"):
        engine.reduce(samples, work, columns, rows, counts, total=largest)
    with pytest.raises(ValueError, match=r"largest is float64 \(1, 2, 2\); it must be float32"):
        engine.reduce(samples, work, columns, rows, counts, largest=largest.astype(float))
    with pytest.raises(ValueError, match=r"counts is int64 \(1, 3\)"):
        engine.reduce(samples, work, columns, rows, np.zeros((1, 3), np.int64), largest=largest)
    with pytest.raises(ValueError, match="one of them is to be filled"):
        engine.reduce(samples, work, columns, rows, counts)
    with pytest.raises(ValueError, match="computes in float64"):
        Compiled(dtype="float64").reduce(samples, work, columns, rows, counts, largest=largest)
