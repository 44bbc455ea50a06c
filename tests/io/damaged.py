"""One damaged file of each sort, made from a sound that is made here."""

import hashlib
import io
import struct
from collections import namedtuple

import numpy as np
import soundfile

Case = namedtuple("Case", "name expectation data good")
RATE, COUNT = 16_000, 8000


def sound(count=COUNT, channels=1):
    time = np.arange(count)[:, None] / RATE
    noise = np.random.default_rng(3).uniform(-0.02, 0.02, (count, channels))
    return 0.5 * np.sin(2 * np.pi * (440 + 220 * np.arange(channels)) * time) + noise


def encoded(samples, container, subtype=None, rate=RATE, **options):
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate, samples.shape[1], subtype, format=container, **options) as file:
        for first in range(0, len(samples), 4096):
            file.write(samples[first : first + 4096])
    return out.getvalue()


def chunk(name, body, size=None):
    return name + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def wav(data, *, channels=1, bits=16, tag=1, rate=RATE, size=None, extra=b"", total=None):
    step = channels * bits // 8
    fmt = struct.pack("<HHIIHH", tag, channels, rate, rate * step & 0xFFFFFFFF, step & 0xFFFF, bits)
    body = b"WAVE" + chunk(b"fmt ", fmt) + extra + chunk(b"data", data, size)
    return b"RIFF" + struct.pack("<I", len(body) if total is None else total) + body


def flac_frames(data):
    """Where the frames of a FLAC file of fixed blocks start, by their sync codes and numbers."""
    found, at = [], data.find(b"\xff\xf8", 42)
    while at >= 0:
        if data[at + 4] == len(found):
            found.append(at)
        at = data.find(b"\xff\xf8", at + 1)
    return found


def flac_verbatim(samples, bits, block=64):
    """A FLAC file of whole numbers (n, channels), of frames that hold them as they are. (RFC 9639)"""
    parts = [samples[first : first + block] for first in range(0, len(samples), block)]
    frames = [flac_frame(part, bits, number) for number, part in enumerate(parts)]
    return flac_header(samples, bits, (block, block)) + b"".join(frames)


def flac_header(samples, bits, blocks, *, rate=RATE, promised=None):
    """The beginning of a FLAC file: its smallest and largest block, and its MD5."""
    width, n_channels = -(-bits // 8), samples.shape[1]
    raw = b"".join(int(value).to_bytes(width, "little", signed=True) for value in samples.ravel())
    promised = len(samples) if promised is None else promised
    packed = rate << 44 | (n_channels - 1) << 41 | (bits - 1) << 36 | promised
    out = b"fLaC\x80\0\0\x22" + struct.pack(">HH", *blocks) + bytes(6) + packed.to_bytes(8, "big")
    return out + hashlib.md5(raw, usedforsecurity=False).digest()


def flac_frame(part, bits, number, *, rate_code=0, variable=False, says_bits=True):
    """One frame of numbers (n, channels) as they are."""
    n_channels, code = part.shape[1], {8: 1, 12: 2, 16: 4, 20: 5, 24: 6, 32: 7}.get(bits, 0) if says_bits else 0
    shape = bytes([0x70 | rate_code, (n_channels - 1) << 4 | code << 1])
    head = bytes([0xFF, 0xF8 + variable]) + shape + coded(number) + struct.pack(">H", len(part) - 1)
    frame = head + crc(head, 0x07, 8)
    for channel in part.T:
        frame += b"\x02"  # verbatim
        numbers = "".join(format(int(value) & (1 << bits) - 1, f"0{bits}b") for value in channel)
        frame += int(numbers, 2).to_bytes(len(numbers) // 8, "big")
    return frame + crc(frame, 0x8005, 16)


def coded(number):
    """A number in as few bytes as hold it, in the manner of UTF-8."""
    if number < 0x80:
        return bytes([number])
    rest = []
    while number >= 1 << 6 - len(rest):
        rest.insert(0, 0x80 | number & 0x3F)
        number >>= 6
    return bytes([0xFF << 7 - len(rest) & 0xFF | number, *rest])


def crc(data, polynomial, width):
    value, top = 0, 1 << width - 1
    for byte in data:
        value ^= byte << width - 8
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & (1 << width) - 1
    return value.to_bytes(width // 8, "big")


def cases():
    raw = (sound() * 32767).astype("<i2").tobytes()
    yield Case("whole.wav", "accept", wav(raw), COUNT)
    yield Case("lost-power.wav", "warn", wav(raw, size=0), COUNT)
    yield Case("streamed.wav", "warn", wav(raw, size=0xFFFFFFFF), COUNT)
    yield Case("cut.wav", "partial", wav(raw)[:9000], 4478)
    yield Case("promises-4-gb.wav", "partial", wav(raw, size=0xFFFFFFF0), COUNT)
    yield Case("no-samples.wav", "empty", wav(b""), 0)
    yield Case("riff-size.wav", "warn", wav(raw, total=4), COUNT)
    yield Case("list-before.wav", "accept", wav(raw, extra=chunk(b"LIST", b"INFO" + chunk(b"INAM", b"x\0"))), COUNT)
    yield Case("no-channels.wav", "reject", wav(raw, channels=0), None)
    yield Case("no-rate.wav", "reject", wav(raw, rate=0), None)
    yield Case("unknown-codec.wav", "reject", wav(raw, tag=0xBEEF), None)
    yield Case("one-nan.wav", "warn", wav(np.array([0, np.nan, 1], "<f4").tobytes(), bits=32, tag=3), 3)
    yield Case("mp3-form.wav", "reject", b"RIFF\x10\0\0\0MP3 " + bytes(100), None)
    yield Case("odd-form.wav", "reject", b"FORM\x10\0\0\0\0\1\xff\xfe" + bytes(100), None)
    yield Case("cut-header.wav", "reject", wav(raw)[:30], None)
    aiff = encoded(sound(), "AIFF", "PCM_16")
    yield Case("whole.aiff", "accept", aiff, COUNT)
    yield Case("cut.aiff", "partial", aiff[:6000], 2900)
    aifc, caf = encoded(sound(), "AIFF", "GSM610", 8000), encoded(sound(), "CAF", "PCM_16")
    yield Case("unknown-codec.aifc", "reject", aifc.replace(b"GSM ", b"\xe9'\0x"), None)
    yield Case("unknown-codec.caf", "reject", caf.replace(b"lpcm", b".mp3"), None)
    yield from flac_cases()
    ogg, mp3 = encoded(sound(120_000), "OGG"), encoded(sound(60_000), "MP3")
    yield Case("whole.ogg", "accept", ogg, 120_000)
    yield Case("cut.ogg", "partial", ogg[: len(ogg) // 2], None)
    page = ogg.index(b"OggS", len(ogg) // 2)
    yield Case("lost-page.ogg", "partial", ogg[:page] + ogg[ogg.index(b"OggS", page + 4) :], None)
    yield Case("flipped-bit.ogg", "partial", ogg[:page] + flipped(ogg[page:], 100), None)
    opus = encoded(sound(120_000), "OGG", "OPUS", compression_level=0.5)
    page = opus.index(b"OggS", len(opus) // 3)
    yield Case("whole.opus", "accept", opus, 120_000)
    yield Case("cut.opus", "partial", opus[: len(opus) // 2], None)
    yield Case("lost-page.opus", "partial", opus[:page] + opus[opus.index(b"OggS", page + 4) :], 120_000)
    yield Case("flipped-bit.opus", "partial", opus[:page] + flipped(opus[page:], 100), 120_000)
    speech = encoded(sound(120_000), "OGG", "OPUS", compression_level=0.9)
    page = speech.index(b"OggS", len(speech) // 2)
    yield Case("lost-page-speech.opus", "partial", speech[:page] + speech[speech.index(b"OggS", page + 4) :], 40_000)
    yield Case("whole.mp3", "accept", mp3, None)
    yield Case("cut.mp3", "partial", mp3[: len(mp3) // 2], None)
    yield Case("playlist.wav", "reject", b"#EXTM3U\nfile:///etc/passwd\n", None)
    yield Case("concat.mp3", "reject", b"ffconcat version 1.0\nfile 'whole.mp3'\n", None)
    yield Case("text.wav", "reject", b"no sound\n" * 100, None)
    yield Case("random.wav", "reject", np.random.default_rng(0).bytes(5000), None)


def flac_cases():
    flac = encoded(sound(30_000), "FLAC", "PCM_16")
    at = flac_frames(flac)
    yield Case("whole.flac", "accept", flac, 30_000)
    yield Case("wrong-md5.flac", "warn", flipped(flac, 30), 30_000)
    yield Case("flipped-bit.flac", "partial", flipped(flac, at[3] + 60), 30_000)
    yield Case("lost-frame.flac", "partial", flac[: at[3]] + flac[at[4] :], 30_000)
    swapped = flac[: at[3]] + flac[at[4] : at[5]] + flac[at[3] : at[4]] + flac[at[5] :]
    yield Case("swapped-frames.flac", "partial", swapped, 30_000)
    yield Case("cut.flac", "partial", flac[: at[4] + 10], 4 * 4096)
    yield Case("tagged.flac", "accept", flac + b"TAG" + bytes(125), 30_000)


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
