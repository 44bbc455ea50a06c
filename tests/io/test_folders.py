"""One walk: whatever way a folder is named, and whoever asks, the same sounds come in the same order."""

import os
from pathlib import Path

import pytest

from sonograph.errors import SourceError
from sonograph.io.containers.content import SUFFIXES
from sonograph.io.folders import folders_in, sound_files, sounds_in
from sonograph.learning import from_folders

TAKEN = ("birds/a.wav", "birds/B.WAV", "birds/deep/er/c.flac", "birds/a-z/d.ogg", "birds/a/e.mp3", "birds/ü.opus")
LEFT = (
    "birds/.hidden.wav", "birds/.cache/f.wav", "birds/notes.txt", "birds/g.wav.toml", "birds/wav",
    "birds/$RECYCLE.BIN/$R1.wav", "birds/System Volume Information/h.wav", "birds/deep/lost+found/i.wav",
)  # fmt: skip


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Files of no content, which the walk does not look at."""
    monkeypatch.chdir(tmp_path)
    for name in (*TAKEN, *LEFT):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
    return tmp_path


def test_all_sounds_at_any_depth_come_in_the_order_of_their_paths_and_nothing_else(tree):
    assert sound_files(["birds"]) == sounds_in("birds") == sorted(TAKEN)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_ending_of_a_sound_is_found_in_small_letters_and_large(tree, suffix):
    Path("one").mkdir()
    for name in (f"one/a{suffix}", f"one/b{suffix.upper()}"):
        Path(name).touch()
    assert sound_files(["one"]) == [f"one/a{suffix}", f"one/b{suffix.upper()}"]


def test_what_is_named_is_meant_whatever_it_is_called_and_each_once_where_it_is_first(tree):
    named = ["birds/notes.txt", "birds/.hidden.wav", "not there", "./birds/a.wav", "birds/../birds/B.WAV"]
    rest = [path for path in sorted(TAKEN) if path not in ("birds/a.wav", "birds/B.WAV")]
    assert sound_files([*named, "birds", "birds/"]) == [*named, *rest]
    assert sound_files(["./birds"])[0] == "./birds/B.WAV"  # as it was typed
    assert sound_files([str(tree / "birds"), "birds"]) == [str(tree / path) for path in sorted(TAKEN)]


def test_a_link_to_a_file_is_one_and_a_link_to_a_folder_is_not_followed(tree):
    Path("linked").mkdir()
    Path("linked/lost.wav").symlink_to("nowhere.wav")
    Path("linked/there.wav").symlink_to(tree / "birds/a.wav")
    Path("linked/circle").symlink_to(tree / "linked")
    assert sound_files(["linked"]) == ["linked/lost.wav", "linked/there.wav"]
    assert sound_files(["linked/circle"]) == ["linked/circle/lost.wav", "linked/circle/there.wav"]


def test_folders_that_a_walk_would_enter_are_labels(tree):
    assert folders_in("birds") == ["birds/a", "birds/a-z", "birds/deep"]
    items = from_folders("birds")
    assert [(item.path, item.label) for item in items] == [
        ("birds/a/e.mp3", "a"), ("birds/a-z/d.ogg", "a-z"), ("birds/deep/er/c.flac", "deep"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["lost.wav", "b.bw64", ".hidden.wav", "c.txt", "deep/.x/y.wav", "lost+found/z.wav"])
def test_who_learns_finds_what_the_commands_find(tmp_path, name):
    path = tmp_path / "robin" / name
    path.parent.mkdir(parents=True)
    path.symlink_to("nowhere") if name == "lost.wav" else path.touch()
    (tmp_path / "robin" / "always.wav").touch()
    assert [item.path for item in from_folders(tmp_path)] == sound_files([str(tmp_path)])


def test_a_folder_without_sounds_or_that_may_not_be_read_is_one_sentence(tree, monkeypatch):
    Path("none").mkdir()
    with pytest.raises(SourceError, match=r"^none: holds no sound file\. Name a folder of \.wav, "):
        sound_files(["none"])
    assert sounds_in("none") == []

    def shut(path):
        if os.fspath(path).endswith("er"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", shut)
    for walk in (lambda: sound_files(["birds"]), lambda: from_folders("birds"), lambda: folders_in("birds/deep/er")):
        with pytest.raises(SourceError, match=r"birds/deep/er: the folder could not be read \(it may not be read\)"):
            walk()
