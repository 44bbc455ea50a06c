import threading

import numpy as np
import pytest

from sonograph import Signal, StftSettings, signals, spectrogram
from sonograph.computing import run
from sonograph.sounds.edges import ahead, read_short, read_with_edges

PARTS = [range(3), range(3, 5), range(5, 9)]


def test_parts_come_in_order_with_what_was_read():
    given = list(ahead(PARTS, lambda part: np.array(part)))
    assert [part for part, _ in given] == PARTS
    assert [values.tolist() for _, values in given] == [list(part) for part in PARTS]


def test_the_next_part_is_read_while_one_is_used_and_no_more():
    begun, go_on = [], [threading.Event() for _ in PARTS]

    def read(part):
        begun.append(part)
        go_on[len(begun) - 1].set()
        return np.array(part)

    for i, _ in enumerate(ahead(PARTS, read)):
        if i + 1 < len(PARTS):
            assert go_on[i + 1].wait(10)
        assert begun == PARTS[: i + 2]


def test_a_fault_of_reading_comes_to_who_asks_and_no_thread_is_left():
    def read(part):
        if part.start:
            raise OSError("the disk")
        return np.array(part)

    before = threading.active_count()
    parts = ahead(PARTS, read)
    next(parts)
    with pytest.raises(OSError, match="the disk"):
        next(parts)
    assert threading.active_count() == before


def test_who_stops_early_leaves_no_thread():
    before = threading.active_count()
    parts = ahead(PARTS, lambda part: np.array(part))
    next(parts)
    parts.close()
    assert threading.active_count() == before


class Slow:
    """A source that is not in memory."""

    start = None

    def __init__(self, signal):
        self._signal = signal
        self.sample_rate, self.n_samples = signal.sample_rate, signal.n_samples
        self.n_channels, self.unit = signal.n_channels, signal.unit
        self.readers = set()

    def read(self, samples):
        self.readers.add(threading.get_ident())
        return self._signal.read(samples)


@pytest.mark.parametrize("edges", ["zeros", "reflect", "inside"])
@pytest.mark.parametrize("preemphasis", [0.0, 0.97])
def test_a_source_read_ahead_gives_what_memory_gives(edges, preemphasis, monkeypatch):
    monkeypatch.setattr(run, "READ_AT_ONCE", 3000)
    sound = signals.chirp(200.0, 3000.0, 2.0, sample_rate=8000.0)
    settings = StftSettings(window_length=512, hop=100, edges=edges, preemphasis=preemphasis, preemphasis_over="sound")
    slow = Slow(sound)
    np.testing.assert_array_equal(spectrogram(slow, settings).values, spectrogram(sound, settings).values)
    assert len(slow.readers - {threading.get_ident()}) == 1


def test_a_sound_in_memory_and_a_short_one_start_no_thread(monkeypatch):
    sound = signals.tone(440.0, 1.0, sample_rate=8000.0)
    slow = Slow(sound)
    spectrogram(slow, StftSettings(window_length=512))
    assert slow.readers == {threading.get_ident()}
    monkeypatch.setattr(run, "READ_AT_ONCE", 100)
    monkeypatch.setattr("sonograph.computing.run.ahead", None)
    assert spectrogram(Signal(sound.samples, 8000.0), StftSettings(window_length=512)).values.size


@pytest.mark.parametrize("edges", ["zeros", "missing", "reflect", "kaldi", "scipy"])
@pytest.mark.parametrize(
    "wanted", [range(-7, 31), range(3, 9), range(-7, 5), range(15, 27), range(-7, -2), range(22, 25)]
)
def test_a_short_sound_is_filled_in_at_both_ends_as_a_long_one(edges, wanted):
    sound = Signal(np.random.default_rng(3).standard_normal((2, 20)), 8000.0)
    np.testing.assert_array_equal(read_short(sound, wanted, edges), read_with_edges(sound, wanted, edges))


@pytest.mark.parametrize("edges", ["zeros", "missing", "reflect", "inside", "padded", "kaldi"])
@pytest.mark.parametrize("preemphasis", [0.0, 0.97])
def test_a_short_sound_has_the_bits_that_its_three_parts_have(edges, preemphasis, monkeypatch):
    sound = signals.chirp(200.0, 3000.0, 0.7, sample_rate=8000.0)
    settings = StftSettings(window_length=512, hop=100, edges=edges, preemphasis=preemphasis, preemphasis_over="sound")
    at_once = spectrogram(sound, settings).values
    monkeypatch.setattr(run, "SHORT", 0)
    np.testing.assert_array_equal(spectrogram(sound, settings).values, at_once)
