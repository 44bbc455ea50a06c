"""Compiled kernels are code: they are kept in private, checked before they run, and never needed."""

import multiprocessing
import os
import stat
import sys
import time

import numpy as np
import pytest

from sonograph.engines import Work
from sonograph.engines.compiled import Compiled, build

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows guards the folder, not the files")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache, and nothing remembered of kernels made before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    build.kernel.cache_clear()
    yield tmp_path / "sonograph"
    build.kernel.cache_clear()


@pytest.fixture
def compilations(monkeypatch):
    """A list that grows by one for each kernel that is compiled."""
    happened, compile_object = [], build.compile_object

    def count(*arguments):
        happened.append(arguments)
        return compile_object(*arguments)

    monkeypatch.setattr(build, "compile_object", count)
    return happened


def compute_anew():
    """As a new process would, but for Python's own memory."""
    build.kernel.cache_clear()
    work = Work(np.ones(16), 4, 16)
    out = np.empty((1, 4, 9), "float32")
    Compiled().compute(np.ones((1, 28), "float32"), work, out)
    np.testing.assert_allclose(out[0, :, 0], 256)


def the_file(folder):
    (file,) = folder.glob("kernel-*")
    return file


def test_a_kernel_is_compiled_once_and_then_read(folder, compilations):
    compute_anew()
    compute_anew()
    assert len(compilations) == 1


def test_the_folder_and_its_files_are_private(folder):
    compute_anew()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(the_file(folder).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [the_file(folder).name]


@pytest.mark.parametrize("damage", ["a flipped bit", "cut short", "empty", "another file"])
def test_a_damaged_kernel_is_compiled_again_and_not_run(folder, compilations, damage):
    compute_anew()
    file = the_file(folder)
    good = file.read_bytes()
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 1
    file.write_bytes(
        {"a flipped bit": bytes(flipped), "cut short": good[:-1], "empty": b"", "another file": b"\x7fELF" * 99}[damage]
    )
    compute_anew()
    assert len(compilations) == 2
    assert file.read_bytes() == good


@pytest.mark.parametrize("others", [0o020, 0o002, 0o022], ids=["group", "all", "both"])
def test_a_kernel_that_others_may_write_is_not_run(folder, compilations, others):
    compute_anew()
    the_file(folder).chmod(0o600 | others)
    compute_anew()
    assert len(compilations) == 2


def test_a_kernel_that_is_a_link_is_not_followed(folder, compilations, tmp_path):
    compute_anew()
    file = the_file(folder)
    elsewhere = file.rename(tmp_path / "elsewhere")
    file.symlink_to(elsewhere)
    compute_anew()
    assert len(compilations) == 2
    assert not file.is_symlink()


@pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only root can give a file away")
def test_a_kernel_of_somebody_else_is_not_run(folder, compilations):
    compute_anew()
    os.chown(the_file(folder), 12345, 12345)
    compute_anew()
    assert len(compilations) == 2


@pytest.mark.parametrize("others", [0o030, 0o003, 0o020, 0o002, 0o077], ids=oct)
def test_a_folder_that_others_may_write_is_not_used(folder, compilations, others):
    folder.mkdir(mode=0o700)
    folder.chmod(0o700 | others)
    compute_anew()
    compute_anew()
    assert len(compilations) == 2
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_not_used(folder, compilations):
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, 12345)
    compute_anew()
    compute_anew()
    assert len(compilations) == 2
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_a_link_is_not_used(folder, compilations, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    compute_anew()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_where_nothing_can_be_kept_kernels_live_in_memory(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    compute_anew()
    assert build.cache_directory() is None


def test_a_full_disk_is_no_obstacle(folder, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    compute_anew()
    assert list(folder.iterdir()) == []


def test_a_kernel_not_used_for_long_goes_when_another_is_written(folder, compilations):
    folder.mkdir(mode=0o700)
    days = {"kernel-used": 89, "kernel-old": 91, ".kernel-a-half": 2, ".kernel-a-new": 0.5, "notes": 1000}
    for name, ago in days.items():
        (folder / name).write_bytes(b"")
        os.utime(folder / name, (time.time(), time.time() - ago * 86_400))
    compute_anew()
    mine = {path.name for path in folder.iterdir()} - set(days)
    assert len(mine) == 1
    assert {path.name for path in folder.iterdir()} - mine == {"kernel-used", ".kernel-a-new", "notes"}


def test_a_kernel_that_is_used_stays(folder, compilations):
    compute_anew()
    file = the_file(folder)
    os.utime(file, (time.time(), time.time() - 89 * 86_400))
    compute_anew()
    assert len(compilations) == 1 and file.stat().st_mtime > time.time() - 86_400


def test_a_kernel_on_a_disk_that_can_only_be_read_is_used(folder, compilations, monkeypatch):
    compute_anew()
    os.utime(the_file(folder), (0, 0))

    def refuse(*arguments):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "utime", refuse)
    compute_anew()
    assert len(compilations) == 1


def test_a_relative_cache_is_ignored(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("cache", "./cache", ""):
        monkeypatch.setenv("XDG_CACHE_HOME", name)
        assert build.cache_directory() == tmp_path / "home" / ".cache" / "sonograph"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_other_features_and_other_sources_are_other_kernels(monkeypatch):
    target = build.Target("x86_64-unknown-linux-gnu", "x86-64", "+sse2", 16)
    names = {build._key(target), build._key(build.Target(target.triple, "haswell", "+avx2", 32))}
    monkeypatch.setattr(build, "_own_source", lambda: b"another generator")
    names.add(build._key(target))
    assert len(names) == 3


def test_processes_that_compile_the_same_kernel_at_once_all_succeed(folder):
    processes = [multiprocessing.get_context("spawn").Process(target=compute_anew) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert len(list(folder.iterdir())) == 1
