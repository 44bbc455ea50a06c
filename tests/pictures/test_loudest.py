"""Pixels made for one size stay the loudest of what they cover in a smaller one."""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from sonograph import draw
from sonograph.pictures.colours import colour_map
from tests.pictures.sounds import APART, clicks


def brightest_columns(figure, **saving):
    """Where the colour of the highest level is, as shares of the picture's width."""
    file = BytesIO()
    figure.savefig(file, format="png", **saving)
    picture = np.asarray(Image.open(file).convert("RGB")).astype(int)
    top = np.array(colour_map("magma")(1.0)[:3]) * 255
    lit = np.flatnonzero((np.abs(picture - top).max(axis=2) < 3).any(axis=0))
    return lit / picture.shape[1]


@pytest.mark.parametrize("loud", [0, 317, 1234, 2999])
@pytest.mark.parametrize("dpi", [20, 33, 61])
def test_a_click_is_seen_at_any_resolution(loud, dpi):
    figure = draw(clicks(3000, [loud]), APART)
    axes = figure.axes[0].get_position()
    want = axes.x0 + (loud + 0.5) / 3000 * axes.width
    lit = brightest_columns(figure, dpi=dpi)
    lit = lit[lit < axes.x1 + 0.01]  # the colour bar has that colour too
    assert lit.size
    assert np.abs(lit - want).min() < 3 / (8 * dpi)


@pytest.mark.parametrize("loud", range(100, 1200, 97))
def test_a_click_is_seen_on_axes_that_a_layout_made_smaller(loud):
    figure = Figure(figsize=(5, 3), layout="constrained")
    axes = figure.subplots()
    painted = draw(clicks(1300, [loud]), APART, ax=axes)
    axes.set_ylabel("a label\nof many\nlines\nthat needs\nroom", fontsize=20)
    figure.savefig(BytesIO(), format="png")
    assert int(axes.get_window_extent().width) <= painted.image.get_array().shape[1]
    painted.colour_bar.remove()
    assert brightest_columns(figure).size


def test_an_image_with_room_is_left_as_it_is():
    figure = draw(clicks(300, [7]), APART)
    image = figure.axes[0].images[0]
    before = image.get_array().copy()
    brightest_columns(figure, dpi=30)
    np.testing.assert_array_equal(image.get_array(), before)


def test_means_and_features_are_not_made_louder():
    plain = draw(clicks(3000, [5]), APART, reduction="mean").axes[0].images[0]
    assert type(plain).__name__ == "AxesImage"
