"""An archive holds the bits of the whole computation, whatever way it came about."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from sonograph import Signal, archive, write
from sonograph.archive.products.product import product_of
from sonograph.archive.stores import arrays
from sonograph.archive.stores.marks import Marks
from sonograph.errors import OutputError, SettingsError, SourceError
from sonograph.io import door
from sonograph.jobs.lock import locked
from tests.archive.archives import RATE, contents, record, scanned
from tests.archive.recordings import BEGAN, noise, put


def test_stored_minutes_are_those_of_the_whole_timeline(recordings, quiet):
    [timeline] = scanned(recordings).timelines()
    whole, stored = archive.minutes(timeline), archive.open(quiet).minutes(start=BEGAN)
    np.testing.assert_array_equal(stored.times, whole.times)
    np.testing.assert_array_equal(stored.density, whole.density.astype(np.float32))
    for name in ("peak", "effort", "frames", "clipped", "frequencies", "edges"):
        np.testing.assert_array_equal(getattr(stored, name), getattr(whole, name), name)
    assert (stored.unit, stored.sample_rate) == (whole.unit, whole.sample_rate)


@pytest.mark.parametrize(("hours", "workers"), [(1, 2), (24, 0), (3, 1)])
def test_hours_of_a_task_and_processes_change_no_bit(recordings, quiet, tmp_path, hours, workers):
    archive.run(archive.plan(scanned(recordings), at=tmp_path / "a", hours=hours), workers=workers)
    expected, found = archive.open(quiet).minutes(), archive.open(tmp_path / "a").minutes()
    np.testing.assert_array_equal(found.density, expected.density)
    np.testing.assert_array_equal(found.peak, expected.peak)
    if hours == 1:
        assert contents(tmp_path / "a") == contents(quiet)


@pytest.mark.parametrize(("minute", "times"), [(0, 1.3), (5, 1.7)], ids=["whole files", "files of two tasks"])
def test_tasks_ask_for_the_bytes_of_flac_once(tmp_path, monkeypatch, minute, times):
    """But for the places at which a short file is looked at, a tenth; two of six are read from their middle too."""
    files, count, read_at = [], [], door._read_at
    for number in range(6):
        began = BEGAN.replace(hour=4, minute=0) + timedelta(minutes=minute + 20 * number)
        files.append(tmp_path / "in" / f"A_{began:%Y%m%d_%H%M%S}.flac")
        files[-1].parent.mkdir(exist_ok=True)
        write(files[-1], Signal(noise(1200 * 4000, seed=number)[1][0], 4000.0))
    planned = archive.plan(scanned(tmp_path / "in"), at=tmp_path / "a", hours=1)
    monkeypatch.setattr(door, "_read_at", lambda *args: count.append(args[1]) or read_at(*args))
    archive.run(planned, workers=0)
    size = sum(file.stat().st_size for file in files)
    assert size < sum(count) < times * size


def test_a_second_run_has_nothing_to_do(recordings, quiet):
    before = contents(quiet)
    ran = archive.run(quiet, workers=0)
    assert (ran.done, ran.empty, ran.kept) == (0, 0, 11)
    assert contents(quiet) == before


@pytest.mark.parametrize("pattern", ["zarr.json", "density/zarr.json", "frequency/zarr.json"])
def test_a_run_takes_arrays_for_made_only_where_all_that_describes_them_says_so(quiet, tmp_path, monkeypatch, pattern):
    at = shutil.copytree(quiet, tmp_path / "a")

    def opened(*_):
        raise LookupError

    monkeypatch.setattr(arrays, "_grow", opened)
    assert archive.run(at, workers=0).kept == 11
    [file] = at.glob(f"*/minutes/*/{pattern}")
    file.write_text(file.read_text().replace(*('"origin": 1', '"origin": 2') if pattern == "zarr.json" else ("3", "4")))
    with pytest.raises(LookupError):
        archive.run(at, workers=0)


def test_minutes_outside_of_what_there_is_are_missing(quiet):
    found = archive.open(quiet).minutes(
        datetime(2024, 4, 30, 23, 58, tzinfo=UTC), datetime(2024, 5, 1, 0, 1, tzinfo=UTC)
    )
    assert len(found) == 3
    assert np.isnan(found.density).all() and not found.effort.any()


def test_files_that_come_later_extend_it_and_only_what_they_touch_is_computed(recordings, quiet, tmp_path):
    """In three steps: the bytes of one run over all."""
    folder, at = tmp_path / "recordings", tmp_path / "recordings.archive"
    record(folder, hours=(0, 1))
    ran = archive.run(archive.plan(scanned(folder), at=at, hours=1), workers=0)
    assert (ran.done, ran.empty) == (2, 4)
    record(folder, hours=(2, 5))
    ran = archive.run(archive.plan(scanned(folder), at=at), workers=0)
    assert (ran.done, ran.empty, ran.kept) == (3, 2, 5)  # also that at whose end the sound ended, and does no longer
    record(folder, hours=(6,))
    ran = archive.run(archive.plan(scanned(folder), at=at), workers=0)
    assert (ran.done, ran.empty, ran.kept) == (2, 0, 9)
    found, expected = contents(at), contents(quiet)
    assert found.keys() == expected.keys()
    differing = [name for name in found if found[name] != expected[name]]
    assert differing == ["archive.json", "catalogue"]  # which have other paths of the same sounds


def test_a_file_that_is_taken_away_leaves_no_sound_behind(recordings, tmp_path):
    folder, at = tmp_path / "recordings", tmp_path / "archive"
    files = record(folder)
    archive.run(archive.plan(scanned(folder), at=at, hours=1), workers=0)
    files[1].unlink()
    ran = archive.run(archive.plan(scanned(folder), at=at), workers=0)
    assert (ran.done, ran.empty, ran.kept) == (0, 1, 10)
    assert archive.open(at).minutes().effort.sum() == 4 * 150


def test_a_file_that_changed_since_it_was_planned_is_never_mixed_in(recordings, tmp_path):
    folder, at = tmp_path / "recordings", tmp_path / "archive"
    record(folder, hours=(0, 1))
    plan = archive.plan(scanned(folder), at=at, hours=1)
    put(folder, noise(60 * RATE, seed=9)[0], BEGAN, RATE)
    ran = archive.run(plan, workers=0)
    assert ran.done == 1 and "changed since" in ran.refused[0]
    assert archive.open(at).minutes().effort.sum() == 150
    ran = archive.run(archive.plan(scanned(folder), at=at), workers=0)
    assert (ran.done, ran.refused) == (1, [])
    assert archive.open(at).minutes().effort.sum() == 210


def test_a_second_coordinator_is_refused(recordings, quiet):
    with locked(quiet / "lock", str(quiet)), pytest.raises(OutputError, match="is being written by process"):
        archive.run(quiet, workers=0)


def test_what_an_archive_cannot_be_is_refused(recordings, quiet, tmp_path):
    found = scanned(recordings)
    with pytest.raises(SettingsError, match="which stay"):
        archive.plan(found, at=quiet, hours=2)
    with pytest.raises(SettingsError, match="which stays"):
        archive.plan(found, at=quiet, start=datetime(2024, 4, 1, tzinfo=UTC))
    with pytest.raises(SettingsError, match="began before it"):
        archive.plan(found, at=tmp_path / "a", start=datetime(2024, 5, 1, 6, tzinfo=UTC))
    with pytest.raises(OutputError, match="is no archive"):
        archive.plan(found, at=recordings)
    with pytest.raises(SourceError, match="is no archive"):
        archive.open(recordings)
    with pytest.raises(SettingsError, match="product is hours"):
        archive.plan(found, "hours", at=tmp_path / "b")
    archive.plan(found, at=tmp_path / "c")
    assert archive.open(tmp_path / "c").minutes().effort.sum() == 0  # what has not been computed is missing


def test_the_ledger_says_how_each_shard_is(quiet):
    marks = list(Marks(quiet / "ledger").all())
    assert [one.shard for one in marks] == list(range(11))
    assert [one.shard for one in marks if one.status == "done"] == [4, 5, 6, 9, 10]
    assert {one.samples for one in marks if one.status == "done"} == {150 * RATE}


def test_the_log_says_when_and_where_runs_were(quiet):
    lines = [json.loads(line) for line in (quiet / "run.log").read_text().splitlines()]
    assert [line["event"] for line in lines[:2]] == ["begin", "end"]
    assert lines[1]["done"] == 5 and lines[1]["host"] and lines[1]["at"].endswith("Z")


def test_a_line_of_the_ledger_that_was_cut_is_done_again_alone(recordings, quiet, tmp_path):
    at = tmp_path / "archive"
    archive.run(archive.plan(scanned(recordings), at=at, hours=1), workers=0)
    ledger = at / "ledger"
    ledger.write_bytes(ledger.read_bytes()[:-9])
    ran = archive.run(at, workers=0)
    assert (ran.done, ran.kept) == (1, 10)
    assert contents(at) == contents(quiet)


def test_other_tools_find_units_and_axes_in_the_store(quiet):
    import zarr

    [path] = (quiet / "A_200Hz" / "minutes").iterdir()
    group = zarr.open_group(path, mode="r")
    density = group["density"]
    assert density.metadata.dimension_names == ("time", "frequency")
    assert (density.attrs["units"], density.shards, density.fill_value != density.fill_value) == (
        "FS²/Hz",
        (60, 101),
        True,
    )
    assert group.attrs["product"] == product_of("minutes").to_dict()
    assert group.attrs["first_row"] * 60 == json.loads((quiet / "archive.json").read_text())["origin"]
