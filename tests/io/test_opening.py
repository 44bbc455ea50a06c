"""What is not a sound file is said so, in one sentence that names it."""

import contextlib
import json
import os
import pickle
import socket
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph import cli
from sonograph.errors import LimitError, SourceError
from sonograph.io.audio import open as open_sound
from sonograph.io.audio import read
from sonograph.io.door import OpenFile
from sonograph.limits import Limits
from tests.io import damaged, meek


@pytest.fixture
def noise():
    return np.random.default_rng(1).uniform(-0.5, 0.5, (4000, 2))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.wav", b"", r"empty\.wav: is empty"),
        ("text.wav", b"once upon a time there was a bird\n" * 9, r"text\.wav: holds text, not sound"),
        ("page.wav", b"<!DOCTYPE html><html>404</html>", r"page\.wav: is an HTML page"),
        ("list.mp3", b"#EXTM3U\nother.mp3\n", r"list\.mp3: is a playlist, which is not followed"),
        ("picture.mp3", b"\x89PNG\r\n\x1a\n" + bytes(100), r"picture\.mp3: is a PNG picture"),
        ("archive.wav", b"PK\x03\x04" + bytes(100), r"archive\.wav: is a zip archive\. Unpack it first"),
        (
            "pointer.wav",
            b"version https://git-lfs.github.com/spec/v1\n",
            r"pointer\.wav: is a Git LFS pointer.*git lfs",
        ),
        ("._a.wav", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X" + bytes(82), r"\._a\.wav: is the side file that macOS"),
        ("zeros.wav", bytes(500), r"zeros\.wav: holds only zeros"),
        ("head.wav", b"RIFF\4\0\0\0WAVE", r"head\.wav: the WAV header has no format chunk"),
    ],
)
def test_what_holds_no_sound_is_named_for_what_it_is(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=message):
        open_sound(tmp_path / name)


def test_content_decides_and_not_the_name(tmp_path, noise):
    soundfile.write(tmp_path / "a.wav", noise, 48_000, format="FLAC")
    with open_sound(tmp_path / "a.wav") as sound:
        assert sound.format == "FLAC, 16 bit" and sound.check().word == "ok"


@pytest.mark.parametrize(
    ("container", "size"),
    [
        *((container, "zero") for container in ("WAV", "RF64", "W64", "AIFF", "AIFF count", "AU", "CAF")),
        *((container, "all ones") for container in ("WAV", "W64", "AU", "CAF")),
    ],
)
def test_a_recorder_that_lost_power_loses_no_sample(tmp_path, noise, container, size):
    """Each has written its header first, and would have come back to put the size of the data in."""
    path = tmp_path / "a"
    soundfile.write(path, noise, 48_000, format=container.split()[0], subtype="PCM_16")
    data = bytearray(path.read_bytes())
    with open_sound(path) as sound:
        wanted = sound.read(range(4000))
    name = {"W64": b"data\xf3\xac", "AIFF": b"SSND", "AIFF count": b"SSND", "AU": b".snd"}.get(container, b"data")
    width = {"W64": 8, "CAF": 8}.get(container, 4)
    at = data.index(name) + {"W64": 16, "AU": 8}.get(container, 4)
    if container == "RF64":
        at, width = data.index(b"ds64") + 16, 8  # the real size stands there
    if container == "AIFF count":
        count = data.index(b"COMM") + 10
        data[count : count + 4] = bytes(4)
    data[at : at + width] = (bytes if size == "zero" else lambda n: b"\xff" * n)(width)
    path.write_bytes(data)
    with open_sound(path) as sound:
        status = sound.check()
        assert (status.word, status.reason) == ("warn", "length-unknown"), status
        assert "does not say how long" in status.sentence
        np.testing.assert_array_equal(sound.read(range(sound.n_samples))[:, :4000], wanted)
        assert sound.n_samples - 4000 in range(2)


@pytest.mark.parametrize("bits", [8, 12, 16, 20, 24, 32])
def test_flac_of_any_bits_is_read_to_the_last_bit_and_past_damage(tmp_path, bits):
    numbers = np.random.default_rng(bits).integers(-(2 ** (bits - 1)), 2 ** (bits - 1), (1000, 2))
    data = damaged.flac_verbatim(numbers, bits)
    (tmp_path / "a.flac").write_bytes(data)
    with open_sound(tmp_path / "a.flac") as sound:
        assert (sound.format, sound.dtype) == (f"FLAC, {bits} bit", np.float64 if bits == 32 else np.float32)
        np.testing.assert_array_equal(sound.read(range(1000)).T * 2.0 ** (bits - 1), numbers)
        assert sound.check().word == "ok"  # its MD5 too
        np.testing.assert_array_equal(sound.read(range(500, 600)).T * 2.0 ** (bits - 1), numbers[500:600])
    (tmp_path / "a.flac").write_bytes(damaged.flipped(data, len(data) // 2))
    with open_sound(tmp_path / "a.flac") as sound:
        found = sound.read(range(1000))
        heard = ~np.isnan(found[0])
        assert sound.check().word == "partial" and 1000 - heard.sum() == 64
        np.testing.assert_array_equal(found[:, heard].T * 2.0 ** (bits - 1), numbers[heard])


def test_flac_that_is_not_what_was_encoded_says_md5(tmp_path, noise):
    soundfile.write(tmp_path / "a.flac", noise, 48_000)
    data = bytearray((tmp_path / "a.flac").read_bytes())
    data[30] ^= 1
    (tmp_path / "a.flac").write_bytes(data)
    with open_sound(tmp_path / "a.flac") as sound:
        status = sound.check()
    assert (status.word, status.reason, status.decoded) == (
        "warn",
        "md5",
        4000,
    ) and "its MD5 differs" in status.sentence


def test_what_is_not_a_file_is_refused_without_waiting(tmp_path):
    for nearly, way in (
        (Path("s3://bucket/a.wav"), "A URL is given as text, with two slashes"),
        ("memory:/a.wav", "A URL is given as text, with two slashes"),
        ("file:///home/a.wav", "Name a file of this machine by its path, without file://"),
    ):
        with pytest.raises(SourceError, match=f": does not exist. {way}"):
            open_sound(nearly)
    with pytest.raises(SourceError, match=r"nothing\.wav: does not exist"):
        open_sound(tmp_path / "nothing.wav")
    with pytest.raises(SourceError, match="is a folder"):
        open_sound(tmp_path)
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(SourceError, match=r"pipe\.wav: is a pipe"):
        open_sound(tmp_path / "pipe.wav")
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    with pytest.raises(SourceError, match=r"loop\.wav: is a link that leads back to itself"):
        open_sound(tmp_path / "loop.wav")
    (tmp_path / "zero.wav").symlink_to("/dev/zero")
    with pytest.raises(SourceError, match=r"zero\.wav: is a device"):
        open_sound(tmp_path / "zero.wav")
    (tmp_path / "lost.wav").symlink_to("nowhere.wav")
    with pytest.raises(SourceError, match=r"lost\.wav: is a link to a file that does not exist"):
        open_sound(tmp_path / "lost.wav")
    with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(tmp_path):
        server.bind("socket.wav")
        with pytest.raises(SourceError, match=r"socket\.wav: is (a socket|not a file)"):
            open_sound("socket.wav")
    with pytest.raises(SourceError, match=r"does not exist: a part of its path is not a folder"):
        open_sound("/dev/null/a.wav")


def test_a_file_that_may_not_be_read_says_so(tmp_path, noise):
    soundfile.write(tmp_path / "a.wav", noise, 48_000)
    (tmp_path / "a.wav").chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    code = f"{meek.CODE}\nfrom sonograph.io.examine import examine\nmeek()\nprint(examine(sys.argv[1]))"
    said = subprocess.run([sys.executable, "-c", code, tmp_path / "a.wav"], capture_output=True, text=True, check=True)
    assert "reason='denied'" in said.stdout and "a.wav: may not be read. Ask for the right to read it." in said.stdout


ODD_NAMES = (
    b"-rf", b"--help", b"%2e%2e", b"a b.wav", b"caf\xe9.wav", b"two\nlines.wav", "é.wav".encode(),
    "e\u0301.wav".encode(), b"$(touch x);`id`&|.wav", b"<script>alert(1)<script>", b"x" * 251 + b".wav",
    b"\x1b[31m.wav", "\u202egnp.wav".encode(),
)  # fmt: skip


def test_any_name_is_a_name(tmp_path, noise, monkeypatch, capsys):
    """Each is read, and is one line of the report; both ways to write é are two files."""
    monkeypatch.chdir(tmp_path)
    for i, name in enumerate(ODD_NAMES):
        soundfile.write("sound", noise[: 2000 + i, 0], 48_000, format="WAV")
        Path("sound").rename(os.fsdecode(name))
    files = [os.fsdecode(name) for name in ODD_NAMES]
    assert cli.main(["info", "--json", "--report", "report.jsonl", "--", *files]) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["file"], line["n_samples"]) for line in said] == [(file, 2000 + i) for i, file in enumerate(files)]
    lines = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()]
    assert [os.fsencode(line["file"]) for line in lines] == list(ODD_NAMES)
    assert cli.main(["info", "--", *files]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 10 * len(files) - 1  # nine facts, and a line between two
    assert cli.main(["features", "-o", "a.jsonl", "--preset", "htk.mfcc", "--summary", "-q", "--", *files]) == 0
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_bytes().splitlines()]
    assert [os.fsencode(row["file"]) for row in rows] == list(ODD_NAMES)
    assert cli.main(["draw", "-o", "a.png", "--bare", "-q", "--", *files]) == 0
    assert cli.main(["features", "-o", "b.csv", "--preset", "librosa.mfcc", "--max-bytes", "9", "--", *files]) == 3
    told = capsys.readouterr().err
    assert (
        len([line for line in told.splitlines() if "9. Allow more" in line]) == len(files)
        and "\x1b" not in told
        and "\nlines" not in told
    )
    made = {"report.jsonl", "a.jsonl", "a.jsonl.json", "a.png"}
    assert {path.name for path in Path().iterdir()} == made | {os.fsdecode(name) for name in ODD_NAMES}


def test_a_descriptor_is_as_good_as_a_name(tmp_path, noise):
    path = tmp_path / "a.flac"
    soundfile.write(path, noise, 48_000)
    with path.open("rb") as file, open_sound(path) as named, open_sound(f"/dev/fd/{file.fileno()}") as sound:
        np.testing.assert_array_equal(sound.read(range(4000)), named.read(range(4000)))
        assert sound.check() == named.check()


@pytest.mark.parametrize("hours", [24, 24 * 120])
def test_a_long_sound_is_streamed_or_refused_before_it_is_read(tmp_path, monkeypatch, hours):
    """A file with holes, 16 bit at 1000 Hz; a third of a year is refused from its header alone."""
    path, n_bytes = tmp_path / "a.wav", hours * 3600 * 2000
    head = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0" + struct.pack("<QQQI", n_bytes + 80, n_bytes, n_bytes // 2, 0)
    head += b"fmt \x10\0\0\0" + struct.pack("<HHIIHH", 1, 1, 1000, 2000, 2, 16) + b"data\xff\xff\xff\xff"
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + n_bytes)
    if hours > 24:
        reads = []
        at = OpenFile.at
        monkeypatch.setattr(OpenFile, "at", lambda *asked: reads.append(asked[2]) or at(*asked))
        with pytest.raises(LimitError, match=r"a\.wav: has 10,368,000,000 samples of all.*--max-samples"):
            open_sound(path)
        assert sum(reads) < 100_000
        return
    tracemalloc.start()
    with open_sound(path) as sound:
        status = sound.check()
        assert (status.word, status.decoded) == ("ok", hours * 3_600_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 << 20


@pytest.mark.parametrize(
    ("container", "subtype"),
    [
        *(("WAV", s) for s in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")),
        *(("AIFF", s) for s in ("PCM_S8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")),
        *((c, s) for c in ("AIFF", "AU", "CAF", "W64") for s in ("ULAW", "ALAW")),
        ("RF64", "PCM_24"), ("W64", "PCM_16"), ("CAF", "PCM_24"), ("AU", "PCM_16"),
        ("FLAC", "PCM_16"), ("FLAC", "PCM_24"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"),
    ],
)  # fmt: skip
def test_samples_are_those_that_libsndfile_reads(tmp_path, noise, container, subtype):
    path = tmp_path / "a.dat"
    soundfile.write(path, noise, 48_000, format=container, subtype=subtype)
    with open_sound(path) as sound:
        wanted, rate = soundfile.read(path, dtype=sound.dtype.name, always_2d=True)
        assert (sound.sample_rate, sound.n_channels, sound.n_samples) == (rate, 2, len(wanted))
        np.testing.assert_array_equal(sound.read(range(len(wanted))), wanted.T)
        np.testing.assert_array_equal(np.concatenate(list(sound.blocks(999)), axis=1), wanted.T)
        assert sound.status.word == "ok"


def test_a_range_is_zero_outside_the_sound(tmp_path, noise):
    path = tmp_path / "a.wav"
    soundfile.write(path, noise, 48_000, subtype="PCM_16")
    with open_sound(path) as sound:
        piece = sound.read(range(-3, 4002))
        assert not piece[:, :3].any() and not piece[:, -2:].any()
        np.testing.assert_array_equal(piece[:, 3:-2], sound.read(range(4000)))
        assert sound.read(range(0)).shape == (2, 0)
        assert sound.read(range(0)).dtype == np.float32


def test_a_sound_can_be_sent_to_another_process(tmp_path, noise):
    path = tmp_path / "a.flac"
    soundfile.write(path, noise, 48_000)
    with open_sound(path) as sound, pickle.loads(pickle.dumps(sound)) as again:
        np.testing.assert_array_equal(sound.read(range(100, 200)), again.read(range(100, 200)))


def test_a_name_need_not_be_text(tmp_path, noise):
    path = os.fsencode(tmp_path) + b"/caf\xe9\n.wav"
    soundfile.write(tmp_path / "a.wav", noise, 48_000)
    (tmp_path / "a.wav").rename(os.fsdecode(path))
    with open_sound(path) as sound:
        assert "caf\\xe9\\n.wav" in repr(sound)


def test_a_limit_is_checked_before_the_work_and_names_its_option(tmp_path, noise):
    soundfile.write(tmp_path / "a.wav", noise, 1000)
    with pytest.raises(
        LimitError, match=r"a\.wav: has 4 seconds; it must be at most 3\. Allow more with --max-seconds"
    ):
        open_sound(tmp_path / "a.wav", limits=Limits(seconds=3))
    with pytest.raises(LimitError, match=r"2 channels.*--max-channels"):
        open_sound(tmp_path / "a.wav", limits=Limits(channels=1))
    with pytest.raises(LimitError, match=r"32,000 bytes.*--max-bytes"):
        read(tmp_path / "a.wav", limits=Limits(bytes=10_000))


def test_a_closed_sound_says_so(tmp_path, noise):
    soundfile.write(tmp_path / "a.wav", noise, 1000)
    with open_sound(tmp_path / "a.wav") as sound:
        sound.read(range(10))
    with pytest.raises(SourceError, match=r"a\.wav: is closed\. Open it again"):
        sound.read(range(100, 200))


def test_a_range_of_many_channels_takes_little_more_memory_than_it_is(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros((20_000, 512), np.float32), 8000, subtype="PCM_16")
    with open_sound(tmp_path / "a.wav") as sound:
        tracemalloc.start()
        sound.read(range(20_000))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 20_000 * 512 * 4 + 4 * (1 << 20) * 8


def test_every_byte_of_the_telephone_laws_means_what_libsndfile_says(tmp_path):
    codes = bytes(range(256))
    for tag in (6, 7):
        form = struct.pack("<HHIIHHH", tag, 1, 8000, 8000, 1, 8, 0)
        body = b"WAVEfmt " + struct.pack("<I", 18) + form + b"data" + struct.pack("<I", 256) + codes
        (tmp_path / "a.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
        wanted, _ = soundfile.read(tmp_path / "a.wav", dtype="float32")
        np.testing.assert_array_equal(read(tmp_path / "a.wav").samples, wanted)
