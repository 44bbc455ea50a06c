"""An index that was cut, in which bits have flipped, or that another Sonograph made: named or harmless."""

import json
import re

import pytest

from sonograph import SourceError
from sonograph.matching import Index, LandmarkSettings
from sonograph.matching.recordings.manifest import NAME
from tests.matching.conftest import answers


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


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"RIFF....WAVE", b"SONOGRAPH LANDMARKS\n" + b"9" * 60])
def test_what_is_no_segment_is_named(copy, content):
    path = copy.segments[0][0].path
    path.write_bytes(content)
    with pytest.raises(SourceError, match=re.escape(path.name)):
        Index.open(copy.path)
