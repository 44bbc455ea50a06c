"""What programs write into a pipe, where they cannot go back to put the length into the header."""

import struct

import numpy as np
import pytest

from sonograph import open
from sonograph.cli import main


def wav(claimed, bits, channels):
    """A WAV as SoX 14.4 writes it to a pipe: silence of 1000 samples."""
    step = bits // 8 * channels
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", claimed + 36, b"WAVE", b"fmt ", 16, 1, channels, 8000, 8000 * step, step, bits
    )
    return head + struct.pack("<4sI", b"data", claimed) + bytes(1000 * step)


@pytest.mark.parametrize(("bits", "channels", "claimed"), [(16, 1, 0x7FFFF000), (24, 2, 0x7FFFF000 // 6 * 6)])
def test_what_sox_writes_into_a_pipe_is_as_long_as_it_is(bits, channels, claimed, tmp_path, capsys):
    path = tmp_path / "piped.wav"
    path.write_bytes(wav(claimed, bits, channels))
    with open(path) as source:
        assert (source.n_samples, source.expected) == (1000, 1000)
        assert (source.status.word, source.status.reason) == ("warn", "length-unknown")
        np.testing.assert_array_equal(source.read(range(990, 1010)), 0)
    assert main(["draw", str(path), "-o", str(tmp_path / "a.png"), "-q"]) == 0
    assert "does not say how long the sound is" in capsys.readouterr().err


def test_a_length_near_it_is_a_promise(tmp_path):
    path = tmp_path / "cut.wav"
    path.write_bytes(wav(0x7FFFF002, 16, 1))
    with open(path) as source:
        assert (source.status.word, source.expected) == ("partial", 0x7FFFF002 // 2)
