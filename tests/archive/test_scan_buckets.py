"""A catalogue of a bucket is that of the same files in a folder, costs few requests, and knows what changed."""

import dataclasses
import random
from datetime import timedelta
from pathlib import Path

import pytest

from sonograph import archive
from sonograph.archive.catalogues import headers
from sonograph.archive.catalogues.beside import NOTHING
from sonograph.archive.catalogues.looking import Looked, look_together
from sonograph.errors import SourceError
from sonograph.io import object_tries
from sonograph.io.folders import sound_files
from sonograph.io.opened_files import state_of
from sonograph.jobs.places import Processes
from sonograph.jobs.run import run
from sonograph.jobs.task import Task
from tests.archive.recordings import BEGAN, RATE, after, noise, put, soundtrap_log, wav, xwav
from tests.buckets import emulated
from tests.io.damaged import encoded, sound
from tests.jobs.poison import segfault


@pytest.fixture(scope="module")
def store():
    with emulated() as made:
        yield made


@pytest.fixture(autouse=True)
def healthy(store, monkeypatch):
    store.proxy.heal()
    monkeypatch.setattr(object_tries, "FIRST_PAUSE", 0.001)
    yield
    store.proxy.heal()


@pytest.fixture
def both(store, tmp_path):
    """A folder of all kinds of recordings, and the bucket that holds the same."""
    folder = tmp_path / "dive"
    (folder / "sub").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for minute in range(4):
        put(folder, samples(60 * RATE, minute), after(60 * minute))
    put(folder / ".hidden", samples(100))
    (folder / "sub" / "x.x.wav").write_bytes(
        xwav([(samples(2000)[0], BEGAN, RATE, 1), (samples(2000)[0], BEGAN + timedelta(minutes=9), RATE, 1)])
    )
    (folder / "sub" / "flac_20240502_000000.flac").write_bytes(encoded(sound(3000), "FLAC", "PCM_16", RATE))
    (folder / "sub" / "bad_20240502_000100.wav").write_bytes(b"no sound at all")
    (folder / "sub" / "trap_20240502_000200.wav").write_bytes(wav(samples(3000)))
    (folder / "sub" / "trap_20240502_000200.log.xml").write_text(soundtrap_log(BEGAN))
    (folder / "sub" / "calibration.toml").write_text("full_scale = 2.0\n")
    (folder / "notes.txt").write_text("no sound")
    url = f"{store.bucket()}/data/dive"
    store.upload(folder, url)
    return folder, url


def samples(*of):
    """As they are in a file."""
    return noise(*of)[0]


def rows(catalogue, at):
    """All that a catalogue says, but where and when the files were written."""
    text = [
        dataclasses.replace(
            one, file=one.file.replace(at, "@"), sentence=one.sentence.replace(at, "@"), mtime_ns=0, beside=""
        )
        for one in catalogue.segments
    ]
    return text, [one.sentence.replace(at, "@") for one in catalogue.findings]


def test_a_bucket_is_catalogued_as_the_folder_is(store, both):
    folder, url = both
    here, there = archive.scan(folder, zone="UTC"), archive.scan(url, zone="UTC")
    assert rows(there, url) == rows(here, str(folder))
    assert there.files == [f"{url}/{Path(one).relative_to(folder).as_posix()}" for one in here.files]
    store.proxy.share = 0.3
    assert rows(archive.scan(url, zone="UTC"), url) == rows(here, str(folder))
    assert sum(store.proxy.met.values()) > 3
    for timeline, same in zip(there.timelines(), here.timelines(), strict=True):
        assert (timeline.read(range(1000)) == same.read(range(1000))).all()


def test_headers_are_read_many_at_once_and_cost_two_requests_a_file(store, tmp_path):
    folder = tmp_path
    for minute in range(40):
        put(folder, samples(RATE, minute), after(60 * minute))
    url = store.bucket()
    store.upload(folder, url)
    store.proxy.latency, store.proxy.most_at_once = 0.1, 0
    store.proxy.requests.clear()
    assert len(archive.scan(url, zone="UTC")) == 40
    assert len(store.proxy.requests) <= 1 + 2 * 40
    assert store.proxy.most_at_once >= 20


def test_a_second_scan_reads_only_what_changed(store, both, tmp_path):
    _, url = both
    archive.scan(url, zone="UTC").save(tmp_path / "c.parquet")
    store.proxy.requests.clear()
    again = archive.scan(url, zone="UTC", catalogue=tmp_path / "c.parquet")
    assert again.read == 0 and len(store.proxy.requests) == 1  # the list
    changed = f"{url}/A_{BEGAN:%Y%m%d_%H%M%S}.wav"
    store.put(changed, wav(samples(60 * RATE, 77)))  # of the same size, in the same second perhaps
    store.put(f"{url}/sub/trap_20240502_000200.log.xml", soundtrap_log(BEGAN).replace("5", "6").encode())
    store.put(f"{url}/B_20240601_000000.wav", wav(samples(500)))
    third = archive.scan(url, zone="UTC", catalogue=again)
    assert third.read == 3
    assert len(third.files) == len(again.files) + 1


def test_a_list_that_lags_names_what_is_gone_and_takes_what_is_there(store, both):
    _, url = both
    gone, new = f"{url}/A_{after(60):%Y%m%d_%H%M%S}.wav", f"{url}/A_{after(120):%Y%m%d_%H%M%S}.wav"
    with store.proxy.lagging_lists():
        archive.scan(url, zone="UTC")
        store.delete(gone)
        store.put(new, wav(samples(1234)))
        late = archive.scan(url, zone="UTC")
    by_file = {one.file: one for one in late.segments}
    assert by_file[gone].status == "failed" and "does not exist" in by_file[gone].sentence
    assert by_file[new].n_samples == 1234
    assert (by_file[new].size, by_file[new].mtime_ns) == state_of(new)
    assert archive.scan(url, zone="UTC", catalogue=late).read == 0


def test_one_object_may_be_named_and_nothing_is_a_sentence(store, both):
    _, url = both
    one = f"{url}/sub/trap_20240502_000200.wav"
    [found] = archive.scan(one, zone="UTC").segments
    assert found.unit == "V" and found.beside.count(":") == 4
    with pytest.raises(SourceError, match="no sound file lies there"):
        archive.scan(f"{url}/nothing")


def test_what_was_replaced_since_is_refused_by_the_timeline(store, both):
    _, url = both
    timeline = archive.scan(url, zone="UTC").timelines()[0]
    path = timeline.parts[0].path
    store.put(path, wav(samples(60 * RATE, 78)))
    with pytest.raises(SourceError, match="changed since it was looked at"):
        timeline.read(range(100))


def poisoned(items):
    """`look_together`, in whose process the header of a file called poison is the end."""
    honest = headers.segments_of
    headers.segments_of = lambda path, near: segfault() if "poison" in path else honest(path, near)
    return look_together(items)


def test_a_file_that_ends_the_process_costs_no_other(store, tmp_path):
    for minute in range(3):
        put(tmp_path / "x", samples(RATE, minute), after(60 * minute))
    put(tmp_path / "x", samples(RATE), after(-60), name="poison_{:%Y%m%d_%H%M%S}.wav")
    url = store.bucket()
    store.upload(tmp_path / "x", url)
    files = tuple(Looked(path, NOTHING) for path in sound_files([url]))
    outcomes = list(run([Task("scan", poisoned, files)], Processes(1)))
    [lost] = [one for one in outcomes if one.lost]
    assert [one.path.split("/")[-1][:6] for one in lost.task.items] == ["poison"]
    rows = [row for one in outcomes if not one.lost for rows in one.result for row in rows]
    assert len(rows) == 3 and {row.n_samples for row in rows} == {RATE}


def test_a_timeline_in_a_bucket_has_its_next_files_on_their_way(store, tmp_path):
    for minute in range(9):
        put(tmp_path / "x", samples(60 * RATE, minute), after(60 * minute))
    url = store.bucket()
    store.upload(tmp_path / "x", url)
    [there], [here] = (archive.scan(one, zone="UTC").timelines() for one in (url, tmp_path / "x"))
    store.proxy.latency, store.proxy.most_at_once = 0.05, 0
    for first in range(0, there.n_samples, 30 * RATE):
        part = range(first, first + 30 * RATE)
        assert (there.read(part) == here.read(part)).all()
    assert store.proxy.most_at_once >= 4
    draw = random.Random(3)
    store.proxy.latency, store.proxy.share = 0.0, 0.1
    for _ in range(20):
        part = range(first := draw.randrange(there.n_samples), first + draw.randrange(100_000))
        assert (there.read(part) == here.read(part)).all()
    there.close()
    assert (there.read(range(100)) == here.read(range(100))).all()


@pytest.mark.parametrize("fault", ["gone", "replaced"])
def test_a_file_that_changed_while_it_was_on_its_way_is_named(store, tmp_path, fault):
    for minute in range(3):
        put(tmp_path / "x", samples(60 * RATE, minute), after(60 * minute))
    url = store.bucket()
    store.upload(tmp_path / "x", url)
    [timeline] = archive.scan(url, zone="UTC").timelines()
    path = timeline.parts[1].path
    if fault == "gone":
        store.delete(path)
    else:
        store.put(path, wav(samples(60 * RATE, 9)))
    timeline.read(range(60 * RATE))
    with pytest.raises(SourceError, match="does not exist" if fault == "gone" else "changed since it was looked at"):
        timeline.read(range(60 * RATE, 61 * RATE))
    timeline.read(range(120 * RATE, 121 * RATE))
