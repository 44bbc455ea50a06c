"""One suite for every engine: what `Engine` promises, held against definitions in double precision."""

import mmap
import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph.engines import Bands, Log, Work
from sonograph.engines.compiled import Compiled
from sonograph.engines.reference import Reference

ENGINES = [Reference(threads=1), Compiled(threads=1)]
EVERY_ENGINE = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
BOTH_PRECISIONS = pytest.mark.parametrize("dtype", ["float32", "float64"])

SMOOTH = [
    n
    for n in range(16, 4097, 2)
    if n == np.prod([p**e for p in (2, 3, 5) for e in range(13) if n % p**e == 0 and n % p ** (e + 1)])
]


def window_of(length):
    """No symmetry, no zero, so that nothing can hide behind it."""
    return 0.6 - 0.4 * np.cos(2 * np.pi * np.arange(length) / length) + 0.1 * np.arange(length) / length


def sound(work, frames, channels=1, dtype="float32", seed=0):
    """As many samples as the frames need, not one more."""
    n = (frames - 1) * work.hop + len(work.window) if frames else 0
    return np.random.default_rng(seed).standard_normal((channels, n)).astype(dtype)


def run(engine, samples, work, frames, **options):
    kind = np.result_type(samples.dtype, np.complex64) if work.quantity == "transform" else samples.dtype
    out = np.full((len(samples), frames, work.n_rows), 7, kind)
    engine.compute(samples, work, out, **options)
    return out


def transforms(samples, work, frames):
    """The transform of every frame in double precision, the ends of the spectrum scaled."""
    cut = np.stack([samples[:, i * work.hop :][:, : len(work.window)] for i in range(frames)], axis=1).astype(float)
    if work.remove_dc:
        cut = cut - cut.mean(axis=2, keepdims=True)
    first = cut[..., :1]
    cut = cut - work.preemphasis * np.concatenate([first, cut[..., :-1]], axis=2)
    transform = np.fft.rfft(cut * work.window, work.n_fft)
    transform[..., 0] *= np.sqrt(work.ends)
    if work.n_fft % 2 == 0:
        transform[..., -1] *= np.sqrt(work.ends)
    return transform


def definition(samples, work, frames):
    """Every kind of result in double precision."""
    values = transforms(samples, work, frames)
    if work.quantity == "transform":
        return values
    values = np.abs(values)
    if work.quantity == "power":
        values **= 2
    if work.bands is not None:
        matrix = np.zeros((work.n_rows, work.n_bins))
        for q, first in enumerate(work.bands.first):
            weights = work.bands.weights[work.bands.start[q] : work.bands.start[q + 1]]
            matrix[q, first : first + len(weights)] = weights
        values = values @ matrix.T
    if work.log is not None:
        values = work.log.factor * np.log10(np.maximum(values, work.log.floor))
    return values


def relative(values, expected):
    return np.linalg.norm(values - expected) / np.linalg.norm(expected)


def bands_of(*bands):
    """Bands from (first bin, weights)."""
    lengths = [len(weights) for _, weights in bands]
    start = np.concatenate([[0], np.cumsum(lengths)])
    weights = np.concatenate([np.asarray(weights, float) for _, weights in bands])
    return Bands(np.array([first for first, _ in bands], np.int64), start.astype(np.int64), weights)


SOME_BANDS = bands_of(
    (0, [1.0]), (2, [0.5, 1.0, 0.5]), (5, []), (3, np.linspace(0.1, 1, 11)), (16, [0.3]), (0, 17 * [0.1])
)
"""For 17 bins or more: of one bin, of none, overlapping, at both ends."""


# The numbers


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
def test_every_even_smooth_length_up_to_4096_has_a_kernel_that_is_right(dtype):
    engine, eps = Compiled(threads=1), np.finfo(dtype).eps
    assert len(SMOOTH) > 90
    for n_fft in SMOOTH if dtype == "float32" else SMOOTH[::5]:
        work = Work(window_of(n_fft), 1 + n_fft // 3, n_fft)
        samples = sound(work, 3, dtype=dtype)
        assert engine.refuses(work, samples.dtype) is None
        assert relative(run(engine, samples, work, 3), definition(samples, work, 3)) <= 8 * eps, n_fft


@pytest.mark.parametrize("n_fft", [8192, 31250, 39366, 50000, 65536])
def test_long_transforms_are_as_exact_as_short_ones(n_fft):
    work = Work(window_of(n_fft), n_fft // 2, n_fft, "transform")
    samples = sound(work, 5)
    assert relative(run(Compiled(threads=1), samples, work, 5), definition(samples, work, 5)) <= 4 * np.finfo("f4").eps


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


# Equal bits


@st.composite
def cuttings(draw):
    n_fft = draw(st.sampled_from([16, 20, 48]))
    length = draw(st.integers(1, n_fft))
    hop = draw(st.integers(1, 24))
    kind = draw(st.sampled_from(["power", "magnitude", "transform", "level", "bands"]))
    conditioning = draw(st.sampled_from([(False, 0.0), (True, 0.97)]))
    bands = bands_of((0, [1, 2, 3]), (4, [0.5] * 5)) if kind == "bands" else None
    log = Log(10.0, 1e-10) if kind == "level" else None
    quantity = kind if kind in ("magnitude", "transform") else "power"
    frames = draw(st.integers(1, 50))
    begin = draw(st.integers(0, frames - 1))
    end = draw(st.integers(begin + 1, frames))
    return Work(window_of(length), hop, n_fft, quantity, 1.0, bands, log, *conditioning), frames, begin, end


@EVERY_ENGINE
@BOTH_PRECISIONS
@settings(max_examples=80)
@given(case=cuttings(), shift=st.integers(0, 3))
def test_a_piece_has_the_bits_of_the_whole(engine, dtype, case, shift):
    work, frames, begin, end = case
    samples = sound(work, frames, channels=2, dtype=dtype)
    whole = run(engine, samples, work, frames)
    memory = np.empty((2, samples.shape[1] + 3), dtype)
    moved = memory[:, shift : shift + samples.shape[1] - begin * work.hop]
    moved[:] = samples[:, begin * work.hop :]
    piece = run(engine, moved, work, end - begin, reused=bool(shift % 2))
    np.testing.assert_array_equal(piece, whole[:, begin:end])


@EVERY_ENGINE
@pytest.mark.parametrize("quantity", ["power", "transform"])
def test_threads_channels_and_old_memory_change_no_bit(engine, quantity):
    work = Work(window_of(512), 100, 512, quantity)
    frames = 9000
    samples = sound(work, frames, channels=2)
    whole = run(engine, samples, work, frames)
    for threads in (2, 3):
        np.testing.assert_array_equal(run(type(engine)(threads=threads), samples, work, frames), whole)
    np.testing.assert_array_equal(run(engine, samples, work, frames, reused=True), whole)
    np.testing.assert_array_equal(run(engine, samples[1:], work, frames)[0], whole[1])


# Samples that are missing


@EVERY_ENGINE
@BOTH_PRECISIONS
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", ["power", "magnitude", "transform", "level", "bands", "conditioned"])
def test_a_frame_that_holds_a_missing_sample_is_nan_and_no_other_changes(engine, dtype, bad, kind):
    quantity = kind if kind in ("magnitude", "transform") else "power"
    log, bands = Log(10.0, 1e-10) if kind == "level" else None, SOME_BANDS if kind == "bands" else None
    window = window_of(50)
    window[0] = 0  # as a periodic Hann window begins
    conditioning = (True, 0.97) if kind == "conditioned" else ()
    work = Work(window, 20, 64, quantity, 1.0, bands, log, *conditioning)
    frames = 40
    samples = sound(work, frames, dtype=dtype)
    clean = run(engine, samples, work, frames)
    for at in (0, 333, 420, samples.shape[1] - 1):
        spoiled = samples.copy()
        spoiled[0, at] = bad
        values = run(engine, spoiled, work, frames)
        held = np.array([i * 20 <= at < i * 20 + 50 for i in range(frames)])
        assert held.any()
        assert np.isnan(values[0, held]).all()
        np.testing.assert_array_equal(values[0, ~held], clean[0, ~held])


@EVERY_ENGINE
@pytest.mark.parametrize(("window_length", "hop", "n_fft"), [(5, 9, 16), (400, 160, 512), (100, 300, 128)])
def test_samples_between_and_beyond_the_windows_are_nobodys(engine, window_length, hop, n_fft):
    """Zero padding is zeros, not the samples that happen to follow."""
    work = Work(window_of(window_length), hop, n_fft)
    frames = 18
    samples = sound(work, frames)
    clean = run(engine, samples, work, frames)
    spoiled = np.concatenate([samples, np.full((1, n_fft), np.nan, "float32")], axis=1)
    for i in range(frames):
        if hop > window_length:
            spoiled[0, i * hop + window_length : (i + 1) * hop] = np.nan
    np.testing.assert_array_equal(run(engine, spoiled, work, frames), clean)


@EVERY_ENGINE
def test_silence_reads_the_floor_in_levels(engine):
    work = Work(window_of(64), 16, 64, log=Log(10.0, 1e-20))
    silent = np.zeros((1, 64 + 16 * 20), "float32")
    np.testing.assert_allclose(run(engine, silent, work, 21), -200.0, rtol=1e-6)


@EVERY_ENGINE
def test_silence_without_a_floor_is_minus_infinity(engine):
    work = Work(window_of(64), 16, 64, log=Log(10.0, 0.0))
    np.testing.assert_array_equal(run(engine, np.zeros((1, 64), "float32"), work, 1), -np.inf)


# Pixels


def pixels_by_definition(values, columns, rows, mean):
    """(channels, columns, rows), NaN where a column has no frame; frames that are NaN are left out."""
    channels = len(values)
    result = np.full((channels, len(columns) - 1, len(rows) - 1), np.nan)
    for c in range(channels):
        for q in range(len(columns) - 1):
            for r in range(len(rows) - 1):
                part = values[c, columns[q] : columns[q + 1], rows[r] : rows[r + 1]].astype(float)
                part = part[~np.isnan(part).any(axis=1)]
                if part.size:
                    result[c, q, r] = part.mean(axis=1).sum() if mean else part.max()
    return result


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


# The border between Python and the kernel


@EVERY_ENGINE
def test_no_frames_and_no_channels_are_no_work(engine):
    work = Work(window_of(16), 4, 16)
    assert run(engine, np.zeros((1, 0), "float32"), work, 0).shape == (1, 0, 9)
    assert run(engine, np.zeros((0, 100), "float32"), work, 3).shape == (0, 3, 9)


@pytest.mark.parametrize("at_end", [True, False])
@pytest.mark.parametrize(
    ("window_length", "hop", "n_fft"), [(2048, 512, 2048), (400, 160, 512), (16, 3, 16), (10, 30, 16)]
)
@pytest.mark.parametrize("kind", ["power", "transform", "bands"])
def test_nothing_beside_the_sound_or_the_result_is_touched(at_end, window_length, hop, n_fft, kind):
    """Both lie against a page that may not be touched: behind them, then before them."""
    bands = bands_of((0, [1.0, 2.0]), (n_fft // 2, [1.0])) if kind == "bands" else None
    work = Work(window_of(window_length), hop, n_fft, "transform" if kind == "transform" else "power", bands=bands)
    for frames in (1, 16, 17, 40):
        samples = sound(work, frames)
        expected = run(Compiled(threads=1), samples, work, frames)
        guarded_samples, guarded_out = guarded(samples, at_end), guarded(np.zeros_like(expected), at_end)
        for reused in (False, True):
            Compiled(threads=1).compute(guarded_samples, work, guarded_out, reused=reused)
            np.testing.assert_array_equal(guarded_out, expected)


def guarded(array, at_end):
    """A copy that begins, or ends, where memory may be touched no more."""
    import ctypes

    page = mmap.PAGESIZE
    size = -(-array.nbytes // page) * page
    memory = mmap.mmap(-1, size + 2 * page)
    base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    protect = ctypes.CDLL(None).mprotect
    protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for begin in (0, size + page):
        assert protect(base + begin, page, 0) == 0
    begin = page + (size - array.nbytes if at_end else 0)
    copy = np.frombuffer(memory, array.dtype, array.size, begin).reshape(array.shape)
    copy[...] = array
    return copy


def test_what_a_kernel_relies_on_is_checked_before_it_runs():
    engine, work = Compiled(), Work(window_of(16), 4, 16)
    samples, out = np.zeros((1, 28), "float32"), np.zeros((1, 4, 9), "float32")
    engine.compute(samples, work, out)
    refused = [
        (samples[:, :27], work, out, "27 a channel; 4 frames need 28"),
        (samples[0], work, out, r"must be \(channels, n\)"),
        (np.zeros((1, 56), "float32")[:, ::2], work, out, "each channel contiguous"),
        (samples.astype("float16"), work, out, "samples are float16"),
        (samples.astype(">f4"), work, out, "samples are"),
        (samples, work, out.astype("float64"), "out is float64"),
        (samples, work, out[:, :, :8], r"must be float32 \(1, 4, 9\)"),
        (samples, work, np.zeros((1, 9, 4), "float32").swapaxes(1, 2), "C-contiguous"),
        (samples, work, np.broadcast_to(out, out.shape), "writeable"),
        (samples, Work(window_of(16), 4, 18), out, "must be float32"),
        (samples, Work(window_of(16), 4, 26), out, "n_fft is 26"),
        (samples, Work(window_of(16), 4, 14), out, "at most n_fft 14"),
        (samples, Work(window_of(16), 0, 16), out, "hop is 0"),
        (samples, Work(window_of(16), 2**60, 16), out[:, :1], "hop is 1152921504606846976; 1 frames"),
    ]
    for bad_samples, bad_work, bad_out, message in refused:
        with pytest.raises(ValueError, match=message):
            engine.compute(bad_samples, bad_work, bad_out)


def test_two_thousand_million_frames_of_a_short_sound_are_refused_at_once():
    work = Work(window_of(16), 4, 16)
    out = np.lib.stride_tricks.as_strided(np.zeros(9, "float32"), (1, 2**31, 9), (0, 0, 4))
    with pytest.raises(ValueError, match="2147483648 frames need 8589934604"):
        Compiled().compute(np.zeros((1, 100), "float32"), work, out)


@EVERY_ENGINE
def test_an_engine_survives_pickling(engine):
    assert pickle.loads(pickle.dumps(engine)) == engine


@pytest.mark.parametrize(("n_fft", "reason"), [(401, "even"), (2 * 11, "primes above 7"), (2**20, "up to 64")])
def test_what_has_no_kernel_is_left_to_the_reference_with_a_reason(n_fft, reason):
    work = Work(window_of(16), 4, n_fft)
    assert reason in Compiled().refuses(work, np.dtype("float32"))
    assert Reference().refuses(work, np.dtype("float32")) is None


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
