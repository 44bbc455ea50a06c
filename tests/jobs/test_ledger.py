"""Marks of what is done: whatever happens to the ledger or to the data, nothing damaged is taken for whole."""

import errno
import shutil
from pathlib import Path

import pytest

from sonograph.errors import OutputError
from sonograph.jobs.ledger import Ledger
from sonograph.jobs.lock import alone
from sonograph.jobs.workfolder import LEDGER, WorkFolder

NAMES = [f"{i:024x}.rows" for i in range(4)]
WORDS = {name: [f"{i}.wav", {"n": i}] for i, name in enumerate(NAMES)}


def data(name):
    return name.encode() * 50


@pytest.fixture
def folder(tmp_path):
    with alone(tmp_path / "a.parts", "a") as folder:
        for name in NAMES:
            with folder.written(name) as part:
                part.write(data(name))
            Ledger(folder).mark(name, WORDS[name], sync=name == NAMES[0])
        yield folder


def test_what_was_marked_is_there_in_its_order(folder):
    assert Ledger(folder).whole() == WORDS and list(Ledger(folder).whole()) == NAMES
    assert LEDGER in folder.names() and not folder.foreign()


def test_a_folder_without_marks_has_nothing_whole(tmp_path):
    with alone(tmp_path / "a.parts", "a") as folder:
        assert Ledger(folder).whole() == {}


@pytest.mark.parametrize("damage", ["cut", "a flipped bit", "longer", "empty", "gone", "another"])
def test_a_part_that_is_not_as_it_was_is_not_whole(folder, damage):
    path = Path(folder.path, NAMES[1])
    good = path.read_bytes()
    flipped = bytearray(good)
    flipped[700] ^= 4
    bad = {
        "cut": good[:-1],
        "a flipped bit": bytes(flipped),
        "longer": good + b"x",
        "empty": b"",
        "another": data(NAMES[2]),
    }
    path.unlink() if damage == "gone" else path.write_bytes(bad[damage])
    assert set(Ledger(folder).whole()) == set(NAMES) - {NAMES[1]}


def test_a_ledger_cut_anywhere_holds_the_marks_that_are_whole_and_takes_more(folder):
    path = Path(folder.path, LEDGER)
    good = path.read_bytes()
    for at in range(0, len(good), 7):
        path.write_bytes(good[:at])
        left = Ledger(folder).whole()
        assert list(left) == NAMES[: len(left)] and len(left) >= good[:at].count(b"}]]\n")
        Ledger(folder).mark(NAMES[3], WORDS[NAMES[3]])
        assert Ledger(folder).whole()[NAMES[3]] == WORDS[NAMES[3]] and set(left) <= set(Ledger(folder).whole())


def test_a_flipped_bit_anywhere_in_a_ledger_costs_one_mark_at_most(folder):
    path = Path(folder.path, LEDGER)
    good = path.read_bytes()
    for at in range(len(good)):
        bad = bytearray(good)
        bad[at] ^= 1 << at % 8
        path.write_bytes(bad)
        left = Ledger(folder).whole()
        assert len(left) >= len(NAMES) - 1 - (good[at : at + 1] == b"\n") and left.items() <= WORDS.items()


def test_a_part_that_is_made_anew_has_its_last_mark(folder):
    with folder.written(NAMES[1]) as part:
        part.write(b"new")
    assert NAMES[1] not in Ledger(folder).whole()
    Ledger(folder).mark(NAMES[1], "new")
    assert Ledger(folder).whole() == WORDS | {NAMES[1]: "new"}


def test_a_mark_that_finds_no_room_is_an_error_and_leaves_the_others(folder, monkeypatch):
    real = WorkFolder.open

    class Full:
        def __init__(self, file):
            self.file = file

        def write(self, words):
            self.file.write(words[:5])
            raise OSError(errno.ENOSPC, "No space left on device")

        def __getattr__(self, name):
            return getattr(self.file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

    with monkeypatch.context() as patched:
        patched.setattr(
            WorkFolder, "open", lambda self, name, *how: Full(real(self, name, *how)) if how else real(self, name)
        )
        with pytest.raises(OutputError, match="the disk is full"):
            Ledger(folder).mark(NAMES[2], "other")
    assert Ledger(folder).whole() == WORDS


def test_a_ledger_that_is_a_link_is_refused(folder, tmp_path):
    shutil.move(Path(folder.path, LEDGER), tmp_path / "elsewhere")
    Path(folder.path, LEDGER).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="was not put there by Sonograph"):
        Ledger(folder).whole()
    with pytest.raises(OutputError, match="was not put there by Sonograph"):
        Ledger(folder).mark(NAMES[0], "x")
