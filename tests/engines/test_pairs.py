"""Two-sided transforms of complex samples, against the definition of a transform, on every engine."""

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph import engines
from sonograph.engines import Log, Work
from sonograph.engines.compiled import Compiled
from sonograph.engines.reference import Reference
from tests.engines.contract import planes_of, window_of
from tests.naive import pixels

ENGINES = [Reference(threads=1), Compiled(threads=1)]
OTHERS = [engines.torch.Torch("cpu")] if find_spec("torch") else []
EVERY = pytest.mark.parametrize("engine", ENGINES + OTHERS, ids=lambda engine: engine.name)
EXACT = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
PRECISIONS = pytest.mark.parametrize(("dtype", "eps"), [("complex64", 4.8e-7), ("complex128", 9e-16)])


def samples_for(work, frames, channels=1, dtype="complex64", seed=0):
    n = (frames - 1) * work.hop + len(work.window)
    parts = np.random.default_rng(seed).standard_normal((2, channels, n))
    return (parts[0] + 1j * parts[1]).astype(dtype)


def run(engine, samples, work, frames, **options):
    real = samples.real.dtype
    out = np.full((len(samples), frames, work.n_rows), 7, samples.dtype if work.quantity == "transform" else real)
    engine.compute(samples, work, out, **options)
    return out


def definition(samples, work, frames):
    """Σ x[m] w[m] exp(-2πi k m / n_fft) for k from -(n_fft // 2) on, as a sum over m: no fast transform, no shift."""
    n, m = work.n_fft, np.arange(len(work.window))
    turns = np.exp(-2j * np.pi * (np.outer(np.arange(-(n // 2), n - n // 2), m) % n) / n)
    cut = np.stack([samples[:, i * work.hop :][:, : len(m)] for i in range(frames)], axis=1).astype(complex)
    cut = cut - cut.mean(axis=2, keepdims=True) if work.remove_dc else cut
    values = (cut * work.window) @ turns.T
    if work.quantity == "transform":
        return values
    values = np.abs(values) if work.quantity == "magnitude" else np.abs(values) ** 2
    return values if work.log is None else work.log.factor * np.log10(np.maximum(values, work.log.floor))


CASES = [
    (16, 16, 4),
    (16, 5, 3),
    (30, 30, 30),
    (64, 64, 16),
    (96, 90, 7),
    (182, 182, 50),
    (256, 200, 37),
    (2000, 2000, 501),
]


@EVERY
@PRECISIONS
@pytest.mark.parametrize(("n_fft", "length", "hop"), [*CASES, (17, 17, 5), (21, 13, 4), (1, 1, 1)])
@pytest.mark.parametrize("quantity", ["power", "magnitude", "transform"])
def test_a_two_sided_transform_is_its_definition(engine, dtype, eps, n_fft, length, hop, quantity):
    work = Work(window_of(length), hop, n_fft, quantity, two_sided=True)
    samples = samples_for(work, 11, channels=2, dtype=dtype)
    served = engines.serving(engine, work, samples.real.dtype)
    got, want = run(served, samples, work, 11), definition(samples, work, 11)
    assert np.linalg.norm(got - want) <= 2 * eps * np.linalg.norm(want)
    assert np.abs(got - want).max() <= 16 * eps * np.abs(want).max()


@EVERY
@pytest.mark.parametrize("options", [{"log": Log(10.0, 1e-3)}, {"remove_dc": True}], ids=["level", "remove_dc"])
def test_levels_and_frames_without_their_mean_too(engine, options):
    work = Work(window_of(64), 24, 64, two_sided=True, **options)
    samples = samples_for(work, 9, dtype="complex128") + (3 - 2j)
    served = engines.serving(engine, work, np.dtype(float))
    np.testing.assert_allclose(run(served, samples, work, 9), definition(samples, work, 9), rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("n_fft", [16, 96, 182, 1024, 2048, 4000, 16_384, 256_000])
def test_kernels_serve_complex_samples_of_every_kind_of_length(n_fft):
    work = Work(window_of(n_fft), n_fft // 2, n_fft, two_sided=True)
    assert Compiled().refuses(work, np.dtype("float32")) is None
    samples = samples_for(work, 5)
    kernel, plain = (run(engine, samples, work, 5) for engine in (Compiled(threads=1), Reference(threads=1)))
    assert np.linalg.norm(kernel - plain) <= 2e-6 * np.linalg.norm(plain)


@st.composite
def cuttings(draw):
    n_fft = draw(st.sampled_from([16, 20, 48]))
    quantity = draw(st.sampled_from(["power", "magnitude", "transform"]))
    work = Work(window_of(draw(st.integers(1, n_fft))), draw(st.integers(1, 24)), n_fft, quantity, two_sided=True)
    frames = draw(st.integers(1, 50))
    begin = draw(st.integers(0, frames - 1))
    return work, frames, begin, draw(st.integers(begin + 1, frames))


@EXACT
@PRECISIONS
@settings(max_examples=60)
@given(case=cuttings(), shift=st.integers(0, 3))
def test_a_piece_has_the_bits_of_the_whole(engine, dtype, eps, case, shift):
    work, frames, begin, end = case
    samples = samples_for(work, frames, channels=2, dtype=dtype)
    whole = run(engine, samples, work, frames)
    memory = np.empty((2, samples.shape[1] + 3), dtype)
    moved = memory[:, shift : shift + samples.shape[1] - begin * work.hop]
    moved[:] = samples[:, begin * work.hop :]
    piece = run(engine, moved, work, end - begin, reused=bool(shift % 2))
    np.testing.assert_array_equal(piece, whole[:, begin:end])
    np.testing.assert_array_equal(run(type(engine)(threads=3), samples, work, frames), whole)


@EVERY
@pytest.mark.parametrize("bad", [complex(np.nan, 0), complex(0, np.nan), complex(np.inf, 1), complex(1, -np.inf)])
@pytest.mark.parametrize("quantity", ["power", "magnitude", "transform"])
def test_a_frame_that_holds_a_missing_part_is_nan_and_no_other_changes(engine, bad, quantity):
    work = Work(window_of(48), 20, 48, quantity, two_sided=True)
    samples = samples_for(work, 40)
    clean = run(engine, samples, work, 40)
    samples[0, 407] = bad
    got = run(engine, samples, work, 40)
    holds = np.array([i * 20 <= 407 < i * 20 + 48 for i in range(40)])
    assert holds.sum() in (2, 3)
    assert np.isnan(got[0, holds]).all()
    np.testing.assert_array_equal(got[0, ~holds], clean[0, ~holds])


@EVERY
@PRECISIONS
def test_frames_become_pixels_by_their_definition(engine, dtype, eps):
    work = Work(window_of(32), 8, 32, two_sided=True)
    samples = samples_for(work, 40, dtype=dtype)
    samples[0, 100] = np.nan
    columns, rows = [0, 1, 2, 5, 5, 30, 40], [0, 1, 2, 9, 31, 32]
    values = run(engine, samples, work, 40)
    largest, total, counts = planes_of(engine, samples, work, columns, rows)
    want = pixels(values[0], columns, rows)
    np.testing.assert_array_equal(largest[0], want[0])
    np.testing.assert_allclose(total[0], want[1], rtol=1e-5 if dtype == "complex64" else 1e-13)
    np.testing.assert_array_equal(counts[0], want[2])


@EXACT
def test_real_samples_are_no_complex_ones(engine):
    work = Work(window_of(16), 4, 16, two_sided=True)
    if engine.name == "compiled":
        with pytest.raises(ValueError, match="samples are float32; two-sided transforms are of complex ones"):
            engine.compute(np.zeros((1, 64), np.float32), work, np.zeros((1, 13, 16), np.float32))
