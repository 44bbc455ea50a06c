"""SPHERE, as corpora of speech are kept in."""

import struct

import numpy as np
import pytest
import soundfile

from sonograph.errors import SourceError
from sonograph.io.audio import open as open_sound
from tests.io import damaged


def sphere(data, **fields):
    values = {"channel_count": 2, "sample_rate": 8000, "sample_n_bytes": 2, "sample_count": 100, **fields}
    lines = []
    for name, value in values.items():
        kind = "-i" if isinstance(value, int) else f"-s{len(value)}"
        lines.append(f"{name} {kind} {value}\n")
    return ("NIST_1A\n   1024\n" + "".join(lines) + "end_head\n").encode().ljust(1024) + data


@pytest.mark.parametrize(("order", "code"), [("01", "<"), ("10", ">")])
@pytest.mark.parametrize("width", [1, 2, 4])
def test_numbers_are_what_the_header_says(tmp_path, order, code, width):
    kind = f"{code}i{width}"
    numbers = np.random.default_rng(width).integers(-(2 ** (8 * width - 1)), 2 ** (8 * width - 1), 200).astype(kind)
    order = {1: "1", 2: order, 4: "0123" if order == "01" else "3210"}[width]
    fields = {"sample_n_bytes": width, "sample_byte_format": order, "sample_coding": "pcm"}
    (tmp_path / "a.sph").write_bytes(sphere(numbers.tobytes(), **fields))
    with open_sound(tmp_path / "a.sph") as sound:
        assert sound.check().word == "ok" and (sound.sample_rate, sound.n_samples) == (8000, 100)
        wanted = numbers.reshape(-1, 2).T / 2.0 ** (8 * width - 1)
        np.testing.assert_array_equal(sound.read(range(100)), wanted)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "ULAW", "ALAW"])
@pytest.mark.parametrize("endian", ["LITTLE", "BIG"])
def test_it_is_what_libsndfile_writes(tmp_path, subtype, endian):
    path = tmp_path / "a.sph"
    soundfile.write(path, damaged.sound(3000, 2), 16_000, subtype, endian, "NIST")
    with open_sound(path) as sound:
        wanted, _ = soundfile.read(path, dtype=sound.dtype.name)
        assert sound.check().word == "ok" and sound.format.startswith("SPHERE, ")
        np.testing.assert_array_equal(sound.read(range(3000)), wanted.T)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (sphere(bytes(400), sample_coding="pcm,embedded-shorten-v2.00"), r"compressed \(embedded-shorten-v2\.00\)"),
        (sphere(bytes(400), sample_coding="mp7"), "of mp7 samples"),
        (sphere(bytes(400), sample_rate="fast"), "sample_rate is fast; it must be a whole number"),
        (sphere(bytes(400), sample_n_bytes=9), "samples of 9 bytes"),
        (sphere(bytes(400), channel_count=0), "in 0 channels"),
        (b"NIST_1A\n   1024\nchannel", "header is cut"),
        (b"NIST_1A\n   abcd\nchannel", "says no length"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, data, message):
    (tmp_path / "a.sph").write_bytes(data)
    with pytest.raises(SourceError, match=message):
        open_sound(tmp_path / "a.sph")


def test_its_length_is_a_claim(tmp_path):
    data = struct.pack("<400h", *range(400))
    for count, word, n_samples in ((200, "ok", 200), (50, "warn", 200), (0, "warn", 200), (300, "partial", 200)):
        (tmp_path / "a.sph").write_bytes(sphere(data, sample_count=count, sample_byte_format="01"))
        with open_sound(tmp_path / "a.sph") as sound:
            assert (sound.check().word, sound.n_samples) == (word, n_samples)
