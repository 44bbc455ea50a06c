"""Stretches of sound in their places: none over another, and NaN between."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sonograph.io.decoders.memory import MemoryTrack
from sonograph.io.decoders.stretches import Place, StretchesTrack

PLACES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(-2, 20), st.integers(0, 5)),
    min_size=1,
    max_size=6,
    unique_by=lambda p: p[0],
)


def placed(number, first, count, early):
    """A stretch whose samples say which stretch they are of, and which of its samples."""
    samples = np.array([[100 * number + i for i in range(-early, max(0, count))]], float)
    return Place(first, count, MemoryTrack(np.vstack([samples, -samples])), early)


@given(PLACES, st.lists(st.integers(0, 30), min_size=1, max_size=10))
def test_each_stretch_is_in_its_place_and_none_lies_over_another(places, counts):
    track = StretchesTrack([placed(i + 1, *place) for i, place in enumerate(places)])
    want = np.full(100, np.nan)
    end = 0
    for number, (first, count, _) in sorted(enumerate(places, 1), key=lambda one: one[1][0]):
        if count > 0 and first >= end:  # what begins inside another is left out whole: its time cannot be right
            want[first : first + count] = 100 * number + np.arange(count)
            end = first + count
    assert track.n_samples == end
    cursor, parts = track.cursor(), []
    for count in [*counts, 1000]:
        parts.append(cursor.read(count))
        assert parts[-1].shape[1] <= count
    found = np.concatenate(parts, axis=1)
    np.testing.assert_array_equal(found, [want[:end], -want[:end]])
    assert cursor.read(10).shape == (2, 0)
    for place in {end // 3, end, 0}:
        cursor.seek(place)
        again = cursor.read(1000)
        np.testing.assert_array_equal(again, [want[place:end], -want[place:end]])


def test_an_overlapping_stretch_is_left_out():
    track = StretchesTrack([placed(1, 0, 10, 0), placed(2, 5, 20, 0), placed(3, 10, 5, 2)])
    assert [place.first for place in track.places] == [0, 10]
    assert track.n_samples == 15
