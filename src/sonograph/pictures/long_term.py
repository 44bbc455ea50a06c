"""The spectrogram of a year: mean spectra in columns of hours or days, over octaves."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph import units
from sonograph.archive.levels.bands import Band, overlaps
from sonograph.archive.levels.decibels import decibels
from sonograph.archive.levels.long_term import LongTerm
from sonograph.errors import SettingsError
from sonograph.pictures import levels_sheet, missing
from sonograph.pictures.colours import check_colours, colour_map
from sonograph.pictures.levels_sheet import LOWEST, Path
from sonograph.pictures.style import ours
from sonograph.pixels import scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS = 480


def draw_long_term(
    found: LongTerm, *, path: Path = None, colours: str = "viridis", range: tuple[float, float] | None = None,
    theme: str = "light",
) -> Figure:  # fmt: skip
    """The spectrogram of a long time: mean density in columns of minutes, hours or days, over octaves.

    Parameters
    ----------
    found
        What minutes were added to.
    path, theme
        As `draw_level_percentiles`.
    colours, range
        The palette, and from which to which level; by default the percentiles 1 to 99.5 of what is shown.

    Raises
    ------
    SettingsError
        Nothing was added; a palette that is none; a path of another ending.
    OutputError
        A path that cannot be written.
    """
    form = levels_sheet.form(path)
    check_colours(colours)
    density = found.density
    if found.edges is None or not np.isfinite(density).any():
        raise SettingsError("no minutes are there; there is nothing to draw")
    top = float(found.edges[-1, 1])
    low = LOWEST if top > 10 * LOWEST else top / 100
    rows = scale.bounds("log", low, top, ROWS)
    named = [Band(str(i), float(a), float(b)) for i, (a, b) in enumerate(itertools.pairwise(rows))]
    shared = overlaps(found.edges, named, 2 * top)
    power = np.stack([density[:, at : at + len(part)] @ (part / part.sum()) for at, part in shared])
    levels = decibels(power, units.reference_power(found.unit, "density"))
    there = levels[np.isfinite(levels)]
    first, last = range if range is not None else np.percentile(there, [1, 99.5]).tolist()
    with ours():
        figure, axes, theme_colours = levels_sheet.sheet(theme)
        missing.hatch(axes, theme_colours)
        span, (below, above) = found.end - found.start, scale.SCALES["log"].forward(np.array([low, top]))
        image = axes.imshow(
            np.ma.masked_invalid(levels), origin="lower", aspect="auto", interpolation="nearest",
            cmap=colour_map(colours), vmin=first, vmax=max(last, first + 1e-3), extent=(0, span, below, above),
        )  # fmt: skip
        levels_sheet.times(axes, found.start)
        _beside(axes)
        label = f"Mean density level ({found.level_unit})"
        levels_sheet.bar(figure, image, axes, label, theme_colours)
        words = f"each column {units.duration(float(found.seconds))}, weighted by what was recorded"
        levels_sheet.title(axes, found.start, found.end, words, theme_colours)
    return levels_sheet.saved(figure, path, form)


def _beside(axes: Any) -> None:
    """Frequencies beside an axis of octaves."""
    from sonograph.pictures import frequency
    from sonograph.pictures.axes import room, side_label
    from sonograph.pictures.tick_placing import put_places

    def place(axes: Any, low: float, high: float) -> Any:
        hertz = scale.SCALES["log"].inverse(np.array([low, high]))
        there, words = frequency.place("log", float(hertz[0]), float(hertz[1]), max(2, int(room(axes)[1] / 2)))
        return there._replace(places=scale.SCALES["log"].forward(np.array(there.places)).tolist()), words

    put_places(axes.yaxis, place, side_label)
