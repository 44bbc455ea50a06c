"""FLAC decoded by several threads: the same samples and the same status as by one, whatever the file is like."""

import random
import threading

import numpy as np
import pytest

from sonograph.io.audio import open as open_sound
from sonograph.io.decoders import flac_decoding
from tests.io import damaged, flac_pieces


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Threads for small files too, in groups of a few frames."""
    monkeypatch.setattr(flac_decoding, "LEAST", 0)
    monkeypatch.setattr(flac_decoding, "GROUP", 1 << 13)
    monkeypatch.setattr(flac_decoding, "_FORWARD", 1)


def read(path, threads, monkeypatch, size=5000):
    monkeypatch.setattr(flac_decoding, "n_threads", lambda asked: threads)
    with open_sound(path) as sound:
        blocks = [np.array(block) for block in sound.blocks(size)]
        return np.concatenate(blocks, axis=1), sound.status


def same(path, monkeypatch):
    """What one thread reads; others must read the same, and really take part."""
    alone, status = read(path, 1, monkeypatch)
    groups = []
    take = flac_decoding.Ahead.take
    monkeypatch.setattr(flac_decoding.Ahead, "take", lambda self, group: groups.append(group) or take(self, group))
    for threads, size in ((2, 5000), (3, 777)):
        together, status_together = read(path, threads, monkeypatch, size)
        np.testing.assert_array_equal(together, alone)
        assert status_together == status
    assert groups
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("flac")]
    return alone, status


@pytest.mark.parametrize("subtype", ["PCM_S8", "PCM_16", "PCM_24"])
def test_a_healthy_file_is_read_the_same(tmp_path, monkeypatch, subtype):
    (tmp_path / "a.flac").write_bytes(damaged.encoded(damaged.sound(100_000, 2), "FLAC", subtype))
    samples, status = same(tmp_path / "a.flac", monkeypatch)
    assert samples.shape == (2, 100_000)
    assert status.word == "ok"  # its MD5 is right


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_file_is_read_the_same(tmp_path, monkeypatch, seed):
    chance = random.Random(seed)
    data = bytearray(damaged.encoded(damaged.sound(100_000, 2), "FLAC", "PCM_16"))
    for _ in range(3):
        data[chance.randrange(200, len(data))] ^= 1 << chance.randrange(8)
    if seed % 2:
        first = chance.randrange(200, len(data) - 30_000)
        del data[first : first + 20_000]
    (tmp_path / "a.flac").write_bytes(data)
    samples, status = same(tmp_path / "a.flac", monkeypatch)
    assert status.word == "partial"
    assert 0 < np.isnan(samples).mean() < 0.8


@pytest.mark.parametrize("way", flac_pieces.WAYS)
def test_frames_put_together_otherwise_are_read_the_same(tmp_path, monkeypatch, way):
    chance = random.Random(way)
    monkeypatch.setattr(flac_decoding, "n_threads", lambda asked: 2)
    wrong = flac_pieces.broken_law(
        tmp_path / "a.flac", flac_pieces.Rearranged(chance, flac_pieces.KINDS[0], [way]), chance
    )
    assert not wrong, wrong


def test_who_stops_in_the_middle_leaves_no_thread(tmp_path, monkeypatch):
    (tmp_path / "a.flac").write_bytes(damaged.encoded(damaged.sound(100_000, 2), "FLAC", "PCM_16"))
    monkeypatch.setattr(flac_decoding, "n_threads", lambda asked: 2)
    names = lambda: [thread.name for thread in threading.enumerate() if thread.name.startswith("flac")]  # noqa: E731
    with open_sound(tmp_path / "a.flac") as sound:
        blocks = sound.blocks(5000)
        for _ in range(6):
            next(blocks)
        assert names()
        blocks.close()
        assert not names()
