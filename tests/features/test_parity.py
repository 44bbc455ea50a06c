"""Every row of the parity table that is about a feature or another transform."""

import pytest

from tests import feature_parity, parity

CASES = feature_parity.cases(parity.Case, parity.library)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.preset)
def test_each_is_as_near_to_its_reference_as_the_table_says(case):
    try:
        largest = parity.difference(case)
    except parity.NotHereError as missing:
        pytest.skip(f"{missing} is not here")
    assert largest <= case.tolerance
