"""Memory that a dropped result leaves serves the next, and nobody else ever sees that."""

import gc
import mmap
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from sonograph import Signal, StftSettings, Stream, pieces, spectrogram
from sonograph.engines import memory

pytestmark = pytest.mark.skipif(not hasattr(mmap, "MADV_FREE"), reason="the system takes no pages back by itself")
ROLLUP = Path("/proc/self/smaps_rollup")
SETTINGS = StftSettings(window_length=512, hop=256, edges="inside")


def noise(seed, n=1 << 20):
    return Signal(np.random.default_rng(seed).standard_normal(n, np.float32), 48_000.0)


def address(array):
    return array.__array_interface__["data"][0]


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    """And small results are kept as large ones are."""
    monkeypatch.setattr(memory, "LEAST", 1 << 20)
    gc.collect()
    memory._idle.clear()
    yield
    gc.collect()
    memory._idle.clear()


def test_memory_of_a_dropped_result_serves_the_next():
    first = spectrogram(noise(0), SETTINGS)
    lay = address(first.values)
    del first
    [kept] = memory._idle
    second = spectrogram(noise(1), SETTINGS)
    assert address(second.values) == lay and not memory._idle
    del second
    assert memory._idle == [kept]


def test_what_was_in_the_memory_does_not_show():
    expected = spectrogram(noise(0), SETTINGS).values.copy()
    dirty = spectrogram(noise(0), SETTINGS)
    dirty.values[...] = np.nan
    del dirty
    np.testing.assert_array_equal(spectrogram(noise(0), SETTINGS).values, expected)


@pytest.mark.parametrize(
    "part",
    [
        lambda values: values,
        lambda values: values[3:5, ::7],
        lambda values: values.T.reshape(-1)[100:].view(np.uint8),
        lambda values: memoryview(values),
        lambda values: np.asarray(memoryview(values)[1:]),
    ],
)
def test_whoever_holds_a_part_of_a_result_keeps_its_bits(part):
    held = part(spectrogram(noise(0), SETTINGS).values)
    before = np.array(held)
    others = [spectrogram(noise(seed), SETTINGS).values for seed in (1, 2)]
    del others
    spectrogram(noise(3), SETTINGS)
    np.testing.assert_array_equal(np.asarray(held), before)


def test_pieces_that_are_collected_lie_apart():
    whole = spectrogram(noise(0), SETTINGS).values
    joined = np.concatenate([piece.values for piece in pieces(noise(0), SETTINGS, at_most=1200)], axis=1)
    np.testing.assert_array_equal(joined, whole)


def test_one_block_is_kept_at_most():
    results = [spectrogram(noise(seed), SETTINGS) for seed in range(4)]
    del results
    assert len(memory._idle) == 1


def test_a_block_is_not_kept_for_a_result_that_it_does_not_fit():
    spectrogram(noise(0, 1 << 21), SETTINGS)
    spectrogram(noise(0), SETTINGS)
    assert [len(block) >> 20 for block in memory._idle] == [6]  # the first took 10


def test_pieces_and_blocks_of_a_stream_leave_what_is_kept_of_a_whole(monkeypatch):
    monkeypatch.undo()
    sound = noise(0, 1 << 23)
    lay = address(spectrogram(sound, SETTINGS).values)
    for _ in pieces(sound, SETTINGS, at_most=1 << 13):
        pass
    stream = Stream(SETTINGS, sample_rate=sound.sample_rate)
    stream.push(sound.samples[: 1 << 20])
    assert [len(block) >> 20 for block in memory._idle] == [34]
    assert address(spectrogram(sound, SETTINGS).values) == lay


def test_what_is_larger_than_may_be_kept_goes_at_once(monkeypatch):
    spectrogram(noise(0), SETTINGS)
    assert memory._idle
    monkeypatch.setattr(memory, "MOST", 1 << 22)
    spectrogram(noise(0), SETTINGS)
    assert not memory._idle


@pytest.mark.skipif(not ROLLUP.exists(), reason="the system does not say")
def test_the_system_may_take_back_what_is_kept():
    def lazily_free():
        with ROLLUP.open() as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("LazyFree:"))

    result = spectrogram(noise(0), SETTINGS)
    size, before = result.values.nbytes, lazily_free()
    del result
    assert lazily_free() - before >= 0.9 * size / 1024


def test_threads_never_share_a_block():
    expected = [spectrogram(noise(seed), SETTINGS).values.copy() for seed in range(3)]
    wrong = []

    def work(seed):
        for _ in range(8):
            values = spectrogram(noise(seed), SETTINGS).values
            if not np.array_equal(values, expected[seed]):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_takes_nothing_of_its_parents():
    held = spectrogram(noise(0), SETTINGS).values
    before = held.copy()
    spectrogram(noise(1), SETTINGS)
    child = os.fork()
    if not child:
        clean = not memory._idle
        held[...] = 0
        os._exit(0 if clean else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    np.testing.assert_array_equal(held, before)
    assert len(memory._idle) == 1
