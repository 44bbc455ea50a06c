"""Ogg that is damaged or joined: what follows a bad page is in its place, or the sound ends there."""

import io
import re
import struct

import numpy as np
import pytest
import soundfile

from sonograph.io.audio import open as open_sound
from tests.io import damaged, oggs


@pytest.mark.parametrize("damage", ["lost-page", "flipped-bit"])
@pytest.mark.parametrize(("suffix", "least"), [("ogg", 90_000), ("opus", 80_000)])
def test_after_a_bad_page_the_sound_is_back_in_its_place(tmp_path, damage, suffix, least):
    """Opus a second later than it could be, when it is what it would have been."""
    cases = {case.name: case.data for case in damaged.cases()}
    for name in (f"whole.{suffix}", f"{damage}.{suffix}"):
        (tmp_path / name).write_bytes(cases[name])
    with open_sound(tmp_path / f"whole.{suffix}") as whole, open_sound(tmp_path / f"{damage}.{suffix}") as part:
        wanted, found = whole.read(range(120_000)), np.concatenate(list(part.blocks(1000)), axis=1)
        heard = ~np.isnan(found[0])
        assert found.shape == wanted.shape and least < heard.sum() < 115_000
        assert heard[0] and heard[-1] and np.count_nonzero(np.diff(heard)) == 2  # one hole
        np.testing.assert_array_equal(found[:, heard], wanted[:, heard])
        np.testing.assert_array_equal(part.read(range(10_000, 120_000)), found[:, 10_000:])


@pytest.mark.parametrize("suffix", ["ogg", "opus"])
def test_where_the_first_pages_of_sound_are_bad_the_rest_is_in_its_place(tmp_path, suffix):
    whole = {case.name: case.data for case in damaged.cases()}[f"whole.{suffix}"]
    pages = [found.start() for found in re.finditer(b"OggS", whole)]
    (tmp_path / "a").write_bytes(whole)
    with open_sound(tmp_path / "a") as sound:
        wanted = sound.read(range(120_000))
    for broken in (whole[: pages[2] + 700] + whole[pages[3] + 900 :], damaged.flipped(whole, pages[2] + 100)):
        (tmp_path / "a").write_bytes(broken)
        with open_sound(tmp_path / "a") as sound:
            found = sound.read(range(sound.n_samples))
            heard = ~np.isnan(found[0])
            assert found.shape == wanted.shape and not heard[0] and 50_000 < heard.sum() < 115_000
            np.testing.assert_array_equal(found[:, heard], wanted[:, heard])


def test_flac_in_ogg_is_missing_only_where_a_page_is_bad(tmp_path):
    flac = damaged.encoded(damaged.sound(80_000, 2), "FLAC", "PCM_16")
    (tmp_path / "a.flac").write_bytes(flac)
    with open_sound(tmp_path / "a.flac") as sound:
        wanted = sound.read(range(80_000))
    data = oggs.flac_in_ogg(flac, damaged.flac_frames(flac), per_page=2)
    page, after = (data.index(b"OggS", len(data) // 2 + skip) for skip in (0, 20_000))
    for broken, word in (
        (data, "ok"),
        (damaged.flipped(data, page + 900), "partial"),
        (data[:page] + data[after:], "partial"),
    ):
        (tmp_path / "a.oga").write_bytes(broken)
        with open_sound(tmp_path / "a.oga") as sound:
            found, status = np.concatenate(list(sound.blocks(999)), axis=1), sound.status
            assert (status.word, sound.format, found.shape) == (word, "Ogg FLAC, 16 bit", wanted.shape)
            heard = ~np.isnan(found[0])
            assert heard.all() if word == "ok" else 0 < np.count_nonzero(~heard) < 30_000
            np.testing.assert_array_equal(found[:, heard], wanted[:, heard])
            np.testing.assert_array_equal(sound.read(range(80_000)), found)


def test_speex_is_refused_by_name(tmp_path):
    head = oggs.Packet(b"Speex   " + bytes(72), 0)
    (tmp_path / "a.spx").write_bytes(oggs.paged([head, oggs.Packet(bytes(9), 0), oggs.Packet(bytes(40), 160, True)], 2))
    with pytest.raises(
        OSError, match=r"a\.spx: is Speex in Ogg, for which there is no decoder here\. Save its sound as"
    ):
        open_sound(tmp_path / "a.spx")


@pytest.mark.parametrize(("rate", "n_channels"), [(48_000, 1), (24_000, 2), (12_000, 1), (8000, 1)])
def test_opus_of_any_rate_is_back_in_its_place(tmp_path, rate, n_channels):
    """Times in the file are at 48 kHz, and its first samples are left out."""
    path, sound = tmp_path / "a.opus", damaged.sound(8 * rate, n_channels)
    soundfile.write(path, sound, rate, format="OGG", subtype="OPUS")
    data = path.read_bytes()
    with open_sound(path) as whole:
        wanted = whole.read(range(8 * rate))
    page = data.index(b"OggS", len(data) // 3)
    path.write_bytes(data[:page] + data[data.index(b"OggS", page + 4) :])
    with open_sound(path) as part:
        found = part.read(range(part.n_samples))
        heard = ~np.isnan(found[0])
        assert found.shape == wanted.shape and heard[-1] and 5.5 * rate < heard.sum() < 7 * rate
        np.testing.assert_array_equal(found[:, heard], wanted[:, heard])


def joined(rate_of_last=16_000, channels_of_last=1, subtypes=("VORBIS", "OPUS", "VORBIS")):
    """Several Ogg sounds behind each other in one file, and the sounds."""
    data, sounds = [], []
    for i, subtype in enumerate(subtypes):
        last = i == len(subtypes) - 1
        sound = damaged.sound(30_000 + 1000 * i, channels_of_last if last else 1) / (i + 1)
        out = io.BytesIO()
        soundfile.write(out, sound, rate_of_last if last else 16_000, format="OGG", subtype=subtype)
        part = bytearray(out.getvalue())
        pages = [m.start() for m in re.finditer(b"OggS", part)]
        for page in pages:
            part[page + 14 : page + 18] = struct.pack("<I", 1000 + i)  # libsndfile draws serial numbers at random
            end = min([p for p in pages if p > page], default=len(part))
            part[page + 22 : page + 26] = bytes(4)
            part[page + 22 : page + 26] = damaged.crc(part[page:end], 0x04C11DB7, 32)[::-1]
        data.append(bytes(part))
        out.seek(0)
        sounds.append(soundfile.read(out, dtype="float32", always_2d=True)[0].T)
    return data, sounds


def test_sounds_joined_in_one_ogg_file_are_read_one_after_the_other(tmp_path):
    data, sounds = joined()
    (tmp_path / "a.ogg").write_bytes(b"".join(data))
    with open_sound(tmp_path / "a.ogg") as sound:
        status = sound.check()
        assert (status.word, status.reason, status.decoded) == ("warn", "chained", 93_000)
        assert "3 sounds are joined in it" in status.sentence
        wanted = np.concatenate(sounds, axis=1)
        np.testing.assert_array_equal(np.concatenate(list(sound.blocks(999)), axis=1), wanted)
        np.testing.assert_array_equal(sound.read(range(29_000, 70_000)), wanted[:, 29_000:70_000])
        np.testing.assert_array_equal(sound.read(range(100, 200)), wanted[:, 100:200])


@pytest.mark.parametrize("other", [{"rate_of_last": 48_000}, {"channels_of_last": 2}])
def test_a_sound_joined_that_is_another_ends_what_is_read(tmp_path, other):
    data, sounds = joined(**other)
    (tmp_path / "a.ogg").write_bytes(b"".join(data))
    with open_sound(tmp_path / "a.ogg") as sound:
        status = sound.check()
        assert (status.word, status.reason, status.decoded) == ("partial", "chained", 61_000)
        at = len(data[0]) + len(data[1])
        assert f"the one from byte {at:,} on was not read, as its rate or its channels are others" in status.sentence
        np.testing.assert_array_equal(sound.read(range(61_000)), np.concatenate(sounds[:2], axis=1))


@pytest.mark.parametrize("which", [0, 1, 2])
def test_damage_in_one_of_several_joined_moves_no_other(tmp_path, which):
    """How long the damaged one was may not be known, so that what follows it has no place."""
    data, sounds = joined(subtypes=("VORBIS", "VORBIS", "VORBIS"))
    data[which] = damaged.flipped(data[which], len(data[which]) - 2000)
    (tmp_path / "a.ogg").write_bytes(b"".join(data))
    with open_sound(tmp_path / "a.ogg") as sound:
        found, wanted = sound.read(range(sound.n_samples)), np.concatenate(sounds, axis=1)
        heard = ~np.isnan(found[0])
        whole = sum(one.shape[1] for one in sounds[:which])
        assert sound.check().word == "partial" and whole + 10_000 < heard.sum() < whole + 31_000
        np.testing.assert_array_equal(found[:, heard], wanted[:, : found.shape[1]][:, heard])


@pytest.fixture(scope="module")
def speech():
    """A voice that glides and pauses, as Opus of few bits: SILK, which remembers for seconds; and its samples."""
    time = np.arange(14 * 16_000) / 16_000
    voice = 0.5 * np.sin(2 * np.pi * (200 + 100 * np.sin(3 * time)) * time) * (1 + np.sin(4 * np.pi * time)) / 2
    data = damaged.encoded(voice[:, np.newaxis], "OGG", "OPUS", compression_level=0.9)
    return data, soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)[0].T


def test_opus_that_remembers_is_read_anywhere_as_from_its_beginning(tmp_path, speech):
    data, wanted = speech
    (tmp_path / "a.opus").write_bytes(data)
    for first in range(150_000, 220_000, 7001):
        with open_sound(tmp_path / "a.opus") as sound:
            np.testing.assert_array_equal(sound.read(range(first, first + 2000)), wanted[:, first : first + 2000])


@pytest.mark.parametrize("streams", [1, 2])
def test_opus_that_remembers_ends_at_a_bad_page(tmp_path, speech, streams):
    data, wanted = speech
    if streams == 2:  # of which only the first tells what it is
        sound = damaged.sound(14 * 12_000, 3)
        data = damaged.encoded(sound, "OGG", "OPUS", 12_000, compression_level=0.5)
        wanted = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)[0].T
    page = data.index(b"OggS", len(data) // 2)
    (tmp_path / "a.opus").write_bytes(data[:page] + data[data.index(b"OggS", page + 4) :])
    with open_sound(tmp_path / "a.opus") as sound:
        found = sound.read(range(sound.n_samples))
        assert sound.check().word == "partial" and 0.3 < found.shape[1] / wanted.shape[1] < 0.7
        np.testing.assert_array_equal(found, wanted[:, : found.shape[1]])
