"""FLAC: each frame in its place whatever was done to the file, and what has another format named."""

import random
from pathlib import Path

import numpy as np
import pytest

from sonograph.io import door
from sonograph.io.audio import open as open_sound
from sonograph.io.decoders import flac_decoding
from tests.io import damaged, flac_pieces

SHARED = Path(__file__).parents[3] / "shared"
TEST_FILES = sorted((SHARED / "data" / "formats_flac_cc0").glob("*.flac"))
CASES = SHARED / "cases"
RATES = {8: 32_000, 9: 44_100, 10: 48_000}


def noise(count, bits=16, channels=2, seed=0):
    top = 2 ** (bits - 1)
    return np.random.default_rng(seed).integers(-top, top, (count, channels))


def frames(numbers, bits=16, first=0, **options):
    parts = [numbers[at : at + 64] for at in range(0, len(numbers), 64)]
    return b"".join(damaged.flac_frame(part, bits, first + i, **options) for i, part in enumerate(parts))


def opened(path, data):
    """What a file sounds like, through blocks and through a range, which agree, and how it is."""
    path.write_bytes(data)
    with open_sound(path) as sound:
        found = np.concatenate([*sound.blocks(100), np.empty((sound.n_channels, 0), np.float32)], axis=1)
        with open_sound(path) as fresh:
            assert fresh.n_samples == sound.n_samples == found.shape[1]
            np.testing.assert_array_equal(fresh.read(range(found.shape[1])), found)
        return found, sound.status, sound


@pytest.mark.parametrize("kind", flac_pieces.KINDS)
@pytest.mark.parametrize("way", flac_pieces.WAYS)
def test_frames_put_together_otherwise_are_heard_in_their_places(tmp_path, kind, way):
    for seed in range(3):
        chance = random.Random(f"{kind} {way} {seed}")
        wrong = flac_pieces.broken_law(tmp_path / "a.flac", flac_pieces.Rearranged(chance, kind, [way]), chance)
        assert not wrong, wrong


def test_several_changes_of_the_frames_move_no_sample(tmp_path):
    for seed in range(200):
        chance = random.Random(seed)
        wrong = flac_pieces.broken_law(tmp_path / "a.flac", flac_pieces.Rearranged(chance), chance)
        assert not wrong, (seed, wrong)


@pytest.mark.parametrize(
    "limits",
    [
        {"_SMALL": 0, "_TAIL": 2000},
        {"_SMALL": 0, "_TAIL": 2000, "_WINDOW": 3000},
        {"_SMALL": 0, "_TAIL": 2000, "_LONG": 0, "_WINDOW": 3000},
    ],
)
def test_files_that_are_not_gone_through_at_once_hold_the_same(tmp_path, monkeypatch, limits):
    """The same law for large files, which are looked at in a few places, on those ways that break the row of frames."""
    for name, value in limits.items():
        monkeypatch.setattr(flac_decoding, name, value)
    for way in ("drop", "swap", "flip", "zero", "junk", "again", "joined", "cut", "first ones"):
        for seed in range(8):
            chance = random.Random(f"{way} {seed}")
            wrong = flac_pieces.broken_law(tmp_path / "a.flac", flac_pieces.Rearranged(chance, None, [way]), chance)
            assert not wrong, (seed, wrong)


@pytest.mark.parametrize(
    ("other", "change"),
    [
        ({"channels": 1}, "16 bit to 44,100 Hz, 1 channel, 16 bit at 0.015 s (sample 640)"),
        ({"channels": 3}, "16 bit to 44,100 Hz, 3 channels, 16 bit at 0.015 s (sample 640)"),
        ({"bits": 24}, "16 bit to 44,100 Hz, 2 channels, 24 bit at 0.015 s (sample 640)"),
        ({"rate_code": 10}, "16 bit to 48,000 Hz, 2 channels, 16 bit at 0.015 s (sample 640)"),
    ],
)
@pytest.mark.parametrize("promised", [0, 1280])
def test_a_format_that_changes_in_the_middle_is_named_with_its_time(tmp_path, other, change, promised):
    numbers, bits = noise(640), other.get("bits", 16)
    more = noise(640, bits, other.get("channels", 2))
    data = damaged.flac_header(numbers, 16, (64, 64), rate=44_100, promised=promised) + frames(numbers, rate_code=9)
    data += frames(more, bits, 10, rate_code=other.get("rate_code", 9))
    found, status, sound = opened(tmp_path / "a.flac", data)
    assert (status.word, status.reason, status.expected, status.decoded) == ("partial", "format-change", 1280, 640)
    assert change in status.sentence
    left_out = 640 / RATES[other.get("rate_code", 9)]
    assert f"{left_out:.3f} s of that were left out" in status.sentence
    np.testing.assert_array_equal(found.T * 2**15, numbers)
    assert sound.sample_rate == 44_100.0


def test_a_format_that_changes_and_comes_back_leaves_a_hole_in_its_place(tmp_path):
    numbers = noise(640)
    data = damaged.flac_header(numbers, 16, (64, 64)) + frames(numbers[:256])
    data += frames(noise(128, 16, 1), first=4) + frames(numbers[384:], first=6)
    found, status, _ = opened(tmp_path / "a.flac", data)
    assert (status.word, status.reason) == ("partial", "format-change") and "0.008 s of that" in status.sentence
    assert np.isnan(found[:, 256:384]).all()
    np.testing.assert_array_equal(
        np.delete(found, range(256, 384), 1).T * 2**15, np.delete(numbers, range(256, 384), 0)
    )


def test_frames_that_agree_are_believed_before_a_header_that_does_not(tmp_path):
    numbers = noise(640)
    for rate, bits in ((48_000, 16), (44_100, 24)):
        data = damaged.flac_header(numbers, bits, (64, 64), rate=rate) + frames(numbers, rate_code=9)
        found, status, sound = opened(tmp_path / "a.flac", data)
        assert (status.word, status.reason, sound.sample_rate) == ("warn", "header", 44_100.0)
        assert f"the header says {rate:,} Hz, 2 channels, {bits} bit and the frames 44,100 Hz" in status.sentence
        np.testing.assert_array_equal(found.T * 2**15, numbers)


@pytest.mark.parametrize("says_samples", [False, True])
@pytest.mark.parametrize("counts_samples", [False, True])
def test_frames_are_placed_by_what_they_count_and_not_by_what_they_say(tmp_path, says_samples, counts_samples):
    """Old encoders of blocks that vary number them by samples, and do not say so."""
    numbers, sizes = noise(640), [96, 64, 128, 32, 160, 160] if counts_samples else [64] * 10
    firsts = np.cumsum([0, *sizes[:-1]])
    made = [
        damaged.flac_frame(numbers[at : at + size], 16, int(at) if counts_samples else i, variable=says_samples)
        for i, (at, size) in enumerate(zip(firsts, sizes, strict=True))
    ]
    header = damaged.flac_header(numbers, 16, (32, 160) if counts_samples else (64, 64))
    found, status, _ = opened(tmp_path / "a.flac", header + b"".join(made))
    assert status.word == "ok", status
    np.testing.assert_array_equal(found.T * 2**15, numbers)
    found, status, _ = opened(tmp_path / "a.flac", header + b"".join(made[:2] + made[3:]))
    lost = range(firsts[2], firsts[2] + sizes[2])
    assert status.word == "partial" and np.isnan(found[:, lost]).all()
    np.testing.assert_array_equal(np.delete(found, lost, 1).T * 2**15, np.delete(numbers, lost, 0))


def test_what_follows_first_frames_that_are_lost_is_in_its_place(tmp_path):
    numbers = noise(640)
    whole = damaged.flac_verbatim(numbers, 16, 64)
    size = (len(whole) - 42) // 10
    for kept in range(1, 10):
        found, status, _ = opened(tmp_path / "a.flac", whole[:42] + whole[len(whole) - kept * size :])
        assert status.word == "partial" and np.isnan(found[:, : 640 - 64 * kept]).all()
        np.testing.assert_array_equal(found[:, 640 - 64 * kept :].T * 2**15, numbers[640 - 64 * kept :])
    short = damaged.flac_verbatim(numbers[:620], 16, 64)
    found, status, _ = opened(tmp_path / "a.flac", short[:42] + short[42 + 9 * size :])
    assert found.shape == (2, 620)
    np.testing.assert_array_equal(found[:, 576:].T * 2**15, numbers[576:620])


def test_files_joined_are_read_one_behind_the_other(tmp_path):
    first, second = noise(640), noise(300, seed=1)
    one, two = damaged.flac_verbatim(first, 16), damaged.flac_verbatim(second, 16)
    found, status, _ = opened(tmp_path / "a.flac", one + two + one)
    assert (status.word, status.reason, status.expected, status.decoded) == ("warn", "joined", 1580, 1580)
    assert "holds 3 FLAC files, one behind the other; the second begins at 0.040 s (sample 640)" in status.sentence
    np.testing.assert_array_equal(found.T * 2**15, np.concatenate([first, second, first]))
    found, status, _ = opened(tmp_path / "a.flac", one + damaged.flac_verbatim(noise(1600, 16, 1), 16) + two)
    assert (status.word, status.reason) == ("partial", "joined")
    assert "16,000 Hz, 1 channel, 16 bit" in status.sentence and "0.119 s were left out" in status.sentence
    np.testing.assert_array_equal(found.T * 2**15, first)
    found, status, _ = opened(tmp_path / "a.flac", one + two[: len(two) // 2])
    assert (status.word, status.reason, status.expected) == ("partial", "data-cut", 940)
    np.testing.assert_array_equal(found[:, :640].T * 2**15, first)
    assert 0 < found.shape[1] - 640 < 300
    found, status, _ = opened(tmp_path / "a.flac", one[: len(one) // 2] + two)
    assert status.word == "partial" and found.shape == (2, 940)
    np.testing.assert_array_equal(found[:, 640:].T * 2**15, second)


def test_a_second_file_that_was_not_encoded_so_is_warned_of(tmp_path):
    """Each has an MD5 of its own."""
    one = damaged.flac_verbatim(noise(640), 16)
    for data in (damaged.flipped(one, 30) + one, one + damaged.flipped(one, 30)):
        (tmp_path / "a.flac").write_bytes(data)
        with open_sound(tmp_path / "a.flac") as sound:
            cursor = sound._opened.track.cursor()
            assert cursor.read(1280).shape == (2, 1280) and [fault.reason for fault in cursor.faults] == ["md5"]


@pytest.mark.parametrize("times", [2, 3])
def test_a_large_file_joined_to_itself_is_known_when_it_is_opened(tmp_path, times):
    numbers = noise(400_000, channels=1)[:, 0] / 2**15
    data = damaged.encoded(numbers[:, None], "FLAC", "PCM_16")
    assert len(data) > flac_decoding._SMALL
    path = tmp_path / "a.flac"
    path.write_bytes(data * times)
    with open_sound(path) as sound:
        assert (sound.n_samples, sound.status.reason) == (times * 400_000, "joined")
        np.testing.assert_array_equal(sound.read(range(400_000, 400_100)), sound.read(range(100)))


def test_a_large_healthy_file_is_looked_at_in_a_few_places_only(tmp_path, monkeypatch):
    path, count = tmp_path / "a.flac", []
    path.write_bytes(damaged.encoded(noise(3_000_000, channels=1) / 2**15, "FLAC", "PCM_16"))
    read_at = door._read_at
    monkeypatch.setattr(door, "_read_at", lambda *args: count.append(args[1]) or read_at(*args))
    with open_sound(path) as sound:
        assert sound.n_samples == 3_000_000 and sum(count) < path.stat().st_size / 4


@pytest.mark.parametrize("is_long", [False, True])
@pytest.mark.parametrize("way", ["blocks", "ranges", "short ranges"])
def test_the_bytes_of_a_healthy_file_that_is_read_on_and_on_are_asked_for_once(tmp_path, monkeypatch, way, is_long):
    """But for those few places: at most a tenth of them again."""
    path, count = tmp_path / "a.flac", []
    path.write_bytes(damaged.encoded(noise(6_000_000, channels=1) / 2**15, "FLAC", "PCM_16"))
    if is_long:
        monkeypatch.setattr(flac_decoding, "_LONG", 0)
    read_at = door._read_at
    monkeypatch.setattr(door, "_read_at", lambda *args: count.append(args[1]) or read_at(*args))
    with open_sound(path) as sound:
        opening, step = sum(count), {"blocks": 0, "ranges": 1 << 20, "short ranges": 5000}[way]
        for first in range(0, sound.n_samples, step) if step else ():
            sound.read(range(first, min(first + step, sound.n_samples)))
        for _ in () if step else sound.blocks():
            pass
        assert sound.status.word == "ok"
    assert sum(count) - opening < 1.1 * path.stat().st_size


@pytest.mark.parametrize("bits", [4, 7, 8, 12, 15, 16, 18, 20, 24, 28, 31, 32])
def test_frames_that_leave_their_bits_to_the_header_are_read(tmp_path, bits):
    numbers = noise(640, bits)
    data = damaged.flac_header(numbers, bits, (64, 64)) + frames(numbers, bits, says_bits=False)
    found, status, _ = opened(tmp_path / "a.flac", data)
    assert status.word == "ok"
    np.testing.assert_array_equal(found.T * 2.0 ** (bits - 1), numbers)


@pytest.mark.skipif(not TEST_FILES, reason=f"{SHARED / 'data'} is not there")
def test_the_test_files_of_the_standard_are_ok_and_joined_are_said(tmp_path):
    for path, other in zip(TEST_FILES, TEST_FILES[1:] + TEST_FILES[:1], strict=True):
        with open_sound(path) as sound:
            assert sound.check().word == "ok", path
            n_samples = sound.n_samples
            wanted = sound.read(range(n_samples - 1000, n_samples))
        data = path.read_bytes()
        for behind, word, total in ((data, "warn", 2 * n_samples), (other.read_bytes(), "partial", n_samples)):
            (tmp_path / "a.flac").write_bytes(data + behind)
            with open_sound(tmp_path / "a.flac") as sound:
                assert (sound.status.word, sound.status.reason, sound.n_samples) == (word, "joined", total), path
                np.testing.assert_array_equal(sound.read(range(total - 1000, total)), wanted)


@pytest.mark.skipif(not CASES.is_dir(), reason=f"{CASES} is not there")
def test_real_files_whose_frames_are_numbered_or_change_in_odd_ways():
    with open_sound(CASES / "sample_numbered.flac") as sound:
        assert np.isfinite(sound.read(range(6912))).all() and sound.n_samples == 6912
        assert sound.check().reason == "data-cut"
    with open_sound(CASES / "two_channel_counts.flac") as sound:
        assert (sound.check().word, sound.status.reason, sound.n_samples) == ("partial", "format-change", 4096)
