import struct

import numpy as np
import pytest

from sonograph.io.audio import open as open_sound
from sonograph.io.decoders.pcm import Encoding
from tests.io import damaged


@pytest.mark.parametrize("width", range(1, 9))
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("kind", ["signed", "unsigned"])
@pytest.mark.parametrize("n_channels", [1, 3])
def test_integers_of_every_width_are_what_their_bytes_say(width, big, kind, n_channels):
    if kind == "unsigned" and width not in (1, 2, 4, 8):
        pytest.skip("no format has these")
    data = bytes([0] * width * 3 + [255] * width * 3 + [128] * width * 3) + np.random.default_rng(width).bytes(
        width * 30
    )
    order = "big" if big else "little"
    words = [data[i : i + width] for i in range(0, len(data), width)]
    half = 2 ** (8 * width - 1)
    integers = [
        int.from_bytes(word, order, signed=kind == "signed") - (half if kind == "unsigned" else 0) for word in words
    ]
    samples = Encoding(kind, width, big, 8 * width).samples(data, n_channels)
    want = np.array([integer / half for integer in integers]).reshape(-1, n_channels).T
    np.testing.assert_array_equal(samples, want.astype(samples.dtype))
    assert samples.flags.c_contiguous


def wav_of_bits(values, bits, width, *, extended):
    """A WAV of one channel whose header says that so many bits of so many bytes count, in either of two ways."""
    data = b"".join(int(value).to_bytes(width, "little", signed=True) for value in values)
    rate = 8000
    if extended:
        guid = bytes.fromhex("0100000000001000800000aa00389b71")
        fmt = struct.pack("<HHIIHHHHI", 0xFFFE, 1, rate, rate * width, width, 8 * width, 22, bits, 4) + guid
    else:
        fmt = struct.pack("<HHIIHH", 1, 1, rate, rate * width, width, bits)
    body = b"WAVE" + damaged.chunk(b"fmt ", fmt) + damaged.chunk(b"data", data)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize(("bits", "width"), [(24, 4), (20, 3), (20, 4), (12, 2), (14, 2), (15, 2), (18, 3)])
def test_bits_that_count_are_found_high_or_low_in_their_bytes(tmp_path, bits, width, extended):
    numbers = np.random.default_rng(bits).integers(-(2 ** (bits - 1)), 2 ** (bits - 1), 1000)
    numbers[-1] = -(2 ** (bits - 1))
    path = tmp_path / "a.wav"
    low, all_bits = ("warn", "low-bits"), ("warn", "bits")
    for shift, gain, status in ((8 * width - bits, 1, ("ok", "")), (0, 1, low), (0, 3, all_bits)):
        if gain > 1 and bits + 2 > 8 * width:
            continue
        path.write_bytes(wav_of_bits((numbers * gain) << shift, bits, width, extended=extended))
        with open_sound(path) as sound:
            found = sound.check()
            assert (found.word, found.reason) == status
            assert sound.format == f"WAV, {bits} bit PCM"
            full = 2.0 ** (8 * width - 1) if gain > 1 else 2.0 ** (bits - 1)
            np.testing.assert_array_equal(sound.read(range(1000))[0], numbers * gain / full)


@pytest.mark.parametrize("tag", [6, 7])
def test_telephone_laws_whose_rates_disagree_say_so(tmp_path, tag):
    for byte_rate, word in ((8000, "ok"), (16_000, "warn"), (0, "warn")):
        fmt = struct.pack("<HHIIHHH", tag, 1, 8000, byte_rate, 1, 8, 0)
        body = b"WAVE" + damaged.chunk(b"fmt ", fmt) + damaged.chunk(b"data", bytes(4000))
        (tmp_path / "a.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
        with open_sound(tmp_path / "a.wav") as sound:
            status = sound.check()
            assert (status.word, status.reason) == (word, "" if word == "ok" else "byte-rate")
            assert (sound.sample_rate, sound.n_samples) == (8000, 4000)
