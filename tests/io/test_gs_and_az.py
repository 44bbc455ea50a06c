"""Google's and Azure's stores through obstore's own clients, against the routes of theirs that they use."""

import random

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive
from sonograph.archive.stores.files import files_of
from sonograph.errors import OutputError, SourceError
from sonograph.io import object_tries, objects
from sonograph.io.object_writing import WritableBucket
from sonograph.io.objects import Bucket
from sonograph.io.opened_files import opened_file
from sonograph.io.remote import state_ns
from tests.archive.archives import contents, record, scanned
from tests.gs_and_az import emulated
from tests.io.damaged import encoded, sound

BYTES = random.Random(1).randbytes(100_000)


@pytest.fixture(scope="module", params=["gs", "az"])
def started(request):
    with emulated(request.param) as made:
        yield made


@pytest.fixture
def store(started, monkeypatch):
    started.proxy.heal()
    started.page, started.denies, started.starts_from = 1000, False, False
    monkeypatch.setattr(object_tries, "FIRST_PAUSE", 0.001)
    yield started
    started.proxy.heal()


@pytest.fixture
def bucket(store):
    return WritableBucket(store.bucket() + "/below/here")


def test_what_is_written_is_read_listed_and_taken_away(bucket, monkeypatch):
    monkeypatch.setattr(objects, "PART", 4096)
    bucket.put("a/ä b+%.bin", BYTES)
    bucket.put("empty", b"")
    assert bucket.read_whole("a/ä b+%.bin") == BYTES and bucket.read_whole("empty") == b""
    assert bucket.read("a/ä b+%.bin", 10, 20) == BYTES[10:30]
    assert [(one.name, one.size) for one in bucket.list()] == [("a/ä b+%.bin", 100_000), ("empty", 0)]
    assert bucket.folders() == ("a",)
    bucket.delete("a/ä b+%.bin")
    bucket.delete("a/ä b+%.bin")
    assert bucket.head("a/ä b+%.bin") is None and [one.name for one in bucket.list()] == ["empty"]


def test_a_file_is_written_in_parts_where_it_is_large(store, bucket, monkeypatch, tmp_path):
    data = BYTES * 210
    (tmp_path / "file").write_bytes(data)
    for kind in ("503", "lost"):
        store.proxy.fail(kind, 1, method="PUT", within="blockid" if store.scheme == "az" else "partNumber")
    store.proxy.fail("lost", 1, within="comp=blocklist" if store.scheme == "az" else "uploadId")
    bucket.put_file("large", tmp_path / "file")
    assert bucket.read_whole("large") == data
    assert sum("blockid" in path or "partNumber" in path for _, path, _ in store.proxy.requests) > 2
    (tmp_path / "file").write_bytes(b"few")
    bucket.put_file("large", tmp_path / "file")
    assert bucket.read_whole("large") == b"few"


def test_a_list_says_of_an_object_what_the_object_says(bucket):
    """Else each file of a catalogue would have changed when it is read."""
    bucket.put("a", BYTES)
    [listed], read = bucket.list(), bucket.first("a", 10)[1]
    assert listed.is_same(bucket.head("a")) and listed.is_same(read)
    assert state_ns(listed) == state_ns(bucket.head("a")) == opened_file(bucket.url_of("a")).modified_ns
    assert bucket.read("a", 5, 10, same=listed) == BYTES[5:15]
    bucket.put("a", BYTES[::-1])
    with pytest.raises(object_tries.Replaced):
        bucket.read("a", 5, 10, same=listed)


@pytest.mark.parametrize("starts_from", [False, True])
def test_lists_of_many_pages_name_each_once_also_from_a_name_on_and_after_a_fault(
    store, bucket, starts_from, monkeypatch
):
    store.starts_from = starts_from
    names = [f"x/{i:02}" for i in range(43)]
    for name in names:
        store.put(bucket.url_of(name), b"1")
    store.put(f"{bucket.url}y", b"another prefix")
    store.page = 10
    monkeypatch.setattr(objects, "NAMES", 10)
    assert [one.name for one in bucket.list()] == names
    assert [one.name for one in bucket.list("x", after="x/36")] == names[37:]
    for kind in ("503", "429", "cut"):
        store.proxy.fail(kind, 1, within="marker" if store.scheme == "az" else "continuation-token")
        assert [one.name for one in bucket.list()] == names


def test_one_writes_what_nobody_wrote_and_a_version_is_replaced_once(store, bucket):
    bucket.check_conditions("trial")
    assert bucket.put_if_absent("lock", b"one") and not bucket.put_if_absent("lock", b"another")
    data, seen = bucket.read_version("lock")
    assert data == b"one"
    second = bucket.put_if_same("lock", b"two", seen)
    assert second is not None and bucket.put_if_same("lock", b"three", seen) is None
    assert bucket.put_if_same("lock", b"three", second) is not None
    assert bucket.read_whole("lock") == b"three"
    store.proxy.fail("lost", 2, method="PUT")
    assert bucket.put_if_absent("mine", b"mine")
    store.proxy.fail("lost", 1, method="PUT")
    assert bucket.put_if_same("mine", b"mine too", bucket.head("mine")).is_same(bucket.head("mine"))


def test_what_a_store_says_is_one_sentence(store, bucket):
    bucket.put("a", BYTES)
    for ask, words in (
        (lambda: bucket.read("none", 0, 1), r"/none: does not exist"),
        (lambda: bucket.read("a", 100_000, 1), "its store said 416"),
        (lambda: list(Bucket(f"{store.scheme}://no-such").list()), r"://no-such: its store said 404 \(No: \w+\)"),
    ):
        with pytest.raises(SourceError, match=words):
            ask()
    for kind, words in (("503", "said 503"), ("429", "too often"), ("drop", "did not"), ("cut", "its (store|answers)")):
        store.proxy.fail(kind, 3, method="GET")
        assert bucket.read("a", 0, 50_000) == BYTES[:50_000]
        store.proxy.fail(kind, 5, method="GET")
        with pytest.raises(SourceError, match=words):
            bucket.read("a", 0, 50_000)
    store.denies = True
    for ask, error in ((lambda: bucket.read("a", 0, 1), SourceError), (lambda: bucket.put("a", b""), OutputError)):
        with pytest.raises(error, match=r"may not be used with these keys, or is not there \(the store said 403\)"):
            ask()


def test_sounds_there_and_an_archive_there_are_those_of_the_disk(store, tmp_path):
    record(tmp_path / "in", hours=range(3))
    (tmp_path / "in" / "a.flac").write_bytes(encoded(sound(60_000), "FLAC", "PCM_16"))
    url = store.bucket()
    store.upload(tmp_path / "in", f"{url}/in")
    for path in sorted((tmp_path / "in").iterdir()):
        np.testing.assert_array_equal(sg.read(f"{url}/in/{path.name}").samples, sg.read(path).samples)
    (tmp_path / "in" / "a.flac").unlink()
    here, there, of_here = tmp_path / "here", f"{url}/there", f"{url}/of_here"
    archive.run(archive.plan(scanned(tmp_path / "in"), at=here, hours=1), workers=0)
    archive.run(archive.plan(scanned(tmp_path / "in"), at=of_here, hours=1), part="1/2", workers=0)
    archive.run(of_here, part="2/2", workers=0)
    store.proxy.share, store.proxy.kinds = 0.05, ("503", "429", "drop", "cut", "short", "lost")
    archive.run(of_here, workers=0)
    archive.run(archive.plan(archive.scan(f"{url}/in", zone="UTC", workers=0), at=there, hours=1), workers=0)
    store.proxy.heal()
    files = files_of(of_here)
    found = {name: files.read(name) for name in files.names() if not name.startswith(("lock", "run.log"))}
    assert found == contents(here)
    assert archive.verify(there) == [] and archive.run(there, workers=0).done == 0
    np.testing.assert_array_equal(archive.open(there).minutes().density, archive.open(here).minutes().density)
