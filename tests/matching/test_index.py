"""An index on disk: what it holds, and what becomes of it when things go wrong."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.songs import RATE, write_songs
from sonograph import OutputError, SettingsError, Signal, SourceError
from sonograph.matching import Index, LandmarkSettings
from sonograph.matching import merge as merging
from sonograph.matching.files import take_files
from sonograph.matching.manifest import NAME
from sonograph.matching.segment import Segment
from tests.matching.conftest import cut, filled


@pytest.fixture
def copy(index, tmp_path):
    """A copy of the index of songs, to do what one likes with."""
    return Index.open(shutil.copytree(index.path, tmp_path / "copy.index"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Ten songs of 6 s as files."""
    folder = tmp_path_factory.mktemp("songs")
    return [os.fspath(path) for path in write_songs(folder, range(10), 6.0)]


def answers(index, songs):
    """What is found of a cut of each song, votes and places rounded."""
    return [
        [(match.recording, match.votes, round(match.offset, 4)) for match in index.find(cut(sound, 5.0, 4.0), speeds=0)]
        for sound in songs.values()
    ]


def test_an_index_says_what_it_holds(index, songs):
    assert [recording.name for recording in index.recordings] == list(songs)
    assert len(index) == len(songs)
    assert index.seconds == pytest.approx(16.0 * len(songs), rel=0.01)
    assert repr(index).endswith("songs.index: 14 recordings of 0.0619 h>")


def test_it_is_the_same_when_it_is_opened_again(index, songs):
    assert answers(Index.open(index.path), songs) == answers(index, songs)


def test_a_recording_of_the_same_name_is_replaced(copy, songs):
    copy.add(songs["song 3"], name="song 4")
    assert len(copy) == len(songs)
    assert [match.recording for match in copy.find(cut(songs["song 3"], 5.0, 4.0))] == ["song 3", "song 4"]
    assert copy.find(cut(songs["song 4"], 5.0, 4.0)) == []


def test_what_is_removed_is_not_found(copy, songs):
    before = answers(copy, songs)
    copy.remove("song 2", "song 5")
    assert [recording.name for recording in copy.recordings] == [n for n in songs if n not in ("song 2", "song 5")]
    for merged in (False, True):
        if merged:
            copy.merge()
        left = answers(copy, songs)
        assert left[2] == left[5] == []
        assert [a for i, a in enumerate(left) if i not in (2, 5)] == [
            a for i, a in enumerate(before) if i not in (2, 5)
        ]
    assert len(copy.segments) == 1
    assert copy.n_landmarks < Index.open(copy.path).n_landmarks + 1


def test_removing_all_leaves_an_empty_index(copy, songs):
    copy.remove(*songs)
    copy.merge()
    assert (len(copy), copy.segments, copy.find(cut(songs["song 1"], 3.0, 5.0))) == (0, [], [])
    copy.add(songs["song 1"], name="again")
    assert [match.recording for match in copy.find(cut(songs["song 1"], 3.0, 5.0))] == ["again"]


def test_a_name_that_is_not_there_is_told_with_those_that_are_near(copy):
    with pytest.raises(SettingsError, match=r"'song 33', which is not in the index; did you mean song 3, song 13"):
        copy.remove("song 1", "song 33")
    assert len(copy) == 14


def test_merged_segments_hold_what_they_held(tmp_path, songs, monkeypatch):
    monkeypatch.setattr(merging, "worth_merging", lambda segments: [])
    monkeypatch.setattr("sonograph.matching.index.worth_merging", lambda segments: [])
    apart = filled(tmp_path / "apart", dict(list(songs.items())[:6]))
    assert len(apart.segments) == 6
    before = answers(apart, songs)
    monkeypatch.setattr(merging, "AT_ONCE", 500)  # many ranges of buckets
    apart.merge()
    assert len(apart.segments) == 1
    assert answers(apart, songs) == before
    apart.check()


@pytest.mark.parametrize("n_postings", [0, 300, 40_000])
def test_merging_is_sorting(tmp_path, rng, n_postings, monkeypatch):
    """Against all landmarks in one list, sorted; sparse segments and full ones, with recordings removed."""
    from sonograph.matching.segment import GAP, Postings, Recording, write_segment

    kind = LandmarkSettings(spread=2, far=10)
    monkeypatch.setattr(merging, "AT_ONCE", 1000)
    parts, kept, begin = [], [], 0
    for k in range(3):
        recordings = [Recording(f"{k} {i}", 1000 + 10 * i) for i in range(4)]
        lengths = np.array([recording.n_frames + GAP for recording in recordings])
        begins = np.cumsum(lengths) - lengths
        which = rng.integers(0, 4, n_postings)
        bucket = rng.integers(0, kind.n_buckets, n_postings)
        frame = (rng.random(n_postings) * np.array([r.n_frames for r in recordings])[which] * 4).astype(int)
        when = frame + 4 * begins[which]
        write_segment(
            tmp_path / f"{k}.segment", kind, recordings, begins, Postings.sorted(bucket, when, kind.n_buckets)
        )
        gone = frozenset({1} if k == 1 else {0, 3} if k == 2 else ())
        parts.append((Segment(tmp_path / f"{k}.segment"), gone))
        for i, recording in enumerate(recordings):
            if i not in gone:
                kept += [(b, f + 4 * begin) for b, f in zip(bucket[which == i], frame[which == i], strict=True)]
                begin += recording.n_frames + GAP
    assert merging.merge_segments(tmp_path / "all.segment", kind, parts) == 9
    merged = Segment(tmp_path / "all.segment")
    counts, times = merged.hits(np.arange(kind.n_buckets), None)
    assert sorted(zip(np.repeat(np.arange(kind.n_buckets), counts), times, strict=True)) == sorted(kept)
    assert [merged.name(i) for i in range(9)] == ["0 0", "0 1", "0 2", "0 3", "1 0", "1 2", "1 3", "2 1", "2 2"]


def test_segments_stay_few(tmp_path, songs):
    index = filled(tmp_path / "many", {f"{k}": cut(songs["song 1"], k, 3.0) for k in range(12)})
    assert len(index.segments) <= 2
    assert len(list(index.path.glob("*.segment"))) == len(index.segments)


def test_another_writer_is_refused(copy, songs):
    code = (
        "import sys, time\nfrom sonograph.matching import Index\n"
        "with Index.open(sys.argv[1])._writing():\n    print('held', flush=True)\n    time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, copy.path], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(OutputError, match=rf"copy.index: is being written by process {other.pid} on"):
            copy.remove("song 1")
        assert copy.find(cut(songs["song 1"], 2.0, 5.0))  # who reads needs no lock
        other.kill()
    copy.remove("song 1")


def test_a_reader_goes_on_while_it_is_merged(copy, songs):
    reader = Index.open(copy.path)
    before = answers(reader, songs)
    copy.remove("song 3")
    copy.merge()
    assert answers(reader, songs) == before
    assert len(Index.open(copy.path)) == 13


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


def flipped(path, rng):
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
    path.write_bytes(data)


def test_a_flipped_bit_is_named_or_harmless(copy, songs, rng):
    before = answers(copy, songs)[:4]
    few = dict(list(songs.items())[:4])
    targets = [copy.path / NAME, *(segment.path for segment, _ in copy.segments)]
    whole = {path: path.read_bytes() for path in targets}
    named = 0
    for k in range(120):
        path = targets[k % len(targets)]
        flipped(path, rng)
        try:
            assert answers(Index.open(copy.path), few) == before
        except SourceError as error:
            named += 1
            assert path.name in str(error), error
        path.write_bytes(whole[path])
    assert 40 < named < 120


def test_every_flipped_bit_in_landmarks_is_found_by_check(copy, rng):
    segment = copy.segments[0][0]
    start = segment.path.stat().st_size - 4 * segment.n_postings
    whole = segment.path.read_bytes()
    for _ in range(20):
        data = bytearray(whole)
        data[start + int(rng.integers(4 * segment.n_postings)) // 4096 * 4096 % (4 * segment.n_postings)] ^= 4
        segment.path.write_bytes(data)
        try:
            Index.open(copy.path).check()
        except SourceError as error:
            assert "its landmarks are damaged" in str(error)
        else:
            assert bytes(data[start:]) == whole[start:] or data[-4096:] != whole[-4096:]
    segment.path.write_bytes(whole)
    Index.open(copy.path).check()


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.9999])
def test_a_cut_segment_is_named(copy, share):
    path = copy.segments[0][0].path
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(SourceError, match=re.escape(path.name)):
        Index.open(copy.path)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
def test_a_cut_manifest_is_named(copy, share):
    path = copy.path / NAME
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(SourceError, match="manifest: is damaged"):
        Index.open(copy.path)


def test_a_missing_segment_is_named(copy):
    path = copy.segments[0][0].path
    path.unlink()
    with pytest.raises(SourceError, match=rf"{path.name}: could not be read \(No such file"):
        Index.open(copy.path)


def rewritten(path, **changes):
    """A manifest that says something else and fits its checksum."""
    import hashlib

    values = json.loads(path.read_bytes().partition(b"\n")[2]) | changes
    body = json.dumps(values).encode()
    path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


def test_another_version_is_named(copy):
    rewritten(copy.path / NAME, version=2)
    with pytest.raises(SourceError, match="is of version 2 of the format, and this Sonograph reads version 1"):
        Index.open(copy.path)


def test_settings_of_a_later_version_are_named(copy):
    rewritten(copy.path / NAME, settings={"kind": "landmarks", "density": 3})
    with pytest.raises(SourceError, match=r"settings that this Sonograph does not know .*density"):
        Index.open(copy.path)


def test_segments_of_other_settings_are_refused(copy):
    rewritten(copy.path / NAME, settings=LandmarkSettings(fan=3).to_dict())
    with pytest.raises(SourceError, match="was made with other settings than the index"):
        Index.open(copy.path)


def test_an_index_of_other_settings_is_refused_by_name(index):
    with pytest.raises(SettingsError, match=r"made with other settings: low is 200.0 there and 50.0 here"):
        Index.open(index.path, LandmarkSettings(low=50.0))


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"RIFF....WAVE", b"SONOGRAPH LANDMARKS\n" + b"9" * 60])
def test_what_is_no_segment_is_named(copy, content):
    path = copy.segments[0][0].path
    path.write_bytes(content)
    with pytest.raises(SourceError, match=re.escape(path.name)):
        Index.open(copy.path)


def test_a_folder_that_is_no_index_is_named(tmp_path):
    with pytest.raises(SourceError, match="is no index"):
        Index.open(tmp_path)
    with pytest.raises(SourceError, match="does not exist"):
        Index.open(tmp_path / "not there")
    (tmp_path / "a file").write_text("")
    with pytest.raises(OutputError, match="holds other files"):
        Index.create(tmp_path)
    Index.create(tmp_path / "one")
    with pytest.raises(OutputError, match="is an index already"):
        Index.create(tmp_path / "one")


def test_a_sound_needs_a_name(copy, songs):
    with pytest.raises(SettingsError, match="name is None"):
        copy.add(songs["song 1"])


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
    from sonograph.matching import many

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
from sonograph.matching import Index, index as module
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


def test_nothing_is_unpickled():
    import sonograph.matching as room

    for path in Path(room.__file__).parent.glob("*.py"):
        assert "pickle" not in path.read_text(), path


def test_a_short_sound_is_a_recording_without_landmarks(tmp_path):
    index = Index.create(tmp_path / "index")
    index.add(Signal(np.zeros(1), 8000.0), name="one sample")
    index.add(Signal(np.zeros(0), 8000.0), name="none")
    index.merge()
    assert [recording.n_frames for recording in index.recordings] == [0, 0]
