"""An index on disk: what it holds, and what becomes of it when things go wrong."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sonograph import OutputError, SettingsError, Signal, SourceError
from sonograph.matching import Index, LandmarkSettings
from sonograph.matching.recordings import merge as merging
from sonograph.matching.recordings.segment import Segment
from tests.matching.conftest import answers, cut, filled


def test_an_index_says_what_it_holds(index, songs):
    assert [recording.name for recording in index.recordings] == list(songs)
    assert len(index) == len(songs)
    assert index.seconds == pytest.approx(16.0 * len(songs), rel=0.01)
    assert repr(index).endswith("songs.index: 14 recordings of 0.0622 h>")


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
    monkeypatch.setattr("sonograph.matching.recordings.contents.worth_merging", lambda segments: [])
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
    from sonograph.matching.recordings.postings import GAP, Postings, Recording
    from sonograph.matching.recordings.segment_writing import write_segment

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
        "with Index.open(sys.argv[1])._contents.changing():\n    print('held', flush=True)\n    time.sleep(60)"
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


def test_an_index_of_other_settings_is_refused_by_name(index):
    with pytest.raises(SettingsError, match=r"made with other settings: low is 200 there and 50 here"):
        Index.open(index.path, LandmarkSettings(low=50.0))


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


def test_nothing_is_unpickled():
    import sonograph.matching as room

    files = list(Path(room.__file__).parent.rglob("*.py"))
    assert len(files) > 30
    for path in files:
        assert not re.search(r"import (c?pickle|marshal|shelve)|pickle\.load|allow_pickle", path.read_text()), path


def test_a_short_sound_is_a_recording_without_landmarks(tmp_path):
    index = Index.create(tmp_path / "index")
    index.add(Signal(np.zeros(1), 8000.0), name="one sample")
    index.add(Signal(np.zeros(0), 8000.0), name="none")
    index.merge()
    assert [recording.n_frames for recording in index.recordings] == [0, 0]
