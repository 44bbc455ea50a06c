"""What is noticed of a file that is open."""

import os

from sonograph.io.audio import open as open_sound
from tests.io import damaged


def test_bytes_written_over_others_are_a_change_though_the_size_stays(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(damaged.wav(bytes(2000)))
    with open_sound(path) as sound:
        assert not sound.has_changed
        with path.open("r+b") as file:
            file.seek(1000)
            file.write(b"\1\2")
        os.utime(path, ns=(sound.modified_ns, sound.modified_ns + 1_000_000))
        assert sound.has_changed
        status = sound.check()
    assert (status.word, status.reason) == ("partial", "changed")
    assert "it was written to" in status.sentence
