"""An archive in a bucket holds, object for object, the bytes of the files of one on the disk, whatever happens."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from sonograph import archive, cli
from sonograph.archive.runs.parts import ledgers
from sonograph.archive.stores import hold
from sonograph.archive.stores.files import files_of
from sonograph.archive.stores.marks import Mark
from sonograph.errors import OutputError, SourceError
from sonograph.io import object_tries
from sonograph.io.object_writing import WritableBucket
from tests.archive.archives import contents, scanned
from tests.buckets import emulated
from tests.guides import check_printed, run_page
from tests.thorough import ALL


@pytest.fixture(scope="module")
def emulator():
    with emulated() as store:
        yield store


@pytest.fixture
def store(emulator, monkeypatch):
    monkeypatch.setattr(object_tries, "FIRST_PAUSE", 0.001)
    emulator.proxy.heal()
    yield emulator
    emulator.proxy.heal()


@pytest.fixture
def url(store, recordings):
    """An archive in which nothing is done yet."""
    at = f"{store.bucket()}/field/site.archive"
    archive.plan(scanned(recordings), at=at, hours=1)
    return at


def objects(url):
    """The bytes of all objects of an archive but its locks and its log."""
    files = files_of(url)
    return {name: files.read(name) for name in files.names() if not name.startswith(("lock", "run.log"))}


def test_it_has_the_objects_that_a_folder_has_as_files(quiet, url):
    ran = archive.run(url, workers=0)
    assert objects(url) == contents(quiet)
    assert (ran.done, ran.empty) == (5, 6)
    assert archive.run(url, workers=0).kept == 11
    assert archive.verify(url) == []
    lines = [json.loads(line) for line in files_of(url).read("run.log").splitlines()]
    assert [line["event"] for line in lines] == ["begin", "end", "begin", "end"]


def test_the_commands_take_its_address(recordings, quiet, store, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    url = f"{store.bucket()}/site.archive"
    scanned(recordings).save("all.parquet")
    assert cli.main(["archive", "plan", "all.parquet", "-o", url, "--hours", "1"]) == 0
    assert cli.main(["archive", "run", url, "--processes", "1", "-q"]) == 0
    for words in (["status", url], ["verify", url], ["export", url, "-o", "days", "--to", "csv"]):
        assert cli.main(["archive", *words]) == 0
    assert cli.main(["summary", url, "--every", "day", "-o", "days.csv"]) == 0
    assert cli.main(["summary", str(quiet), "--every", "day", "-o", "quiet.csv"]) == 0
    assert (tmp_path / "days.csv").read_bytes() == (tmp_path / "quiet.csv").read_bytes()
    assert "5 computed, 6 without sound, 0 to do" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("s3")] == []


def test_it_is_read_as_one_on_the_disk_is(recordings, quiet, url, tmp_path):
    archive.run(url, workers=2)
    there, here = archive.open(url), archive.open(quiet)
    np.testing.assert_array_equal(there.minutes().density, here.minutes().density)
    assert archive.status(url) == archive.status(quiet)
    assert there.held().path == f"{url}/{here.held().label}"
    part = there.held().read(range(there.held().rows.start + 270, there.held().rows.start + 280), ["peak"])
    np.testing.assert_array_equal(part["peak"], here.minutes().peak[270:280])


def test_of_sound_in_a_bucket_it_has_the_shards_of_sound_on_the_disk(recordings, quiet, store):
    """All else says where the sound lies."""
    url = store.bucket()
    store.upload(recordings, f"{url}/in")
    ran = archive.run(archive.plan(scanned(f"{url}/in"), at=f"{url}/site.archive", hours=1), workers=0)
    found = objects(f"{url}/site.archive")
    assert found.keys() == contents(quiet).keys() and not ran.refused
    for name, data in contents(quiet).items():
        assert found[name] == data or name in ("archive.json", "catalogue", "ledger"), name
    assert archive.verify(f"{url}/site.archive") == []


def test_the_viewer_shows_its_stored_tiles(recordings, store):
    from sonograph.web.recordings import Recordings

    url = f"{store.bucket()}/site.archive"
    archive.run(archive.plan(scanned(recordings), "overview", at=url, hours=1), workers=0)
    [recording] = Recordings.of_paths([url])
    sound = recording.memory
    [overview] = sound.overviews
    stored, computed = overview.stored(0, 7, range(60)), overview._computed(0, 7, range(60))
    for one, other in zip(stored, computed, strict=True):
        np.testing.assert_array_equal(one, other)
    assert stored[0].any()


@pytest.mark.parametrize("speed", [None, 300_000] if ALL else [None])
def test_a_store_that_fails_is_slow_and_lists_late_changes_no_byte(quiet, store, url, speed):
    store.proxy.share, store.proxy.bytes_a_second = 0.08, speed
    store.proxy.kinds = ("503", "drop", "cut", "short", "lost")
    with store.proxy.lagging_lists():
        for k in (1, 2):
            archive.run(url, part=f"{k}/2", workers=0)
        archive.run(url, workers=0)
        archive.run(url, workers=0)
    met = sum(store.proxy.met.values())
    store.proxy.heal()
    archive.run(url, workers=0)
    assert objects(url) == contents(quiet)
    assert met > 5


def test_the_lost_answer_of_a_write_on_condition_is_made_up_for(quiet, store, url):
    for within in ("lock", "ledger", "run.log"):
        store.proxy.fail("lost", 2, method="PUT", within=within)
    before = store.proxy.met["lost"]
    archive.run(url, workers=0)
    assert store.proxy.met["lost"] == before + 6
    assert objects(url) == contents(quiet)


COMMAND = """
import sys, time
from sonograph import cli
from sonograph.archive.stores import hold
from sonograph.archive.stores import arrays as stores
hold.LASTS, hold.BEAT = 1.2, 0.2
real = stores.write

def noted(files, label, facts, number, *rest):
    found = real(files, label, facts, number, *rest)
    with open("written", "ab", 0) as file:
        file.write(b"%d\\n" % number)
    time.sleep(0.3)
    return found

stores.write = noted
from sonograph.archive.runs import running
from sonograph.archive.runs import work
running.Processes = lambda *_, **__: running.Here()
sys.exit(cli.main(["archive", "run", sys.argv[1], "-q", "--processes", "1"]))
"""


def test_a_run_that_is_killed_is_taken_up_by_the_next_and_nothing_is_done_twice(quiet, url, tmp_path, monkeypatch):
    """Killed after data and before their mark; what was marked before is in the bucket."""
    process = subprocess.Popen([sys.executable, "-c", COMMAND, url], cwd=tmp_path, start_new_session=True)
    written = tmp_path / "written"
    while process.poll() is None and not (written.exists() and len(written.read_bytes().split()) >= 3):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with pytest.raises(OutputError, match=r"is being written by process \d+ on .*if it was killed, run again in \d s"):
        archive.run(url, workers=0)
    kept = sum(one.status != "empty" for one in files_of(url).marks("ledger").all())
    assert 1 <= kept <= 2
    time.sleep(1.3)
    assert archive.run(url, workers=0).done == 5 - kept
    assert objects(url) == contents(quiet)


def test_a_second_run_is_refused(url):
    with files_of(url).alone(), pytest.raises(OutputError, match="is being written by process"):
        archive.run(url, workers=0)
    with files_of(url).alone("1-of-2"):
        for more in ({}, {"part": "1/2"}):
            with pytest.raises(OutputError, match="is being written by process"):
                archive.run(url, workers=0, **more)
        archive.run(url, workers=0, part="2/2")


def test_a_run_that_stood_still_until_another_took_over_marks_nothing_more(quiet, url, monkeypatch):
    monkeypatch.setattr(hold, "LASTS", 0.4)
    first = files_of(url)
    with pytest.raises(OutputError, match="another run took over"), first.alone():
        marks = first.marks("ledger")
        monkeypatch.setattr(hold.Lease, "renew", lambda self: None, raising=True)
        time.sleep(0.5)
        monkeypatch.undo()
        archive.run(url, workers=0)
        for _ in range(60):
            marks.mark(list(files_of(url).marks("ledger").all())[:1])
            time.sleep(0.05)
    archive.run(url, workers=0)
    assert objects(url) == contents(quiet)


def test_a_store_without_writes_on_condition_is_refused(recordings, store):
    store.proxy.forgets_conditions = True
    with pytest.raises(OutputError, match="conditional"):
        archive.plan(scanned(recordings), at=f"{store.bucket()}/a", hours=1)


def test_parts_joined_are_one_run(quiet, url):
    for k in (3, 1, 2):
        archive.run(url, part=f"{k}/3", workers=0)
    assert len(ledgers(url)) == 3
    assert archive.join(url) == 3 and archive.join(url) == 0
    assert objects(url) == contents(quiet)


def test_damage_is_named_and_made_good(quiet, store, url):
    archive.run(url, workers=0)
    [label] = files_of(url).marks("ledger")._columns
    flipped, gone, form = (f"{label}/{name}" for name in ("density/c/6/0", "peak/c/4", "density/zarr.json"))
    data = bytearray(files_of(url).read(flipped))
    data[len(data) // 2] ^= 4
    store.put(f"{url}/{flipped}", bytes(data))
    store.delete(f"{url}/{gone}")
    store.put(f"{url}/{form}", b"{}")
    with pytest.raises(SourceError, match=r"is damaged\. Repair it"):
        archive.open(url).minutes()
    found = archive.verify(url, repair=True, workers=0)
    assert {one.file for one in found} == {flipped, gone, form}
    assert all(url in one.sentence for one in found)
    assert objects(url) == contents(quiet)


@pytest.mark.parametrize("fails", [1, 2, 4])
def test_a_ledger_that_is_being_joined_when_it_ends_loses_no_mark(store, monkeypatch, fails):
    """At the N-th time that a numbered part is taken away."""
    files, every = files_of(store.bucket()), [Mark("a", one, f"{one:016}") for one in (5, 2, 9, 7)]
    real, calls = WritableBucket.delete, []

    def delete(self, name):
        if name.startswith("ledger"):
            calls.append(name)
            if len(calls) == fails:
                raise OutputError("no")
        real(self, name)

    with pytest.raises(OutputError, match="no"), files.alone():
        marks = files.marks("ledger")
        for one in every:
            marks.mark([one])
            marks.flush()
        monkeypatch.setattr(WritableBucket, "delete", delete)
        marks.compact({"a": 10})
    monkeypatch.undo()
    with files.alone():
        marks = files.marks("ledger")
        assert list(marks.all()) == sorted(every)
        marks.compact({"a": 10})
    assert [name for name in files.names() if name.startswith("ledger")] == ["ledger"]
    assert list(files.marks("ledger").all()) == sorted(every)


def test_the_page_of_the_guide_runs_and_finds_the_same_bytes(tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="Dask is not installed: make cluster")
    pytest.importorskip("moto", reason="moto is not installed: make cloud")
    pytest.importorskip("obstore", reason="obstore is not installed: make cloud")
    for name in ("ENDPOINT_URL", "REGION", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):  # put back in the end
        monkeypatch.setenv(f"AWS_{name}", "")
    assert check_printed(run_page("buckets.md", tmp_path)) == 3
