"""Damage of an archive is named: array, shard, file and the sound it was made of; and made good alone."""

import random
import shutil

import pytest

from sonograph import archive
from sonograph.archive.stores.marks import Marks
from sonograph.errors import SourceError
from tests.archive.archives import contents, record, scanned
from tests.thorough import ALL


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verified")
    record(folder / "recordings", hours=(0, 2))
    archive.run(archive.plan(scanned(folder / "recordings"), at=folder / "archive", hours=1), workers=0)
    return folder / "archive"


@pytest.fixture
def at(quiet, tmp_path):
    shutil.copytree(quiet, tmp_path / "archive")
    return tmp_path / "archive"


def file_of(at, pattern):
    [found] = at.glob(f"A_200Hz/minutes/*/{pattern}")
    return found


def deleted(file):
    file.unlink()


def cut(file):
    file.write_bytes(file.read_bytes()[:-5])


def emptied(file):
    file.write_bytes(b"")


def flipped(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data)


HARM = [deleted, cut, emptied, flipped]


def test_nothing_is_found_where_all_is_whole(quiet):
    before = contents(quiet)
    assert archive.verify(quiet) == []
    assert archive.verify(quiet, repair=True, workers=0) == []
    assert contents(quiet) == before


@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize(("array", "pattern"), [("density", "density/c/6/0"), ("peak", "peak/c/4")])
def test_a_shard_that_was_harmed_is_named_and_repaired_alone(quiet, at, harm, array, pattern, monkeypatch):
    harm(file_of(at, pattern))
    [found] = archive.verify(at)
    hour = {"density": 6, "peak": 4}[array]
    assert (found.kind, found.array, found.shard) == ("shard", array, hour)
    assert f"shard {hour} of {array}, 2024-05-01 0{hour}:00" in found.sentence
    assert f"A_20240501_0{hour}3000.wav" in found.sentence
    done = []
    mark = Marks.mark
    monkeypatch.setattr(Marks, "mark", lambda self, marks, **more: (done.extend(marks), mark(self, marks, **more)))
    assert archive.verify(at, repair=True, workers=0) == [found]
    assert {one.shard for one in done} == {hour}
    assert contents(at) == contents(quiet)
    assert archive.verify(at) == []


@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize("pattern", ["zarr.json", "density/zarr.json", "frequency/zarr.json", "frequency/c/0"])
def test_what_describes_arrays_is_made_anew(quiet, at, harm, pattern):
    harm(file_of(at, pattern))
    found = archive.verify(at)
    assert found and {one.kind for one in found} <= {"store"} | ({"shard"} if harm is deleted else set())
    assert any(one.file.endswith(pattern) or pattern.startswith(one.array) for one in found)
    archive.verify(at, repair=True, workers=0)
    assert contents(at) == contents(quiet)


@pytest.mark.parametrize("harm", HARM)
def test_a_ledger_that_was_harmed_is_named_and_what_it_lost_is_computed_again(quiet, at, harm):
    harm(at / "ledger")
    found = archive.verify(at)
    if harm is emptied:
        assert len(archive.status(at)) == 1 and archive.status(at)[0].todo == 7
    else:
        assert [one.kind for one in found] == ["ledger"]
    archive.verify(at, repair=True, workers=0)
    assert contents(at) == contents(quiet)


@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize("name", ["catalogue", "archive.json"])
def test_a_plan_or_a_catalogue_that_was_harmed_is_never_half_read(quiet, at, harm, name):
    """A bit of a text may be flipped into another number or letter: the plan has a CRC."""
    harm(at / name)
    with pytest.raises(SourceError, match=r"archive scan|archive plan"):
        archive.verify(at)
    archive.plan(scanned(quiet.parent / "recordings"), at=at, hours=1)
    ran = archive.run(at, workers=0)
    assert (ran.done, ran.empty) == (0, 0)
    assert contents(at) == contents(quiet)


def test_any_file_of_an_archive_that_was_harmed_is_named_and_repaired_alone(quiet, tmp_path, monkeypatch):
    """Each file of it and each harm; some of them at random where not all are tested."""
    plan = {"archive.json", "catalogue"}
    cases = [(name, harm) for name in contents(quiet) if name not in plan for harm in HARM]
    done, mark = [], Marks.mark
    monkeypatch.setattr(Marks, "mark", lambda self, marks, **more: (done.extend(marks), mark(self, marks, **more)))
    assert len(cases) > 70
    for number, (name, harm) in enumerate(cases if ALL else random.Random(5).sample(cases, 12)):
        at = tmp_path / str(number)
        shutil.copytree(quiet, at)
        harm(at / name)
        found = archive.verify(at)
        if (name, harm) != ("ledger", emptied):  # as before the first run: all is computed again
            assert any(one.file == name for one in found) and all(str(at) in one.sentence for one in found), (
                name,
                harm,
            )
        done.clear()
        archive.verify(at, repair=True, workers=0)
        shards = {(one.label, one.shard) for one in found if one.kind == "shard"}
        assert name == "ledger" or {(one.label, one.shard) for one in done} == shards, (name, harm)
        assert contents(at) == contents(quiet), (name, harm)
        shutil.rmtree(at)


def test_sound_that_is_gone_or_changed_is_named(tmp_path):
    files = record(tmp_path / "recordings", hours=(0, 1, 2))
    archive.run(archive.plan(scanned(tmp_path / "recordings"), at=tmp_path / "a", hours=1), workers=0)
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes() + b"\0")
    first, second = archive.verify(tmp_path / "a")
    assert (first.kind, first.file) == ("source", str(files[0])) and "is gone" in first.sentence
    assert (second.kind, second.file) == ("source", str(files[1])) and "changed since" in second.sentence


def test_damage_that_is_read_is_never_sound(at):
    flipped(file_of(at, "density/c/6/0"))
    with pytest.raises(SourceError, match=r"is damaged\. Repair it"):
        archive.open(at).minutes()


def test_status_counts_shards(quiet, tmp_path):
    [held] = archive.status(quiet)
    assert (held.shards, held.done, held.empty, held.failed, held.todo) == (7, 2, 5, 0, 0)
    assert held.seconds == 300
    record(tmp_path / "recordings", hours=(0, 2, 3))
    plan = archive.plan(scanned(tmp_path / "recordings"), at=tmp_path / "a", hours=1)
    assert (archive.status(plan)[0].todo, archive.status(plan)[0].seconds) == (8, 0)
