"""What is written is whole or not there, whatever happens on the way."""

import errno
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import soundfile

from sonograph import Signal, write
from sonograph.atomic import check_output, written
from sonograph.errors import OutputError, SettingsError

WRITER = """
import sys, time
from sonograph.atomic import written
with written(sys.argv[1]) as part, part.open("wb", buffering=0) as file:
    print("ready", flush=True)
    for i in range(200):
        file.write(bytes([i]) * 1000)
        time.sleep(0.002)
print("done", flush=True)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_whole_and_replaces_the_one_before(tmp_path):
    for text in ("first", "second"):
        with written(tmp_path / "a.txt") as part:
            part.write_text(text)
            assert part.parent == tmp_path and part.suffix == ".txt"
        assert (tmp_path / "a.txt").read_text() == text
    assert names(tmp_path) == ["a.txt"]


def test_a_file_has_the_rights_of_any_new_file_or_of_the_one_it_replaces(tmp_path):
    old = os.umask(0o027)
    try:
        with written(tmp_path / "a") as part:
            part.write_text("")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    (tmp_path / "a").chmod(0o604)
    with written(tmp_path / "a") as part:
        part.write_text("")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o604


def test_the_rights_of_what_other_threads_write_are_left_alone(tmp_path, monkeypatch):
    def refuse(mask):
        raise AssertionError("the mask is that of all threads")

    monkeypatch.setattr(os, "umask", refuse)
    for text in ("first", "second"):
        with written(tmp_path / "a") as part:
            part.write_text(text)
        assert (tmp_path / "a").read_text() == text


def test_a_disk_full_on_the_nth_write_leaves_what_was_there(tmp_path, monkeypatch):
    (tmp_path / "a.bin").write_text("before")
    write = os.write
    for nth in range(1, 30):
        count = 0

        def failing(*arguments):
            nonlocal count
            count += 1
            if count == nth:  # noqa: B023
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(*arguments)

        with monkeypatch.context() as full:
            full.setattr(os, "write", failing)
            try:
                with written(tmp_path / "a.bin") as part:
                    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT)
                    try:
                        for _ in range(10):
                            os.write(descriptor, bytes(1000))
                    finally:
                        os.close(descriptor)
            except OutputError as error:
                said = f"more than {1000 * (nth - 1):,} bytes are needed and "
                assert "a.bin: the disk is full" in str(error) and said in str(error)
                assert (tmp_path / "a.bin").read_text() == "before" and names(tmp_path) == ["a.bin"]
            else:
                assert nth == 11 and (tmp_path / "a.bin").stat().st_size == 10_000
                break


def test_a_file_larger_than_allowed_is_an_output_error(tmp_path):
    code = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
from sonograph.errors import OutputError
from sonograph.atomic import written
try:
    with written({str(tmp_path / "a.bin")!r}) as part:
        part.write_bytes(bytes(100_000))
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "a.bin: could not be written (file too large)" in done.stdout
    assert names(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_term_at_any_time_leave_no_half_file(tmp_path, number):
    chance = random.Random(number)
    for _ in range(5):
        folder = tmp_path / str(chance.random())
        folder.mkdir()
        run = [sys.executable, "-c", WRITER, str(folder / "a.bin")]
        with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None and process.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0, 0.3))
            process.send_signal(number)
            assert process.wait(5) in (143, -signal.SIGINT, 1, 130)
        assert names(folder) == []


def test_an_error_of_the_caller_passes_through(tmp_path):
    with pytest.raises(KeyError), written(tmp_path / "a") as part:
        part.write_text("half")
        raise KeyError
    with pytest.raises(FileNotFoundError), written(tmp_path / "a") as part:
        (tmp_path / "not there").read_text()
    assert names(tmp_path) == []


def test_what_cannot_be_written_is_refused_before_any_work(tmp_path):
    sound = tmp_path / "sound.wav"
    sound.write_text("sound")
    with pytest.raises(OutputError, match=r"not there does not exist\. Make it first"):
        check_output(tmp_path / "not there" / "a.png")
    with pytest.raises(OutputError, match=r"sound\.wav is not a folder"):
        check_output(sound / "a.png")
    with pytest.raises(OutputError, match=r"is a folder\. Name a file in it"):
        check_output(tmp_path)
    with pytest.raises(OutputError, match=r"sound\.wav: is the input"):
        check_output(sound, keep=(sound,))
    (tmp_path / "link.wav").symlink_to(sound)
    with pytest.raises(OutputError, match=r"sound\.wav: is the input"):
        check_output(tmp_path / "link.wav", keep=(sound,))
    with pytest.raises(OutputError, match=r"sound\.wav: exists already.*--overwrite"):
        check_output(sound, overwrite=False)
    with pytest.raises(OutputError, match="nothing was written"), written(tmp_path / "a"):
        pass


def test_of_two_runs_that_may_not_overwrite_one_wins(tmp_path):
    with (
        pytest.raises(OutputError, match=r"a\.txt: exists already"),
        written(tmp_path / "a.txt", overwrite=False) as part,
    ):
        part.write_text("second")
        (tmp_path / "a.txt").write_text("first")
    assert (tmp_path / "a.txt").read_text() == "first" and names(tmp_path) == ["a.txt"]


def test_it_can_be_used_in_a_thread_and_with_the_longest_name(tmp_path):
    def work():
        with written(tmp_path / ("x" * 251 + ".txt")) as part:
            part.write_text("whole")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert (tmp_path / ("x" * 251 + ".txt")).read_text() == "whole"


def test_a_link_stays_and_leads_to_what_was_written(tmp_path):
    (tmp_path / "far").mkdir()
    target = tmp_path / "far" / "old.txt"
    target.write_text("old")
    (tmp_path / "link.txt").symlink_to(target)
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "far" / "new.txt")
    for name in ("link.txt", "dangling.txt"):
        with written(tmp_path / name) as part:
            part.write_text("new")
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / name).read_text() == "new"
    assert sorted(path.name for path in (tmp_path / "far").iterdir()) == ["new.txt", "old.txt"]
    with pytest.raises(OutputError, match="exists already"), written(tmp_path / "link.txt", overwrite=False):
        pass


def test_a_pipe_gets_the_whole_file_and_stays_one(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with written(pipe) as part:
        part.write_bytes(b"whole" * 100_000)
    reader.join(10)
    assert got == [b"whole" * 100_000]
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device here")  # noqa: PTH110
def test_a_device_is_never_replaced(tmp_path):
    full, nothing = tmp_path / "full", tmp_path / "nothing"  # links, so that a fault here replaces no real device
    full.symlink_to("/dev/full")
    nothing.symlink_to("/dev/null")
    with pytest.raises(OutputError, match=r"full: could not be written \(no space left"), written(full) as part:
        part.write_text("x")
    with written(nothing) as part:
        part.write_text("x")
    assert full.is_symlink()
    assert nothing.is_symlink()
    assert full.is_char_device()
    assert nothing.is_char_device()


def test_a_sound_is_written_so_that_others_read_it(tmp_path):
    pair = Signal(np.random.default_rng(0).uniform(-1, 1, (2, 5000)).astype(np.float32), 44_100.0)
    write(tmp_path / "pair.wav", pair)
    write(tmp_path / "pair.wav", pair)
    theirs, rate = soundfile.read(tmp_path / "pair.wav", dtype="float32")
    np.testing.assert_array_equal(theirs.T, pair.samples)
    assert rate == 44_100
    assert [path.name for path in tmp_path.iterdir()] == ["pair.wav"]


def test_what_a_wav_cannot_say_is_not_written(tmp_path):
    with pytest.raises(SettingsError, match="the sound is in Pa; a WAV is read in FS"):
        write(tmp_path / "a.wav", Signal(np.zeros(10), 8000.0, "Pa"))
    with pytest.raises(SettingsError, match=r"a\.mp3: WAV, FLAC, Ogg and SigMF are written; let the name end in"):
        write(tmp_path / "a.mp3", Signal(np.zeros(10), 8000.0))
    with pytest.raises(SettingsError, match="source is ndarray"):
        write(tmp_path / "a.wav", np.zeros(10))
    with pytest.raises(OutputError, match=r"sample_rate is 8000\.5 Hz; a WAV holds whole numbers"):
        write(tmp_path / "a.wav", Signal(np.zeros(10), 8000.5))
    assert not list(tmp_path.iterdir())


def test_any_of_several_inputs_is_kept(tmp_path):
    names = [tmp_path / name for name in ("a.wav", "b.wav", "c.wav")]
    for name in names:
        name.write_text(name.name)
    for name in names:
        with pytest.raises(OutputError, match=rf"{name.name}: is the input"), written(name, keep=tuple(names)):
            pass
        assert name.read_text() == name.name


def test_a_folder_is_back_in_its_place_where_the_new_one_cannot_take_it(tmp_path, monkeypatch):
    final = tmp_path / "a.zarr"
    final.mkdir()
    (final / "old").write_text("old")
    replace = type(final).replace

    def refused(path, target):
        if path.name.endswith(".part.zarr") and target == final and (path / "new").exists():
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path), None, str(target))
        return replace(path, target)

    monkeypatch.setattr(type(final), "replace", refused)
    with pytest.raises(OutputError, match="could not be written"), written(final, folder=True) as part:
        part.mkdir()
        (part / "new").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zarr"]
    assert (final / "old").read_text() == "old"


def test_a_handler_of_the_callers_is_left_to_hear_a_termination(tmp_path):
    heard = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append("mine"))
    try:
        with written(tmp_path / "a.txt") as part:
            os.kill(os.getpid(), signal.SIGTERM)
            part.write_text("whole")
        assert signal.getsignal(signal.SIGTERM)(0, None) is None
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == ["mine", "mine"]
    assert (tmp_path / "a.txt").read_text() == "whole"


@pytest.mark.parametrize("way", ["new", "kept", "replaced", "folder"])
def test_an_interrupt_between_any_two_steps_leaves_the_old_or_the_new(tmp_path, way):
    """Where Python looks for signals: at the start of each function, and after each call of C."""
    path = tmp_path / "a"

    def fill(where, text):
        if way == "folder":
            where.mkdir(exist_ok=True)
            where /= "b"
        where.write_text(text)

    def content():
        found = {str(p.relative_to(tmp_path)): p.read_text() for p in tmp_path.rglob("*") if p.is_file()}
        return sorted(found), set(found.values())

    for nth in range(1, 10_000):
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)
        if way in ("replaced", "folder"):
            fill(path, "old")
        there, count = content()[0], 0

        def strike(frame, event, argument, nth=nth):
            nonlocal count
            count += event in ("call", "c_return") and frame.f_code.co_filename != shutil.__file__  # which closes twice
            if count == nth:
                sys.setprofile(None)
                raise KeyboardInterrupt

        struck = False
        try:
            with written(path, overwrite=way != "kept", folder=way == "folder") as part:
                fill(part, "new")
                sys.setprofile(strike)
            sys.setprofile(None)
        except KeyboardInterrupt:
            struck = True
        finally:
            sys.setprofile(None)
        names, texts = content()
        if not struck:
            assert texts == {"new"} and nth > 10
            return
        assert (names == there and texts <= {"old"}) or (names in (["a"], ["a/b"]) and texts == {"new"}), (nth, names)
