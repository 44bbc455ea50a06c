"""Frames times a matrix: the sums of their definition, each frame's bits its own, with programs and without."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph.engines.compiled import filters
from sonograph.features.weighed import Weights, weighed
from tests.engines.contract import BOTH_PRECISIONS


@BOTH_PRECISIONS
@pytest.mark.parametrize("programs", [True, False])
@given(st.integers(1, 40), st.integers(1, 90), st.integers(1, 40), st.data())
def test_sums_are_those_of_the_definition_and_of_each_frame_alone(programs, dtype, frames, numbers, rows, data):
    random = np.random.default_rng(0)
    values, matrix = (random.standard_normal(shape).astype(dtype) for shape in ((frames, numbers), (rows, numbers)))
    with pytest.MonkeyPatch.context() as patch:
        if not programs:
            patch.setattr(filters, "able", lambda: False)
        weights = Weights.of(matrix)
    assert programs == (weights.bank is not None)
    got = weighed(values, weights)
    assert (got.dtype, got.shape) == (values.dtype, (frames, rows))
    bound = numbers * np.finfo(dtype).eps * (np.abs(values.astype(float)) @ np.abs(matrix.T.astype(float)))
    assert (np.abs(got - values.astype(float) @ matrix.T.astype(float)) <= bound).all()
    one = data.draw(st.integers(0, frames - 1))
    np.testing.assert_array_equal(weighed(values[one : one + 1], weights)[0], got[one])


def test_a_missing_frame_is_missing_alone():
    values = np.ones((5, 7))
    values[2, 3] = np.nan
    got = weighed(values, Weights.of(np.ones((3, 7))))
    np.testing.assert_array_equal(got, [[7.0] * 3] * 2 + [[np.nan] * 3] + [[7.0] * 3] * 2)
    assert weighed(values[:0], Weights.of(np.ones((3, 7)))).shape == (0, 3)
