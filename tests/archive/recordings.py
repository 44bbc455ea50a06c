"""Recordings as recorders leave them: WAVs with the chunks that tell times, and what lies beside them."""

import struct
from datetime import UTC, datetime, timedelta

import numpy as np

RATE = 8000
BEGAN = datetime(2024, 5, 1, 4, 30, tzinfo=UTC)


def noise(n, seed=0, channels=1):
    """Whole numbers of 16 bits, and the float32 that they are read as."""
    whole = np.random.default_rng(seed).integers(-20_000, 20_000, (channels, n)).astype(np.int16)
    return whole, (whole / np.float32(32_768)).astype(np.float32)


def wav(whole, rate=RATE, *chunks):
    """A WAV of 16 bits with other chunks between its format and its samples."""
    whole = np.atleast_2d(whole)
    channels, data = len(whole), np.ascontiguousarray(whole.T).astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    parts = [(b"fmt ", form), *chunks, (b"data", data)]
    body = b"WAVE" + b"".join(name + struct.pack("<I", len(c)) + c + b"\0" * (len(c) % 2) for name, c in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def guano(text):
    return b"guan", f"GUANO|Version:1.0\nTimestamp:{text}\n".encode()


def bext(moment, reference=0):
    body = bytes(256) + b"Recorder".ljust(32, b"\0") + bytes(32) + moment.strftime("%Y-%m-%d%H:%M:%S").encode()
    return b"bext", body + struct.pack("<Q", reference) + bytes(256)


def ixml(moment):
    day, hour = moment.strftime("%Y-%m-%d"), moment.strftime("%H:%M:%S")
    text = f"<BWFXML><BEXT><BWF_ORIGINATION_DATE>{day}</BWF_ORIGINATION_DATE>"
    return b"iXML", f"{text}<BWF_ORIGINATION_TIME>{hour}</BWF_ORIGINATION_TIME></BEXT></BWFXML>".encode()


def audiomoth(moment, device="24F3190361DA6F2C", gain="medium"):
    when = moment.strftime("%H:%M:%S %d/%m/%Y")
    text = f"Recorded at {when} (UTC) by AudioMoth {device} at {gain} gain while battery was 4.1V."
    comment = text.encode() + b"\0"
    comment += b"\0" * (len(comment) % 2)
    return b"LIST", b"INFOICMT" + struct.pack("<I", len(comment)) + comment


def xwav(parts, *, fake_rate=RATE, version=1, name=b"DL13"):
    """An XWAV of raw files, each (whole numbers, time, rate, gain)."""
    first = 12 + 24 + 8 + 56 + 32 * len(parts) + 8
    table, samples = b"", []
    for whole, moment, rate, gain in parts:
        place = first + 2 * sum(map(len, samples))
        stamp = struct.pack("<6BH", moment.year - 2000, moment.month, moment.day, moment.hour, moment.minute,
                            moment.second, moment.microsecond // 1000)  # fmt: skip
        table += stamp + struct.pack("<4IB7x", place, 2 * len(whole), 60_000, rate, gain)
        samples.append(whole)
    head = struct.pack("<B10s4s4s8sB8sH2ih8x", version, b"V2.02S", name, b"SITA", b"CROSS_02", 1, b"12345678",
                       len(parts), -15_825_368, 1_872_238, 396)  # fmt: skip
    return wav(np.concatenate(samples), fake_rate, (b"harp", head + table))


def soundtrap_log(moment, *events, offset_us=0):
    """What a SoundTrap writes beside its sound."""
    lines = [
        f'<WavFileHandler SamplingStartTimeLocal="{moment - timedelta(hours=7):%Y-%m-%dT%H:%M:%S}" />',
        f'<WavFileHandler SamplingStartTimeUTC="{moment:%Y-%m-%dT%H:%M:%S}" />',
        f'<WavFileHandler SamplingStartTimeSubS="{offset_us} us" />',
        *(f'<WavFileHandler Info="{event}" />' for event in events),
    ]
    inside = "".join(f'<PROC_EVENT ID="{i}">{line}</PROC_EVENT>\n' for i, line in enumerate(lines))
    return f'<?xml version="1.0"?>\n<ST><AUDIO Gain="High"/>\n{inside}</ST>'


def put(folder, whole, began=BEGAN, rate=RATE, name="A_{:%Y%m%d_%H%M%S}.wav"):
    """A WAV whose name tells when it began."""
    path = folder / name.format(began)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wav(whole, rate))
    return path


def after(seconds):
    return BEGAN + timedelta(seconds=seconds)
