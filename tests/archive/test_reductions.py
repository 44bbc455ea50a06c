"""High levels of an overview lie a second time in long shards: made of what is stored, after it, with the same bits."""

import shutil

import numpy as np
import pytest

from sonograph import archive
from sonograph.archive.products import overview
from sonograph.archive.products.overview import OverviewLevels, OverviewProduct
from sonograph.archive.runs.foretold import foretell
from sonograph.archive.stores.held import Held
from sonograph.archive.stores.marks import DONE, FAILED, Marks
from sonograph.archive.timelines.timeline import Timeline
from sonograph.settings import StftSettings
from tests.archive.archives import contents, record, scanned

SMALL = StftSettings(window_length=16, hop=8)
OF = OverviewProduct(SMALL)
LEVELS = OverviewLevels.levels
HOURS = (0, 1, 5, 13, 30, 31)


@pytest.fixture(autouse=True)
def _short_shards(monkeypatch):
    """Of twelve hours."""
    monkeypatch.setattr(overview, "MOST_COLUMNS", 128)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    record(folder := tmp_path_factory.mktemp("in"), hours=HOURS, seconds=600)
    return folder


@pytest.fixture(scope="module")
def done(recorded, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overview, "MOST_COLUMNS", 128)
        at = tmp_path_factory.mktemp("done") / "a"
        archive.run(archive.plan(scanned(recorded), [OF, "minutes"], at=at, hours=1), workers=0)
    return at


def marks(at, name="overview_levels"):
    return {one.shard: one for one in Marks(at / "ledger").all() if f"/{name}/" in one.label}


def test_high_levels_are_those_that_a_viewer_makes_of_the_sound(recorded, done, monkeypatch, tmp_path):
    archive.plan(scanned(recorded), [OF], at=tmp_path / "empty", hours=1)
    [sound], [plain] = archive.open(done).sounds(), archive.open(tmp_path / "empty").sounds()
    stored, computed = sound.overviews[0], plain.overviews[0]
    assert len(marks(done)) == 4
    names = []
    monkeypatch.setattr(Held, "read", recording(names, Held.read))
    for level in (*LEVELS, LEVELS.stop):
        columns = range(-(-stored.n_frames >> level))
        for part in {columns, columns[: len(columns) // 2 + 1], columns[len(columns) // 3 :]}:
            for found, expected in zip(stored.codes(0, level, part), computed.codes(0, level, part), strict=True):
                np.testing.assert_array_equal(found, expected)
    assert {name for name, _ in names} == {"overview_levels"}


def recording(names, real):
    def read(self, rows, wanted=None):
        names.append((self.product.name, wanted))
        return real(self, rows, wanted)

    return read


@pytest.mark.parametrize(("hours", "workers"), [(1, 2), (6, 0), (24, 0)])
def test_hours_of_a_task_and_processes_change_no_bit(recorded, done, tmp_path, hours, workers):
    archive.run(archive.plan(scanned(recorded), [OF, "minutes"], at=tmp_path / "a", hours=hours), workers=workers)
    one, other = ({name: data for name, data in contents(at).items() if "/overview_levels/" in name}
                  for at in (tmp_path / "a", done))  # fmt: skip
    assert one == other and len(one) > 2 * len(LEVELS)


def test_files_that_come_later_extend_them(recorded, done, tmp_path):
    early = tmp_path / "in"
    shutil.copytree(recorded, early)
    late = sorted(early.iterdir())[-2:]
    for file in late:
        file.rename(tmp_path / file.name)
    archive.run(archive.plan(scanned(early), [OF, "minutes"], at=tmp_path / "a", hours=1), workers=0)
    for file in late:
        (tmp_path / file.name).rename(file)
    ran = archive.run(archive.plan(scanned(early), at=tmp_path / "a"), workers=0)
    assert len(marks(done)) == 4 and ran.kept > ran.done
    assert shards(tmp_path / "a") == shards(done)


def shards(at):
    """The files of all arrays, by name: the same of the same sound wherever it lies."""
    return {name: data for name, data in contents(at).items() if "/c/" in name}


def test_they_read_no_sound_and_are_made_once_all_that_they_are_made_of_is_there(recorded, done, tmp_path, monkeypatch):
    at = shutil.copytree(done, tmp_path / "a")
    for file in at.glob("*/overview_levels/*/max/13/c/1/*/*"):
        file.unlink()
    monkeypatch.setattr(Timeline, "_of", lambda *_: pytest.fail("sound was read"))
    [damage] = archive.verify(at, repair=True, workers=0)
    assert "is gone: shard 1 of max/13, 2024-05-01 11:39 to 2024-05-01 23:18 UTC" in damage.sentence
    assert contents(at) == contents(done)


def test_what_they_are_made_of_is_missing_until_it_is_done(recorded, done, tmp_path):
    at, away = tmp_path / "a", tmp_path / "away"
    archive.plan(scanned(recorded), [OF, "minutes"], at=at, hours=1)
    gone = sorted(recorded.iterdir())[0]
    shutil.move(gone, away)
    try:
        ran = archive.run(at, workers=0)
    finally:
        shutil.move(away, gone)
    assert ran.refused and marks(at).keys() == {1, 2, 3}
    assert [one.todo for one in archive.status(at) if one.product == "overview_levels"] == [1]
    assert archive.run(at, workers=0).done
    assert contents(at) == contents(done)


def test_a_file_that_failed_is_told_of_them_too_and_they_are_made_anew_when_it_no_longer_does(done, tmp_path):
    at = shutil.copytree(done, tmp_path / "a")
    ledger, [label] = Marks(at / "ledger"), {one.label for one in marks(at, "overview").values()}
    few = [one for one in ledger.all([label]) if one.shard == 70]
    ledger.mark([one._replace(status=FAILED, faults={"a.wav": "ended the process"}) for one in few])
    ledger.mark([one._replace(key="") for one in marks(at).values()])
    archive.run(at, workers=0)
    assert {number: (one.status, one.faults) for number, one in marks(at).items()} == {
        0: (DONE, {}), 1: (FAILED, {"a.wav": "ended the process"}), 2: (DONE, {}), 3: (DONE, {}),
    }  # fmt: skip
    Marks(at / "ledger").mark([one._replace(key="") for one in few])
    archive.run(at, workers=0)
    assert contents(at) == contents(done)


def test_parts_leave_them_to_the_run_that_joins(recorded, done, tmp_path):
    at = tmp_path / "a"
    archive.plan(scanned(recorded), [OF, "minutes"], at=at, hours=1)
    for k in (1, 2):
        archive.run(at, part=f"{k}/2", workers=0)
    archive.join(at)
    assert not marks(at)
    assert archive.run(at, workers=0).done == 4
    assert contents(at) == contents(done)


def test_a_plan_foretells_them_and_a_run_counts_each_second_once(recorded, tmp_path):
    planned = archive.plan(scanned(recorded), [OF, "minutes"], at=tmp_path / "a", hours=1)
    foretold = foretell(planned)
    assert foretold.tasks == planned.n_tasks + 4 and foretold.products == ["overview", "minutes"]
    told = []
    ran = archive.run(planned, workers=0, tell=lambda *values: told.append(values))
    assert ran.seconds == pytest.approx(len(HOURS) * 600)
    assert told[-1] == (foretold.tasks, foretold.tasks, ran.seconds)
    assert foretell(planned).todo == 0
