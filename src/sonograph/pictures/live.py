"""Pixels that are made anew for what axes show, in a window or on axes of the reader's, when they are drawn.

They are made when the axes are drawn in another part of the sound or at another size, and only then: while someone
drags a corner, once for each picture that is seen. The colours keep their range, so that zooming changes no colour.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from sonograph.errors import SonographError
from sonograph.pictures import missing
from sonograph.pictures.kinds.kind import samples_shown
from sonograph.pictures.layout import Box
from sonograph.pictures.loudest import LoudestImage
from sonograph.pixels import scale
from sonograph.pixels.span import whole_span
from sonograph.pixels.waveform import APART, envelope
from sonograph.settings import LevelSettings, stft_of
from sonograph.units import resolved_reference

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sonograph.pictures.kinds.level import Level
    from sonograph.pictures.parts import Part
    from sonograph.pictures.settings import PictureSettings
    from sonograph.pictures.themes import Theme
    from sonograph.pixels.raster import Raster

KEPT = 4
"""Pictures of one sound that are kept, for its other channels and for the way back."""
TALLEST = 4096
"""Pixels of rows that have no frequency, and so are all made."""


def shown_samples(part: Part, axes: Axes) -> range:
    """The samples that axes in seconds show, of those that there are; none where they show others."""
    rate, whole = part.named.sound.sample_rate, whole_span(part.named.sound)
    low, high = sorted(axes.get_xlim())
    first, last = (int(np.clip(round(when * rate), whole.start, whole.stop)) for when in (low, high))
    return range(first, last)


class Remaker:
    """The pixels of a sound for other parts of it, the last few of them kept."""

    def __init__(self, content: type[Level], part: Part, look: PictureSettings, first: Raster) -> None:
        self._content, self._look, self._first = content, look, first
        self._part = dataclasses.replace(part, named=dataclasses.replace(part.named, over=()), live=False)
        self._kept: OrderedDict[Any, Raster | None] = OrderedDict()
        self._is_fixed = False

    def raster(self, axes: Axes, like: Raster) -> Raster | None:
        """The pixels of what the axes show; None where they show nothing of it, or it can be read no more."""
        samples, box = shown_samples(self._part, axes), axes.get_window_extent()
        low, high = sorted(axes.get_ylim())
        seconds = abs(axes.get_xlim()[1] - axes.get_xlim()[0]) * self._part.named.sound.sample_rate
        width = round(box.width * len(samples) / seconds) if seconds else 0
        height, frequencies = box.height, None
        if like.axis == "rows":
            height = min(TALLEST, height * max(1.0, like.n_rows / (high - low)))
        else:
            half = like.sample_rate / 2
            low, high = max(low, -half if stft_of(like.settings).sides == "two" else 0.0), min(high, half)
            if low >= high:
                return None
            forward = scale.SCALES[like.axis].forward
            shown, whole = (np.ptp(forward(np.array(ends))) for ends in ((low, high), axes.get_ylim()))
            height, frequencies = height * float(shown / whole), (low, high)
        return self._made(samples, max(1, width), max(1, round(height)), frequencies) if samples else None

    def _made(self, samples: range, width: int, height: int, frequencies: tuple[float, float] | None) -> Raster | None:
        wanted = samples, width, height, frequencies
        if wanted not in self._kept:
            look = self._look.but(frequencies=frequencies)
            try:
                self._fix_reference()
                content = self._content.make(self._part.of(samples), Box(0, 0, width, height), look, None)
                self._kept[wanted] = content.raster
            except SonographError:  # its file is closed, or gone: what was drawn stays
                self._kept[wanted] = None
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(wanted)
        return self._kept[wanted]

    def _fix_reference(self) -> None:
        """Where 0 dB is the loudest that was shown at first, let it stay where it is."""
        settings = self._part.named.settings
        if not self._is_fixed and isinstance(settings, LevelSettings) and settings.reference == "max":
            unit = self._part.named.sound.unit
            zero = resolved_reference(None, unit, settings.power_kind) or 1.0
            height, width = self._first.levels.shape[1:]
            plain = self._with(dataclasses.replace(settings, reference=zero))
            shown = self._content.make(plain, Box(0, 0, width, height), self._look, None).raster.levels
            loudest = float(np.nanmax(shown)) if np.isfinite(shown).any() else 0.0
            self._part = self._with(dataclasses.replace(settings, reference=zero * 10 ** (loudest / 10)))
        self._is_fixed = True

    def _with(self, settings: LevelSettings) -> Part:
        return dataclasses.replace(self._part, named=dataclasses.replace(self._part.named, settings=settings))


class LiveImage(LoudestImage):
    """An image of one channel, made anew where its axes show something else than it was made for."""

    def follow(self, remaker: Remaker, raster: Raster, channel: int, theme: Theme) -> None:
        """From now on show what the axes show; `raster`: what it shows now."""
        self._remaker, self._raster, self._channel = remaker, raster, channel
        self._view = self._now()
        self._behind = Rectangle((0, 0), 1, 1, transform=self._where.transAxes, linewidth=0, zorder=self.get_zorder())
        self._behind.set(facecolor=theme.missing, edgecolor=theme.hatch, hatch=missing.HATCH, figure=self._where.figure)

    @property
    def _where(self) -> Axes:
        axes: Any = self.axes
        return axes

    def _now(self) -> tuple[Any, ...]:
        box = self._where.get_window_extent()
        return (*self._where.get_xlim(), *self._where.get_ylim(), round(box.width), round(box.height))

    def _suffices(self, now: tuple[Any, ...]) -> bool:
        """Whether the pixels that there are show this: of axes that a layout made smaller, as none is lost then."""
        if now == self._view:
            return True
        smaller = all(made / 2 <= size <= made for made, size in zip(self._view[4:], now[4:], strict=True))
        return now[:4] == self._view[:4] and smaller and self._raster.is_level and not self._raster.mean

    def draw(self, renderer: Any) -> None:
        """Draw what the axes show."""
        if not self._suffices(self._now()):
            self._view = self._now()
            raster = self._remaker.raster(self._where, self._raster)
            if raster is not None:
                self.put(raster)
        if np.ma.is_masked(self._A):
            self._behind.draw(renderer)
        super().draw(renderer)

    def put(self, raster: Raster) -> None:
        """Show other pixels; without a word to Matplotlib, which would ask for another drawing."""
        self._raster = raster
        self._A: Any = np.ma.masked_invalid(raster.levels[self._channel])
        forward = scale.SCALES.get(raster.axis, scale.SCALES["linear"]).forward
        low, high = (float(forward(np.array(raster.bounds[i]))) for i in (0, -1))
        self._extent = (*raster.seconds, low, high)
        self._imcache = None


class LiveWave(Artist):
    """A waveform of one channel: the envelope of what the axes show, or its samples where they are few."""

    def __init__(self, part: Part, look: PictureSettings, channel: int, colour: str) -> None:
        super().__init__()
        self._part, self._channel = part, channel
        self._source = samples_shown(part.named, look)
        self._line = Line2D([], [], color=colour, linewidth=0.8, markersize=3)
        self._fill = PolyCollection([], facecolor=colour, edgecolor=colour, linewidth=0.3)
        self._view: tuple[Any, ...] = ()

    def put_on(self, axes: Axes) -> None:
        """Belong to axes in seconds."""
        axes.add_artist(self)
        for one in (self._line, self._fill):
            one.axes = axes
            one.set_figure(axes.figure)
            one.set_transform(axes.transData)
            one.set_clip_path(axes.patch)

    def draw(self, renderer: Any) -> None:
        """Draw what the axes show."""
        axes: Any = self.axes
        view = (*axes.get_xlim(), axes.get_window_extent().width)
        if view != self._view:
            self._view = view
            with contextlib.suppress(SonographError):  # its file is closed, or gone: what was drawn stays
                self._make(axes)
        for one in (self._fill, self._line):
            one.draw(renderer)

    def _make(self, axes: Axes) -> None:
        samples, pixels = shown_samples(self._part, axes), axes.get_window_extent().width
        samples = range(max(0, samples.start - 1), min(samples.stop + 1, whole_span(self._part.named.sound).stop))
        self._fill.set_verts([])
        self._line.set_data([], [])
        if not samples:
            return
        wave = envelope(self._source, samples, max(1, round(pixels)))
        low, high = wave.low[self._channel], wave.high[self._channel]
        if len(wave.times) == len(samples):
            self._line.set_marker("." if len(samples) * APART <= pixels else "")
            self._line.set_data(wave.times, high)
        else:
            self._fill.set_verts(_bands(wave.times, low, high))


def _bands(times: np.ndarray, low: np.ndarray, high: np.ndarray) -> list[np.ndarray]:
    """What lies between two lines, a polygon for each stretch without missing values."""
    there = np.concatenate([[False], ~np.isnan(high), [False]])
    bounds = np.flatnonzero(there[1:] != there[:-1]).reshape(-1, 2)
    shapes = []
    for first, last in bounds:
        here = slice(first, last)
        shapes.append(
            np.column_stack(
                [
                    np.concatenate([times[here], times[here][::-1]]),
                    np.concatenate([low[here], high[here][::-1]]),
                ]
            )
        )
    return shapes
