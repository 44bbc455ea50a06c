"""The border between Python and the kernel: nothing is touched that is not given, nothing runs unchecked."""

import mmap
import pickle

import numpy as np
import pytest

from sonograph.engines import Work
from sonograph.engines.compiled import Compiled
from sonograph.engines.reference import Reference
from tests.engines.contract import EVERY_ENGINE, bands_of, run, sound, window_of


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
        (samples, Work(window_of(16), 4, 34), out, "n_fft is 34"),
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


@pytest.mark.parametrize(("n_fft", "reason"), [(401, "even"), (2 * 17, "primes above 13"), (2**25, "up to 64")])
def test_what_has_no_kernel_is_left_to_the_reference_with_a_reason(n_fft, reason):
    work = Work(window_of(16), 4, n_fft)
    assert reason in Compiled().refuses(work, np.dtype("float32"))
    assert Reference().refuses(work, np.dtype("float32")) is None
