"""Rows that are kept by columns are those that were put in, whatever their values are."""

import pickle
import sys
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph.archive.catalogues.catalogue import Catalogue
from sonograph.archive.segments.columns import AT_ONCE, FEW
from sonograph.archive.segments.packed import Packed
from sonograph.archive.segments.segment import Segment


@dataclass(frozen=True)
class Row:
    name: str
    at: int | None
    size: float | None


COLUMNS = st.tuples(
    st.sampled_from([
        st.text(st.characters(), max_size=9),  # surrogates too, as names of files may hold them
        st.sampled_from(["", "ok", "partial"]),
    ]),
    st.sampled_from([
        st.integers(0, 3),
        st.one_of(st.none(), st.integers(-(1 << 63) + 1, (1 << 63) - 1)),
        st.one_of(st.none(), st.integers(-(1 << 64), 1 << 64)),
    ]),
    st.sampled_from([
        st.one_of(st.none(), st.floats(allow_nan=False)),
        st.sampled_from([0.0, -0.0, 1.0, None]),
    ]),
)  # fmt: skip
ROWS = st.tuples(COLUMNS, st.sampled_from([0, 2 * FEW])).flatmap(
    lambda drawn: st.lists(st.builds(Row, *drawn[0]), min_size=drawn[1], max_size=4 * FEW)
)


def words(rows):
    """What tells 1 from 1.0 and 0.0 from -0.0."""
    return [repr(one) for one in rows]


@given(ROWS, st.integers(0, 200), st.slices(100), st.data())
def test_rows_are_those_that_were_put_in(rows, cut, part, data):
    packed = Packed(Row, rows[:cut])
    assert words(packed) == words(rows[:cut])
    for one in rows[cut:]:
        packed.append(one)
    assert words(packed) == words(rows) and len(packed) == len(rows)
    assert words(packed[number] for number in range(-len(rows), len(rows))) == words([*rows, *rows])
    assert words(packed[part]) == words(rows[part]) and words(packed[part][::-2]) == words(rows[part][::-2])
    if rows:
        numbers = data.draw(st.lists(st.integers(0, len(rows) - 1)))
        assert words(packed.picked(numbers)) == words([rows[number] for number in numbers])
    assert words(pickle.loads(pickle.dumps(packed))) == words(rows)
    assert packed == tuple(rows) and tuple(rows) == packed
    assert packed != [*rows, Row("more", 1, None)]


@given(st.lists(st.one_of(st.none(), st.integers(0, 9))), st.slices(100))
def test_what_is_none_in_a_column_is_the_least_number(values, part):
    packed = Packed(Row, [Row("", value, None) for value in values])
    least = [-(1 << 63) if value is None else value for value in values]
    np.testing.assert_array_equal(packed[part].column("at"), np.array(least, np.int64)[part])


@given(st.lists(st.integers(-(1 << 62), 1 << 62)), st.slices(100))
def test_a_column_of_whole_numbers_is_an_array(values, part):
    packed = Packed(range, [range(value, value + 7) for value in values], names=("start", "stop"))
    np.testing.assert_array_equal(packed[part].column("start"), np.array(values, np.int64)[part])


def test_a_view_stays_as_it_is_and_takes_no_rows():
    packed = Packed(Row, [Row("a", 1, None)])
    view = packed[:]
    packed.append(Row("b", 2, None))
    assert view == [Row("a", 1, None)]
    with pytest.raises(TypeError, match="a view has no rows"):
        view.append(Row("c", 3, None))


def test_a_recording_more_takes_some_tens_of_bytes():
    def held(files):
        packed = Packed(Segment, (segment(number) for number in range(files)))
        return len(pickle.dumps(packed)) + sys.getsizeof(packed)

    assert (held(12_000) - held(2_000)) / 10_000 < 24  # two numbers of 8 bytes, and what differs in the name


def test_a_thousand_names_and_more_are_read_in_any_order():
    names = [f"é{number % 7}\udcff/{number}" for number in range(2 * AT_ONCE + 5)]
    packed = Packed(Row, [Row(name, None, 0.0) for name in names])
    assert [one.name for one in packed] == names
    for number in (0, AT_ONCE, 2 * AT_ONCE + 4, AT_ONCE - 1, 2 * AT_ONCE - 1, 1):
        assert packed[number].name == names[number]
    assert [name for (name,) in packed[::-700].columns("name")] == names[::-700]
    assert words(pickle.loads(pickle.dumps(packed[5:-900:3]))) == words(packed[5:-900:3])


@given(ROWS, st.data())
def test_rows_may_be_made_of_columns_of_others(rows, data):
    packed = Packed(Row, rows)
    some = packed.picked(data.draw(st.lists(st.integers(0, max(0, len(rows) - 1)), max_size=len(rows))))
    made = Packed.of(Row, [some.seen("name", str.upper), some.seen("at"), [2.0] * len(some)])
    same = Packed.of(Row, [packed.seen("name"), packed.seen("at"), packed.seen("size")])
    packed.extend(rows)  # what comes later is in neither
    assert words(packed) == words([*rows, *rows]) and words(same) == words(rows)
    assert words(made) == words([Row(one.name.upper(), one.at, 2.0) for one in some])
    assert words(made[::-1]) == words(list(made)[::-1])


def test_a_column_that_was_given_out_stays_as_it_is():
    packed = Packed(Row, [Row("", 5 * number, None) for number in range(2 * FEW)])
    given_out = packed.column("at")
    packed.extend([Row("", 7, None)])
    assert packed.column("at").tolist() == [*given_out.tolist(), 7]
    with pytest.raises(ValueError, match="read-only"):
        given_out[0] = 1


def segment(number):
    return Segment(
        f"/recordings/site/day{number // 24}/A_{number:08}.wav", 0, 172_800_000, number * 3_600_000_000_000, "name",
        48_000.0, 1, size=345_600_044, mtime_ns=number, status="ok", recorder="A", format="WAV, 16 bit PCM",
    )  # fmt: skip


@given(st.lists(st.integers(0, 200), min_size=1, max_size=2 * FEW), st.permutations(range(5)))
def test_a_catalogue_gives_its_files_in_the_order_of_time_whatever_its_own_is(hours, order):
    segments = [
        replace(segment(number), utc_ns=hour * 3_600_000_000_000, recorder=f"{order[number % 5]}")
        for number, hour in enumerate(hours)
    ]
    groups = Catalogue(tuple(segments)).groups()
    assert list(groups) == sorted({(one.recorder, 48_000.0, 1) for one in segments})
    for key, listed in groups.items():
        own = [one for one in segments if one.recorder == key[0]]
        assert list(listed) == sorted(own, key=lambda one: (one.utc_ns, one.file, one.first_sample))
