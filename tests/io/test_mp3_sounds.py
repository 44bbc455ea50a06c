"""MPEG audio: any range of it, as long as there are frames, joined, tagged, in WAV, and with something between."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph.io.audio import open as open_sound
from tests.io import damaged

DATA = Path(__file__).parents[3] / "shared" / "data"
RECORDINGS = sorted(DATA.rglob("*.mp3"))
KINDS = {
    "44.1 stereo VBR": (44_100, 2, "VARIABLE", 0.5), "48 mono": (48_000, 1, "CONSTANT", 0.6),
    "44.1 stereo": (44_100, 2, "CONSTANT", 0.1), "32 mono ABR": (32_000, 1, "AVERAGE", 0.5),
    "22.05 stereo": (22_050, 2, "CONSTANT", 0.7), "16 mono VBR": (16_000, 1, "VARIABLE", 0.9),
    "24 mono, few bits": (24_000, 1, "CONSTANT", 0.99),
    "8 mono": (8_000, 1, "CONSTANT", 0.6), "11.025 stereo VBR": (11_025, 2, "VARIABLE", 0.3),
}  # fmt: skip
KBPS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
DELAY = 576 + 529
"""What LAME and the decoder add in front. (LAME's tech FAQ)"""


def music(count, channels=2, rate=44_100):
    """Faint and loud by turns, so that a variable bit rate varies and bits are borrowed."""
    time = np.arange(count)[:, None] / rate
    noise = np.random.default_rng(3).standard_normal((count, channels))
    loud = np.sin(2 * np.pi * 2 * time) > 0
    return 0.2 * np.sin(2 * np.pi * 440 * (1 + time) * time) + np.where(loud, 0.1, 1e-4) * noise


def frames(data):
    """Where frames of layer III lie, and how long they are: by its formula, from one to the next."""
    at, found = 0, []
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] >> 5 == 7:
        version, rate = data[at + 1] >> 3 & 3, (44_100, 48_000, 32_000)[data[at + 2] >> 2 & 3]
        kbps = KBPS[version == 3][data[at + 2] >> 4]
        rate = {3: rate, 2: rate // 2, 0: rate // 4}[version]
        length = (144_000 if version == 3 else 72_000) * kbps // rate + (data[at + 2] >> 1 & 1)
        found.append(data[at : at + length])
        at += length
    return found


def mp3(kind="44.1 stereo VBR", seconds=2.0):
    rate, channels, mode, level = KINDS[kind]
    sound = music(int(seconds * rate), channels, rate)
    return damaged.encoded(sound, "MP3", "MPEG_LAYER_III", rate, bitrate_mode=mode, compression_level=level)


def uncounted(data):
    """Without the frame that describes the others, for which there is no room where bits are few."""
    return b"".join(frames(data)[described(data) :])


def described(data):
    return int(b"Xing" in data[:200] or b"Info" in data[:200])


def samples_of(path, data):
    path.write_bytes(data)
    with open_sound(path) as sound:
        whole = np.concatenate([*sound.blocks(5000), np.empty((sound.n_channels, 0), np.float32)], axis=1)
        return whole, sound.status


def decoded(data):
    return soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)[0].T


def assert_ranges(path, whole, seed, count=30):
    """Ranges, every third the first read after opening, are what the blocks hold, bit for bit."""
    rng = np.random.default_rng(seed)
    with open_sound(path) as sound:
        for i in range(count):
            first = int(rng.integers(0, whole.shape[1]))
            stop = min(whole.shape[1], first + int(rng.integers(1, 8000)))
            if i % 3 == 0:
                with open_sound(path) as fresh:
                    found = fresh.read(range(first, stop))
            else:
                found = sound.read(range(first, stop))
            np.testing.assert_array_equal(found, whole[:, first:stop], err_msg=f"{path.name} {first} {stop}")


def id3(size, version=3):
    return (
        b"ID3" + bytes([version, 0, 0, size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + bytes(size)
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", ["counted", "not counted"])
def test_any_range_is_what_the_blocks_hold(tmp_path, kind, count):
    path = tmp_path / "a.mp3"
    data = mp3(kind, 3.0)
    whole, status = samples_of(path, data if count == "counted" else uncounted(data))
    assert status.word == "ok" and np.abs(whole).max() > 0.1
    assert_ranges(path, whole, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_without_a_count_is_as_long_as_its_frames(tmp_path, kind):
    data = mp3(kind)
    rate, channels, _, _ = KINDS[kind]
    whole, status = samples_of(tmp_path / "a.mp3", uncounted(data))
    n_frames = len(frames(data)) - described(data)
    assert whole.shape == (channels, n_frames * (1152 if rate >= 32_000 else 576))
    assert status.word == "ok" and status.decoded == whole.shape[1]
    wanted = decoded(data)  # which cuts off what the encoder says that it added
    if not described(data):
        assert kind == "24 mono, few bits"
        return
    assert wanted.shape == (channels, 2 * rate)
    np.testing.assert_allclose(whole[:, DELAY : DELAY + 2 * rate], wanted, rtol=0, atol=1e-6)
    np.testing.assert_allclose(samples_of(tmp_path / "b.mp3", data)[0], wanted, rtol=0, atol=1e-6)


@pytest.mark.skipif(not RECORDINGS, reason=f"{DATA} is not there")
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_any_range_of_a_recording_is_what_the_blocks_hold(path):
    with open_sound(path) as sound:
        whole = np.concatenate(list(sound.blocks(3000)), axis=1)
        assert sound.status.word == "ok"
    np.testing.assert_allclose(whole, decoded(path.read_bytes()), rtol=0, atol=1e-6)
    assert_ranges(path, whole, 2, 60)


@pytest.mark.parametrize(
    "between",
    [b"", id3(500), id3(300, 4), b"TAG" + bytes(125), bytes(3000), b"TAG" + bytes(125) + id3(100) + bytes(99),
     b"APETAGEX" + struct.pack("<4I8x", 2000, 132, 1, 0xA0000000) + bytes(100) + b"APETAGEX"
     + struct.pack("<4I8x", 2000, 132, 1, 0x80000000), b"key\0value" * 20 + b"APETAGEX"
     + struct.pack("<4I8x", 1000, 212, 1, 0)],
    ids=["nothing", "ID3v2.3", "ID3v2.4", "ID3v1", "zeros", "three", "APEv2", "APEv1"],
)  # fmt: skip
@pytest.mark.parametrize("counts", ["counted", "not counted"])
def test_joined_sounds_are_read_one_after_the_other(tmp_path, between, counts):
    sounds = [mp3(seconds=1.0), mp3("44.1 stereo", 1.5), mp3(seconds=0.7)]
    if counts == "not counted":
        sounds = [uncounted(data) for data in sounds]
    alone = [samples_of(tmp_path / "one.mp3", data)[0] for data in sounds]
    path = tmp_path / "a.mp3"
    whole, status = samples_of(path, between.join(sounds))
    assert whole.shape[1] == sum(one.shape[1] for one in alone)
    if between or counts == "counted":
        np.testing.assert_array_equal(whole, np.concatenate(alone, axis=1))
        assert (status.word, status.reason) == ("warn", "chained") and "3 sounds are joined" in status.sentence
    assert_ranges(path, whole, 3)


@pytest.mark.parametrize("other", ["48 mono", "16 mono VBR", "22.05 stereo"])
@pytest.mark.parametrize("between", [b"", id3(200), b"TAG" + bytes(125)])
def test_a_joined_sound_of_another_rate_is_left_out_with_its_seconds(tmp_path, other, between):
    first, second = mp3(seconds=1.0), mp3(other, 2.0)
    whole, status = samples_of(tmp_path / "a.mp3", first + between + second + between + first)
    np.testing.assert_array_equal(whole, samples_of(tmp_path / "b.mp3", first)[0])
    rate, spf = KINDS[other][0], 1152 if KINDS[other][0] >= 32_000 else 576
    left_out = (len(frames(second)) - 1) * spf / rate + (len(frames(first)) - 1) * 1152 / 44_100
    assert (status.word, status.reason) == ("partial", "format-change")
    assert f"{left_out:.3f} s after it were left out" in status.sentence


@pytest.mark.parametrize("kind", ["44.1 stereo VBR", "16 mono VBR", "48 mono"])
@pytest.mark.parametrize("damage", ["inserted", "zeroed", "lost", "header", "two"])
def test_what_follows_something_else_is_in_its_place_where_the_frames_are_counted(tmp_path, kind, damage):
    data = mp3(kind, 3.0)
    clean = samples_of(tmp_path / "clean.mp3", data)[0]
    places = np.cumsum([0] + [len(frame) for frame in frames(data)])
    at = int(places[len(places) // 2])
    rng = np.random.default_rng(5)
    if damage == "inserted":
        bad = data[:at] + rng.bytes(500) + data[at:]
    elif damage == "zeroed":
        bad = data[: at - 100] + bytes(512) + data[at + 412 :]
    elif damage == "lost":
        bad = data[: at + 50] + data[at + 950 :]
    else:
        bad = data[: at + 2] + b"\xff" + data[at + 3 :]
        if damage == "two":
            if "VBR" in kind:  # the bytes do not tell how many frames are missing where
                return
            second = int(places[len(places) // 4])
            bad = bad[: second + 2] + b"\xff" + bad[second + 3 :]
    path = tmp_path / "a.mp3"
    whole, status = samples_of(path, bad)
    assert (status.word, status.reason) == ("partial", "damaged") and "in their place" in status.sentence
    assert whole.shape == clean.shape
    there = ~np.isnan(whole[0])
    np.testing.assert_allclose(whole[:, there], clean[:, there], rtol=0, atol=1e-6)
    assert there.mean() > 0.8 and there[:1000].all() and there[-1000:].all() and not there.all()
    assert_ranges(path, whole, 6)


def test_what_follows_something_else_is_left_out_where_nothing_tells_its_place(tmp_path):
    data = uncounted(mp3("44.1 stereo", 3.0))
    clean = samples_of(tmp_path / "clean.mp3", data)[0]
    at = len(b"".join(frames(data)[:60]))
    whole, status = samples_of(tmp_path / "a.mp3", data[:at] + np.random.default_rng(5).bytes(700) + data[at:])
    np.testing.assert_array_equal(whole, clean[:, : 59 * 1152])  # the last before it may be cut
    left_out = (len(frames(data)) - 60) * 1152 / 44_100
    assert status.word == "partial" and f"{left_out:.3f} s after it have no known place" in status.sentence


def test_a_count_that_is_not_true_is_said_and_all_frames_are_read(tmp_path):
    data = mp3()
    at, n_frames = data.index(b"Xing") + 8, len(frames(data)) - 1
    for count, word, reason in ((n_frames - 20, "warn", "sample-count"), (n_frames + 20, "partial", "data-cut")):
        whole, status = samples_of(tmp_path / "a.mp3", data[:at] + struct.pack(">I", count) + data[at + 4 :])
        assert whole.shape[1] == n_frames * 1152 - DELAY
        assert (status.word, status.reason) == (word, reason) and f"{n_frames:,}" in status.sentence


def test_a_sound_cut_out_of_a_longer_one_lacks_what_needs_the_bits_before(tmp_path):
    for kind, spf in (("44.1 stereo", 1152), ("16 mono VBR", 576)):
        data = uncounted(mp3(kind, 3.0))
        clean = samples_of(tmp_path / "clean.mp3", data)[0]
        for n in range(20, 40):
            path = tmp_path / "a.mp3"
            whole, status = samples_of(path, b"".join(frames(data)[n:]))
            assert whole.shape[1] == clean.shape[1] - n * spf
            there = ~np.isnan(whole[0])
            assert (status.word == "ok") == there.all()
            if status.word != "ok":
                assert status.reason == "reservoir"
                np.testing.assert_allclose(whole[:, there], clean[:, n * spf :][:, there], rtol=0, atol=1e-6)
                assert there[20 * spf :].all()
        assert_ranges(path, whole, 7, 10)


def test_a_tag_inside_a_sound_does_not_part_it(tmp_path):
    data = uncounted(mp3("44.1 stereo", 2.0))
    clean = samples_of(tmp_path / "clean.mp3", data)[0]
    pieces = frames(data)
    n = next(n for n in range(30, 70) if pieces[n][4] or pieces[n][5] >> 7)  # it borrows bits
    path = tmp_path / "a.mp3"
    whole, status = samples_of(path, b"".join(pieces[:n]) + id3(700) + b"".join(pieces[n:]))
    np.testing.assert_array_equal(whole, clean)
    assert (status.word, status.reason) == ("warn", "tag-inside")
    assert_ranges(path, whole, 8)


def test_tags_around_a_sound_are_never_sound(tmp_path):
    data = mp3(seconds=1.0)
    clean = samples_of(tmp_path / "clean.mp3", data)[0]
    ape = b"APETAGEX" + struct.pack("<4I8x", 2000, 32, 0, 0)
    lyrics = b"LYRICSBEGINla la" + b"%06d" % 16 + b"LYRICS200"
    frame = data[:300]  # a picture may hold anything
    for before, after in (
        (id3(2000), b"TAG" + frame[:125]), (id3(10) + id3(10), ape),
        (id3(400) + bytes(10_000), b""), (id3(400) + bytes(1_000_000), bytes(500)), (b"", lyrics + b"TAG" + bytes(125)),
        (b"", frame[:268] + b"APETAGEX" + struct.pack("<4I8x", 1000, 300, 1, 0)),
        (id3(50) + b"more than said" * 600, b""),
    ):  # fmt: skip
        whole, status = samples_of(tmp_path / "a.mp3", before + data + after)
        assert status.word == "ok", status
        np.testing.assert_array_equal(whole, clean)


def test_a_tag_in_front_of_another_container_is_left_out_and_said(tmp_path):
    raw = (damaged.sound() * 32767).astype("<i2")
    for name, data in (("WAV", damaged.wav(raw.tobytes())), ("AIFF", damaged.encoded(damaged.sound(), "AIFF"))):
        for tag in (id3(100), id3(9) + id3(5) + bytes(77)):
            whole, status = samples_of(tmp_path / "a", tag + data)
            np.testing.assert_array_equal(whole, samples_of(tmp_path / "b", data)[0])
            assert (status.word, status.reason) == ("warn", "tag-before") and name in status.sentence


def wav_of(data, *, fact=None, tag=0x55, rate=44_100, channels=2, size=None):
    fmt = struct.pack("<HHIIHHHHIHHH", tag, channels, rate, 16_000, 1152, 0, 12, 1, 2, 1152, 1, 1393)
    count = b"" if fact is None else damaged.chunk(b"fact", struct.pack("<I", fact))
    body = b"WAVE" + damaged.chunk(b"fmt ", fmt) + count + damaged.chunk(b"data", data, size)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_mp3_in_wav_is_as_long_as_the_header_counts(tmp_path):
    data = uncounted(mp3("44.1 stereo", 2.0))
    alone = samples_of(tmp_path / "alone.mp3", data)[0]
    there, path = alone.shape[1], tmp_path / "a.wav"
    for fact, count, word in (
        (there - 700, there - 700, "ok"), (there, there, "ok"), (None, there, "ok"), (0, there, "ok"),
        (0xFFFFFFFF, there, "ok"), (there + 5000, there, "partial"), (there // 2, there, "warn"),
    ):  # fmt: skip
        whole, status = samples_of(path, wav_of(data, fact=fact))
        assert status.word == word, status
        np.testing.assert_array_equal(whole, alone[:, :count])
        assert_ranges(path, whole, 9, 6)
    whole, status = samples_of(path, wav_of(data, fact=there)[: -len(data) // 2])
    assert status.word == "partial" and whole.shape[1] < there
    np.testing.assert_array_equal(whole, alone[:, : whole.shape[1]])
    assert samples_of(path, wav_of(data, size=0))[1].word == "warn"
    described = mp3("44.1 stereo", 2.0)
    whole, status = samples_of(path, wav_of(described, fact=there))
    np.testing.assert_array_equal(whole, samples_of(tmp_path / "b.mp3", described)[0])
    assert status.word == "ok"
    assert samples_of(path, wav_of(data, rate=22_050))[1].reason == "rate"


def layer_one(count, channels=1):
    """Frames of layer I at 48 kHz, 64 kbit/s: eight bands of two bits hold noise. (ISO 11172-3 2.4.1.5)"""
    rng = np.random.default_rng(0)
    return b"".join(b"\xff\xff\x24\xc0" + b"\x11" * 4 + bytes(12) + rng.bytes(44) for _ in range(count))


@pytest.mark.parametrize("container", ["alone", "WAV"])
def test_layers_one_and_two_are_as_long_as_their_frames(tmp_path, container):
    for data, rate, channels, count, name in (
        (layer_one(200), 48_000, 1, 200 * 384, "MP1"),
        ((b"\xff\xfd\x80\x00" + bytes(413)) * 90, 44_100, 2, 90 * 1152, "MP2"),
        ((b"\xff\xf5\x80\xc0" + bytes(413)) * 3, 22_050, 1, 3 * 1152, "MP2"),
    ):
        path = tmp_path / "a"
        data = data if container == "alone" else wav_of(data, tag=0x50, rate=rate, channels=channels)
        whole, status = samples_of(path, data)
        assert whole.shape == (channels, count) and status.word == "ok", (name, status)
        with open_sound(path) as sound:
            assert sound.format.endswith(name) and sound.sample_rate == rate
        assert (np.abs(whole).max() > 0.01) == (name == "MP1")
        assert_ranges(path, whole, 10)


def test_free_format_and_checksums_are_the_same_sound(tmp_path):
    data = uncounted(mp3("44.1 stereo", 2.0))
    clean = samples_of(tmp_path / "clean.mp3", data)[0]
    free = [frame[:2] + bytes([frame[2] & 0x0F]) + frame[3:] for frame in frames(data)]
    checked = [frame[:1] + bytes([frame[1] & 0xFE]) + frame[2:4] + b"\0\0" + frame[4:] for frame in free]
    path = tmp_path / "a.mp3"
    for pieces in (free, checked):
        whole, status = samples_of(path, b"".join(pieces))
        np.testing.assert_allclose(whole, clean, rtol=0, atol=1e-6)
        assert status.word == "ok"
        assert_ranges(path, whole, 11)


def test_few_frames_are_a_sound(tmp_path):
    data = uncounted(mp3("44.1 stereo", 1.0))
    clean = samples_of(tmp_path / "clean.mp3", data)[0]
    for n in (1, 2, 3, 9):
        whole, status = samples_of(tmp_path / "a.mp3", b"".join(frames(data)[:n]))
        np.testing.assert_array_equal(whole, clean[:, : n * 1152])
        assert status.word == "ok"


def test_a_file_of_very_many_pieces_is_read_in_part_and_soon(tmp_path):
    piece = b"".join(frames(uncounted(mp3("44.1 stereo", 0.3)))[:4])
    whole, status = samples_of(tmp_path / "a.mp3", (piece + id3(3)) * 3000)
    assert (status.word, status.reason) == ("partial", "pieces") and whole.shape[1] == 1000 * 4 * 1152
