"""A picture of orders: time or speed across, order upwards, level in colour."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph import units
from sonograph.analysis.orders import Orders
from sonograph.checks import whole
from sonograph.errors import SettingsError
from sonograph.pictures import missing, ticks
from sonograph.pictures.apart import SIZE, Painted, figure_of, span
from sonograph.pictures.axes import put_ticks
from sonograph.pictures.colours import colour_map
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.themes import THEMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACROSS, UP = 8, 12
"""Numbers below the panel and beside it."""


def draw_orders(
    orders: Orders,
    *,
    path: str | os.PathLike[str] | None = None,
    look: PictureSettings | None = None,
    window: Any = None,
) -> Figure:
    """A picture of orders over time, or of `orders.over_rpm()` over speed; a level unless vscale says otherwise.

    Raises
    ------
    SettingsError
        A setting that a spectrogram has and orders do not; several channels and none chosen.
    OutputError
        A path that cannot be written.
    """
    look = look or PictureSettings()
    return figure_of(
        lambda axes: _painted(axes, orders, look),
        look,
        what="an order map",
        heeds=("below", "percentiles", "channel", "vscale"),
        path=path,
        about=repr(orders),
        window=window,
    )


def _painted(axes: Axes, orders: Orders, look: PictureSettings) -> Painted:
    power, (width, height) = _channel(orders, look), look.size or SIZE
    values, label = _shown(power, orders, look)
    rows, columns = max(1, len(values) // height), max(1, values.shape[1] // width)
    values = _highest(_highest(values, rows).T, columns).T
    linear = look.vscale != "level" and look.range is None and look.percentiles is None
    low, high = (0.0, float(np.nanmax(values, initial=1e-30))) if linear else span(values, look)
    missing.hatch(axes, THEMES[look.theme])
    middles = orders.rpm if orders.step else orders.times
    image = axes.pcolormesh(
        _edges(middles, columns),
        _edges(orders.orders, rows),
        np.ma.masked_invalid(values),
        cmap=colour_map(look.colours_shown),
        vmin=low,
        vmax=high,
        rasterized=True,
    )
    top = float(orders.orders[-1]) or 0.5  # of order 0 alone
    axes.set_ylim(0, top)
    put_ticks(axes.yaxis, ticks.decimal(0, top, UP))
    axes.set_ylabel("Order")
    there = ticks.decimal(*axes.get_xlim(), ACROSS)
    if orders.step:
        axes.set_xlabel("Speed (rpm)")
    else:
        turned = np.interp(there.places, orders.times, orders.rpm)
        there = ticks.Ticks(there.places, [f"{w}\n{rpm:.0f}" for w, rpm in zip(there.words, turned, strict=True)])
        axes.set_xlabel("Time (s), and how fast it turned then (rpm)")
    put_ticks(axes.xaxis, there)
    return Painted(image, label, "Orders", _words(orders, look))


def _channel(orders: Orders, look: PictureSettings) -> np.ndarray:
    """(orders, columns) of the one channel there is, or that is asked for."""
    if orders.values.ndim == 2:
        if look.channel is not None:
            whole("channel", look.channel, 0, 0)
        return orders.values
    if look.channel is None:
        raise SettingsError(f"the orders are of {len(orders.values)} channels; say which with channel")
    return np.asarray(orders.values[whole("channel", look.channel, 0, len(orders.values) - 1)])


def _shown(power: np.ndarray, orders: Orders, look: PictureSettings) -> tuple[np.ndarray, str]:
    """What is in colours, and what their bar says."""
    if look.vscale == "level":
        reference = units.reference_power(orders.unit, "spectrum")
        levels = 10 * np.log10(np.maximum(power, 1e-20 * reference) / reference)
        return levels, units.level_label(orders.unit, "spectrum", reference)
    if look.vscale == "magnitude":
        return np.sqrt(power), f"Magnitude ({orders.unit} rms)"
    if look.vscale == "power":
        return power, orders.label
    raise SettingsError(f'vscale is "{look.vscale}"; orders are drawn as level, power or magnitude')


def _highest(values: np.ndarray, many: int) -> np.ndarray:
    """The highest of so many rows, so that a narrow order stays; NaN where none is there."""
    filled = np.where(np.isnan(values), -np.inf, values)
    highest = np.maximum.reduceat(filled, np.arange(0, len(values), many), axis=0)
    return np.where(np.isneginf(highest), np.nan, highest)


def _edges(middles: np.ndarray, many: int) -> np.ndarray:
    """Halfway between middles, as far beyond the first and the last; of so many of them one cell is made."""
    if len(middles) == 1:
        return np.array([middles[0] - 0.5, middles[0] + 0.5])
    between = (middles[1:] + middles[:-1]) / 2
    edges = np.concatenate([[2 * middles[0] - between[0]], between])[::many]
    return np.append(edges, 2 * middles[-1] - between[-1])


def _words(orders: Orders, look: PictureSettings) -> str:
    channel = "" if look.channel is None else f"channel {look.channel}"
    steps = f"steps of {orders.step:g} rpm" if orders.step else f"{len(orders.times):,} frames"
    apart = f"orders {orders.orders[1]:.3g} apart" if len(orders.orders) > 1 else ""
    return ", ".join(filter(None, (channel, steps, apart)))
