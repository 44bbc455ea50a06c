"""Buckets, against an emulated store behind a proxy that makes faults: what is read is what lies there, or an error."""

import pickle
import random
import threading

import pytest

from sonograph.errors import OutputError, SettingsError, SourceError
from sonograph.io import object_stores, object_tries, object_writing, objects
from sonograph.io.object_urls import is_url
from sonograph.io.object_writing import WritableBucket
from sonograph.io.objects import Bucket, bucket_of
from sonograph.io.threads import in_threads
from tests.buckets import emulated


@pytest.fixture(scope="module")
def store():
    with emulated() as made:
        yield made


@pytest.fixture
def bucket(store, monkeypatch):
    store.proxy.heal()
    monkeypatch.setattr(object_tries, "FIRST_PAUSE", 0.001)
    yield WritableBucket(store.bucket() + "/below/here")
    store.proxy.heal()


BYTES = random.Random(1).randbytes(100_000)


def test_what_is_written_is_read_listed_and_taken_away(bucket):
    assert bucket.head("a/b.bin") is None
    bucket.put("a/b.bin", BYTES)
    bucket.put("empty", b"")
    assert bucket.read_whole("a/b.bin") == BYTES
    assert bucket.read_whole("empty") == b""
    assert bucket.read("a/b.bin", 10, 20) == BYTES[10:30]
    assert bucket.first("a/b.bin", 1 << 20)[0] == BYTES
    listed = list(bucket.list())
    assert [(one.name, one.size) for one in listed] == [("a/b.bin", 100_000), ("empty", 0)]
    assert listed[0].is_same(bucket.head("a/b.bin"))
    assert bucket.folders() == ("a",)
    bucket.delete("a/b.bin")
    bucket.delete("a/b.bin")
    assert [one.name for one in bucket.list()] == ["empty"]
    assert pickle.loads(pickle.dumps(bucket)).read_whole("empty") == b""


def test_a_large_object_is_read_in_parts_of_one_version(store, bucket, monkeypatch):
    monkeypatch.setattr(objects, "PART", 4096)
    bucket.put("large", BYTES)
    assert bucket.read_whole("large") == BYTES
    ranges = [(("large", start, 100)) for start in range(0, 90_000, 7001)]
    assert list(bucket.read_many(ranges, at_once=4)) == [BYTES[start : start + 100] for _, start, _ in ranges]


def test_a_file_is_written_in_parts_where_it_is_large(store, bucket, monkeypatch, tmp_path):
    data = BYTES * 110
    (tmp_path / "file").write_bytes(data)
    monkeypatch.setattr(object_writing, "PART", 1 << 20)
    store.proxy.fail("503", 1, method="PUT", within="partNumber")
    store.proxy.fail("200", 1, method="POST", within="uploadId")
    bucket.put_file("large", tmp_path / "file")
    assert bucket.read_whole("large") == data
    assert sum("partNumber" in path for _, path, _ in store.proxy.requests) > 2
    (tmp_path / "file").write_bytes(b"few")
    bucket.put_file("large", tmp_path / "file")
    assert bucket.read_whole("large") == b"few"


def test_lists_of_many_pages_come_in_order_also_from_a_name_on(store, bucket):
    names = [f"x/{i:02}" for i in range(43)]
    for name in names:
        store.put(f"{bucket.url}/{name}", b"1")
    store.put(f"{bucket.url}y", b"another prefix")
    store.proxy.page = 10
    store.proxy.requests.clear()
    assert [one.name for one in bucket.list()] == names
    assert len(store.proxy.requests) == 5
    assert [one.name for one in bucket.list("x", after="x/36")] == names[37:]
    store.proxy.fail("503", 2, within="list-type")
    store.proxy.fail("cut", 1, within="continuation-token")
    assert [one.name for one in bucket.list()] == names


@pytest.mark.parametrize("kind", ["503", "429", "408", "slow down", "drop", "cut", "short"])
def test_a_fault_that_passes_changes_no_byte_and_one_that_stays_is_one_sentence(store, bucket, kind):
    bucket.put("a", BYTES)
    store.proxy.fail(kind, 3, method="GET")
    assert bucket.read("a", 5, 1000) == BYTES[5:1005]
    store.proxy.fail(kind, object_tries.TRIES, method="GET")
    with pytest.raises(SourceError, match=r"^s3://bucket-.*/below/here/a: its (store|answers).* 5 times\.") as raised:
        bucket.read("a", 5, 1000)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("kind", ["503", "200", "drop", "cut", "short", "lost"])
def test_an_object_is_gone_though_the_answer_to_its_removal_did_not_come_whole(store, bucket, kind):
    bucket.put("a", BYTES)
    store.proxy.fail(kind, 2, method="POST")
    bucket.delete("a")
    assert bucket.head("a") is None


@pytest.mark.parametrize(("kind", "longest"), [("503", 0.2), ("429", 1.0), ("slow down", 1.0)])
def test_a_store_that_is_asked_too_often_is_asked_again_few_times_and_left_alone_for_longer(
    store, bucket, monkeypatch, kind, longest
):
    pauses = []
    monkeypatch.setattr(object_tries, "FIRST_PAUSE", 0.2)
    monkeypatch.setattr(object_tries.time, "sleep", pauses.append)
    for asked, ask, error in (
        ("GET", lambda: bucket.read("a", 0, 1), SourceError),
        ("PUT", lambda: bucket.put_if_absent("a", b"1"), OutputError),
        ("POST", lambda: bucket.delete("a"), OutputError),
    ):
        pauses.clear()
        store.proxy.requests.clear()
        store.proxy.fail(kind, object_tries.TRIES, method=asked)
        with pytest.raises(
            error, match=r"said 503 \(not now\), 5 times" if kind == "503" else "too often.*fewer workers"
        ):
            ask()
        assert [method for method, *_ in store.proxy.requests] == [asked] * 5  # the client asks nothing again by itself
        shares = [pause / (longest * 2**tried) for tried, pause in enumerate(pauses)]
        assert len(set(shares)) == 4 and 0.5 <= min(shares) <= max(shares) <= 1


def test_faults_at_random_change_no_byte(store, bucket):
    bucket.put("a", BYTES)
    store.proxy.share = 0.2
    draw = random.Random(2)
    ranges = [("a", start := draw.randrange(99_999), draw.randrange(1, 100_001 - start)) for _ in range(40)]
    assert list(bucket.read_many(ranges, at_once=8)) == [BYTES[at : at + n] for _, at, n in ranges]
    assert sum(store.proxy.met.values()) > 3


def test_what_a_store_refuses_is_not_asked_again(store, bucket):
    bucket.put("a", BYTES)
    store.proxy.requests.clear()
    with pytest.raises(SourceError, match="nothing: does not exist"):
        bucket.read("nothing", 0, 10)
    with pytest.raises(SourceError, match="its store said 416"):
        bucket.read("a", 100_000, 10)
    assert len(store.proxy.requests) == 2
    with pytest.raises(SourceError, match="its answers were cut"):
        bucket.read("a", 99_990, 20)  # more than it holds is a fault, not short data


def test_an_answer_that_stands_still_is_given_up(store, bucket, monkeypatch):
    bucket.put("a", BYTES)
    monkeypatch.setattr(object_stores, "STALLED", 0.3)
    object_stores._store.cache_clear()
    try:
        store.proxy.fail("stall", 1, method="GET")
        assert bucket.read_whole("a") == BYTES
        assert store.proxy.met["stall"]
    finally:
        object_stores._store.cache_clear()


def test_bytes_of_two_versions_are_not_mixed(bucket):
    bucket.put("a", BYTES)
    seen = bucket.head("a")
    bucket.put("a", BYTES[::-1])
    with pytest.raises(object_tries.Replaced):
        bucket.read("a", 0, 10, same=seen)


def test_one_of_many_writes_what_nobody_wrote(bucket):
    at_once = threading.Barrier(6)

    def take(number):
        at_once.wait()
        return bucket.put_if_absent("lock", b"%d" % number)

    won = list(in_threads(take, range(6), 6))
    assert sum(won) == 1
    assert bucket.read_whole("lock") == b"%d" % won.index(True)


def test_a_version_is_replaced_once(bucket):
    assert bucket.put_if_absent("lock", b"one")
    data, seen = bucket.read_version("lock")
    assert data == b"one"
    second = bucket.put_if_same("lock", b"two", seen)
    assert second is not None and bucket.put_if_same("lock", b"three", seen) is None
    assert bucket.put_if_same("lock", b"three", second) is not None
    assert bucket.read_whole("lock") == b"three"


def test_the_lost_answer_of_a_conditional_put_is_made_up_for(store, bucket):
    store.proxy.fail("lost", 1, method="PUT")
    assert bucket.put_if_absent("lock", b"mine")
    seen = bucket.head("lock")
    store.proxy.fail("lost", 2, method="PUT")
    assert bucket.put_if_same("lock", b"mine too", seen).is_same(bucket.head("lock"))
    store.proxy.fail("503", 1, method="PUT")
    assert not bucket.put_if_absent("lock", b"another's")
    assert bucket.read_whole("lock") == b"mine too"


def test_a_write_on_condition_that_meets_another_is_tried_again(store, bucket):
    """S3 says 409 while one is under way, perhaps our own whose answer was lost: nobody knows yet who was first."""
    store.proxy.fail("409", 3, method="PUT")
    assert bucket.put_if_absent("lock", b"mine")
    seen = bucket.head("lock")
    store.proxy.fail("409", 1, method="PUT")
    assert bucket.put_if_same("lock", b"mine too", seen) is not None
    store.proxy.fail("409", 1, method="PUT")
    assert bucket.put_if_same("lock", b"mine again", seen) is None
    store.proxy.fail("409", object_tries.TRIES, method="PUT")
    with pytest.raises(OutputError, match=r"its store said 409 \(not now\), 5 times"):
        bucket.put_if_absent("other", b"mine")


def test_a_store_without_conditions_is_refused_by_name(store, bucket):
    bucket.check_conditions("trial")
    store.proxy.forgets_conditions = True
    with pytest.raises(OutputError, match=r"trial: the store knows no conditional writing"):
        bucket.check_conditions("trial")
    store.proxy.forgets_conditions = False
    store.proxy.fail("501", 1, method="PUT")
    with pytest.raises(OutputError, match="knows no conditional writing"):
        bucket.put_if_absent("lock", b"mine")


def test_writing_that_fails_is_a_fault_of_the_output(store, bucket):
    store.proxy.fail("503", 3, method="PUT")
    bucket.put("a", BYTES)
    assert bucket.read_whole("a") == BYTES
    store.proxy.fail("drop", object_tries.TRIES, method="PUT")
    with pytest.raises(OutputError, match="its store did not answer, 5 times"):
        bucket.put("a", b"")
    assert bucket.read_whole("a") == BYTES


def test_a_bucket_that_is_not_there_and_keys_that_are_not(store, bucket, monkeypatch):
    with pytest.raises(SourceError, match=r"s3://no-such-bucket: its store said 404"):
        list(Bucket("s3://no-such-bucket").list())
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(key)
    with pytest.raises(SourceError, match=r"AWS_SKIP_SIGNATURE=true"):
        bucket.read("a", 0, 10)


def test_a_public_bucket_is_read_without_keys(bucket, store, monkeypatch):
    url = store.bucket()
    store.put(f"{url}/a", BYTES)
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(key)
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    assert Bucket(url).read_whole("a") == BYTES


def test_a_server_of_files_is_read_and_never_written(store, bucket):
    store.put(f"{bucket.url}/a b/ä.bin", BYTES)
    url = store.http(f"{bucket.url}/a b/ä.bin")
    assert url.endswith("/a%20b/%C3%A4.bin")
    server, name = bucket_of(url)
    assert server.read(name, 3, 5) == BYTES[3:8]
    with pytest.raises(OutputError, match="cannot be changed"):
        WritableBucket(url).put("x", b"")
    with pytest.raises(SettingsError, match="cannot be listed"):
        list(server.list())


def test_what_is_a_url_and_what_is_a_file():
    assert all(map(is_url, ("s3://b", "gs://b/x", "az://c/x", "https://host/a.wav", b"s3://b/x")))
    assert not any(map(is_url, ("s3:/b", "a.wav", "s3://", "C:\\s3", None, 3, "x/s3://b/y")))
    with pytest.raises(SettingsError, match="no URL"):
        Bucket("/home/b")
    assert bucket_of("s3://b/a/x.wav")[1] == "a/x.wav"


def test_threads_give_in_order_and_take_few_ahead():
    taken = []

    def items():
        for number in range(50):
            taken.append(number)
            yield number

    for number, given in enumerate(in_threads(lambda one: one * 2, items(), 4)):
        assert given == 2 * number
        assert len(taken) <= number + 6
    assert "sonograph-objects" not in {thread.name for thread in threading.enumerate()}
