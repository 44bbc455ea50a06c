"""Waveforms at every zoom are those of the samples."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sonograph import Signal
from sonograph.web import waves
from sonograph.web.recordings import Recordings, Unknown
from sonograph.web.waves import Waves, columns_of, wider
from tests.web.visiting import describe  # noqa: F401  # skips where Starlette is not


class Told:
    def __init__(self):
        self.events, self.done = [], threading.Event()

    def tell(self, kind, **facts):
        self.events.append((kind, facts))
        if facts.get("share") == 1:
            self.done.set()


def sound_of(samples, rate=8000.0):
    (recording,) = Recordings.of_sounds([("x", Signal(samples, rate))])
    return recording.open()


def plain(samples, size):
    """Columns in loops."""
    rows = []
    for first in range(0, len(samples), size):
        part = samples[first : first + size]
        part = part[np.isfinite(part)]
        rows.append((part.min(), part.max(), np.sqrt(np.mean(part**2))) if len(part) else (np.nan,) * 3)
    return np.array(rows, "f4")


def tile(told, sound, *address):
    made = Waves(told, threading.Event())
    octets, exact = made.tile(sound, *address, threading.Event())
    assert octets[:4] == b"SGW1" and len(octets) == 16 + 12 * int.from_bytes(octets[4:6], "little")
    return np.frombuffer(octets, "<f4", offset=16).reshape(-1, 3), exact, made


@given(hnp.arrays(float, st.integers(1, 60), elements=st.sampled_from([0.0, 1.0, -2.5, np.nan])), st.integers(1, 9))
def test_columns_are_what_loops_make_of_them(samples, size):
    made = columns_of(samples, size)
    with np.errstate(invalid="ignore"):
        rms = np.sqrt(made[:, 2] / made[:, 3])
    np.testing.assert_allclose(np.stack([made[:, 0], made[:, 1], rms], 1), plain(samples, size), rtol=1e-6)
    np.testing.assert_allclose(wider(made, 3), columns_of(samples, 3 * size))


def test_a_tile_of_any_level_is_that_of_the_samples(monkeypatch):
    """Above what is read when asked for, the pass leaves the same."""
    monkeypatch.setattr(waves, "READ", 2)
    monkeypatch.setattr(waves, "BASE", 2)
    monkeypatch.setattr(waves, "AT_ONCE", 64)
    samples = np.random.default_rng(0).standard_normal((2, 5001))
    samples[1, 100:300] = np.nan
    told, sound = Told(), sound_of(samples)
    for level in (0, 2, 3, 5):
        values, exact, made = tile(told, sound, 1, level, 0)
        if level > 2:
            assert told.done.wait(10)
            octets, exact = made.tile(sound, 1, level, 0, threading.Event())
            values = np.frombuffer(octets, "<f4", offset=16).reshape(-1, 3)
        assert exact
        np.testing.assert_allclose(values, plain(samples[1, : 256 << level], 1 << level), rtol=1e-6)


def test_before_the_pass_has_come_by_a_few_samples_tell(monkeypatch):
    """And are said to be a preview."""
    monkeypatch.setattr(waves, "_Pass", Stopped := type("Stopped", (waves._Pass,), {"_run": lambda self: None}))
    assert Stopped._run(None) is None
    sound = sound_of(np.full((1, 1 << 16), 0.25))
    values, exact, _ = tile(Told(), sound, 0, 15, 0)
    assert not exact
    np.testing.assert_allclose(values, 0.25)


@pytest.mark.parametrize("address", [(1, 0, 0), (0, 0, 40), (0, 41, 0), (0, 0, 1 << 50)])
def test_what_the_recording_does_not_have_is_refused(address):
    with pytest.raises(Unknown):
        tile(Told(), sound_of(np.zeros(1000)), *address)


def test_an_empty_recording_has_an_empty_waveform():
    values, exact, _ = tile(Told(), sound_of(np.zeros(0)), 0, 0, 0)
    assert values.shape == (0, 3) and exact
