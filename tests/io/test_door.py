"""What is noticed of a file that is open."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph.io.audio import open as open_sound
from sonograph.io.door import AHEAD, OpenFile, View
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


LONG = bytes(range(256)) * (AHEAD // 100)
HEAD = b"a header"


class Failing(OpenFile):
    """A file on a disk that has gone bad from a byte on."""

    bad = 2 * AHEAD

    def at(self, position, count):
        if position + count > self.bad:
            raise OSError(5, "Input/output error")
        return super().at(position, count)


@settings(max_examples=40)
@given(st.integers(0, 5000), st.lists(st.tuples(st.integers(0, 3 * AHEAD), st.integers(1, AHEAD + 9)), max_size=8))
def test_a_view_is_a_file_of_its_bytes(tmp_path_factory, first, reads):
    path = tmp_path_factory.getbasetemp() / "long"
    path.write_bytes(LONG)
    view, whole = View(OpenFile(path), first, len(LONG) - 7, HEAD), HEAD + LONG[first:-7]
    assert view.read(3) == whole[:3]
    for place, count in reads:
        view.seek(place)
        buffer = bytearray(count)
        assert buffer[: view.readinto(buffer)] == whole[place : place + count]
        assert view.read(5) == whole[place + count : place + count + 5]
    view.file.close()


def test_a_disk_that_fails_gives_all_before_it(tmp_path):
    path = tmp_path / "long"
    path.write_bytes(LONG)
    view, parts = View(Failing(path), before=HEAD), []
    while part := view.read(1000):
        parts.append(part)
    assert b"".join(parts) == (HEAD + LONG)[: (len(HEAD) + Failing.bad) // 1000 * 1000]
    assert view.broken.errno == 5
    view.file.close()
