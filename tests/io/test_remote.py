"""Sound in buckets: the same bits as on the disk, of any range and format and through any fault, or a named error."""

import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

import sonograph as sg
from sonograph.errors import LimitError, SourceError
from sonograph.io import object_tries, read_ahead, remote, scratch
from sonograph.io.objects import Bucket, Object
from sonograph.io.opened_files import opened_file
from tests.archive.recordings import xwav
from tests.buckets import emulated
from tests.io.damaged import cases, encoded, sound

LONG, MANY = 60_000, 1_500_000
"""Samples of files that have many small parts, and of files that are long by the parts as they are."""


def files():
    """Every way in which a file is read: by ranges, whole, by a process of its own, through a library."""
    noise = sound(LONG, 2)
    made = {
        f"{container}-{subtype}": encoded(noise, container, subtype)
        for container, subtype in (
            ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "FLOAT"), ("WAV", "DOUBLE"), ("WAV", "IMA_ADPCM"),
            ("RF64", "PCM_16"), ("W64", "PCM_16"), ("AIFF", "PCM_24"), ("AU", "PCM_16"), ("CAF", "ALAC_16"),
            ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III"),
        )
    }  # fmt: skip
    made["table.csv"] = b"time,x\n" + b"".join(b"%g,%g\n" % (i / 100, i % 7) for i in range(5000))
    return made


@pytest.fixture(scope="module")
def store():
    with emulated() as made:
        yield made


@pytest.fixture(scope="module")
def places(store, tmp_path_factory):
    """(path, URL) of each file, by name."""
    folder, bucket = tmp_path_factory.mktemp("sounds"), store.bucket()
    for name, data in files().items():
        (folder / name).write_bytes(data)
    store.upload(folder, f"{bucket}/a b")
    return {name: (folder / name, f"{bucket}/a b/{name}") for name in files()}


@pytest.fixture(autouse=True)
def small(store, monkeypatch, tmp_path):
    """Parts and heads so small that short files have many, and no pauses."""
    store.proxy.heal()
    monkeypatch.setattr(object_tries, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(read_ahead, "GRID", 8192)
    monkeypatch.setattr(read_ahead, "PIECE", 1024)
    for name in ("HEAD", "ENDS", "LITTLE"):
        monkeypatch.setattr(remote, name, 8192)
    monkeypatch.setattr(scratch, "PART", 16_384)
    monkeypatch.setenv(scratch.FOLDER, str(tmp_path / "scratch"))
    yield
    store.proxy.heal()


@pytest.mark.parametrize("name", list(files()))
def test_any_range_in_any_order_through_faults_is_what_the_disk_gives(store, places, name):
    path, url = places[name]
    store.proxy.share = 0.1
    draw = random.Random(name)
    with sg.open(path) as here, sg.open(url) as there:
        assert (there.format, there.n_samples, there.metadata) == (here.format, here.n_samples, here.metadata)
        for _ in range(12):
            first = draw.randrange(-100, here.n_samples)
            part = range(first, first + draw.choice([1, 100, 3000, 20_000]))
            np.testing.assert_array_equal(there.read(part), here.read(part))
    with sg.open(url) as there, sg.open(path) as here:
        np.testing.assert_array_equal(
            np.concatenate(list(there.blocks(4096)), axis=1), np.concatenate(list(here.blocks(4096)), axis=1)
        )
        assert (there.status.word, there.status.reason) == (here.status.word, here.status.reason)


def test_a_damaged_file_is_as_damaged_in_a_bucket(store, tmp_path):
    bucket = store.bucket()
    for case in cases():
        path, url = tmp_path / case.name, f"{bucket}/{case.name}"
        path.write_bytes(case.data)
        store.put(url, case.data)
        here, there = told(path), told(url)
        assert there[0].replace(url, "") == here[0].replace(str(path), ""), case.name
        np.testing.assert_array_equal(there[1], here[1], err_msg=case.name)


def told(path):
    try:
        with sg.open(path) as source:
            samples = np.concatenate([*source.blocks(), np.empty((source.n_channels, 0))], axis=1)
            return f"{source.status.word} {source.status.reason} {source.status.sentence}", samples
    except sg.SonographError as error:
        return str(error), None


def test_a_raw_file_of_a_long_term_recorder_and_what_lies_beside_it(store, tmp_path):
    data = xwav([(np.arange(4000, dtype=np.int16), datetime(2024, 5, 1, tzinfo=UTC), 8000, 1)], fake_rate=8000)
    url = f"{store.bucket()}/x/a.x.wav"
    store.put(url, data)
    store.put(f"{url}.toml", b"full_scale = 2.0\n")
    (tmp_path / "a.x.wav").write_bytes(data)
    (tmp_path / "a.x.wav.toml").write_text("full_scale = 2.0\n")
    here, there = sg.read(tmp_path / "a.x.wav"), sg.read(url)
    np.testing.assert_array_equal(here.samples, there.samples)
    assert (there.unit, there.start, there.calibration) == (here.unit, here.start, here.calibration)
    assert there.unit == "V"


def test_reading_forward_has_the_next_parts_on_their_way(store, places):
    path, url = places["WAV-PCM_16"]
    with sg.open(url) as there:
        store.proxy.latency, store.proxy.most_at_once = 0.05, 0
        store.proxy.requests.clear()
        for block in there.blocks(2048):
            held = there._file._bytes
            n_parts = len(held._parts)
            assert n_parts <= read_ahead.AHEAD + 2
            assert block.shape[1]
        assert store.proxy.most_at_once >= 4
        ranges = [asked for _, _, asked in store.proxy.requests]
        assert len(set(ranges)) == len(ranges)  # nothing is fetched twice
        assert abs(len(ranges) - path.stat().st_size / 8192) < 2


@pytest.fixture
def large(small, monkeypatch):
    """Heads and parts as they are."""
    monkeypatch.undo()
    monkeypatch.setattr(object_tries, "FIRST_PAUSE", 0.001)


def test_a_header_costs_little(store, large):
    noise = sound(MANY)
    for container, most, limit in (("WAV", 1, remote.HEAD), ("FLAC", 30, remote.HEAD + remote.ENDS + remote.LITTLE)):
        url, data = f"{store.bucket()}/a", encoded(noise, container, "PCM_24")
        store.put(url, data)
        store.proxy.requests.clear()
        with sg.open(url) as source:
            assert source.n_samples == len(noise)
        spans = [asked.removeprefix("bytes=").split("-") for verb, _, asked in store.proxy.requests if verb == "GET"]
        assert len(spans) <= most
        assert sum(int(last) - int(first) + 1 for first, last in spans) <= limit < len(data)


@pytest.mark.parametrize("container", ["WAV", "FLAC"])
def test_a_store_that_does_not_answer_is_a_named_error(store, container, large):
    url = f"{store.bucket()}/a"
    store.put(url, encoded(sound(MANY), container, "PCM_24"))
    with sg.open(url) as source:
        store.proxy.fail("503", 10_000)
        with pytest.raises(SourceError, match=r"/a: .*its store said 503"):
            source.read(range(700_000, 800_000))
        if container == "WAV":  # not a sample is taken for missing because nobody answered
            with pytest.raises(SourceError, match=r"/a: .*its store said 503"):
                source.check()


def test_two_versions_of_one_second_are_told_apart():
    one = Object("a", 10, '"x"', 5 * 10**9)
    assert remote.state_ns(one) != remote.state_ns(replace(one, etag='"y"'))
    assert remote.state_ns(one) == remote.state_ns(replace(one, mtime_ns=5 * 10**9 + 7))  # a list and a look differ so
    assert remote.state_ns(one) // 10**9 == 5


@pytest.mark.parametrize("container", ["WAV", "FLAC"])
def test_two_versions_are_never_mixed(store, container, large):
    url = f"{store.bucket()}/a"
    one, two = (encoded(sound(MANY) * scale, container, "PCM_24") for scale in (1, 0.5))
    store.put(url, one)
    with sg.open(url) as source:
        store.put(url, two)
        with pytest.raises(SourceError, match="another was written in its place"):
            source.read(range(700_000, 800_000))
        assert source.has_changed and source.status.reason == "changed"
    with sg.open(url) as source:
        store.delete(url)
        with pytest.raises(SourceError, match="it was taken away"):
            source.read(range(700_000, 800_000))


def test_the_second_reading_is_of_the_new_version(store, monkeypatch):
    url, put = f"{store.bucket()}/a", []
    one, two = (encoded(sound(LONG) * scale, "WAV", "PCM_16") for scale in (1, 0.5))
    store.put(url, one)
    read = Bucket.read

    def replaced(bucket, name, start, *more):
        if start > 30_000 and not put:
            put.append(store.put(url, two))
        return read(bucket, name, start, *more)

    monkeypatch.setattr(Bucket, "read", replaced)
    got = sg.read(url)
    np.testing.assert_allclose(got.samples, sound(LONG)[:, 0] * 0.5, atol=1e-4)


def test_a_slow_store_gives_the_same_bits(store, places):
    store.proxy.latency, store.proxy.bytes_a_second = 0.02, 400_000
    path, url = places["WAV-PCM_24"]
    np.testing.assert_array_equal(sg.read(url, end=1.0).samples, sg.read(path, end=1.0).samples)


def test_a_copy_is_there_while_it_is_open_and_no_longer(places):
    _, url = places["FLAC-PCM_16"]
    kept = scratch.folder()
    with sg.open(url) as one, sg.open(url) as two:
        one.read(range(30_000, 40_000))
        two.read(range(30_000, 40_000))
        assert len(copies(kept)) == 1
        one.close()
        assert len(copies(kept)) == 1
        two.read(range(10_000, 20_000))
    assert copies(kept) == []


def copies(kept):
    return [path for path in kept.iterdir() if path.name != "lock"]


def test_copies_have_a_bound_and_what_a_killed_process_left_goes(store, places, monkeypatch):
    _, url = places["FLAC-PCM_16"]
    script = (
        "import sys, time, sonograph as sg\nfrom sonograph.io import remote\n"
        "remote.HEAD = remote.ENDS = remote.LITTLE = 8192\n"
        "source = sg.open(sys.argv[1])\nsource.read(range(30_000, 40_000))\nprint('open', flush=True)\ntime.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, url], stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"open\n"
        [left] = copies(scratch.folder())
        size = left.stat().st_size
        monkeypatch.setenv(scratch.BYTES, str(size + 100))
        with pytest.raises(LimitError, match=rf"{size:,} of them in use"):
            sg.read(places["OGG-VORBIS"][1])
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    assert copies(scratch.folder()) == [left]
    with sg.open(places["OGG-VORBIS"][1]) as source:
        source.read(range(30_000, 40_000))
        assert left not in copies(scratch.folder())


def test_what_is_read_here_and_there_takes_what_it_needs(store, places):
    _, url = places["WAV-PCM_16"]
    with sg.open(url) as source:
        source.read(range(10))
        store.proxy.requests.clear()
        for first in (50_000, 20_000, 40_000):
            source.read(range(first, first + 10))
            time.sleep(0.01)
        spans = [asked.removeprefix("bytes=").split("-") for _, _, asked in store.proxy.requests]
        assert sum(int(last) - int(first) + 1 for first, last in spans) <= 3 * 2048


def test_names_with_a_place_inside_and_texts_are_told_apart(store):
    url = f"{store.bucket()}/x.h5"
    store.put(url, b"\x89HDF\r\n\x1a\n")
    file = opened_file(f"{url}:/run/x")
    assert (file.path, file.inside) == (url, "/run/x")
    file.close()
    with pytest.raises(SourceError, match="a folder in one"):
        opened_file(f"{url.rpartition('/')[0]}/")
