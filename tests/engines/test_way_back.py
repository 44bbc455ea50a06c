"""Kernels that bring frames back: to the sound that they were cut from, to the next round, to their autocorrelation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import StftSettings, engines, signals, spectrogram
from sonograph.engines import Work
from sonograph.engines.compiled import Compiled, inverse_program
from sonograph.engines.reference import Reference
from sonograph.inverse import griffin_lim, istft
from sonograph.inverse.overlap import Overlap
from tests.engines.contract import BOTH_PRECISIONS, SMOOTH, sound, transforms, window_of
from tests.engines.test_compiled_targets import target  # noqa: F401  # a fixture

pytest.importorskip("llvmlite")

SIZES = st.sampled_from([4, 6, 8, 14, 22, 26, 2002, 2048, 4096, *SMOOTH[::80]])


@st.composite
def works(draw):
    """Windows shorter than n_fft, hops of any kind, whole and halved ends."""
    n_fft = draw(SIZES)
    length = draw(st.sampled_from([n_fft, n_fft - 1, n_fft // 2 + 1]))
    hop = draw(st.sampled_from([max(1, length // 4), max(1, length // 3), max(1, length // 17), length]))
    return Work(window_of(length), hop, n_fft, "transform", draw(st.sampled_from([1.0, 0.5])))


def spectra(work, frames, dtype, seed=0):
    """Any complex numbers; nothing says that they came from a sound."""
    parts = np.random.default_rng(seed).standard_normal((2, frames, work.n_bins))
    return (parts[0] + 1j * parts[1]).astype(np.result_type(dtype, np.complex64))


def laid(transform, work):
    """Weighed inverse transforms added up, in double precision; a frame that begins with NaN is not there."""
    transform = np.where(np.isnan(transform[:, :1].real), 0, transform).astype(complex)
    transform[:, 0] /= np.sqrt(work.ends)
    transform[:, -1] /= np.sqrt(work.ends)
    total = np.zeros((len(transform) - 1) * work.hop + len(work.window))
    for i, frame in enumerate(np.fft.irfft(transform, work.n_fft, axis=1)):
        total[i * work.hop :][: len(work.window)] += frame[: len(work.window)] * work.window
    return total


def near(values, expected, dtype, few=20):
    assert values.dtype == dtype
    assert np.linalg.norm(values - expected) <= few * np.finfo(dtype).eps * np.linalg.norm(expected)


@BOTH_PRECISIONS
@given(works(), st.integers(1, 70), st.integers(0, 69))
def test_frames_are_weighed_and_added_where_they_overlap(dtype, work, frames, missing):
    transform = spectra(work, frames, dtype)
    transform[missing % frames : missing % frames + 2] = np.nan
    sums = Overlap(work, frames, np.dtype(dtype), Compiled(threads=1)).sums(transform)
    near(sums, laid(transform, work), dtype)


@BOTH_PRECISIONS
@given(works(), st.integers(1, 40))
def test_a_frame_is_in_no_sample_that_it_does_not_see(dtype, work, frames):
    transform = spectra(work, frames, dtype)
    alone = np.zeros_like(transform)
    alone[-1] = transform[-1]
    sums = Overlap(work, frames, np.dtype(dtype), Compiled(threads=1)).sums(alone)
    assert not sums[: (frames - 1) * work.hop].any()


@BOTH_PRECISIONS
@given(works(), st.integers(1, 40), st.floats(0.0, 0.99))
def test_a_round_takes_the_magnitudes_given_and_goes_on(dtype, work, frames, pull):
    kernel = Compiled(threads=1).back(work, np.dtype(dtype), "round")
    n, room = (frames - 1) * work.hop + len(work.window), kernel.hops(frames)
    toward, before, share = np.random.default_rng(1).standard_normal((3, room)).astype(dtype)
    toward[n:] = share[n:] = before[n:] = 0
    magnitude = np.abs(spectra(work, frames, dtype, seed=2))
    exact = transforms(toward[None], work, frames)[0]
    wanted = laid(exact / np.abs(exact) * magnitude, work) * share[:n]
    out, now = np.empty_like(toward), before.copy()
    tables = {"magnitudes": kernel.by_batch(magnitude, work.ends**-0.5), "share": share, "sound": now}
    kernel.call(toward, frames, out, 1, pull=np.array([pull], dtype), **tables)
    near(now[:n], wanted, dtype, few=400)
    near(out[:n], wanted - pull * before[:n], dtype, few=400)
    assert not out[n:].any()
    assert not now[n:].any()


@BOTH_PRECISIONS
@given(st.integers(1, 400), st.integers(1, 200), st.integers(1, 70), st.data())
def test_lags_are_the_sums_of_products_of_a_frame_with_itself(dtype, length, hop, frames, data):
    n_lags = data.draw(st.integers(1, length))
    n_fft = next(n for n in SMOOTH[::30] if n >= length + n_lags - 1)
    work = Work(window_of(length), hop, n_fft)
    x = sound(work, frames, dtype=dtype)[0]
    x[-1] = np.nan
    engine = Compiled(threads=1)
    out, shares = np.full((2, frames, n_lags), 7, dtype)
    engine.back(work, np.dtype(dtype), "lags", n_lags).call(x, frames, out, 1)
    engine.back(work, np.dtype(dtype), "shares", n_lags).call(x, frames, shares, 1)
    np.testing.assert_array_equal(shares, out / np.abs(out).max(axis=1, keepdims=True))
    for i, lags in enumerate(out):
        frame = x[i * hop :][:length].astype(float) * work.window
        if np.isnan(frame).any():
            assert np.isnan(lags).all()
        else:
            wanted = np.correlate(frame, frame, "full")[length - 1 :][:n_lags]
            np.testing.assert_allclose(lags, wanted, rtol=0, atol=50 * np.finfo(dtype).eps * wanted[0])


@BOTH_PRECISIONS
def test_a_frame_of_silence_has_no_lag_and_no_share(dtype):
    for quantity in ("lags", "shares"):
        out = np.full((5, 100), 7, dtype)
        Compiled().back(Work(window_of(100), 10, 200), np.dtype(dtype), quantity, 100).call(
            np.zeros(140, dtype), 5, out, 1
        )
        assert not out.any()


@pytest.mark.parametrize("n_fft", [16, 400, 2048, 3456])
def test_every_kind_of_vector_goes_there_and_back(target, n_fft):  # noqa: F811
    for dtype in ("float32", "float64"):
        engine = Compiled(threads=1, _target=target)
        work = Work(window_of(n_fft), n_fft // 3, n_fft, "transform", 0.5)
        transform = spectra(work, 37, dtype)
        near(Overlap(work, 37, np.dtype(dtype), engine).sums(transform), laid(transform, work), dtype)


@pytest.mark.parametrize(("window_length", "hop"), [(512, 128), (400, 7), (256, 256)])
def test_any_number_of_threads_gives_the_same_sound(monkeypatch, window_length, hop):
    work = Work(window_of(window_length), hop, 512, "transform")
    frames = (1 << 22) // 512 + 300
    transform = spectra(work, frames, "float32")
    alone = Overlap(work, frames, np.dtype("float32"), Compiled(threads=1)).sums(transform)
    for batches in (1, 5):
        monkeypatch.setattr(inverse_program, "_BATCHES_A_JOB", batches)
        shared = Overlap(work, frames, np.dtype("float32"), Compiled(threads=3)).sums(transform)
        np.testing.assert_array_equal(shared, alone)


def test_rounds_by_several_threads_give_the_same_sound(monkeypatch):
    made = spectrogram(
        signals.chirp(100.0, 7000.0, 55.0, sample_rate=16_000.0), StftSettings(window_length=256, hop=50)
    )
    alone = griffin_lim(made, iterations=3, engine=engines.default(threads=1))
    monkeypatch.setattr(inverse_program, "_BATCHES_A_JOB", 1)
    np.testing.assert_array_equal(
        griffin_lim(made, iterations=3, engine=engines.default(threads=3)).samples, alone.samples
    )


@BOTH_PRECISIONS
def test_both_engines_come_to_one_sound(dtype):
    of = signals.chirp(100.0, 3000.0, 1.0, sample_rate=8000.0)
    made = spectrogram(type(of)(of.samples.astype(dtype), 8000.0), StftSettings(window_length=400, hop=100, n_fft=512))
    by_kernel, by_blocks = (griffin_lim(made, iterations=3, engine=engine) for engine in (Compiled(), Reference()))
    near(by_kernel.samples, by_blocks.samples, dtype, few=300)


def test_magnitudes_of_any_size_come_back():
    made = spectrogram(signals.tone(440.0, 0.5), StftSettings(window_length=512, quantity="magnitude"))
    loud = griffin_lim(made, iterations=3).samples
    for factor in (1e-25, 1e25):
        other = griffin_lim(replace(made, values=made.values * np.float32(factor)), iterations=3).samples
        np.testing.assert_allclose(other / np.float32(factor), loud, rtol=0, atol=1e-3 * np.abs(loud).max())


def test_a_transform_laid_out_by_bins_comes_back_too():
    of = signals.tone(440.0, 0.5)
    made = spectrogram(of, StftSettings(quantity="transform"))
    other = replace(made, values=np.ascontiguousarray(made.values))
    np.testing.assert_array_equal(istft(other).samples, istft(made).samples)
