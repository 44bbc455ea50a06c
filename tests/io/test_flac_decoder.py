"""Our own FLAC decoder against frames written by the standard, against libsndfile, and against nonsense."""

import random

import numpy as np
import pytest
import soundfile

from sonograph.errors import SourceError
from sonograph.io.audio import open as open_sound
from sonograph.io.containers import flac_scan
from sonograph.io.containers.flac import Format
from sonograph.io.decoders import flac_frames, flac_groups
from sonograph.io.door import OpenFile
from tests.io import damaged, flac_coded, flac_pieces


@pytest.fixture
def without_compiler(monkeypatch):
    """As on a machine that nothing can be compiled on."""
    monkeypatch.setattr(flac_frames, "program", lambda: None)
    monkeypatch.setattr(flac_scan, "_program", lambda: None)


def whole_numbers(chance, count, channels, n_bits):
    """Numbers of some kind of sound: steady, slow, loud, all but silent, with zeros in their lowest bits."""
    top, noise = 2 ** (n_bits - 1), np.random.default_rng(chance.randrange(1 << 30))
    kind = chance.randrange(5)
    if kind == 0:
        return np.full((count, channels), noise.integers(-top, top))
    if kind == 1:
        return (0.9 * top * np.sin(0.05 * np.arange(count * channels).reshape(count, channels))).astype(np.int64)
    if kind == 2:
        return noise.integers(-top, top, (count, channels))
    if kind == 3:
        return np.where(noise.random((count, channels)) < 0.02, noise.integers(-top, top, (count, channels)), 0)
    return noise.integers(-top, top, (count, channels)) >> 3 << 3


@pytest.mark.parametrize("n_bits", [4, 8, 12, 16, 17, 20, 24, 32])
def test_all_that_an_encoder_may_write_is_read(tmp_path, n_bits):
    for seed in range(12):
        chance = random.Random(f"{n_bits} {seed}")
        channels = chance.choice((1, 2, 2, 2, 3, 8))
        values = whole_numbers(chance, chance.choice((150, 400)), channels, n_bits)
        (tmp_path / "a.flac").write_bytes(flac_coded.file(values, n_bits, chance.choice((96, 100, 128)), chance))
        with open_sound(tmp_path / "a.flac") as sound:
            found = sound.read(range(len(values)))
            assert sound.check().word == "ok", (seed, sound.status)  # its MD5 too
        np.testing.assert_array_equal(found.T * 2.0 ** (n_bits - 1), values, err_msg=str(seed))


@pytest.mark.parametrize("subtype", ["PCM_S8", "PCM_16", "PCM_24"])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_what_libflac_writes_is_read_as_libsndfile_reads_it(tmp_path, subtype, channels):
    noise = np.random.default_rng(channels)
    steps = np.cumsum(noise.standard_normal((30_000, channels)), axis=0)
    sound = np.concatenate(
        [np.zeros((5000, channels)), 0.5 * steps / np.abs(steps).max(), noise.uniform(-1, 1, (9000, channels))]
    )
    for level in (0.0, 0.6, 1.0):
        soundfile.write(tmp_path / "a.flac", sound, 44_100, subtype=subtype, compression_level=level)
        wanted = soundfile.read(tmp_path / "a.flac", dtype="float32", always_2d=True)[0].T
        with open_sound(tmp_path / "a.flac") as file:
            for size in (1000, 4096, 44_000):
                np.testing.assert_array_equal(np.concatenate(list(file.blocks(size)), axis=1), wanted)
            assert file.check().word == "ok"


def test_nonsense_under_a_right_checksum_harms_nothing(tmp_path):
    """Whatever bits stand in a frame, only its own samples are touched, and a program that ends is one that holds."""
    chance = random.Random(0)
    frames = flac_frames.decoder_of(None, mislabelled=False)
    for seed in range(300):
        values = whole_numbers(chance, 96, 2, 16)
        data = bytearray(flac_coded.frame(values, 16, 1, chance)[:-2])
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(8, len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(9, len(data)) :]
        data += damaged.crc(bytes(data), 0x8005, 16)
        (tmp_path / "a").write_bytes(data)
        frames._file = OpenFile(tmp_path / "a")
        out = np.full((2, 300), 7.0, np.float32)
        one = np.array([0], np.int64)
        good, encoded = frames.decode(one, np.array([96], np.int64), Format(8000, 2, 16), out[:, 100:], 2)
        assert (out[:, :100] == 7).all() and (out[:, 196:] == 7).all(), seed
        assert good[0] or (out == 7).all(), seed
        assert len(encoded) == 2 * 2 * 96
        frames._file.close()


@pytest.mark.parametrize("harm", ["none", "flip", "drop", "double, flip"])
def test_any_number_of_threads_reads_the_same_with_the_same_status(tmp_path, monkeypatch, harm):
    data = damaged.encoded(damaged.sound(150_000, 2), "FLAC", "PCM_16")
    at = damaged.flac_frames(data)
    if "double" in harm:
        data = data[: at[9]] + data[at[8] :]
    if "flip" in harm:
        data = damaged.flipped(data, at[8] + 500)
    if harm == "drop":
        data = data[: at[8]] + data[at[9] :]
    (tmp_path / "a.flac").write_bytes(data)
    monkeypatch.setattr(flac_groups, "GROUP", 1 << 14)
    read = []
    for threads, size in ((1, None), (2, None), (3, 50_000), (8, 7777)):
        monkeypatch.setattr(flac_groups, "n_threads", lambda asked, threads=threads: threads)
        with open_sound(tmp_path / "a.flac") as sound:
            read.append((np.concatenate(list(sound.blocks(size)), axis=1), sound.status))
    for samples, status in read[1:]:
        np.testing.assert_array_equal(samples, read[0][0])
        assert status == read[0][1]
    assert status.word == ("ok" if harm == "none" else "partial")
    assert np.isnan(samples).any() == (harm in ("flip", "drop"))  # of two copies the one that is whole is heard


def test_another_md5_is_told_by_any_number_of_threads(tmp_path, monkeypatch):
    (tmp_path / "a.flac").write_bytes(damaged.flipped(damaged.encoded(damaged.sound(90_000), "FLAC", "PCM_16"), 30))
    monkeypatch.setattr(flac_groups, "GROUP", 1 << 14)
    for threads in (1, 3):
        monkeypatch.setattr(flac_groups, "n_threads", lambda asked, threads=threads: threads)
        with open_sound(tmp_path / "a.flac") as sound:
            assert sound.check().reason == "md5"


@pytest.mark.parametrize(("flipped", "word"), [(False, "ok"), (True, "warn")])
def test_frames_that_lie_far_apart_are_whole_and_under_their_md5(tmp_path, flipped, word):
    values = np.random.default_rng(0).integers(-(2**15), 2**15, (1280, 2))
    data = damaged.flac_verbatim(values, 16)
    at = damaged.flac_frames(data)
    data = data[: at[5]] + bytes(400_000) + data[at[5] :]
    (tmp_path / "a.flac").write_bytes(damaged.flipped(data, 30) if flipped else data)
    with open_sound(tmp_path / "a.flac") as sound:
        np.testing.assert_array_equal(sound.read(range(1280)).T * 2.0**15, values)
        assert sound.check().word == word, sound.status


def test_headers_are_found_by_the_program_as_by_python(monkeypatch):
    """In frames, in nonsense, at the very end, and in nonsense that is full of what begins a header."""
    chance = random.Random(0)
    pieces = [chance.randbytes(3000), b""]
    for n_bits, channels in ((8, 1), (16, 2), (24, 5)):
        values = whole_numbers(chance, 700, channels, n_bits)
        pieces.append(flac_coded.file(values, n_bits, 64, chance))
    for _ in range(300):
        head = bytes([0xFF, chance.choice((0xF8, 0xF9)), chance.randrange(256), chance.randrange(256)])
        head += bytes(chance.choice((0, 5, 0x7F, 0x80, 0xC2, 0xE1, 0xF7, 0xFD, 0xFE, 0xFF)) for _ in range(8))
        pieces += [head[:end] + damaged.crc(head[:end], 0x07, 8) for end in range(5, 13)]
    pieces.append(b"".join(pieces))
    found = [flac_scan.scan(piece, count) for piece in pieces for count in (len(piece), len(piece) // 2)]
    monkeypatch.setattr(flac_scan, "_program", lambda: None)
    wanted = [flac_scan.scan(piece, count) for piece in pieces for count in (len(piece), len(piece) // 2)]
    for ours, python in zip(found, wanted, strict=True):
        for a, b in zip(ours, python, strict=True):
            np.testing.assert_array_equal(a, b)
    assert len(found[-2].keys) > 100 and len(set(found[-2].keys.tolist())) > 60


@pytest.mark.parametrize("way", flac_pieces.WAYS)
def test_without_a_compiler_the_same_is_heard(tmp_path, without_compiler, way):
    for kind in flac_pieces.KINDS:
        chance = random.Random(f"{kind} {way}")
        wrong = flac_pieces.broken_law(tmp_path / "a.flac", flac_pieces.Rearranged(chance, kind, [way]), chance)
        assert not wrong, wrong


@pytest.mark.parametrize("n_bits", [4, 7, 12, 15, 18, 20, 28, 31, 32])
def test_without_a_compiler_bits_that_libsndfile_cannot_be_told_are_named(tmp_path, without_compiler, n_bits):
    values = np.random.default_rng(0).integers(-8, 8, (640, 2))
    data = damaged.flac_header(values, n_bits, (64, 64))
    parts = [values[at : at + 64] for at in range(0, 640, 64)]
    data += b"".join(damaged.flac_frame(part, n_bits, i, says_bits=False) for i, part in enumerate(parts))
    (tmp_path / "a.flac").write_bytes(data)
    with pytest.raises(SourceError, match=rf"a\.flac: is a FLAC file; FLAC of {n_bits} bits.*cannot be decoded here\."):
        open_sound(tmp_path / "a.flac")


@pytest.mark.parametrize("n_bits", [8, 12, 16, 20, 24, 32])
def test_without_a_compiler_bits_that_the_frames_tell_are_read(tmp_path, without_compiler, n_bits):
    values = np.random.default_rng(0).integers(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1), (640, 2))
    (tmp_path / "a.flac").write_bytes(damaged.flac_verbatim(values, n_bits))
    with open_sound(tmp_path / "a.flac") as sound:
        np.testing.assert_array_equal(sound.read(range(640)).T * 2.0 ** (n_bits - 1), values)
        assert sound.check().word == "ok"
