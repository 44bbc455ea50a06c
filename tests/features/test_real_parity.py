"""The rows of the parity page that are about real recordings."""

import pytest

from tests import parity, real_parity


def cases():
    try:
        return real_parity.cases()
    except parity.NotHereError:
        return ()


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.name}, {case.reference}")
def test_recordings_are_as_near_to_librosa_as_the_page_says(case):
    try:
        one = real_parity.held(case)
    except parity.NotHereError as missing:
        pytest.skip(f"{missing} is not here")
    if case.alike == "all":
        assert one.alike == one.frames
    elif case.alike == "within":
        assert one.at_ends_alone and one.of_others <= 1 + 1e-9
    else:
        assert one.alike < one.frames  # or the page need not say why they differ
