"""An archive is looked at as one sound: stored levels as they lie, finer ones of the sound, the same bits."""

import shutil
import struct

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive
from sonograph.archive.products.overview import OverviewProduct
from sonograph.archive.stores import arrays as stores
from sonograph.archive.timelines.timeline import Timeline
from sonograph.errors import SettingsError, SourceError
from sonograph.settings import StftSettings
from sonograph.web.recordings import Recordings
from sonograph.web.tiles import Tiles
from tests.archive.archives import record, scanned

SMALL = StftSettings(window_length=16, hop=8)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Six hours of which four are recorded, and an archive of their overview."""
    folder = tmp_path_factory.mktemp("seen")
    record(folder / "in", hours=(0, 1, 2, 5), seconds=900)
    archive.run(
        archive.plan(scanned(folder / "in"), [OverviewProduct(SMALL), "minutes"], at=folder / "a", hours=1), workers=0
    )
    return folder / "a"


@pytest.fixture
def tiles():
    made = Tiles()
    yield made
    made.close()


def asked(layer):
    """All tiles of all planes and levels, but those of the finest that lie in the middle."""
    for level in range(layer.top_level + 1):
        n = -(-layer.n_frames // (256 << level))
        for column in sorted({0, n // 2, n - 1}):
            for plane in ("max", "mean", "salient"):
                yield 0, plane, level, 0, column, 0


def test_an_archive_is_shown_with_the_bits_of_its_sound(place, tiles):
    [sound] = archive.open(place).sounds()
    [plain] = archive.Plan.open(place).timelines
    shown, computed = tiles.add(sound, SMALL), tiles.add(plain, SMALL)
    assert computed.top_level > OverviewProduct.levels.start + 3
    for address in asked(shown):
        while True:
            expected = computed.tile(*address)
            if struct.unpack_from("<f", expected, 24) == (1.0,):
                break
            computed.build()
        assert shown.tile(*address) == expected, address


def test_stored_levels_are_served_without_a_look_at_the_sound(place, tiles, monkeypatch):
    [sound] = archive.open(place).sounds()
    layer = tiles.add(sound, SMALL)
    monkeypatch.setattr(Timeline, "_of", lambda *_: pytest.fail("the sound was read"))
    for address in asked(layer):
        if address[2] >= OverviewProduct.levels.start:
            assert struct.unpack_from("<f", layer.tile(*address), 24) == (1.0,)


def test_the_waveform_passes_over_what_no_file_holds_with_the_same_bits(place, tiles, monkeypatch):
    [sound] = archive.open(place).sounds()
    plain = sg.Signal(sound.read(range(sound.n_samples)), sound.sample_rate)
    read = []
    real = Timeline.read
    monkeypatch.setattr(Timeline, "read", lambda self, samples: read.append(samples) or real(self, samples))
    waves, computed = tiles.waves(sound), tiles.waves(plain)
    for level in (8, computed.base, computed.base + 2, computed.top_level):
        n = -(-sound.n_samples // (256 << level))
        for column in {0, n // 2, n - 1}:
            found = [_exact(one, level, column) for one in (waves, computed)]
            assert found[0] == found[1]
    passes = [samples for samples in read if len(samples) == 1 << 20]
    assert passes and all(sound.effort(samples) for samples in passes)


def _exact(waves, level, column):
    while True:
        octets = waves.tile(0, level, column)
        if octets[6:8] == b"\0\0":
            return octets


def test_an_archive_that_was_not_computed_is_shown_of_its_sound(place, tiles, tmp_path):
    folder = place.parent / "in"
    archive.plan(scanned(folder), [OverviewProduct(SMALL)], at=tmp_path / "empty", hours=1)
    [planned], [done] = archive.open(tmp_path / "empty").sounds(), archive.open(place).sounds()
    assert not planned.overviews[0].has(7, range(1))
    addresses = [(0, "max", level, 0, 8 >> level, 0) for level in (0, 5, 7)]
    for address in addresses:
        assert tiles.add(planned, SMALL).tile(*address) == tiles.add(done, SMALL).tile(*address)


def test_what_lies_in_files_that_have_changed_is_not_taken_from_the_archive(tmp_path):
    record(tmp_path / "in", hours=(0, 2), seconds=900)
    archive.run(archive.plan(scanned(tmp_path / "in"), [OverviewProduct(SMALL)], at=tmp_path / "a", hours=1), workers=0)
    [file] = record(tmp_path / "in", hours=(2,), seconds=900, seed=9)
    file.touch()
    archive.plan(scanned(tmp_path / "in"), at=tmp_path / "a")
    [sound] = archive.open(tmp_path / "a").sounds()
    one = sound.overviews[0]
    hour = 3600 * 200 // 8 >> 7
    assert one.has(7, range(4 * hour, 5 * hour)) and not one.has(7, range(6 * hour, 7 * hour))


def test_the_tiles_of_python_are_those_of_the_viewer(place, tiles):
    opened = archive.open(place)
    [sound] = opened.sounds()
    layer = tiles.add(sound, SMALL)
    for channel, plane, level, fold, column, row in asked(layer):
        octets = layer.tile(channel, plane, level, fold, column, row)
        found = opened.tile(level, column, plane=plane)
        assert found.astype("<u2").tobytes() == octets[32:]
    assert {one.dtype for one in (opened.tile(0, 0), opened.tile(8, 0))} == {np.dtype("uint16")}
    with pytest.raises(SettingsError, match=r"no tile 900 of level 12, plane 'max', channel 0: level 12 has 1 tiles"):
        opened.tile(12, 900)


def test_a_viewer_lists_the_timelines_of_an_archive(place):
    [one] = Recordings.of_paths([str(place)])
    assert one.name == archive.open(place).names[0]
    again = next(iter(Recordings.of_paths([str(place)])))
    assert (again.id, one.open().source.n_samples) == (one.id, one.memory.n_samples)
    assert one.memory.start.isoformat() == "2024-05-01T00:00:00+00:00"


def test_an_array_is_opened_once_of_the_plane_that_is_asked_for_and_damage_is_told_all_the_same(
    place, tmp_path, monkeypatch
):
    names, real = [], stores.opened
    monkeypatch.setattr(stores, "opened", lambda files, label, name: names.append(name) or real(files, label, name))
    at = shutil.copytree(place, tmp_path / "a")
    opened = archive.open(at)
    first = opened.tile(8, 6, plane="mean")
    assert first.any()
    np.testing.assert_array_equal(opened.tile(8, 6, plane="mean"), first)
    assert names == ["mean/8"]
    for file in at.glob("*/overview/*/mean/8/c/*/*/*"):
        data = file.read_bytes()
        file.write_bytes(bytes(len(data) // 2) + data[len(data) // 2 :])
    with pytest.raises(SourceError, match=r"mean/8: is damaged"):
        opened.tile(8, 6, plane="mean")
