import pytest
from PIL import Image, ImageChops

from tests.pictures.golden import CASES, FAR, FOLDER, MEAN, drawn, far


@pytest.mark.parametrize("name", CASES)
def test_a_picture_is_as_it_was_found_right(name):
    with Image.open(FOLDER / f"{name}.png") as kept:
        most, mean = far(drawn(name), kept.convert("RGB"))
    assert most <= FAR
    assert mean <= MEAN


def test_the_comparison_sees_what_a_reader_would():
    with Image.open(FOLDER / "both.png") as kept:
        right = kept.convert("RGB")
    moved = ImageChops.offset(right, 4, 0)
    pale = right.point(lambda value: min(255, value + 8))
    assert far(right, moved)[0] > FAR
    assert far(right, pale)[1] > MEAN
