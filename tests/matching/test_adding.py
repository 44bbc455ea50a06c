"""Files into an index: several processes, files that are broken, runs that are killed, disks that are full."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile

from benchmarks.songs import RATE, write_songs
from sonograph.matching import Index
from sonograph.matching.recordings.indexed_sound import take_files
from sonograph.matching.recordings.manifest import NAME
from tests.matching.conftest import answers, cut


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Ten songs of 6 s as files."""
    folder = tmp_path_factory.mktemp("songs")
    return [os.fspath(path) for path in write_songs(folder, range(10), 6.0)]


def test_what_was_killed_is_swept_away(copy, songs):
    (copy.path / "00000099.segment").write_bytes(b"half")
    (copy.path / ".manifest.1234.part").write_bytes(b"half")
    assert len(Index.open(copy.path)) == 14
    copy.add(songs["song 1"], name="one more")
    assert {path.name for path in copy.path.iterdir()} == {
        NAME,
        "lock",
        *(segment.path.name for segment, _ in copy.segments),
    }


def test_files_are_added_in_their_order_and_broken_ones_named(tmp_path, files):
    broken = tmp_path / "broken.flac"
    broken.write_bytes(b"fLaC and no more")
    told = []
    index = Index.create(tmp_path / "index")
    index.add_files([*files[:4], str(broken), *files[4:]], tell=lambda found, known: told.append((found, known)))
    assert [recording.name for recording in index.recordings] == files
    assert [one.name for found, _ in told for one in found if one.fault] == [str(broken)]
    assert not any(known for _, known in told)


def test_files_that_are_there_are_not_read_again(tmp_path, files):
    index = Index.create(tmp_path / "index")
    index.add_files(files[:3])
    told = []
    index.add_files(files, tell=lambda found, known: told.append(([one.name for one in found], known)))
    assert told[0] == (files[:3], True)
    assert told[1] == (files[3:], False)
    assert len(index) == 10


def test_a_file_that_has_changed_is_read_again(tmp_path, songs):
    path = tmp_path / "a.wav"
    index = Index.create(tmp_path / "index")
    for name in ("song 1", "song 2"):
        soundfile.write(path, songs[name].samples, RATE)
        os.utime(path, (0, len(name) + ord(name[-1])))
        index.add_files([str(path)])
    assert len(index) == 1
    assert index.find(cut(songs["song 1"], 3.0, 5.0)) == []
    assert index.find(cut(songs["song 2"], 3.0, 5.0))[0].recording == str(path)


@pytest.mark.parametrize(
    "name", ["two\nlines.wav", "café.wav", os.fsdecode(b"caf\xe9.wav"), "%2e%2e.wav", "a" * 240 + ".wav"]
)
def test_names_may_be_anything(tmp_path, songs, name):
    path = tmp_path / name
    with Path(path).open("wb") as file:
        soundfile.write(file, songs["song 1"].samples, RATE, format="WAV")
    index = Index.create(tmp_path / "index")
    index.add_files([os.fspath(path)])
    assert Index.open(index.path).find(cut(songs["song 1"], 3.0, 5.0))[0].recording == os.fspath(path)
    index.remove(os.fspath(path))
    assert len(index) == 0


def test_several_processes_make_the_same_index(tmp_path, files):
    alone, together = (Index.create(tmp_path / name) for name in ("alone", "together"))
    alone.add_files(files, processes=1)
    together.add_files(files, processes=2)
    assert alone.recordings == together.recordings
    for index in (alone, together):
        index.merge()
    assert alone.segments[0][0].path.read_bytes() == together.segments[0][0].path.read_bytes()


def ends_its_process(files, settings, opening):
    """As `take_files`, but for a file that ends the process."""
    found = []
    for file in files:
        if "song000003" in file:
            os._exit(9)
        found += take_files(iter([file]), settings, opening)
    return found


def test_a_file_that_ends_its_process_costs_only_itself(tmp_path, files, monkeypatch):
    from sonograph.matching.recordings import many

    monkeypatch.setattr(many, "take_files", ends_its_process)
    monkeypatch.setattr(many, "MOST_TOGETHER", 4)
    told = []
    index = Index.create(tmp_path / "index")
    index.add_files(files, processes=2, tell=lambda found, known: told.extend(found))
    assert [recording.name for recording in index.recordings] == [f for f in files if f != files[3]]
    ((name, fault),) = [(one.name, one.fault) for one in told if one.fault]
    assert name == files[3]
    assert re.match(rf"{re.escape(files[3])}: it .*\. Convert it, or leave it out\.", fault)


ADD = """
import sys
from sonograph.matching import Index, adding as module
module.OFTEN = 0.0
index = Index.open(sys.argv[1])
print("open", flush=True)
index.add_files(sys.argv[2:], processes=1)
"""


def test_killed_while_adding_it_opens_and_goes_on(tmp_path, files, rng):
    """Killed 8 times: what was told done stays done, and at the end the index is that of an undisturbed run."""
    path = tmp_path / "index"
    Index.create(path)
    before = 0
    for _ in range(8):
        with subprocess.Popen([sys.executable, "-c", ADD, path, *files], stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            time.sleep(float(rng.uniform(0.02, 0.4)))
            process.send_signal(signal.SIGKILL)
        index = Index.open(path)
        index.check()
        assert [recording.name for recording in index.recordings] == files[: len(index)]
        assert len(index) >= before
        before = len(index)
    index.add_files(files)
    index.merge()
    quiet = Index.create(tmp_path / "quiet")
    quiet.add_files(files)
    quiet.merge()
    assert quiet.segments[0][0].path.read_bytes() == index.segments[0][0].path.read_bytes()
    assert len(list(path.iterdir())) == 3


FULL = """
import resource, sys
from sonograph import OutputError
from sonograph.matching import Index
index = Index.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    index.add_files(sys.argv[2:])
except OutputError as error:
    print(error)
"""


def test_a_full_disk_leaves_the_index_as_it_was(copy, songs, files):
    before = answers(copy, songs)[:3]
    done = subprocess.run([sys.executable, "-c", FULL, copy.path, *files], capture_output=True, text=True, check=True)
    assert "could not be written" in done.stdout or "the disk is full" in done.stdout
    again = Index.open(copy.path)
    assert answers(again, songs)[:3] == before[:3]
    assert not [path for path in copy.path.iterdir() if ".part" in path.name]
