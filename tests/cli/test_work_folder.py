"""The folder of parts is used and removed only where Sonograph made it; what else lies there is never touched."""

import os
import shutil
import socket
import stat
import sys
from pathlib import Path

import pytest

from sonograph.cli import main
from sonograph.jobs.lock import alone
from sonograph.jobs.workfolder import LOCK, MARKER

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
COMMAND = ["features", "birds", "-o", "a.npz", "--preset", "kaldi.fbank", "-q"]
PARTS = Path("a.npz.parts")


def state(folder="."):
    """All that is there, links as links: what it is, whose, with which rights, and what is in it."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        status = path.lstat()
        content = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[str(path)] = status.st_ino, status.st_mode, status.st_uid, status.st_nlink, content
    return found


def interrupt(runs, after=3):
    """Run until so many parts are done."""
    runs.stop_after = after
    assert main(COMMAND) == 130
    runs.stop_after = None


def plain(folder):
    PARTS.mkdir()


def private_and_empty(folder):
    PARTS.mkdir(mode=0o700)


def of_files(folder):
    PARTS.mkdir(mode=0o700)
    (PARTS / "thesis.txt").write_text("chapter 1")


def of_inputs(folder):
    Path("birds").rename(PARTS)
    Path("birds").symlink_to(PARTS, target_is_directory=True)


def a_file(folder):
    PARTS.write_text("a letter")


def a_link(folder):
    Path("mine").mkdir(mode=0o700)
    (Path("mine") / "thesis.txt").write_text("chapter 1")
    PARTS.symlink_to("mine")


def a_dangling_link(folder):
    PARTS.symlink_to("nowhere")


def a_socket(folder):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(PARTS))


def a_pipe(folder):
    os.mkfifo(PARTS)


def with_a_forged_marker(folder):
    PARTS.mkdir(mode=0o700)
    (PARTS / MARKER).write_text("Sonograph keeps parts of a table in folder 1\n")
    (PARTS / LOCK).touch()


@pytest.mark.parametrize(
    "before",
    [
        plain, private_and_empty, of_files, of_inputs, a_file, a_link, a_dangling_link, a_socket, a_pipe,
        with_a_forged_marker,
    ],
)  # fmt: skip
def test_what_is_there_and_was_not_made_by_a_run_is_refused_and_kept(folder, capsys, before):
    before(folder)
    there = state()
    assert main(COMMAND) == 4
    said = capsys.readouterr().err
    refused = "a.npz.parts: is there and was not made by Sonograph for its parts (" in said
    assert refused or "a.npz.parts: is a folder of the input. Name another file for -o" in said, said
    assert "Traceback" not in said and said.count("\n") == 1
    assert state() == there


def loosened(folder):
    PARTS.chmod(0o755)


def open_to_the_group(folder):
    PARTS.chmod(0o770)


def copied(folder):
    shutil.copytree(PARTS, "copy")
    Path("copy").chmod(0o700)
    shutil.rmtree(PARTS)
    Path("copy").rename(PARTS)


def without_marker(folder):
    (PARTS / MARKER).unlink()


def with_another_marker(folder):
    (PARTS / MARKER).write_text("hello")


def linked(name):
    def replaced(folder):
        Path("precious").write_text("all my passwords")
        (PARTS / name).unlink()
        (PARTS / name).symlink_to("../precious")

    replaced.__name__ = f"{name}_is_a_link"
    return replaced


def hard_linked(name):
    def replaced(folder):
        Path("precious").write_text("all my passwords")
        (PARTS / name).unlink()
        (PARTS / name).hardlink_to("precious")

    replaced.__name__ = f"{name}_is_a_hard_link"
    return replaced


def piped(name):
    def replaced(folder):
        (PARTS / name).unlink()
        os.mkfifo(PARTS / name, 0o600)

    replaced.__name__ = f"{name}_is_a_pipe"
    return replaced


def a_part_is_a_pipe(folder):
    piped(a_part().name)(folder)


def a_part():
    return min(PARTS.glob("*.rows"))


def a_part_is_a_link(folder):
    part = a_part()
    part.rename("theirs.npz")
    part.symlink_to("../theirs.npz")


def a_part_is_a_hard_link(folder):
    Path("theirs.npz").hardlink_to(a_part())


def a_part_is_writable_by_others(folder):
    a_part().chmod(0o620)


def a_part_is_a_folder(folder):
    part = a_part()
    part.unlink()
    part.mkdir()
    (part / "thesis.txt").write_text("chapter 1")


def of_somebody_else(folder):
    os.chown(PARTS, 12345, 12345)


def a_part_of_somebody_else(folder):
    os.chown(a_part(), 12345, 12345)


CHANGES = [
    loosened, open_to_the_group, copied, without_marker, with_another_marker,
    *(how(name) for how in (linked, hard_linked, piped) for name in (LOCK, MARKER)),
    a_part_is_a_pipe, a_part_is_a_link, a_part_is_a_hard_link, a_part_is_writable_by_others, a_part_is_a_folder,
    *((of_somebody_else, a_part_of_somebody_else) if sys.platform != "win32" and os.getuid() == 0 else ()),
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_folder_that_others_have_touched_since_is_refused_and_kept(folder, capsys, runs, change):
    interrupt(runs)
    change(folder)
    there = state()
    capsys.readouterr()
    assert main(COMMAND) == 4
    said = capsys.readouterr().err
    assert "a.npz.parts" in said and "Move it away, or name another output." in said and said.count("\n") == 1, said
    assert state() == there


def test_it_is_private_whatever_the_mask_is(folder, runs):
    old = os.umask(0)
    try:
        interrupt(runs)
    finally:
        os.umask(old)
    assert stat.S_IMODE(PARTS.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in PARTS.iterdir()} == {0o600}
    assert {path.name for path in PARTS.iterdir()} > {LOCK, MARKER}


def test_what_a_user_put_into_it_is_left_and_said(folder, capsys, runs):
    main([*COMMAND[:3], "whole.npz", *COMMAND[4:]])
    runs.parts.clear()
    interrupt(runs)
    (PARTS / "thesis.txt").write_text("chapter 1")
    (PARTS / "more.npz").write_text("no part: its name is not one")
    (PARTS / "folder").mkdir()
    assert main(COMMAND) == 0
    said = capsys.readouterr().err
    assert (
        "a.npz.parts: holds what Sonograph did not put there ('folder', 'more.npz', 'thesis.txt'), so it was left."
        in said
    )
    assert {path.name for path in PARTS.iterdir()} == {LOCK, MARKER, "thesis.txt", "more.npz", "folder"}
    assert Path("a.npz").read_bytes() == Path("whole.npz").read_bytes()
    assert main([*COMMAND, "--overwrite"]) == 0  # it is still ours


def test_a_folder_that_is_swapped_while_a_run_is_at_work_gets_nothing(folder, capsys, runs):
    """As somebody can who may write beside it: parts go into the folder that was looked at, or nowhere."""
    Path("theirs").mkdir(mode=0o777)
    (Path("theirs") / "thesis.txt").write_text("chapter 1")

    def swap(count):
        if count == 3:
            PARTS.rename("moved")
            PARTS.symlink_to("theirs")

    runs.meanwhile = swap
    main(COMMAND)
    assert [path.name for path in Path("theirs").iterdir()] == ["thesis.txt"]
    assert PARTS.is_symlink()


def test_another_process_writes_into_the_folder_that_was_looked_at_or_nowhere(folder):
    import pickle

    with alone(PARTS, "a.npz") as held:
        sent = pickle.dumps(held)
        with pickle.loads(sent).written("0" * 24 + ".rows") as file:
            file.write(b"a part")
        assert (PARTS / ("0" * 24 + ".rows")).read_bytes() == b"a part"
        PARTS.rename("moved")
        PARTS.mkdir(mode=0o700)
        with pytest.raises(OSError, match=r"a\.npz\.parts: was replaced by another folder meanwhile"):
            pickle.loads(sent)


def test_a_disk_that_keeps_no_rights_is_no_obstacle(folder, runs, monkeypatch):
    """As FAT, where every folder and every file has the same owner and the same rights."""

    def same_for_all(look):
        def looked(*path, **how):
            found = look(*path, **how)
            times = {"st_mtime_ns": found.st_mtime_ns, "st_ctime_ns": found.st_ctime_ns}
            return os.stat_result((found.st_mode | 0o777, *found[1:4], 4711, *found[5:]), times)

        return looked

    for name in ("stat", "lstat", "fstat"):
        monkeypatch.setattr(os, name, same_for_all(getattr(os, name)))
    interrupt(runs)
    runs.parts.clear()
    assert main(COMMAND) == 0
    assert len(runs.parts) == 17 and not PARTS.exists()
