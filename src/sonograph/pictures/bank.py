"""A filter bank as its curves: what each band weighs of each bin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sonograph.errors import SettingsError
from sonograph.filterbanks import filters_of
from sonograph.filterbanks.filters import Filters
from sonograph.pictures import layout
from sonograph.pictures.kinds import line, spectrum
from sonograph.pictures.layout import Track
from sonograph.pictures.letters import with_letters
from sonograph.pictures.paper import Paper
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.style import ours
from sonograph.pictures.themes import THEMES
from sonograph.pixels import scale
from sonograph.settings import BandSettings, Settings
from sonograph.units import hertz, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sonograph.pictures.themes import Theme


def bank_figure(settings: Settings, sample_rate: float, look: PictureSettings) -> Figure:
    """Draw the weights of all bands over frequency.

    Raises
    ------
    SettingsError
        Settings that are no bands, or that a sound of this rate cannot have.
    """
    if not isinstance(settings, BandSettings):
        raise SettingsError(f"the settings are of kind {settings.kind!r}; a filter bank is BandSettings")
    filters = filters_of(settings, sample_rate)
    with ours([look.title or ""]):
        return _drawn(settings, filters, sample_rate, look)


def _drawn(settings: BandSettings, filters: Filters, sample_rate: float, look: PictureSettings) -> Figure:
    theme, axis = THEMES[look.theme], look.axis or "linear"
    notes = [_words(settings, filters, sample_rate)] if look.axes else []
    if look.axes:
        sheet = layout.sheet(look, [Track()], title=bool(look.title), notes=len(notes), bar=False)
    else:
        sheet = layout.bare(look, [Track()])
    paper = Paper(sheet, look.dpi_shown, theme)
    axes = paper.panel(sheet.boxes[0], framed=look.axes)
    bins = np.arange(-1, settings.of.n_bins + 1) * sample_rate / settings.of.n_fft
    _curves(axes, filters, bins, theme)
    places = filters.edges if (filters.edges > 0).any() else bins
    low, high = scale.limits(axis, places, sample_rate / 2, look.frequencies)
    if axis != "linear":
        axes.set_xscale("function", functions=scale.SCALES[axis][:2])
    axes.set_xlim(low, high)
    axes.set_ylim(0, 1.05 * (float(filters.weights.max(initial=0.0)) or 1.0))
    if not look.axes:
        axes.set_axis_off()
        return paper.figure
    spectrum.frequencies_below(axes, axis)
    paper.side_axis(axes, line.ValueTicks("Weight"))
    paper.write(sheet.boxes[0].left, look.title or "", with_letters(notes, [look.title or ""]))
    return paper.figure


def _curves(axes: Axes, filters: Filters, bins: np.ndarray, theme: Theme) -> None:
    """A curve a band, from the last bin below that it leaves out to the first above; every other one darker."""
    for band, first in enumerate(filters.first):
        weights = filters.weights[filters.start[band] : filters.start[band + 1]]
        at = bins[first : first + len(weights) + 2]
        high = np.concatenate([[0.0], weights, [0.0]])
        colour, strength = (theme.wave, 0.22) if band % 2 else (theme.faint, 0.10)
        axes.fill_between(at, high, color=colour, alpha=strength, linewidth=0)
        axes.plot(at, high, color=colour, linewidth=0.9)


def _words(settings: BandSettings, filters: Filters, sample_rate: float) -> str:
    bank = "own" if isinstance(settings.bands, tuple) else settings.bands.kind
    bins = f"{settings.of.n_bins} bins of {hertz(sample_rate / settings.of.n_fft)}"
    return f"{len(filters.first)} {bank} bands of {bins}, sampled at {rate(sample_rate)}"
