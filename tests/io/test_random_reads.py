"""A range of a sound is what lies there: `read` gives, for every range and in every format, what `blocks` has there.

By hand with more ranges of each sound: RANGES=300 SEED=7 python -m pytest tests/io/test_random_reads.py
"""

import functools
import os
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph.io import random_access
from sonograph.io.audio import open as open_sound
from sonograph.io.decoded_cache import DecodedCache, shared
from sonograph.io.decoders import libsndfile, ogg_sounds
from sonograph.io.random_access import KEPT
from tests.io import damaged, oggs

DATA = Path(__file__).parents[3] / "shared" / "data"
RECORDINGS = sorted(p for p in DATA.rglob("*") if p.suffix in (".wav", ".aif", ".flac", ".ogg", ".mp3"))
RANGES, SEED = int(os.environ.get("RANGES", "16")), int(os.environ.get("SEED", "0"))

PLAIN = {
    "wav-16": ("WAV", "PCM_16", 2), "wav-float": ("WAV", "FLOAT", 1), "wav-law": ("WAV", "ULAW", 1),
    "w64-24": ("W64", "PCM_24", 2), "aiff-16": ("AIFF", "PCM_16", 2), "au-16": ("AU", "PCM_16", 1),
    "caf-double": ("CAF", "DOUBLE", 2), "rf64-16": ("RF64", "PCM_16", 1),
}  # fmt: skip
DECODED = {
    "flac-16": ("FLAC", "PCM_16", 2), "flac-24": ("FLAC", "PCM_24", 1), "wav-ms": ("WAV", "MS_ADPCM", 2),
    "wav-ima": ("WAV", "IMA_ADPCM", 1), "w64-ima": ("W64", "IMA_ADPCM", 2), "w64-ms": ("W64", "MS_ADPCM", 1),
    "aiff-ima": ("AIFF", "IMA_ADPCM", 2), "wav-gsm": ("WAV", "GSM610", 1), "aiff-gsm": ("AIFF", "GSM610", 1),
    "wav-g721": ("WAV", "G721_32", 1), "au-g721": ("AU", "G721_32", 1), "au-g723": ("AU", "G723_24", 1),
    "caf-alac-16": ("CAF", "ALAC_16", 2), "caf-alac-24": ("CAF", "ALAC_24", 1), "mp3": ("MP3", "MPEG_LAYER_III", 2),
}  # fmt: skip
QUALITIES = {"vorbis-0": ("VORBIS", 1.0), "vorbis-10": ("VORBIS", 0.0), "opus-high": ("OPUS", 0.2)}


def changing(n_samples, channels=1, rate=16_000):
    """Tones, noise, clicks and silence by turns, so that block sizes, bit rates and what a decoder remembers change."""
    time = np.arange(n_samples)[:, np.newaxis] / rate
    rng = np.random.default_rng(5)
    sound = 0.3 * np.sin(2 * np.pi * (300 + 200 * np.arange(channels)) * time) * (np.floor(time) % 3 == 0)
    sound += 0.2 * rng.standard_normal((n_samples, channels)) * (np.floor(time * 2) % 5 == 1)
    sound[:: rate // 3] += 0.5 * (np.floor(time[:: rate // 3]) % 4 == 2)
    return np.clip(sound, -0.9, 0.9)


@functools.cache
def vorbis(n_samples=160_000, channels=2, level=0.6):
    return damaged.encoded(changing(n_samples, channels), "OGG", "VORBIS", compression_level=level)


@functools.cache
def opus(n_samples=24 * 16_000, channels=1, level=0.3):
    return damaged.encoded(changing(n_samples, channels), "OGG", "OPUS", compression_level=level)


def later_start(data, samples):
    """Opus that leaves out so many samples more."""
    packets = oggs.opus_times(oggs.packets_of(data))
    head = bytearray(packets[0].data)
    head[10:12] = (int.from_bytes(head[10:12], "little") + samples).to_bytes(2, "little")
    packets[0].data = bytes(head)
    return oggs.paged(packets, 2, per_page=40)


def in_pages(data, **options):
    return oggs.paged(oggs.vorbis_times(oggs.packets_of(data)), 3, **options)


def opus_in_pages(data, **options):
    return oggs.paged(oggs.opus_times(oggs.packets_of(data)), 2, **options)


def in_ogg():
    flac = damaged.encoded(changing(100_000, 2), "FLAC", "PCM_16")
    return oggs.flac_in_ogg(flac, damaged.flac_frames(flac))


def three_sounds():
    return b"".join(in_pages(vorbis(30_000 * i, 1), per_page=8, serial=i) for i in (1, 2, 3))


def opus_and_another():
    return opus_in_pages(opus(), per_page=30, serial=3) + opus_in_pages(opus(50_000, 1), per_page=9, serial=4)


PAGED = {
    "FLAC": in_ogg,
    "a packet a page": lambda: in_pages(vorbis(), per_page=1),
    "packets over many pages": lambda: in_pages(vorbis(level=0.0), segments=1),
    "pages of two segments": lambda: in_pages(vorbis(level=0.3), segments=2),
    "pages as long as can be": lambda: in_pages(vorbis()),
    "times that begin late": lambda: oggs.changed_times(
        in_pages(vorbis(), per_page=9), lambda number, time: time + 700
    ),
    "times that begin early": lambda: oggs.changed_times(
        in_pages(vorbis(), per_page=9), lambda number, time: time - 300
    ),
    "times that leap": lambda: oggs.changed_times(
        in_pages(vorbis(), per_page=9), lambda number, time: time + 500 * (number > 9)
    ),
    "three sounds": three_sounds,
    "Opus": opus,
    "Opus, joined": opus_and_another,
    "Opus, a packet a page": lambda: opus_in_pages(opus(), per_page=1),
    "Opus, packets over many pages": lambda: opus_in_pages(opus(320_000, 1, 0.0), segments=1),
    "Opus, pages of five segments": lambda: opus_in_pages(opus(320_000, 1, 0.0), segments=5),
    "Opus that leaves out more": lambda: later_start(opus(), 21_000),
    "Opus that leaves out an odd number": lambda: later_start(opus(), 1001),
    "Opus of few bits": lambda: opus(400_000, 1, 0.95),
    "Opus of three channels": lambda: opus(100_000, 3, 0.5),
}


def made(name):
    if name in PAGED:
        return PAGED[name]()
    if name in QUALITIES:
        subtype, level = QUALITIES[name]
        return damaged.encoded(changing(160_000, 2), "OGG", subtype, compression_level=level)
    container, subtype, channels = {**PLAIN, **DECODED}[name]
    rate = 8000 if subtype in ("GSM610", "G721_32", "G723_24") else 16_000
    return damaged.encoded(changing(100_000, channels), container, subtype, rate)


def any_range(rng, n_samples):
    """Of one sample, of a few, of many or of all; now and then before the beginning or beyond the end."""
    size = int(rng.choice([1, 2, 300, 5000, 40_000, n_samples + 10]))
    first = int(rng.integers(-min(size, 3000), n_samples + 3000))
    return range(first, first + size)


def check(path, tolerance=0.0):
    """Ranges in any order, each fourth of them the first that is read after opening; how many were compared."""
    rng = np.random.default_rng(SEED)
    with open_sound(path) as sound:
        whole = np.concatenate([np.empty((sound.n_channels, 0), sound.dtype), *sound.blocks(30_000)], axis=1)
        n_samples, status = whole.shape[1], sound.status
    sound = open_sound(path)
    for i in range(RANGES):
        if i % 4 == 0:
            sound.close()
            sound = open_sound(path)
        samples = any_range(rng, n_samples)
        wanted = np.zeros((len(whole), len(samples)), whole.dtype)
        first, stop = max(0, samples.start), min(n_samples, samples.stop)
        if stop > first:
            wanted[:, first - samples.start : stop - samples.start] = whole[:, first:stop]
        if (sound.expected or 0) > n_samples:
            samples = range(samples.start, min(samples.stop, n_samples))
            wanted = wanted[:, : len(samples)]
        found = sound.read(samples)
        if tolerance:
            np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance, err_msg=f"{path}, {samples}")
        else:
            np.testing.assert_array_equal(found, wanted, err_msg=f"{path}, {samples}")
    sound.close()
    return status


@pytest.mark.parametrize("name", [*PLAIN, *DECODED, *QUALITIES, *PAGED])
def test_any_range_of_a_sound_that_was_made(tmp_path, monkeypatch, name):
    """Opus, which is decoded in spans, in shorter ones: so it takes less to have several. Long stretches likewise."""
    monkeypatch.setattr(ogg_sounds, "SPAN", 5.0)
    monkeypatch.setattr(random_access, "STRETCH", 2)
    (tmp_path / "sound").write_bytes(made(name))
    # MP3 carries bits from frame to frame, and the decoder's sums depend on where it started
    status = check(tmp_path / "sound", 1e-6 if name == "mp3" else 0)
    assert status.word in (("partial",) if name == "times that leap" else ("ok", "warn"))
    assert status.decoded > 90_000


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_any_range_of_a_recording(path):
    try:
        open_sound(path).close()
    except OSError:
        pytest.skip(f"{path.name} cannot be read at all; other tests say why")
    check(path, 1e-6 if path.suffix == ".mp3" else 0)


@pytest.mark.parametrize("data", [vorbis, opus], ids=["vorbis", "opus"])
def test_what_is_far_in_ogg_is_not_decoded_from_the_beginning(tmp_path, monkeypatch, data):
    monkeypatch.setattr(ogg_sounds, "SPAN", 5.0)
    (tmp_path / "a.ogg").write_bytes(data())
    decoded, rows = [], libsndfile.Decoder.rows
    monkeypatch.setattr(libsndfile.Decoder, "rows", lambda self, count: decoded.append(count) or rows(self, count))
    with open_sound(tmp_path / "a.ogg") as sound:
        sound.read(range(sound.n_samples - 3000, sound.n_samples - 2000))
        assert 1000 <= sum(decoded) < sound.n_samples * 0.45


@pytest.mark.parametrize("name", ["vorbis-0", "Opus", "FLAC", "three sounds"])
def test_what_is_read_in_ogg_is_what_another_decoder_gives(tmp_path, monkeypatch, name):
    """Opus to a last bit: what a decoder remembers of sounds long ago is less."""
    monkeypatch.setattr(ogg_sounds, "SPAN", 5.0)
    data = made(name)
    (tmp_path / "a.ogg").write_bytes(data)
    with open_sound(tmp_path / "a.ogg") as sound:
        found = sound.read(range(sound.n_samples))
    if name == "FLAC":
        wanted = np.round(changing(100_000, 2).T * 32_768) / 32_768
        np.testing.assert_allclose(found, wanted, rtol=0, atol=2 / 32_768)
        return
    parts = [in_pages(vorbis(30_000 * i, 1), per_page=8) for i in (1, 2, 3)] if name == "three sounds" else [data]
    wanted = []
    for i, part in enumerate(parts):
        (tmp_path / f"{i}.ogg").write_bytes(part)
        wanted.append(soundfile.read(tmp_path / f"{i}.ogg", dtype="float32", always_2d=True)[0].T)
    np.testing.assert_allclose(found, np.concatenate(wanted, axis=1), rtol=0, atol=1e-30 if "Opus" in name else 0)


def test_windows_that_were_decoded_are_not_decoded_again(tmp_path, monkeypatch):
    (tmp_path / "a.caf").write_bytes(damaged.encoded(changing(100_000, 2), "CAF", "ALAC_16"))
    decoded, rows = [], libsndfile.Decoder.rows
    monkeypatch.setattr(libsndfile.Decoder, "rows", lambda self, count: decoded.append(count) or rows(self, count))
    with open_sound(tmp_path / "a.caf") as sound:
        before = shared.n_bytes
        for first in (70_000, 3, 69_000, 50_000, 1000):
            sound.read(range(first, first + 2000))
        assert sum(decoded) < 72_000 + KEPT
        assert 0 < shared.n_bytes - before <= (72_000 + KEPT) * 2 * 4
    assert shared.n_bytes == before


def test_no_more_is_kept_than_may_be():
    kept, block = DecodedCache(1000), np.zeros(25, np.float32)
    first, second = kept.owner(), kept.owner()
    for number in range(10):
        kept.put(first, number, block)
    kept.get(first, 0)
    kept.put(second, 0, block)  # in the place of what was not asked for the longest
    assert kept.n_bytes == 1000
    assert kept.get(first, 1) is None and kept.get(first, 0) is block and kept.get(second, 0) is block
    kept.put(second, 1, np.zeros(251, np.float32))  # more than there may be at all
    assert kept.n_bytes == 0 and kept.get(second, 1) is None
    kept.put(first, 3, block)
    kept.put(first, 3, block)
    kept.put(second, 3, block)
    kept.forget(first)
    assert kept.n_bytes == 100 and kept.get(first, 3) is None and kept.get(second, 3) is block


def test_many_threads_read_what_is_kept(tmp_path, monkeypatch):
    """With so little kept that blocks come and go."""
    monkeypatch.setattr(shared, "at_most", 300_000)
    (tmp_path / "a.caf").write_bytes(damaged.encoded(changing(100_000, 2), "CAF", "ALAC_16"))
    (tmp_path / "b.ogg").write_bytes(vorbis())
    sounds = [open_sound(tmp_path / "a.caf"), open_sound(tmp_path / "b.ogg")]
    wholes = [np.concatenate(list(sound.blocks()), axis=1) for sound in sounds]
    wrong = []

    def work(seed):
        rng = np.random.default_rng(seed)
        for first in rng.integers(0, 95_000, 12):
            for sound, whole in zip(sounds, wholes, strict=True):
                if not np.array_equal(sound.read(range(first, first + 5000)), whole[:, first : first + 5000]):
                    wrong.append(first)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and shared.n_bytes <= 300_000
    for sound in sounds:
        sound.close()
