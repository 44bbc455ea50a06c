"""Results that are curves, on one panel with a legend: spectra over frequency, loudness over time.

What is given is drawn as it is; nothing is computed of a sound here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph import units
from sonograph.analysis.lufs import Loudness
from sonograph.analysis.spectrum import Spectrum
from sonograph.errors import SettingsError
from sonograph.pictures import axes as on
from sonograph.pictures import layout
from sonograph.pictures.kinds.line import DASHES, ValueTicks
from sonograph.pictures.kinds.spectrum import MARGIN, FrequenciesBelow, height_ticks, logarithmic, span_of
from sonograph.pictures.layout import Track
from sonograph.pictures.letters import with_letters
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.style import ours
from sonograph.pictures.themes import THEMES, Theme
from sonograph.pictures.ticks import minus
from sonograph.pictures.words import printable, shortened
from sonograph.pixels import scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sonograph.pictures.tick_placing import Place

LONGEST_NAME = 40
"""Letters of a name in a legend."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One line: where its points lie across, how high, what it is called; `dashed`: it is a mean of others."""

    across: np.ndarray
    high: np.ndarray
    name: str
    dashed: bool = False


@dataclass(frozen=True, eq=False)
class Panel:
    """Curves on one pair of axes, and how those are to be numbered.

    span, range : from where to where they reach, across and upwards
    centre      : what complex samples were tuned to, Hz, from where frequencies are counted; 0: not known
    axis        : the scale across, of frequencies; "" of times
    """

    curves: Sequence[Curve]
    span: tuple[float, float]
    range: tuple[float, float]
    axis: str
    side: Place
    notes: tuple[str, ...]
    logarithmic: bool = False
    centre: float = 0.0


def is_curve(sound: Any) -> bool:
    """Whether something is a result that is drawn as curves."""
    return isinstance(sound, Spectrum | Loudness)


def panel_of(results: dict[str, Any], look: PictureSettings) -> Panel:
    """The panel of results by name, perhaps "".

    Raises
    ------
    SettingsError
        Results of several kinds, or in units that have no common scale; what curves cannot be shown with.
    """
    for name in ("seconds", "percentiles", "channel", "colours"):
        if getattr(look, name) != getattr(PictureSettings, name):
            raise SettingsError(f"{name} is given, but it has no place on curves; leave it out")
    if look.view not in ("spectrogram", "spectrum"):
        raise SettingsError(f'view is "{look.view}"; a spectrum and a loudness are curves: leave it out')
    kinds = {type(one) for one in results.values()}
    if kinds == {Spectrum}:
        return _spectra(results, look)
    if kinds == {Loudness}:
        return _loudness(results, look)
    raise SettingsError("several kinds of results are given; spectra, loudness and sounds are each drawn apart")


def _spectra(spectra: dict[str, Spectrum], look: PictureSettings) -> Panel:
    labels = {one.level_label: name for name, one in spectra.items()}
    if len(labels) > 1:
        (a, here), (b, there) = list(labels.items())[:2]
        raise SettingsError(f"{here or 'one'} is in {a}, {there or 'another'} in {b}; they have no common scale")
    first = next(iter(spectra.values()))
    for name, one in spectra.items():
        if one.centre != first.centre:
            words = " and ".join(units.tuned(centre) for centre in (first.centre, one.centre))
            raise SettingsError(f"{name or 'one'} is of another centre ({words}); they have no common scale")
    curves = []
    for name, one in spectra.items():
        values = one.levels if look.vscale == "level" else np.asarray(one.values, float)
        values = np.sqrt(values) if look.vscale == "magnitude" else values
        for channel, line in enumerate(values.reshape(-1, values.shape[-1])):
            of = f"channel {channel}" if values.ndim > 1 else ""
            curves.append(Curve(one.frequencies, line, ", ".join(filter(None, (name, of)))))
    lines, axis = [curve.high for curve in curves], look.axis or "linear"
    top = max(one.frequencies[-1] for one in spectra.values())
    every = np.concatenate([one.frequencies for one in spectra.values()])
    label, unit = (first.level_label, "") if look.vscale == "level" else _linear(first, look.vscale)
    steps = sorted(
        {
            f"{len(one.frequencies)} bins of {units.hertz(one.frequencies[1] - one.frequencies[0])}"
            for one in spectra.values()
        }
    )
    return Panel(
        curves,
        scale.limits(axis, every, float(top), look.frequencies, min(0.0, float(every.min()))),
        _levels(lines, look) if look.vscale == "level" else span_of(lines, look),
        axis,
        height_ticks(label, unit, look.vscale),
        (steps[0] if len(steps) == 1 else "bins differ from line to line",),
        look.vscale == "log",
        first.centre,
    )


def _linear(spectrum: Spectrum, vscale: str) -> tuple[str, str]:
    """What a power or a magnitude is called, and its unit."""
    if vscale != "magnitude":
        return spectrum.label, spectrum.value_unit
    unit = spectrum.unit if spectrum.scaling == "spectrum" else f"{spectrum.unit}/√Hz"
    unit = spectrum.value_unit if spectrum.scaling == "raw" else unit
    return f"Magnitude ({unit})", unit


def _levels(lines: Sequence[np.ndarray], look: PictureSettings) -> tuple[float, float]:
    if look.range is not None:
        return look.range
    there = [line[np.isfinite(line)] for line in lines]
    high = max((float(line.max()) for line in there if line.size), default=0.0)
    low = min((float(line.min()) for line in there if line.size), default=-look.below)
    return max(high - look.below, low - MARGIN), high + MARGIN


def _loudness(results: dict[str, Loudness], look: PictureSettings) -> Panel:
    if look.axis is not None or look.frequencies is not None or look.vscale != "level":
        raise SettingsError("axis, frequencies or vscale is given; a loudness is in LUFS over time: leave it out")
    curves = []
    for name, one in results.items():
        momentary = np.where(np.isfinite(one.momentary), one.momentary, np.nan)
        before = f"{name}, " if name else ""
        curves.append(Curve(one.times, momentary, f"{before}momentary (400 ms)"))
        if np.isfinite(one.integrated) and one.times.size:
            ends = np.array([one.times[0] - 0.2, one.times[-1] + 0.2])  # all that its blocks cover
            whole = np.full(2, one.integrated)
            curves.append(Curve(ends, whole, f"{before}integrated: {minus(f'{one.integrated:.1f}')} LUFS", dashed=True))
    end = max((float(one.times[-1]) + 0.2 for one in results.values() if one.times.size), default=1.0)
    side = ValueTicks("Loudness", "LUFS")
    return Panel(curves, (0.0, end), _levels([c.high for c in curves], look), "", side, ("ITU-R BS.1770-4",))


def curves_figure(results: dict[str, Any], look: PictureSettings, window: Any = None) -> Figure:
    """A figure of its own; `window`: what makes that of a window, from its pixels and dpi, to draw on.

    Raises
    ------
    SettingsError
        As `panel_of`; a size without room.
    """
    from sonograph.pictures.paper import Paper
    from sonograph.pictures.tick_placing import put_places

    panel, theme = panel_of(results, look), THEMES[look.theme]
    title = look.title if look.title is not None else next(iter(results)) if len(results) == 1 else ""
    named = [printable(one) for one in (title, *results)]
    with ours(named):
        if not look.axes:
            sheet = layout.bare(look, [Track()])
        else:
            sheet = layout.sheet(look, [Track()], title=title != "", notes=len(panel.notes), bar=False)
        drawn_on = None if window is None else window((sheet.width, sheet.height), look.dpi_shown)
        paper = Paper(sheet, look.dpi_shown, theme, drawn_on)
        axes = paper.panel(sheet.boxes[0], framed=look.axes)
        draw_curves(axes, panel, theme)
        if not look.axes:
            axes.set_axis_off()
            return paper.figure
        put_places(
            axes.xaxis, FrequenciesBelow(panel.axis, panel.centre) if panel.axis else on.TimeTicks(None), on.label_below
        )
        paper.side_axis(axes, panel.side)
        paper.write(sheet.boxes[0].left, title, with_letters(list(panel.notes), named))
        return paper.figure


def curves_on(axes: Axes, results: dict[str, Any], look: PictureSettings) -> None:
    """The same on axes of the reader's."""
    from sonograph.pictures.tick_placing import put_places

    panel = panel_of(results, look)
    draw_curves(axes, panel, THEMES[look.theme])
    put_places(
        axes.xaxis, FrequenciesBelow(panel.axis, panel.centre) if panel.axis else on.TimeTicks(None), on.label_below
    )
    put_places(axes.yaxis, panel.side, on.side_label)


def draw_curves(axes: Axes, panel: Panel, theme: Theme) -> None:
    """Lines, each in a colour, from the ninth on in other dashes; their names where there are several."""
    colours, solid = theme.lines, 0
    for curve in panel.curves:
        number = solid - 1 if curve.dashed else solid
        solid += not curve.dashed
        dashes = DASHES[1] if curve.dashed else DASHES[number // len(colours) % len(DASHES)]
        name = shortened(printable(curve.name), LONGEST_NAME)
        axes.plot(
            curve.across, curve.high, color=colours[number % len(colours)], linewidth=1.1, linestyle=dashes, label=name
        )
    if panel.axis not in ("", "linear"):
        axes.set_xscale("function", functions=scale.SCALES[panel.axis][:2])
    if panel.logarithmic:
        logarithmic(axes)
    axes.set_xlim(*panel.span)
    axes.set_ylim(*panel.range)
    axes.grid(color=theme.faint, alpha=0.25, linewidth=on.LINE)
    if len(panel.curves) > 1:
        legend = axes.legend(loc="best", fontsize=on.TICK, facecolor=theme.paper, labelcolor=theme.ink, framealpha=0.8)
        for words in legend.get_texts():
            words.set_parse_math(False)
