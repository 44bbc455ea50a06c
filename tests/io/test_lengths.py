"""How long a sound is: what a header claims, in every container, beside what follows the end that it declares."""

import os
import re
import struct
from collections import namedtuple

import numpy as np
import pytest
import soundfile

from sonograph.io.audio import open as open_sound
from sonograph.io.containers.content import word
from tests.io import damaged

RATE, COUNT = 16_000, 24_000
Size = namedtuple("Size", "at width order more")  # where a size stands, how it is written, what it counts besides
CONTAINERS = ("WAV", "RF64", "BW64", "W64", "AU", "CAF", "AIFF")
WITH_END = ("WAV", "RF64", "BW64", "W64", "AIFF")
CHUNKED = {"WAV": "<", "RF64": "<", "BW64": "<", "CAF": "caf", "AIFF": ">"}


def samples(count=COUNT):
    return (damaged.sound(count) * 32767).astype("<i2")


def made(container, count=COUNT):
    data = damaged.encoded(samples(count), {"BW64": "RF64"}.get(container, container), "PCM_16")
    return bytearray(data.replace(b"RF64", b"BW64", 1) if container == "BW64" else data)


def size_of(data, container):
    """Where the size of the samples stands."""
    if container in ("RF64", "BW64"):
        return Size(data.index(b"ds64") + 16, 8, "little", 0)
    if container == "W64":
        return Size(data.index(b"data\xf3\xac") + 16, 8, "little", 24)
    if container == "AU":
        return Size(8, 4, "big", 0)
    if container == "CAF":
        return Size(data.index(b"data") + 4, 8, "big", 4)
    if container == "AIFF":
        return Size(data.index(b"SSND") + 4, 4, "big", 8)
    return Size(data.index(b"data") + 4, 4, "little", 0)


def end_of(data, container):
    """Where the size of the file stands."""
    if container in ("RF64", "BW64"):
        return Size(data.index(b"ds64") + 8, 8, "little", -8)
    return (
        Size(16, 8, "little", 0) if container == "W64" else Size(4, 4, "big" if container == "AIFF" else "little", -8)
    )


def put(data, size, number):
    number = (number + size.more) % (1 << 8 * size.width)
    data[size.at : size.at + size.width] = number.to_bytes(size.width, size.order)


def claiming(container, n_bytes, *, end=True, data=None):
    """A file whose header says that it has so many bytes of samples; `end`: whether its outer size stays true."""
    data = made(container) if data is None else data
    whole, field = len(data), size_of(data, container)
    start = whole - 2 * COUNT
    put(data, field, n_bytes)
    if container == "AIFF":
        at = data.index(b"COMM") + 10
        data[at : at + 4] = (n_bytes // 2).to_bytes(4, "big")
    if not end and container in WITH_END:
        put(data, end_of(data, container), start + n_bytes)
    return bytes(data)


def opened(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    with open_sound(tmp_path / "a") as sound:
        status = sound.check()
        return sound.read(range(sound.n_samples))[0] * 32768, status


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("seconds", [0.05, 0.5, 1.49])
@pytest.mark.parametrize("end", [True, False])
def test_sound_behind_the_declared_end_is_read(tmp_path, container, seconds, end):
    data = claiming(container, int(RATE * seconds) * 2, end=end)
    for tail, belongs in ((b"", True), (b"TAG" + bytes(125), container not in WITH_END or not end)):
        found, status = opened(tmp_path, data + tail)
        assert (status.word, status.reason) == ("warn", "length-wrong"), status
        assert f"{int(RATE * seconds):,} samples" in status.sentence and "All were used" in status.sentence
        if belongs or not tail:
            np.testing.assert_array_equal(found, samples()[:, 0])


def tails(container):
    yield b"TAG" + bytes(125)
    yield b"APETAGEX" + struct.pack("<IIII", 2000, 32 + 10, 1, 1 << 31 | 1 << 29) + bytes(8 + 10 + 32)
    yield b"ID3\x03\0\0\0\0\0\x14" + b"TIT2" + bytes(16)
    yield bytes(3)
    form = CHUNKED.get(container)
    for name, body in ((b"LIST", b"INFO" + damaged.chunk(b"INAM", b"a bird")), (b"bext", bytes(602)), (b"id3 ", b"ID3"),
                       (b"XxYz", bytes(31))):  # fmt: skip
        if form in ("<", ">"):
            yield name + struct.pack(form + "I", len(body)) + body + bytes(len(body) % 2)
            if name != b"XxYz":
                yield name + struct.pack(form + "I", len(body) + 9) + body  # cut
        elif form == "caf":
            yield name + struct.pack(">q", len(body)) + body
        elif container == "W64":
            full = name + bytes.fromhex("f3acd3118cd100c04f8edb8a") + struct.pack("<q", len(body) + 24) + body
            yield full + bytes(-len(full) % 8)


@pytest.mark.parametrize("container", CONTAINERS)
def test_chunks_and_tags_behind_the_declared_end_are_never_sound(tmp_path, container):
    for tail in tails(container):
        for more in (b"", b"TAG" + bytes(125)):
            for inside in (False, True):
                data = made(container)
                if inside and container in WITH_END:
                    put(data, end_of(data, container), len(data) + len(tail) + len(more))
                found, status = opened(tmp_path, bytes(data) + tail + more)
                assert status.word == "ok", (tail[:8], status)
                np.testing.assert_array_equal(found, samples()[:, 0])


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_few_bytes_and_many_zeros_behind_the_declared_end_are_no_sound(tmp_path, container):
    for tail in (b"\x17\x80\x33", b"no sound, " * 6, bytes(70_000)):
        found, status = opened(tmp_path, bytes(made(container)) + tail)
        np.testing.assert_array_equal(found, samples()[:, 0])
        assert status.word == ("warn" if len(tail) > 1024 else status.word) != "partial"


@pytest.mark.parametrize("container", CONTAINERS)
def test_something_else_behind_the_declared_end_is_left_out_and_counted(tmp_path, container):
    for tail in (np.random.default_rng(0).bytes(32_000), b"once there was a bird. " * 1400):
        found, status = opened(tmp_path, bytes(made(container)) + tail)
        np.testing.assert_array_equal(found, samples()[:, 0])
        assert (status.word, status.reason) == ("partial", "length-wrong")
        assert "1.00" in status.sentence and "left out" in status.sentence


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("other", CONTAINERS)
def test_files_joined_end_to_end_are_partial_and_say_how_much_was_left_out(tmp_path, container, other):
    found, status = opened(tmp_path, bytes(made(container)) + bytes(made(other)))
    np.testing.assert_array_equal(found, samples()[:, 0])
    assert (status.word, status.reason) == ("partial", "joined")
    assert "another sound file follows" in status.sentence and re.search(r" 1\.[56]\d\d s", status.sentence)


NOT_KNOWN = (
    0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 0x80000000, 0xFFFFFFFF - 36, 0x7FFFFFFF - 36, 0xFFFFFFFF - 44, 0x7FFFFFFE,
    0xFFFFFFFE, 0xFFFFFFD8, 0x7FFFFFDA,
)  # fmt: skip


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("claimed", NOT_KNOWN)
@pytest.mark.parametrize("end", [0, 0xFFFFFFFF, "claimed"])
def test_each_value_that_stands_for_not_known_is_taken_for_that(tmp_path, container, claimed, end):
    data = made(container)
    field = size_of(data, container)
    put(data, field, claimed - (field.more if claimed == 0xFFFFFFFF else 0))
    if container in WITH_END:
        put(data, end_of(data, container), claimed if end == "claimed" else end)
    if container == "AIFF":
        at = data.index(b"COMM") + 10
        data[at : at + 4] = bytes(4) if claimed % 2 else b"\xff" * 4
    for tail in (b"", b"TAG" + bytes(125)):
        found, status = opened(tmp_path, bytes(data) + tail)
        assert (status.word, status.reason) == ("warn", "length-unknown"), status
        np.testing.assert_array_equal(found, samples()[:, 0])


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("n_bytes", [86_400 * 96_000, int(12.5 * 3600) * 96_000, (1 << 32) + 2, 3 << 32 | 4096])
def test_a_size_that_went_round_2_to_the_32_is_read_to_its_end(tmp_path, container, n_bytes):
    data = made(container)
    start = len(data) - 2 * COUNT
    data = claiming(container, n_bytes % (1 << 32), end=False, data=data)
    tail = (
        b""
        if CHUNKED.get(container) not in ("<", ">")
        else b"LIST" + struct.pack(CHUNKED[container] + "I", 4) + b"INFO"
    )
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.write(data)
        file.truncate(start + n_bytes)  # a file with holes
        file.seek(start + n_bytes)
        file.write(tail)
    with open_sound(path) as sound:
        assert sound.n_samples == n_bytes // 2
        assert (sound.status.word, sound.status.reason) == ("warn", "length-wrong")
        assert "2^32" in sound.status.sentence
        np.testing.assert_array_equal(sound.read(range(COUNT))[0] * 32768, samples()[:, 0])
        assert not sound.read(range(n_bytes // 2 - 5, n_bytes // 2)).any()
    os.truncate(path, 0)


@pytest.mark.parametrize(
    ("container", "subtype", "packet"),
    [
        ("WAV", "IMA_ADPCM", 505), ("WAV", "MS_ADPCM", 500), ("WAV", "GSM610", 320), ("W64", "GSM610", 320),
        ("WAV", "G721_32", 1024), ("WAV", "NMS_ADPCM_16", 160),
    ],
)  # fmt: skip
def test_compressed_sound_ends_where_the_header_counts_it(tmp_path, container, subtype, packet):
    data = bytearray(damaged.encoded(samples() / 32768, container, subtype, rate=8000))
    (tmp_path / "a").write_bytes(data)
    decoded, _ = soundfile.read(tmp_path / "a", dtype="float32")
    at = data.index(b"fact") + (8 if container == "WAV" else 24)
    for count in (len(decoded) - 1, len(decoded) - packet // 2, len(decoded)):
        data[at : at + 4] = count.to_bytes(4, "little")
        (tmp_path / "a").write_bytes(data)
        with open_sound(tmp_path / "a") as sound:
            assert sound.n_samples == sound.expected == count and sound.check().word == "ok"
            np.testing.assert_array_equal(np.concatenate(list(sound.blocks(777)), axis=1)[0], decoded[:count])
            assert not sound.read(range(count, count + 9)).any()
    for count in (len(decoded) // 3, len(decoded) + 1, 0x7FFFFFF0):
        data[at : at + 4] = count.to_bytes(4, "little")
        (tmp_path / "a").write_bytes(data)
        with open_sound(tmp_path / "a") as sound:
            assert sound.check().reason == "sample-count" and sound.n_samples == len(decoded)


def test_names_in_files_are_written_as_a_person_would():
    assert [word(name) for name in (b"MP3 ", b"XXXX", b"\0\1", b"")] == ["MP3", "XXXX", "0x0001", "no name"]
