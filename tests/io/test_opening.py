"""What is not a sound file is said so, in one sentence that names it."""

import os
import pickle
import struct
import tracemalloc

import numpy as np
import pytest
import soundfile

from sonograph.errors import LimitError, SourceError
from sonograph.io.audio import open as open_sound
from sonograph.io.audio import read
from sonograph.limits import Limits


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
        ("zeros.wav", bytes(500), r"zeros\.wav: holds only zeros"),
        ("head.wav", b"RIFF\4\0\0\0WAVE", r"head\.wav: the WAV header has no format chunk"),
    ],
)
def test_what_holds_no_sound_is_named_for_what_it_is(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=message):
        open_sound(tmp_path / name)


def test_what_is_not_a_file_is_refused_without_waiting(tmp_path):
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
