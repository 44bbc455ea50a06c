"""What a kernel does to the machine around it: rounding modes, threads, forks, memory."""

import ctypes
import gc
import multiprocessing
import os
import threading
import weakref

import numpy as np
import pytest

from sonograph.engines import Bands, Work, compiled
from sonograph.engines.compiled import Compiled, threads, workspace
from tests.engines.contract import planes_of

MANY = 6000


def power(samples, threads=None, n_fft=1024):
    work = Work(np.hanning(n_fft), n_fft // 4, n_fft)
    out = np.empty((len(samples), 1 + (samples.shape[1] - n_fft) // work.hop, work.n_bins), samples.dtype)
    Compiled(threads=threads).compute(samples, work, out)
    return out


def noise(n=MANY * 256, dtype="float32"):
    return np.random.default_rng(3).standard_normal((1, n)).astype(dtype)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_denormal_numbers_are_numbers_again_after_a_call(n_threads):
    smallest = np.full(4, np.finfo("float32").smallest_subnormal)
    power(noise(), n_threads)
    assert np.all(smallest + smallest > 0)
    assert np.all(smallest * np.float32(4) > 0)


def test_sound_too_quiet_for_normal_numbers_is_silence_or_itself():
    quiet = noise(20_000) * np.float32(1e-42)
    assert np.all(power(quiet) == 0)


def test_a_small_call_starts_no_thread(monkeypatch):
    def never(*arguments, **options):
        raise AssertionError("a thread was started")

    alone = power(noise(400_000), 1)
    monkeypatch.setattr(threading, "Thread", never)
    np.testing.assert_array_equal(power(noise(400_000), 4), alone)
    with pytest.raises(AssertionError, match="a thread was started"):
        power(noise(), 4)


def test_an_error_in_a_thread_is_the_callers_error(monkeypatch):
    work_in_main = threading.current_thread()
    address = workspace.address

    def no_memory(size):
        if threading.current_thread() is not work_in_main:
            raise MemoryError("no workspace")
        return address(size)

    monkeypatch.setattr(workspace, "address", no_memory)
    with pytest.raises(MemoryError, match="no workspace"):
        power(noise(), 3)


def test_jobs_are_done_once_each_by_any_number_of_threads():
    for n in (1, 2, 5):
        done = []
        threads.run(done.append, [(i,) for i in range(100)], n)
        assert sorted(done) == list(range(100))


@pytest.mark.parametrize("n", [1, 2, 5])
def test_what_jobs_make_comes_in_order_and_little_is_made_ahead(n):
    begun, taken = [], 0
    for i, made in enumerate(threads.in_order(lambda one: begun.append(one) or -one, range(50), n)):
        assert made == -i
        assert len(begun) <= i + 2 * n
        taken += 1
    assert (taken, sorted(begun)) == (50, list(range(50)))


def test_helpers_do_some_of_the_jobs_while_one_is_waited_for():
    both = threading.Barrier(2, timeout=30)  # passed by two jobs at once alone
    assert list(threads.in_order(lambda one: both.wait() >= 0, range(6), 2)) == [True] * 6


def test_a_fault_of_a_job_comes_to_who_asks_and_who_stops_early_leaves_no_thread():
    def job(one):
        if one == 7:
            raise MemoryError("no workspace")
        return one

    before, had = threading.active_count(), []
    with pytest.raises(MemoryError, match="no workspace"):
        had.extend(threads.in_order(job, range(50), 3))
    stopped = threads.in_order(job, range(5), 3)
    assert next(stopped) == 0
    stopped.close()
    assert threading.active_count() == before


def child(expected, queue):
    queue.put(np.array_equal(power(noise(), 1, 4096), expected))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
def test_a_forked_child_computes_what_its_parent_does_while_the_parent_computes():
    """Their workspaces must not be one."""
    samples = noise()
    expected = power(samples, 1, 4096)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    children = [context.Process(target=child, args=(expected, queue)) for _ in range(2)]
    for process in children:
        process.start()
    same = [np.array_equal(power(samples, 1, 4096), expected) for _ in range(5)]
    assert all([*same, *[queue.get(timeout=60) for _ in children]])
    for process in children:
        process.join()


def test_two_callers_at_once_do_not_disturb_each_other():
    samples = noise()
    expected = power(samples, 1)
    same = []

    def call():
        same.extend(np.array_equal(power(samples, 2), expected) for _ in range(3))

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert same == 9 * [True]


def test_the_workspace_of_the_longest_transform_is_small():
    work = Work(np.ones(65536), 32768, 65536)
    Compiled(threads=1).compute(np.zeros((1, 65536), "float32"), work, np.empty((1, 1, 32769), "float32"))
    assert workspace._local.size <= 16 << 20


@pytest.mark.parametrize("kind", ["power", "transform", "bands", "conditioned", "largest", "total", "pixels"])
@pytest.mark.parametrize(("window_length", "hop", "n_fft"), [(64, 16, 64), (50, 7, 360), (4096, 1024, 16384)])
def test_what_an_earlier_call_left_in_memory_never_shows(kind, window_length, hop, n_fft):
    bands = Bands(np.array([0, n_fft // 2]), np.array([0, 3, 4]), np.array([1.0, 2, 3, 4]))
    quantity = "transform" if kind == "transform" else "power"
    bands = bands if kind == "bands" else None
    work = Work(np.hanning(window_length), hop, n_fft, quantity, bands=bands, remove_dc=kind == "conditioned")
    frames = 21
    samples = noise((frames - 1) * hop + window_length)

    def compute():
        if kind in ("largest", "total", "pixels"):
            planes = ("largest", "total") if kind == "pixels" else (kind,)
            rows = [0, 1, 5, 9, work.n_rows]
            pixels = planes_of(Compiled(threads=1), samples, work, [0, 2, 3, frames], rows, planes)
            return np.concatenate([plane.ravel() for plane in pixels if plane is not None])
        out = np.zeros((1, frames, work.n_rows), np.complex64 if kind == "transform" else np.float32)
        Compiled(threads=1).compute(samples, work, out)
        return out

    before = compute()
    ctypes.memset(workspace.address(1), 0xFF, workspace._local.size)  # NaN everywhere
    np.testing.assert_array_equal(compute(), before)
    assert np.isfinite(before).all()


def test_tables_go_with_the_work_that_they_were_made_for():
    work = Work(np.hanning(64), 16, 64)
    Compiled().compute(noise(64), work, np.empty((1, 1, 33), "float32"))
    tables = weakref.ref(next(iter(compiled._programs[work].values())))
    del work
    gc.collect()
    assert tables() is None
