"""Faults on the way: the disk fails, the file changes or was cut, and what is promised still holds."""

import errno
import os
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph.errors import SourceError
from sonograph.io import door
from sonograph.io.audio import open as open_sound
from sonograph.io.examine import examine, record
from tests.io import damaged

WORDS = {"ok", "warn", "partial", "empty", "failed", "refused"}


def whole_files():
    sound = damaged.sound(3000)
    yield "a.wav", damaged.wav((sound * 32767).astype("<i2").tobytes())
    for name, container, subtype in (
        ("a.aiff", "AIFF", "PCM_16"), ("a.flac", "FLAC", "PCM_16"), ("a.ogg", "OGG", "VORBIS"),
        ("a.opus", "OGG", "OPUS"), ("a.mp3", "MP3", "MPEG_LAYER_III"), ("a.caf", "CAF", "PCM_16"),
        ("a.au", "AU", "PCM_16"), ("a.law", "WAV", "ULAW"),
    ):  # fmt: skip
        yield name, damaged.encoded(sound, container, subtype)


@pytest.mark.parametrize(("name", "data"), [pytest.param(*file, id=file[0]) for file in whole_files()])
def test_a_disk_that_fails_on_the_nth_read_never_gives_wrong_samples(tmp_path, monkeypatch, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with open_sound(path) as sound:
        wanted = sound.read(range(sound.n_samples))
    pread, count = os.pread, 0

    def failing(*arguments):
        nonlocal count
        count -= 1
        if count == 0:
            raise OSError(errno.EIO, "Input/output error")
        return pread(*arguments)

    monkeypatch.setattr(door.os, "pread", failing)
    for nth in range(1, 1000):
        count = nth
        try:
            with open_sound(path) as sound:
                found = np.concatenate([*sound.blocks(1000), np.empty((1, 0), np.float32)], axis=1)
                status = sound.status
        except SourceError as error:
            assert name in str(error)
            continue
        heard = ~np.isnan(found)
        np.testing.assert_array_equal(found[heard], wanted[:, : found.shape[1]][heard])
        if count > 0:  # it took fewer reads than nth, so that none failed
            assert status.word == "ok" and found.shape == wanted.shape
            break
        assert status.word in ("partial", "warn") or found.shape == wanted.shape, (nth, status)
    assert nth > 2


def test_a_range_that_the_disk_does_not_give_is_an_error_and_can_be_tried_again(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    path.write_bytes(dict(whole_files())["a.wav"])
    with open_sound(path) as sound:
        with monkeypatch.context() as broken:
            broken.setattr(door.os, "pread", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output error")))
            with pytest.raises(SourceError, match=r"a\.wav: could not be read from sample .*try again"):
                sound.read(range(10))
        assert sound.read(range(10)).shape == (1, 10)


def test_the_first_bad_sample_is_the_first_that_the_disk_did_not_give(tmp_path, monkeypatch):
    path, pread = tmp_path / "a.flac", os.pread
    path.write_bytes(dict(whole_files())["a.flac"])

    def failing(descriptor, count, position):
        if position <= len(path.name) + 3000 < position + count:
            raise OSError(errno.EIO, "Input/output error")
        return pread(descriptor, count, position)

    with open_sound(path) as sound:
        monkeypatch.setattr(door.os, "pread", failing)
        found = np.concatenate(list(sound.blocks(100)), axis=1)
        assert sound.status.reason == "read-error"
        assert sound.tally.first_bad == np.flatnonzero(np.isnan(found[0]))[0]


@pytest.mark.parametrize(("name", "data"), [pytest.param(*file, id=file[0]) for file in whole_files()])
def test_a_file_cut_anywhere_has_no_more_than_before_and_says_so(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    whole, before, middle = examine(path), 0, range(600, len(data) - 200)
    assert whole.word == "ok" and whole.decoded >= 3000
    path.unlink()
    with path.open("wb", buffering=0) as file:
        for size in range(len(data)):
            if size in middle and size % 7:  # between two frames, or in one; all of the heads and of the end
                file.write(data[size : size + 1])
                continue
            status = examine(path)
            assert status.word in WORDS
            there = status.decoded or 0
            assert there >= before, (size, status)
            assert status.word != "ok" or there == whole.decoded, (size, status)  # all but a tag or padding at the end
            before = there
            file.write(data[size : size + 1])


@pytest.mark.parametrize("change", ["cut", "grown", "written"])
def test_a_file_that_changes_while_it_is_read_is_never_ok(tmp_path, change):
    path = tmp_path / "a.wav"
    data = dict(whole_files())["a.wav"]
    path.write_bytes(data)
    with open_sound(path) as sound:
        blocks = sound.blocks(100)
        next(blocks)
        if change == "cut":
            os.truncate(path, 1000)
        elif change == "grown":
            with path.open("ab") as file:
                file.write(bytes(100))
        else:
            with path.open("r+b") as file:
                file.seek(2000)
                file.write(bytes(100))
            os.utime(path, ns=(1, 1))
        n_samples = 100 + sum(block.shape[1] for block in blocks)
        assert n_samples == 3000
        assert (sound.status.word, sound.status.reason) == ("partial", "changed")
        assert "changed while being read" in sound.status.sentence


def test_a_file_replaced_under_its_name_is_read_as_it_was_opened(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(dict(whole_files())["a.wav"])
    with open_sound(path) as sound:
        wanted = sound.read(range(3000))
        (tmp_path / "b.wav").write_bytes(b"something else")
        (tmp_path / "b.wav").replace(path)
        np.testing.assert_array_equal(np.concatenate(list(sound.blocks()), axis=1), wanted)


def test_samples_promised_but_not_there_are_missing_and_beyond_them_is_silence(tmp_path):
    raw = struct.pack("<100h", *range(1, 101))
    (tmp_path / "a.wav").write_bytes(damaged.wav(raw, size=240))
    with open_sound(tmp_path / "a.wav") as sound:
        assert (sound.n_samples, sound.expected) == (100, 120)
        samples = sound.read(range(90, 130))[0]
        assert np.isfinite(samples[:10]).all() and np.isnan(samples[10:30]).all() and not samples[30:].any()


def test_a_record_of_a_file_is_plain_and_keeps_its_name(tmp_path):
    (tmp_path / "a.wav").write_bytes(dict(whole_files())["a.wav"])
    with open_sound(tmp_path / "a.wav") as sound:
        values = record(tmp_path / "a.wav", sound.check(), sound)
    assert values["status"] == "ok" and values["decoded"] == values["expected"] == 3000
    assert values["peak"] == pytest.approx(0.5, abs=0.03) and values["not_finite"] == 0
    assert (values["decoder"], values["first_bad"]) == ("", None)
    assert (values["size"], values["modified_ns"]) == (6044, (tmp_path / "a.wav").stat().st_mtime_ns)
    values = record(b"caf\xe9.wav", examine(b"caf\xe9.wav"))
    assert (values["status"], values["reason"]) == ("failed", "missing")
    assert os.fsencode(values["file"]) == b"caf\xe9.wav" and values["sentence"].startswith("caf\\xe9.wav: ")


def test_a_record_names_the_first_sample_that_is_bad_and_what_decoded(tmp_path):
    cases = {case.name: case.data for case in damaged.cases()}
    for name, first, decoder in (
        ("flipped-bit.flac", 3 * 4096, "sonograph "), ("lost-frame.flac", 3 * 4096, "sonograph "),
        ("one-nan.wav", 1, ""), ("cut.wav", 4478, ""), ("cut.flac", 4 * 4096, "sonograph "),
        ("whole.ogg", None, "libsndfile "), ("whole.aiff", None, ""),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(cases[name])
        with open_sound(tmp_path / name) as sound:
            values = record(tmp_path / name, sound.check(), sound)
        assert values["first_bad"] == first, name
        assert values["decoder"].startswith(decoder) and bool(values["decoder"]) == bool(decoder)


chunks = st.lists(
    st.tuples(st.sampled_from([b"JUNK", b"LIST", b"bext", b"note", b"cue ", b"iXML", b"guan"]), st.binary(max_size=60)),
    max_size=4,
)


@settings(max_examples=300)
@given(chunks, chunks, st.binary(max_size=300), st.integers(1, 4), st.sampled_from([8, 16, 24, 32]), st.data())
def test_any_list_of_chunks_gives_the_samples_that_are_in_it(
    tmp_path_factory, before, after, raw, n_channels, bits, data
):
    step = n_channels * bits // 8
    lie = data.draw(st.one_of(st.just(None), st.integers(len(raw) + 1, 1 << 31), st.just(0xFFFFFFFF)))
    fmt = struct.pack("<HHIIHH", 1, n_channels, 8000, 8000 * step, step, bits)
    body = b"WAVE" + b"".join(damaged.chunk(*c) for c in before) + damaged.chunk(b"fmt ", fmt)
    body += damaged.chunk(b"data", raw, lie)
    if lie is None:
        body += b"".join(damaged.chunk(*c) for c in after)
    path = tmp_path_factory.getbasetemp() / "chunks.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    there = raw + b"\0" * (len(raw) % 2) if lie is not None else raw
    with open_sound(path) as sound:
        status = sound.check()
        assert sound.n_samples == status.decoded == min(len(there), lie or len(there)) // step
        samples = sound.read(range(sound.n_samples))
    if bits == 16:
        wanted = np.frombuffer(there[: len(there) // step * step], "<i2").reshape(-1, n_channels).T / 32768
        np.testing.assert_array_equal(samples, wanted.astype(np.float32))
    if lie not in (None, 0xFFFFFFFF) and lie > len(there):
        assert status.word == "partial"
    elif lie is None and raw and len(raw) % step == 0:
        assert status.word == "ok"


@pytest.mark.parametrize("block", [16, 64, 192, 1000])
@pytest.mark.parametrize("damage", ["a bit flips", "a byte is lost", "a byte too many", "zeros"])
def test_small_frames_of_flac_damaged_anywhere_move_no_other(tmp_path, block, damage):
    """libsndfile decodes several at a time, leaves out bad ones and goes on before it says so."""
    numbers = np.random.default_rng(block).integers(-(2**15), 2**15, (block * 12, 2))
    whole = damaged.flac_verbatim(numbers, 16, block)
    for at in range(42, len(whole), len(whole) // 61):
        data = {
            "a bit flips": damaged.flipped(whole, at),
            "a byte is lost": whole[:at] + whole[at + 1 :],
            "a byte too many": whole[:at] + b"x" + whole[at:],
            "zeros": whole[:at] + bytes(20) + whole[at + 20 :],
        }[damage]
        (tmp_path / "a.flac").write_bytes(data)
        with open_sound(tmp_path / "a.flac") as sound:
            found = np.concatenate([*sound.blocks(100), np.empty((2, 0))], axis=1)
            heard = ~np.isnan(found[0])
            np.testing.assert_array_equal(found[:, heard].T * 2**15, numbers[: len(heard)][heard])
            lost = len(numbers) - heard.sum()
            assert lost in range(2 * block + 1)
            assert sound.status.word == "partial" or not lost  # a byte between two frames is in nobody's way
            np.testing.assert_array_equal(sound.read(range(len(heard))), found)


def test_damage_that_a_range_meets_is_told_without_going_through_the_whole(tmp_path):
    cases = {case.name: case.data for case in damaged.cases()}
    (tmp_path / "a.flac").write_bytes(cases["flipped-bit.flac"])
    with open_sound(tmp_path / "a.flac") as sound:
        assert sound.status.word == "ok"
        assert np.isnan(sound.read(range(sound.n_samples))).sum() == 4096
        assert (sound.status.word, sound.status.reason) == ("partial", "damaged")
        sound.read(range(10))
    assert sound.status.word == "partial"  # also after it is closed


@pytest.mark.parametrize("damage", ["flipped", "zeroed", "removed", "swapped", "doubled"])
def test_each_frame_of_flac_in_turn_damaged_moves_no_other(tmp_path, damage):
    whole = damaged.encoded(damaged.sound(40_000, 2), "FLAC", "PCM_16")
    at = [*damaged.flac_frames(whole), len(whole)]
    (tmp_path / "whole.flac").write_bytes(whole)
    with open_sound(tmp_path / "whole.flac") as sound:
        wanted = sound.read(range(40_000))
    for i in range(len(at) - 1):
        a, b, c = at[i], at[i + 1], at[min(i + 2, len(at) - 1)]
        data = {
            "flipped": damaged.flipped(whole, (a + b) // 2),
            "zeroed": whole[: a + 20] + bytes(200) + whole[a + 220 :],
            "removed": whole[:a] + whole[b:],
            "swapped": whole[:a] + whole[b:c] + whole[a:b] + whole[c:],
            "doubled": whole[:b] + whole[a:],
        }[damage]
        (tmp_path / "a.flac").write_bytes(data)
        with open_sound(tmp_path / "a.flac") as sound:
            found = np.concatenate(list(sound.blocks(1000)), axis=1)
            heard = ~np.isnan(found[0])
            np.testing.assert_array_equal(found[:, heard], wanted[:, : found.shape[1]][:, heard])
            np.testing.assert_array_equal(sound.read(range(found.shape[1])), found)
            lost = 40_000 - heard.sum()
            last_twice = damage == "doubled" and i == len(at) - 2  # all that is promised has come before
            if data != whole and not last_twice:
                assert sound.status.word == "partial"
                assert lost == (0 if damage == "doubled" else pytest.approx(4096, abs=3200)), (i, lost)
