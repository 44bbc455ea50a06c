"""What decoders write to standard error does not get there, and what others write does."""

import io
import os
import re
import sys
import threading

import pytest
import soundfile

from sonograph.io.audio import open as open_sound
from sonograph.io.decoders.quiet import Quiet
from tests.io import damaged

pytestmark = pytest.mark.skipif(
    "CS_GNU_LIBC_VERSION" not in getattr(os, "confstr_names", {}), reason="no GNU C library: nothing is kept away there"
)


def noisy():
    """An MP3 whose frames say that more bits are in them than can be: the decoder complains of each, and goes on."""
    data = bytearray(damaged.encoded(damaged.sound(60_000), "MP3"))
    for found in re.finditer(rb"\xff\xf3.\xc4", bytes(data[600:])):
        data[600 + found.start() + 5 : 600 + found.start() + 9] = b"\xff" * 4
    return bytes(data)


def test_a_decoder_that_complains_is_not_heard(tmp_path, capfd):
    data = noisy()
    soundfile.read(io.BytesIO(data))
    assert capfd.readouterr().err.count("error") > 50
    (tmp_path / "a.mp3").write_bytes(data)
    with open_sound(tmp_path / "a.mp3") as sound:
        sound.check()
        sound.read(range(10_000, 20_000))
    assert capfd.readouterr().err == ""
    soundfile.read(io.BytesIO(data))  # by others it still is
    assert capfd.readouterr().err.count("error") > 50


def test_what_others_write_meanwhile_is_heard(capfd):
    quiet = Quiet()

    def work():
        for _ in range(100):
            with quiet:
                print("a word", file=sys.stderr, flush=True)
                os.write(2, b"bytes\n")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = capfd.readouterr().err
    assert (found.count("a word"), found.count("bytes")) == (400, 400)
    soundfile.read(io.BytesIO(noisy()))
    assert "error" in capfd.readouterr().err


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes that begin as a copy")
def test_a_process_that_begins_meanwhile_is_heard(capfd):
    quiet = Quiet()
    with quiet:
        child = os.fork()
        if not child:
            quiet.forked()
            soundfile.read(io.BytesIO(noisy()))
            os._exit(0)
        os.waitpid(child, 0)
    assert "error" in capfd.readouterr().err
