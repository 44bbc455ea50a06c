"""Where hits fall together, and the loops that find it: held against definitions in plain Python."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonograph.matching.recordings import gathering, segment
from sonograph.matching.recordings.crowds import APART, LEAST, TOP, fullest, near


@pytest.fixture(params=["compiled", "numpy"])
def loops(request, monkeypatch):
    """With the compiled loops, and as on a machine that cannot compile them."""
    if request.param == "numpy":
        monkeypatch.setattr(gathering, "_compiled", lambda: None)
    else:
        assert gathering._compiled() is not None


def test_runs_are_gathered_each_less_its_number(loops, rng):
    times = rng.integers(0, 1 << 32, 500).astype(np.uint32)
    first, counts = np.array([3, 90, 90, 400]), np.array([5, 0, 7, 100])
    less = np.array([0, 9, 1 << 31, (1 << 32) - 4], np.uint32)
    out = np.empty(112, np.uint32)
    sums = gathering.gather(times, first, counts, less, out)
    runs = [times[a : a + n].tolist() for a, n in zip(first, counts, strict=True)]
    assert sums.tolist() == [sum(run) for run in runs]
    assert out.tolist() == [(x - int(b)) % (1 << 32) for run, b in zip(runs, less, strict=True) for x in run]


@pytest.mark.parametrize("shift", [0, 3, 27])
def test_what_is_wanted_is_sifted(loops, rng, shift):
    values = rng.integers(0, 1 << 32, 1000).astype(np.uint32)
    wanted = rng.random(64) < 0.3
    expected = [i for i, value in enumerate(values.tolist()) if wanted[(value >> shift) % 64]]
    assert gathering.sift(values, shift, wanted).tolist() == expected
    assert not len(gathering.sift(values[:0], shift, wanted))


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=150), st.integers(0, 12))
def test_the_fullest_pairs_of_frames_are_found(frames, crowd):
    hits = np.array([4 * frame for frame in frames] + [4 * 100 + 1] * crowd, np.uint32)
    counts = Counter((hits >> 2).tolist())
    together = {frame: counts[frame] + counts[frame + 1] for frame in counts}
    expected: list[float] = []
    for frame in sorted(together, key=lambda frame: (-together[frame], frame)):
        if together[frame] >= LEAST and all(abs(frame + 1 - other) > APART for other in expected):
            expected.append(frame + 1.0)
    np.random.default_rng(0).shuffle(hits)
    assert fullest(hits) == expected[:TOP]


def test_all_that_is_near_is_kept_and_little_else(rng):
    hits = rng.integers(0, 1 << 30, 200_000).astype(np.uint32)
    middles = [50.0, 1e6, 2e8]
    kept = near(hits, middles, 100)
    inside = np.flatnonzero(np.any([np.abs(hits / 4 - middle) <= 100 for middle in middles], axis=0))
    assert set(inside.tolist()) <= set(kept.tolist())
    assert len(kept) < 200


def test_a_large_segment_is_gone_through_in_stretches(copy, rng, monkeypatch):
    copy.merge()
    ((whole, _),) = copy.segments
    buckets = np.sort(rng.choice(whole.settings.n_buckets, 40_000))
    less = rng.integers(0, 5000, len(buckets)).astype(np.uint32)
    requests = [(buckets, less), (buckets[::3], less[::3]), (buckets[:0], less[:0])]
    at_once = whole.hits_before(requests)
    monkeypatch.setattr(segment, "STRETCH", 300)
    assert whole.n_postings > 10 * 300
    released = []
    monkeypatch.setattr(segment.Segment, "release", lambda self: released.append(self))
    for a, b in zip(at_once, whole.hits_before(requests), strict=True):
        np.testing.assert_array_equal(a[0], b[0])
        np.testing.assert_array_equal(a[1], b[1])
    assert len(at_once[0][1]) > 100
    assert len(released) >= whole.n_postings // 300
