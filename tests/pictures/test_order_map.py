"""Orders as a picture: over time and over speed, of numbers that are known."""

from dataclasses import replace

import numpy as np
import pytest

from sonograph import SettingsError, Signal, draw, orders, speed
from sonograph.analysis.orders import Orders

RATE = 4000.0
T = np.arange(40_000) / RATE
UP_AND_DOWN = speed([0.0, 4.0, 5.0, 5.5, 10.0], [600.0, 1500.0, 1500.0, 2400.0, 600.0])


def tracked(channels=1, missing=None):
    """Order 3 of 0.5 g, twice as strong in the second channel."""
    x = 0.5 * np.sin(2 * np.pi * 3 * UP_AND_DOWN.revolutions(T))
    if missing is not None:
        x[missing] = np.nan
    samples = x if channels == 1 else np.stack([x, 2 * x])
    return orders(Signal(samples, RATE, "g"), UP_AND_DOWN, highest=6.0, revolutions=8)


def cells(figure):
    """(rows, columns) of the colours, and their edges across and upwards."""
    mesh = figure.axes[0].collections[0]
    corners = mesh.get_coordinates()
    return mesh.get_array(), corners[0, :, 0], corners[:, 0, 1]


def at(edges, place):
    return int(np.searchsorted(edges, place)) - 1


def test_an_order_lies_level_at_its_number_with_its_level_re_the_unit(tmp_path):
    made = tracked()
    figure = draw(made, path=tmp_path / "orders.png", below=60)
    colours, across, up = cells(figure)
    axes, bar = figure.axes
    row = at(up, 3.0)
    np.testing.assert_allclose(colours[row], 20 * np.log10(0.5 / 2**0.5), atol=0.3)
    assert (colours[row] == colours.max(axis=0)).all()
    assert bar.get_ylabel() == "Level (dB re 1 g)" and axes.get_ylabel() == "Order"
    assert axes.get_xlabel().startswith("Time (s)") and (tmp_path / "orders.png").stat().st_size > 5000
    assert across[0] < made.times[0] < across[1] and across[-2] < made.times[-1] < across[-1]
    there = dict(tick.get_text().split("\n") for tick in axes.get_xticklabels())
    assert float(there["2"]) == pytest.approx(1050, abs=15)  # how fast it turned after 2 s
    low, high = figure.axes[0].collections[0].get_clim()
    assert high - low == pytest.approx(60)


def test_over_speed_are_the_mean_squares_of_the_frames_that_turned_so():
    made = tracked()
    over = made.over_rpm(100.0)
    for column, rpm in enumerate(over.rpm):
        here = [i for i, turned in enumerate(made.rpm) if rpm - 50 <= turned < rpm + 50]
        wanted = sum(made.values[:, i] for i in here) / len(here) if here else np.full(len(made.orders), np.nan)
        np.testing.assert_allclose(over.values[:, column], wanted)
    assert (np.diff(over.rpm) == 100).all() and over.rpm[0] % 100 == 50
    assert "steps of 100 rpm" in repr(over) and over.over_rpm(100.0).values.shape == over.values.shape
    np.testing.assert_allclose(over.order(3.0)[np.isfinite(over.times)], 0.5 / 2**0.5, rtol=0.04)
    figure = draw(over, vscale="magnitude")
    colours, across, up = cells(figure)
    assert figure.axes[0].get_xlabel() == "Speed (rpm)" and figure.axes[1].get_ylabel() == "Magnitude (g rms)"
    assert colours[at(up, 3.0), at(across, 1510.0)] == pytest.approx(0.354, abs=0.015)


def test_speeds_at_which_it_never_turned_and_missing_frames_are_no_data():
    values = np.ones((5, 4))
    values[:, 2] = np.nan
    made = Orders(values, np.arange(5) / 2, np.arange(4.0), np.array([600.0, 610.0, 700.0, 900.0]), "g")
    over = made.over_rpm(50.0)
    assert over.rpm.tolist() == [625, 675, 725, 775, 825, 875, 925]
    assert np.isfinite(over.values[0]).tolist() == [True, *[False] * 5, True] and over.times[2] == 2
    assert cells(draw(over))[0].mask.sum() == 5 * 5
    assert np.ma.getmaskarray(cells(draw(made))[0]).any(axis=0).tolist() == [False, False, True, False]


def test_by_default_there_are_25_to_60_steps_and_of_one_speed_one():
    for low, high in ((600, 2400), (0.5, 3), (100, 100_000), (1234, 3999)):
        rpm = np.linspace(low, high, 300)
        made = Orders(np.ones((3, 300)), np.arange(3.0), np.arange(300.0), rpm, "g").over_rpm()
        assert 20 <= len(made.rpm) <= 62
    steady = Orders(np.ones((3, 9)), np.arange(3.0), np.arange(9.0), np.full(9, 1500.0), "g").over_rpm()
    assert len(steady.rpm) == 1 and draw(steady).axes


def test_a_narrow_order_stays_in_a_small_picture():
    made = tracked()
    colours, _, up = cells(draw(made, size=(200, 20), axes=False))
    assert len(colours) < len(made.orders)
    np.testing.assert_allclose(colours[at(up, 3.0)], 20 * np.log10(0.5 / 2**0.5), atol=0.3)


def test_a_channel_is_chosen_and_what_has_no_place_is_refused():
    two = tracked(channels=2)
    with pytest.raises(SettingsError, match="the orders are of 2 channels; say which with channel"):
        draw(two)
    figure = draw(two, channel=1)
    colours, _, up = cells(figure)
    np.testing.assert_allclose(colours[at(up, 3.0)], 20 * np.log10(1 / 2**0.5), atol=0.3)
    assert "channel 1" in figure.axes[0].get_title(loc="left")
    for given, says in (
        ({"axis": "log"}, "axis is given with an order map"),
        ({"vscale": "log", "range": (1, 2)}, 'vscale is "log"; orders are drawn as'),
        ({"labels": "a.txt"}, "labels is given with an order map, which takes none"),
        ({"path": "a.html"}, "an order map is"),
    ):
        with pytest.raises(SettingsError, match=says):
            draw(tracked(), **given)
    with pytest.raises(SettingsError, match="there must be at most"):
        tracked().over_rpm(1e-9)
    with pytest.raises(SettingsError, match="step is 0"):
        tracked().over_rpm(0)
    for order in (99.0, -1, float("nan"), "2"):
        with pytest.raises(SettingsError, match=r"number is .*; it must be 0 to "):
            tracked().order(order)


def test_order_0_alone_has_a_map_too():
    alone = replace(tracked(), values=tracked().values[:1], orders=np.zeros(1))
    assert draw(alone).axes[0].get_ylim() == (0, 0.5)
