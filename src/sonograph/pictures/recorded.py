"""A picture of coverage: when each recorder recorded, how much of each stretch, and where something is odd."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.archive.catalogues.report import Covered, Report
from sonograph.archive.segments.moments import moment_at
from sonograph.archive.segments.segment import SECOND
from sonograph.atomic import written
from sonograph.errors import SettingsError
from sonograph.pictures.out.save import FLAT, format_of, save
from sonograph.pictures.style import ours
from sonograph.pictures.themes import THEMES
from sonograph.pictures.words import printable
from sonograph.units import duration, hertz

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 1000
"""Stretches of time that a row is shown in."""
FEW = 6
"""Stretches that a duty cycle must be long to be seen as one; a shorter one is a shade."""
WIDTH, ROW, ABOVE, BELOW, RIGHT = 9.0, 0.5, 0.45, 0.85, 0.62  # inches
LETTER = 0.072  # inches that a letter beside a row is wide
DPI = 150
MOST = 40
"""Rows on a picture; of more timelines, the longest."""
ODD = {"overlap": "recorded twice", "lost": "samples lost", "rate": "another rate", "gain": "another gain"}
"""What is marked, and what it is called below."""


def draw_coverage(report: Report, *, path: str | os.PathLike[str] | None = None, theme: str = "light") -> Figure:
    """When each recorder recorded: a row a timeline, the fuller the darker; what is odd is marked.

    Parameters
    ----------
    report
        What a catalogue tells: `sonograph.archive.catalogues.report.report(catalogue)`.
    path
        Where to write it, ending in .png, .svg, .pdf, .jpg, .webp or .tif.
    theme
        "light" or "dark".

    Returns
    -------
    matplotlib Figure
        With an Agg canvas.

    Raises
    ------
    SettingsError
        Nothing in it has a time; a path of another ending.
    OutputError
        A path that cannot be written.
    """
    form = None if path is None else format_of(path)
    if form == "html":
        raise SettingsError(f'path ends in ".html"; this picture is {FLAT}')
    rows = sorted(report.covered, key=lambda one: -one.recorded)[:MOST]
    rows = [one for one in report.covered if one in rows]
    if not rows:
        raise SettingsError("no recording tells its time; there is nothing to draw")
    with ours():
        figure = _figure(report, rows, theme)
    if path is not None and form is not None:
        with written(path) as part:
            save(figure, part, form, {"Description": _title(report)})
    return figure


def shares(covered: Covered, edges_ns: np.ndarray) -> np.ndarray:
    """How much of each stretch between edges, ns since 1970 UTC, a timeline recorded, 0 to 1."""
    clock = covered.joined.clock
    assert clock is not None  # noqa: S101  # there is a segment
    edges = np.asarray(edges_ns, float)
    starts = np.array([run.start for run in covered.joined.runs], np.int64)
    stops = np.array([run.stop for run in covered.joined.runs], np.int64)
    began = clock.utc_ns_at(starts).astype(float)
    ended = began + (stops - starts) / covered.sample_rate * SECOND
    knots = np.maximum.accumulate(np.stack([began, ended], axis=1).ravel())
    passed = np.concatenate([[0.0], np.cumsum(np.where(np.arange(1, len(knots)) % 2, np.diff(knots), 0.0))])
    recorded = np.diff(np.interp(edges, knots, passed, left=0.0, right=passed[-1]))
    return np.clip(recorded / np.diff(edges), 0.0, 1.0)


def _edges(covered: Covered, start: int, end: int) -> np.ndarray:
    """Stretches as wide as a few pixels; where a duty cycle is not much longer, a whole number of its cycles."""
    step = (end - start) / COLUMNS
    if covered.cycle is not None and covered.cycle.every * SECOND < FEW * step:
        every = covered.cycle.every * SECOND
        step = every * max(1, round(step / every))
    return start + step * np.arange(int(np.ceil((end - start) / step)) + 1)


def _figure(report: Report, rows: Sequence[Covered], name: str) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import LinearSegmentedColormap

    from sonograph.pictures.axes import plain, time_axis
    from sonograph.pictures.shown import Picture

    theme = THEMES[name]
    start, end = min(one.start_ns for one in rows), max(one.end_ns for one in rows)
    seconds = max(1.0, (end - start) / SECOND)
    names = [_name(one) for one in rows]
    height, left = ABOVE + ROW * len(rows) + BELOW, 0.15 + LETTER * max(map(len, names))
    figure = Picture(figsize=(WIDTH, height), dpi=DPI)
    FigureCanvasAgg(figure)
    figure.set_facecolor(theme.paper)
    axes = figure.add_axes(
        (left / WIDTH, BELOW / height, (WIDTH - left - RIGHT) / WIDTH, ROW * len(rows) / height)
    )  # fmt: skip
    plain(axes, theme)
    blue = theme.lines[0]
    colours = LinearSegmentedColormap.from_list("coverage", [_mixed(theme.paper, blue, 0.25), blue])
    for number, one in enumerate(rows):
        edges = _edges(one, start, end)
        full = shares(one, edges)
        axes.axhspan(number - 0.32, number + 0.32, color=theme.missing, alpha=0.35, lw=0, zorder=0)
        axes.imshow(
            np.ma.masked_less_equal(full[None], 0.0), aspect="auto", interpolation="nearest", cmap=colours, vmin=0,
            vmax=1, extent=(0, (edges[-1] - start) / SECOND, number + 0.32, number - 0.32), zorder=1,
        )  # fmt: skip
        axes.text(
            1.01, number, f"{one.share:.1%}", transform=axes.get_yaxis_transform(), va="center", fontsize=8,
            color=theme.ink,
        )  # fmt: skip
    marked = _mark(axes, report, rows, start, theme)
    axes.set(xlim=(0, seconds), ylim=(len(rows) - 0.5, -0.5))
    axes.set_yticks(range(len(rows)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_facecolor(theme.paper)
    time_axis(axes, moment_at(start))
    axes.set_title(_title(report), fontsize=9, loc="left", color=theme.ink)
    axes.text(1.01, -0.52, "recorded", transform=axes.get_yaxis_transform(), va="bottom", fontsize=7, color=theme.faint)
    below = -0.6 / (ROW * len(rows))
    axes.text(0, below, "the darker, the more of the time", transform=axes.transAxes, va="top", fontsize=8,
              color=theme.faint)  # fmt: skip
    if marked:
        legend = axes.legend(
            handles=marked, loc="upper right", bbox_to_anchor=(1.0, below), ncols=len(marked),
            frameon=False, fontsize=8, handletextpad=0.2, borderaxespad=0,
        )  # fmt: skip
        for text in legend.get_texts():
            text.set_color(theme.ink)
    return figure


def _mark(axes: Any, report: Report, rows: Sequence[Covered], start: int, theme: Any) -> list[Any]:
    """Marks at what is odd; those for the legend."""
    from matplotlib.lines import Line2D

    at = {one.file: (number, one) for number, row in enumerate(rows) for one in row.segments}
    marks = dict(zip(ODD, (("v", theme.lines[1]), ("d", theme.lines[3]), ("s", theme.lines[2]), ("o", theme.lines[4])),
                     strict=True))  # fmt: skip
    places: dict[str, list[tuple[float, float]]] = {}
    for finding in report.findings:
        if finding.kind in ODD and finding.file in at:
            number, segment = at[finding.file]
            places.setdefault(finding.kind, []).append((((segment.utc_ns or 0) - start) / SECOND, number - 0.4))
    handles = []
    for kind, listed in places.items():
        shape, colour = marks[kind]
        x, y = zip(*listed, strict=True)
        axes.plot(x, y, shape, color=colour, ms=4, mew=0, clip_on=False, zorder=3)
        words = f"{ODD[kind]} ({len(listed):,})"
        handles.append(Line2D([], [], marker=shape, color=colour, ls="", ms=5, mew=0, label=words))
    return handles


def _name(one: Covered) -> str:
    channels = one.segments[0].n_channels
    words = [printable(one.recorder)[:28], hertz(one.sample_rate), f"{channels} channels" if channels > 1 else ""]
    return "  ".join(filter(None, words))


def _title(report: Report) -> str:
    files, faults = len({one.file for one in report.catalogue.segments}), len(report.catalogue.faults)
    recorded = sum(one.recorded for one in report.covered)
    words = [f"{files:,} files", f"{_long(recorded)} of sound"]
    cycles = {one.cycle for one in report.covered if one.cycle is not None}
    if len(cycles) == 1:
        [cycle] = cycles
        words.append(f"{duration(cycle.recorded)} every {duration(cycle.every)}")
    if faults:
        words.append(f"{faults:,} at fault")
    more = len(report.covered) - MOST
    return ", ".join(words) + (f"; {more:,} short timelines are left out" if more > 0 else "")


def _long(seconds: float) -> str:
    """A length as people say it."""
    for unit, name in ((86_400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds:.3g} s"


def _mixed(one: str, other: str, share: float) -> str:
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = (a + (b - a) * share for a, b in zip(to_rgb(one), to_rgb(other), strict=True))
    return to_hex((red, green, blue))
