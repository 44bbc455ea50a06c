"""Pictures of levels over a long time: percentiles over frequency, and levels of days or months one after another."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.archive.levels.summary import LevelSummary
from sonograph.errors import SettingsError
from sonograph.pictures import levels_sheet, missing
from sonograph.pictures.colours import colour_map
from sonograph.pictures.levels_sheet import LOWEST, Path
from sonograph.pictures.style import ours
from sonograph.pixels import scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PERCENTS = (5, 25, 50, 75, 95)
MOST = 8
"""Bands that are told apart on a picture of levels."""


def draw_level_percentiles(
    summary: LevelSummary, *, percents: Sequence[float] = PERCENTS, path: Path = None, theme: str = "light"
) -> Figure:
    """Spectral probability density, and percentiles and mean of the levels over it.

    Parameters
    ----------
    summary
        Of bands of density: `summarise(minutes, every="all", bands="millidecades")`.
    percents
        Which percentiles of the minutes' levels are lines.
    path
        Where to write it, ending in .png, .svg, .pdf, .jpg, .webp or .tif.
    theme
        "light" or "dark".

    Raises
    ------
    SettingsError
        No minute counts; a path of another ending; percentiles beyond 100.
    OutputError
        A path that cannot be written.
    """
    form = levels_sheet.form(path)
    if not summary.minutes:
        raise SettingsError("no minute counts there; there is nothing to draw")
    edges = np.array([(band.low, band.high) for band in summary.bands])
    shown = edges[:, 1] > min(LOWEST, edges[-1, 0])
    middle = np.sqrt(np.maximum(edges[shown, 0], 0.5) * edges[shown, 1])
    corners = np.append(np.maximum(edges[shown, 0], 0.5), edges[-1, 1])
    lines = summary.percentiles(percents)[:, shown]
    extremes = summary.percentiles([0.1, 100])[:, shown]
    mean = summary.mean_levels[shown]
    with ours():
        figure, axes, colours = levels_sheet.sheet(theme)
        probability, levels = summary.counts.density(0.5)
        probability = probability[shown]
        lit = np.ma.masked_less_equal(probability.T, 0)
        image = axes.pcolormesh(
            corners, levels, lit, cmap=colour_map("viridis" if theme == "dark" else "viridis_r"), rasterized=True,
            vmin=0, vmax=float(np.percentile(probability[probability > 0], 99)),
        )  # fmt: skip
        for number, (percent, line) in enumerate(zip(percents, lines, strict=True)):
            dash = ("-", "--", ":", "-.")[min(abs(number - len(percents) // 2), 3)]
            axes.plot(middle, line, color=colours.ink, lw=1.3 if dash == "-" else 1.0, ls=dash, label=_ordinal(percent))
        axes.plot(middle, mean, color=colours.lines[1], lw=1.3, label="mean of power")
        axes.set_xscale("function", functions=scale.SCALES["log"][:2])
        axes.set_xlim(max(corners[0], LOWEST) if corners[-1] > LOWEST else corners[0], corners[-1])
        low, high = float(extremes[0].min()), float(max(extremes[1].max(), mean.max()))
        axes.set_ylim(low - 3, high + 3)
        _below(axes)
        axes.set_ylabel(f"Spectral density level ({summary.level_unit})")
        levels_sheet.legend(axes, colours, "percentiles of minutes")
        levels_sheet.bar(figure, image, axes, "Probability (per dB)", colours)
        levels_sheet.title(axes, summary.start, summary.end, _counted(summary), colours)
    return levels_sheet.saved(figure, path, form)


def check_bands(count: int) -> None:
    """Refuse more bands than can be told apart."""
    if count > MOST:
        raise SettingsError(f"levels of so many bands cannot be told apart; name at most {MOST}")


def draw_levels(
    summaries: Sequence[LevelSummary], *, percents: tuple[float, float] = (5, 95), path: Path = None,
    theme: str = "light",
) -> Figure:  # fmt: skip
    """Levels of days or months, one after the other: the mean of power of each band, and for one band percentiles.

    Parameters
    ----------
    summaries
        In the order of time: `summarise(minutes, every="day")`.
    percents, path, theme
        Of one band, from which to which percentile the minutes' levels are shaded; as `draw_level_percentiles`.

    Raises
    ------
    SettingsError
        Nothing is given; more than 8 bands; a path of another ending.
    OutputError
        A path that cannot be written.
    """
    form = levels_sheet.form(path)
    if not summaries:
        raise SettingsError("no minutes are there; there is nothing to draw")
    first, bands = summaries[0], summaries[0].bands
    check_bands(len(bands))
    start = first.start
    days = [(float(one.start - start), float(one.end - start)) for one in summaries]
    with ours():
        figure, axes, colours = levels_sheet.sheet(theme)
        for number, band in enumerate(bands):
            colour = colours.lines[number % len(colours.lines)]
            level = [one.mean_levels[number] for one in summaries]
            x, y = _stairs(days, level)
            axes.plot(x, y, color=colour, lw=1.5, label="mean of power" if len(bands) == 1 else band.name)
            if len(bands) == 1:
                low, middle, high = zip(*(one.percentiles([percents[0], 50, percents[1]])[:, 0] for one in summaries),
                                        strict=True)  # fmt: skip
                around = f"{_ordinal(percents[0])} to {_ordinal(percents[1])} percentile of minutes"
                below, above = _stairs(days, low)[1], _stairs(days, high)[1]
                axes.fill_between(x, below, above, color=colour, alpha=0.25, lw=0, label=around)
                axes.plot(x, _stairs(days, middle)[1], color=colours.ink, lw=1.0, ls="--", label="median of minutes")
        axes.set_xlim(0, days[-1][1])
        gaps = [(a[1], b[0]) for a, b in itertools.pairwise(days) if b[0] > a[1]]
        missing.hatch_gaps(axes, gaps, colours)
        levels_sheet.times(axes, start)
        axes.set_ylabel(f"Level ({first.level_unit})")
        axes.grid(color=colours.faint, alpha=0.25, linewidth=0.6)
        levels_sheet.legend(axes, colours)
        name = bands[0].name if len(bands) == 1 else f"{len(bands)} bands"
        words = f"{name}, each stretch weighted by what was recorded"
        levels_sheet.title(axes, start, summaries[-1].end, words, colours)
    return levels_sheet.saved(figure, path, form)


def _below(axes: Any) -> None:
    from sonograph.pictures.kinds.spectrum import frequencies_below

    frequencies_below(axes, "log")


def _counted(summary: LevelSummary) -> str:
    return f"{summary.minutes:,} minutes, {summary.coverage:.1%} of the time"


def _stairs(days: Sequence[tuple[float, float]], values: Any) -> tuple[np.ndarray, np.ndarray]:
    """Each value from the beginning of its stretch to its end, with a hole where one is missing."""
    x, y = [], []
    for i, ((first, last), value) in enumerate(zip(days, values, strict=True)):
        if i and first > days[i - 1][1]:
            x.append(first)
            y.append(np.nan)
        x += [first, last]
        y += [value, value]
    return np.array(x), np.array(y, float)


def _ordinal(percent: float) -> str:
    """As a percentile is called.

    >>> _ordinal(1), _ordinal(22), _ordinal(13), _ordinal(99.5)
    ('1st', '22nd', '13th', '99.5th')
    """
    number = f"{percent:g}"
    last = number[-1] if "." not in number and number[-2:] not in ("11", "12", "13") else "0"
    return number + {"1": "st", "2": "nd", "3": "rd"}.get(last, "th")
