"""The forward pass, the disk and previews: exact numbers come the same way whatever was there before."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import numpy as np
import pytest

import sonograph
from sonograph import Signal, StftSettings
from sonograph.sounds.source import Source
from sonograph.web.disk import Disk
from sonograph.web.memory import Memory
from sonograph.web.power import MOST_FRAMES
from sonograph.web.tiles import Cancelled, Tiles
from tests.web.plain_pyramid import pyramid
from tests.web.test_tiles import noise, read, whole

SMALL = StftSettings(window_length=4, hop=2)
LENGTH = 256 * 128 * 2 * 3 + 1234
"""Samples: four strips of level 7, so that level 9 is more than is waited for."""
PARTS = 256 * 128 // MOST_FRAMES
"""Of a strip of level 7."""


@pytest.fixture(scope="module")
def sound() -> Signal:
    return Signal(noise(LENGTH, channels=2), 8000.0)


@pytest.fixture(scope="module")
def expected(sound) -> dict[int, dict[str, np.ndarray]]:
    return {level: pyramid(sound, SMALL, 1, level, 0) for level in (7, 9)}


@pytest.fixture
def recording(tmp_path, sound):
    path = tmp_path / "sound.wav"
    write(path, sound.samples)
    with sonograph.open(path) as source:
        yield source


def write(path, samples: np.ndarray) -> None:
    import soundfile

    soundfile.write(path, samples.T, 8000, "FLOAT")


def built(layer) -> list[float]:
    """The pass, done."""
    shares, done = [], threading.Event()

    def heard(share: float) -> None:
        shares.append(share)
        if share == 1:
            done.set()

    layer.build(heard)
    assert done.wait(60), layer.problem
    return shares


@pytest.fixture
def tiles():
    opened = []

    def make(**how) -> Tiles:
        opened.append(Tiles(**how))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def same(layer, expected) -> None:
    for level, planes in expected.items():
        for plane, codes in planes.items():
            np.testing.assert_array_equal(whole(layer, 1, plane, level, 0), codes, f"{plane} {level}")


def test_the_forward_pass_makes_what_is_expected_and_says_how_far_it_is(tiles, sound, expected):
    layer = tiles().add(sound, SMALL)
    assert layer.progress() == 0
    shares = built(layer)
    assert layer.progress() == 1 and sorted(shares)[-1] == 1 and len(shares) == 4
    same(layer, expected)


def test_tiles_from_the_disk_are_the_same_without_computing(tiles, tmp_path, recording, expected):
    first = tiles(cache=tmp_path / "cache").add(recording, SMALL)
    built(first)
    again = tiles(cache=tmp_path / "cache")
    layer = again.add(recording, SMALL)
    same(layer, expected)
    assert again.workers.n_parts == 0
    built(layer)
    assert layer.progress() == 1


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "gone"])
def test_a_damaged_file_of_the_cache_is_made_anew(tiles, tmp_path, recording, expected, damage):
    built(tiles(cache=tmp_path / "cache").add(recording, SMALL))
    kept = sorted((tmp_path / "cache").glob("*/1.*.tiles"))
    assert len(kept) > 6
    for path in kept:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes({"cut": content[:-5], "flipped": content, "empty": b""}[damage])
    layer = tiles(cache=tmp_path / "cache").add(recording, SMALL)
    built(layer)
    same(layer, expected)


def test_a_full_disk_is_done_without_and_said(tiles, tmp_path, recording, expected, monkeypatch):
    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    here = tiles(cache=tmp_path / "cache")
    layer = here.add(recording, SMALL)
    monkeypatch.setattr(Path, "write_bytes", full)
    built(layer)
    same(layer, expected)
    assert "the disk is full" in here.problem and not list((tmp_path / "cache").glob("*/*"))


def test_a_disk_that_was_full_is_written_to_again_after_a_minute(tmp_path, monkeypatch):
    clock, room, content = [100.0], "0" * 32, [np.arange(6, dtype=np.uint16).reshape(2, 3)]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    (tmp_path / "cache").write_text("no folder")
    disk = Disk(tmp_path / "cache", 10_000)
    assert not disk.put(room, "a", content) and disk.problem.endswith("It is tried again after a minute.")
    (tmp_path / "cache").unlink()
    assert not disk.put(room, "a", content)
    clock[0] += 61
    assert disk.put(room, "a", content) and disk.problem == ""
    np.testing.assert_array_equal(disk.get(room, "a")[0], content[0])


def test_after_a_minute_without_a_question_memory_holds_only_what_takes_long(monkeypatch):
    clock, memory = [0.0], Memory(1000)
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    memory.put("soon", 1, 10)
    memory.put("long", 2, 10, dear=3)
    for later, there in ((59, True), (2, False)):
        clock[0] += later
        memory.rest()
        assert (memory.has("soon"), memory.has("long")) == (there, True)
    assert memory.n_bytes == 10
    memory.put("again", 3, 10)
    memory.rest()
    assert memory.get("again") == 3


def test_a_cache_that_is_a_file_is_done_without(tiles, tmp_path, recording, expected):
    (tmp_path / "cache").write_text("no folder")
    here = tiles(cache=tmp_path / "cache")
    layer = here.add(recording, SMALL)
    built(layer)
    same(layer, expected)
    assert "could not be made" in here.problem


def test_the_cache_stays_as_small_as_it_may_be_and_the_longest_unused_goes(tiles, tmp_path, recording, expected):
    size = 12_000
    layer = tiles(cache=tmp_path / "cache", cache_bytes=size).add(recording, SMALL)
    built(layer)
    kept = list((tmp_path / "cache").glob("*/*.tiles"))
    assert kept and sum(path.stat().st_size for path in kept) <= size
    same(layer, expected)


def test_with_little_memory_and_no_disk_what_takes_longest_stays(tiles, sound, expected):
    here = tiles(memory_bytes=12_000)
    layer = here.add(sound, SMALL)
    built(layer)
    n_parts = here.workers.n_parts
    for plane, codes in expected[9].items():
        np.testing.assert_array_equal(whole(layer, 1, plane, 9, 0), codes)
    assert here.workers.n_parts == n_parts and here.memory.n_bytes <= 12_000
    same(layer, expected)


def test_files_of_others_in_the_folder_stay(tiles, tmp_path, recording):
    theirs = tmp_path / "cache" / "mosaic" / "floor.tiles"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(bytes(20_000))
    built(tiles(cache=tmp_path / "cache", cache_bytes=6_000).add(recording, SMALL))
    assert theirs.exists()


def test_a_cache_of_another_recording_is_not_taken(tiles, tmp_path, recording, sound, expected):
    built(tiles(cache=tmp_path / "cache").add(recording, SMALL))
    write(tmp_path / "sound.wav", sound.samples * np.float32(0.5))
    with sonograph.open(tmp_path / "sound.wav") as other:
        louder, quieter = expected[7]["max"], whole(tiles(cache=tmp_path / "cache").add(other, SMALL), 1, "max", 7, 0)
    np.testing.assert_allclose((louder.astype(int) - quieter) / 128, 6.0206, atol=0.01)


def test_a_preview_says_so_and_gives_way_to_what_is_exact(tiles, sound, expected):
    layer = tiles().add(sound, SMALL)
    codes, head = read(layer.tile(1, "max", 9, 0, 0, 0))
    exact = expected[9]["max"]
    assert head["complete"] < 1 and codes.shape == exact.shape and (codes > 0).all() and (codes <= exact).all()
    layer.tile(1, "max", 7, 0, 0, 0)
    built(layer)
    codes, head = read(layer.tile(1, "max", 9, 0, 0, 0))
    assert head["complete"] == 1
    np.testing.assert_array_equal(codes, exact)


def test_a_preview_has_the_exact_columns_that_are_there(tiles, sound, expected):
    here, found, done = tiles(), [], threading.Event()
    here.workers.count = 1
    layer = here.add(sound, SMALL)

    def heard(share: float) -> None:
        found.append(layer.tile(1, "mean", 9, 0, 0, 0))
        if share == 1:
            done.set()

    layer.build(heard)
    assert done.wait(60)
    codes, head = read(found[0])
    exact = (codes == expected[9]["mean"]).all(axis=1)
    assert 0.2 < head["complete"] < 0.5 and exact[:64].all() and not exact[-32:].any()
    assert read(found[-1])[1]["complete"] == 1


class Slow(Source):
    """A sound that takes its time, and counts."""

    sample_rate, n_channels, unit, n_samples = 8000.0, 1, "FS", 0

    def __init__(self, n_samples: int) -> None:
        self.n_samples, self.n_read, self.gate = n_samples, 0, threading.Event()

    def read(self, samples: range) -> np.ndarray:
        if samples:
            self.n_read += 1
            self.gate.wait(0.03)
        return np.ones((1, len(samples)), np.float32)


def test_one_computation_serves_all_who_ask(tiles):
    sound = Slow(256 * 128 * 2)
    layer, found = tiles().add(sound, SMALL), []
    askers = [threading.Thread(target=lambda: found.append(layer.tile(0, "max", 7, 0, 0, 0))) for _ in range(8)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert len(set(found)) == 1 and len(found) == 8 and sound.n_read <= PARTS + 4  # and the edges


def test_what_the_last_asker_leaves_is_not_gone_on_with(tiles):
    sound, here = Slow(256 * 128 * 2), tiles()
    layer, left, outcome = here.add(sound, SMALL), threading.Event(), []

    def ask() -> None:
        try:
            layer.tile(0, "max", 7, 0, 0, 0, cancelled=left)
        except Cancelled:
            outcome.append("cancelled")

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for one in askers:
        one.start()
    while not sound.n_read:
        threading.Event().wait(0.005)
    left.set()
    for one in askers:
        one.join()
    here.workers.close()
    assert outcome == ["cancelled"] * 3 and here.workers.n_parts < PARTS // 2
    sound.gate.set()
    assert read(layer.tile(0, "max", 7, 0, 0, 0))[1]["complete"] == 1


def test_a_sound_that_cannot_be_read_says_why_and_the_pass_stops(tiles):
    class Broken(Slow):
        def read(self, samples: range) -> np.ndarray:
            if samples.stop > 150_000:
                raise OSError("the disk gave an error")
            return super().read(samples)

    sound = Broken(LENGTH)
    sound.gate.set()
    layer = tiles().add(sound, SMALL)
    told = []
    layer.build(lambda share: told.append(layer.problem))
    with pytest.raises(OSError, match="the disk gave an error"):
        layer.tile(0, "max", 7, 0, 3, 0)
    while not layer.problem:
        threading.Event().wait(0.005)
    assert layer.problem == "the disk gave an error" and layer.progress() < 1
    while not told or not told[-1]:
        threading.Event().wait(0.005)
    assert told[-1] == layer.problem


def test_a_recording_that_grows_keeps_its_whole_columns(tiles, tmp_path, sound):
    short, path = 256 * 128 * 2 * 2, tmp_path / "growing.wav"
    write(path, sound.samples[:, :short])
    here = tiles(cache=tmp_path / "cache")
    with sonograph.open(path) as first:
        before = here.add(first, SMALL)
        built(before)
        write(path, sound.samples)
        with sonograph.open(path) as grown:
            after = here.add(grown, SMALL, grown_from=before)
            here.forget(first)
            n_parts = here.workers.n_parts
            built(after)
            assert here.workers.n_parts - n_parts <= 3 * PARTS + 8  # the last strip, and two new ones
            same(after, {level: pyramid(sound, SMALL, 1, level, 0) for level in (7, 9)})


def test_waves_join_to_the_extremes_and_the_rms_of_all_samples(tiles, tmp_path, recording, sound):
    here = tiles(cache=tmp_path / "cache")
    waves = here.waves(recording)
    built(here.add(recording, SMALL))
    while not waves.is_whole:
        waves.build()
        threading.Event().wait(0.01)
    for level in (0, 3, 12, waves.top_level):
        size, columns = 1 << level, []
        n_columns = min(300, -(-LENGTH // size))
        for column in range(-(-n_columns // 256)):
            octets = waves.tile(1, level, column)
            assert octets[:4] == b"SGW1" and octets[6:8] == b"\0\0"
            columns.append(np.frombuffer(octets, "<f4", offset=16).reshape(-1, 3))
        got = np.concatenate(columns)[:n_columns]
        parts = [sound.samples[1, q * size : (q + 1) * size] for q in range(n_columns)]
        want = [(p.min(), p.max(), np.sqrt(np.mean(p.astype(float) ** 2))) for p in parts]
        np.testing.assert_array_equal(got[:, :2], np.array(want)[:, :2].astype(np.float32))
        np.testing.assert_allclose(got[:, 2], np.array(want)[:, 2], rtol=1e-5)
    kept = tiles(cache=tmp_path / "cache").waves(recording)
    assert kept.is_whole and kept.tile(1, kept.top_level, 0) == waves.tile(1, waves.top_level, 0)


def test_a_waveform_has_gaps_and_a_preview(tiles):
    samples = noise(1 << 22)[0]
    samples[100:200] = np.nan
    waves = tiles().waves(Signal(samples, 8000.0))
    values = np.frombuffer(waves.tile(0, 2, 0), "<f4", offset=16).reshape(-1, 3)
    assert np.isnan(values[25:50]).all() and np.isfinite(values[:25]).all()
    preview = waves.tile(0, waves.top_level, 0)
    assert preview[6:8] in (b"\1\0", b"\0\0") and np.isfinite(np.frombuffer(preview, "<f4", offset=16)).all()


def test_what_is_read_from_its_beginning_alone_has_no_preview_and_is_exact_in_the_end(tiles, sound):
    mono = Signal(sound.samples[0], 8000.0)
    source = sonograph.resample(mono, 8001.0)
    layer = tiles().add(source, SMALL)
    codes, head = read(layer.tile(0, "max", 9, 0, 0, 0))
    assert head["complete"] == 0 and not codes.any()
    built(layer)
    np.testing.assert_array_equal(whole(layer, 0, "max", 9, 0), pyramid(source, SMALL, 0, 9, 0)["max"])
