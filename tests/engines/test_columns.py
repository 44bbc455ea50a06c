"""Numbers gathered into columns, against loops."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph.engines.columns import Planes, every, touched
from tests import naive

NUMBERS = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6, width=32))
EVERY_PLANE = ("low", "high", "mean")


def columns_within(data, n_items):
    """Edges that never fall: perhaps more columns than items, some empty, items before and behind."""
    return np.array(sorted(data.draw(st.lists(st.integers(0, n_items), min_size=2, max_size=2 * n_items + 3), "edges")))


def cut(data, n_items):
    """The items in parts, one of no items among them."""
    cuts = sorted(data.draw(st.lists(st.integers(0, n_items), max_size=4), "cuts"))
    return [range(*pair) for pair in zip([0, 0, *cuts], [0, *cuts, n_items], strict=True)]


@given(st.integers(1, 25), st.integers(1, 4), st.data())
def test_any_parts_of_the_items_fill_the_columns_as_loops_do(n_items, n_rows, data):
    numbers = data.draw(st.lists(NUMBERS, min_size=n_items * n_rows, max_size=n_items * n_rows))
    values = np.array(numbers, "float32").reshape(1, n_items, n_rows)
    edges = columns_within(data, n_items)
    planes = Planes(edges, (1, len(edges) - 1, n_rows), EVERY_PLANE, dtype=np.float32)
    for part in cut(data, n_items):
        planes.add(values[:, part.start : part.stop], part)
    for row in range(n_rows):
        low, high, total, count = naive.gathered(values[0, :, row], edges)
        np.testing.assert_array_equal(planes.low[0, :, row], low)
        np.testing.assert_array_equal(planes.high[0, :, row], high)
        np.testing.assert_allclose(planes.total[0, :, row], total, rtol=1e-12, atol=1e-8)
        np.testing.assert_array_equal(planes.count[0, :, row], count)
        np.testing.assert_array_equal(np.isnan(planes.mean[0, :, row]), count == 0)
        np.testing.assert_allclose(
            planes.mean[0, :, row][count > 0], (total / np.maximum(count, 1))[count > 0], atol=1e-8
        )


@given(st.integers(1, 12), st.integers(2, 9), st.data())
def test_rows_are_gathered_like_columns(n_items, n_rows, data):
    numbers = data.draw(st.lists(NUMBERS, min_size=2 * n_items * n_rows, max_size=2 * n_items * n_rows))
    values = np.array(numbers).reshape(2, n_items, n_rows)
    edges = columns_within(data, n_items)
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, n_rows), min_size=2), "rows")))
    planes = Planes(edges, (2, len(edges) - 1, len(rows) - 1), EVERY_PLANE, rows)
    planes.add(values, range(n_items))
    for channel in range(2):
        for r in range(len(rows) - 1):
            flat = values[
                channel, :, rows[r] : rows[r + 1]
            ].ravel()  # frame by frame: a column's numbers are neighbours
            low, high, total, count = naive.gathered(flat, edges * (rows[r + 1] - rows[r]))
            np.testing.assert_array_equal(planes.low[channel, :, r], low)
            np.testing.assert_array_equal(planes.high[channel, :, r], high)
            np.testing.assert_allclose(planes.total[channel, :, r], total, rtol=1e-12, atol=1e-8)
            np.testing.assert_array_equal(planes.count[channel, :, r], count)


def test_sums_of_many_small_numbers_are_of_double_precision():
    values = np.full((1, 300_000, 1), 0.1, "float32")
    planes = Planes(np.array([0, 300_000]), (1, 1, 1), ("mean",))
    planes.add(values, range(300_000))
    assert planes.mean[0, 0, 0] == pytest.approx(float(np.float32(0.1)), rel=1e-12)


@given(st.integers(0, 40), st.integers(0, 300), st.integers(0, 9))
def test_a_zoom_level_puts_2_to_the_l_frames_into_a_column_and_drops_none(first, n_items, level):
    edges = every(range(first, first + n_items), 2**level)
    held = [list(range(a, b)) for a, b in itertools.pairwise(edges)]
    want = range(first, first + n_items)
    assert held == [list(want[c * 2**level : (c + 1) * 2**level]) for c in range(-(-n_items // 2**level))]


@given(st.integers(1, 30), st.data())
def test_a_part_touches_the_columns_that_hold_its_items(n_items, data):
    edges = columns_within(data, n_items)
    part = range(*sorted(data.draw(st.tuples(st.integers(0, n_items), st.integers(0, n_items)))))
    here, within = touched(edges, part)
    for q in range(len(edges) - 1):
        held = set(range(edges[q], edges[q + 1])) & set(part)
        if not here.start <= q < here.stop:
            assert not held
        else:
            begin, end = within[q - here.start], within[q - here.start + 1]
            assert set(part[begin:end]) == held


def test_a_plane_that_was_not_asked_for_is_not_there():
    planes = Planes(np.array([0, 2]), (1, 1), ("low",))
    for name in ("high", "total", "count", "mean"):
        with pytest.raises(KeyError, match=r"high|mean"):
            getattr(planes, name)
