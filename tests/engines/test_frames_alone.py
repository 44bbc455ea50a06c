"""A frame is its own: the same bits in any piece, and nobody else's missing samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph.engines import Log, Work
from tests.engines.contract import BOTH_PRECISIONS, EVERY_ENGINE, SOME_BANDS, bands_of, run, sound, window_of


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
