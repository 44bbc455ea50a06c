"""What a picture looks like, as a frozen value that checks itself. What is computed is `sonograph.settings`' matter."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from sonograph.checks import one_of, short
from sonograph.errors import LimitError, SettingsError
from sonograph.notes import in_hertz
from sonograph.pictures.colours import check_colours
from sonograph.pictures.themes import THEMES
from sonograph.settings.arguments import answered

AXES = ("linear", "log", "mel", "bark", "erb", "musical")
VIEWS = ("spectrogram", "waveform", "both", "spectrum", "surface", "difference")
VSCALES = ("level", "power", "magnitude", "log")
REDUCTIONS = ("max", "mean", "salient")
LARGEST_SIDE = 16_384
"""Pixels; a picture this wide needs a gigabyte to be drawn with axes."""
USUAL, DPI = (1200, 720), 150.0
"""Pixels of a picture whose size nobody chose, and how many of them an inch then has."""
SMALL = (1000, 480)
"""Pixels of a picture that letters of that size still suit."""
LEAST_DPI = 60.0
"""At which the smallest letters can just be read on a screen."""


@dataclass(frozen=True, kw_only=True)
class PictureSettings:
    """What a picture shows, and how.

    Parameters
    ----------
    view
        "spectrogram", "waveform", "both" (the waveform above the spectrogram, on one time axis; features that are
        lines above the spectrogram of their frames), "spectrum" (the
        mean over time and its spread), "surface" (three dimensions), or "difference" (of two sounds, in dB).
    seconds
        From when to when, seconds from the start of the sound; either may be None: its start, its end.
    axis
        The scale of the frequencies: "linear", "log", "mel", "bark", "erb" or "musical" (notes). None: linear, and
        for bands the scale on which they are evenly spaced; log for a series of fewer than 10 samples a second.
    frequencies
        From which frequency to which, Hz; None: all.
    channel
        The one channel to show, counted from 0; None: all, stacked.
    vscale
        What is shown of a power, in colours or as the height of a spectrum: its "level" in decibels, the "power"
        itself, or its root, the "magnitude", both on a linear scale; of a spectrum also the power on a logarithmic
        scale, "log".
    below
        How many decibels below the loudest level shown the colours reach.
    range
        The lowest and the highest level of the colours, dB, in place of `below`.
    percentiles
        The same as percentiles of the pixels shown, as (5, 99.9).
    colours
        A colour map: magma, inferno, viridis, cividis, plasma, grey, or any of Matplotlib; an ending "_r" reverses
        it. None: magma, and of a difference RdBu_r, from blue over white to red.
    theme
        "light", for paper, or "dark".
    reduction
        What a pixel shows of the frames and bins that it covers: their "max" (a click stays a click), their "mean",
        or "salient": the mean, and the maximum where noise alone would give such a one in under 1 % of pixels.
    size
        Width and height in pixels; None: 1200 × 720, and taller for more than one panel.
    dpi
        Pixels per inch: how large the letters are. None: 150, less in a small picture and more in a large one, so that
        they can be read.
    axes
        False: only the panels, to the edges, without axes or words.
    title
        None: the name of the sound. "" for none.

    Raises
    ------
    SettingsError
        A value that cannot be, named with what it must be.
    LimitError
        A size of more than 16384 pixels either way.
    """

    view: str = "spectrogram"
    seconds: tuple[float | None, float | None] = (None, None)
    axis: str | None = None
    frequencies: tuple[float, float] | None = None
    channel: int | None = None
    vscale: str = "level"
    below: float = 80.0
    range: tuple[float, float] | None = None
    percentiles: tuple[float, float] | None = None
    colours: str | None = None
    theme: str = "light"
    reduction: str = "max"
    size: tuple[int, int] | None = None
    dpi: float | None = None
    axes: bool = True
    title: str | None = None

    def __post_init__(self) -> None:
        one_of("view", self.view, VIEWS)
        if self.axis is not None:
            one_of("axis", self.axis, AXES)
        one_of("theme", self.theme, tuple(THEMES))
        check_colours(self.colours_shown)
        one_of("reduction", self.reduction, REDUCTIONS)
        one_of("vscale", self.vscale, VSCALES)
        if self.vscale != "level" and self.below != PictureSettings.below:
            raise SettingsError(
                f'below is {self.below:g} dB with vscale "{self.vscale}"; say with range what is shown, in its unit'
            )
        if not (_is_number(self.below) and 0 < self.below <= 1000):
            raise SettingsError(f"below is {self.below}; it must be above 0 dB, 1000 at most")
        if self.range is not None:
            object.__setattr__(self, "range", _checked_range(self.range))
        if self.percentiles is not None:
            object.__setattr__(self, "percentiles", _checked_percentiles(self.percentiles))
            if self.range is not None:
                raise SettingsError("range and percentiles are both given; one of them says what the colours span")
        if self.frequencies is not None:
            object.__setattr__(self, "frequencies", _checked_frequencies(in_hertz(self.frequencies)))
        object.__setattr__(self, "seconds", checked_seconds(self.seconds))
        if self.channel is not None and (not _is_whole(self.channel) or self.channel < 0):
            raise SettingsError(f"channel is {self.channel!r}; it must be a whole number, 0 for the first")
        if not isinstance(self.axes, bool):
            raise SettingsError(f"axes is {short(self.axes)}; it must be True or False (axes of yours go by ax)")
        if not (self.title is None or isinstance(self.title, str)):
            raise SettingsError(f"title is {short(self.title)}; it must be words, or None for the name of the sound")
        if self.dpi is not None and not (_is_number(self.dpi) and 20 <= self.dpi <= 1200):
            raise SettingsError(f"dpi is {self.dpi}; it must be 20 to 1200 pixels per inch")
        if self.size is not None:
            object.__setattr__(self, "size", checked_size(self.size))

    @property
    def colours_shown(self) -> str:
        """The colour map, chosen or not."""
        if self.colours is not None:
            return self.colours
        return "RdBu_r" if self.view == "difference" else "magma"

    @property
    def dpi_shown(self) -> float:
        """Pixels per inch, chosen or not."""
        if self.dpi is not None:
            return self.dpi
        width, height = self.size or USUAL
        large, small = min(width / USUAL[0], height / USUAL[1]), min(width / SMALL[0], height / SMALL[1])
        return float(round(DPI * large if large > 1 else max(LEAST_DPI, DPI * min(1.0, small) ** 0.6)))

    def but(self, **changes: Any) -> PictureSettings:
        """These settings with some changed; a name that is none is refused with what it is called here."""
        return dataclasses.replace(self, **changes)

    def __repr__(self) -> str:
        changed = [(f.name, value) for f in dataclasses.fields(self) if (value := getattr(self, f.name)) != f.default]
        return f"PictureSettings({', '.join(f'{name}={value!r}' for name, value in changed)})"


PictureSettings.__init__ = answered(PictureSettings.__init__)  # type: ignore[method-assign]


def checked_size(size: Any) -> tuple[int, int]:
    """A width and a height that a picture can have."""
    pair = tuple(size) if isinstance(size, list | tuple) else ()
    if len(pair) != 2 or not all(_is_whole(side) for side in pair) or min(pair) < 1:
        raise SettingsError(f"size is {_by(size)}; it must be width and height, each 1 pixel or more")
    if max(pair) > LARGEST_SIDE:
        raise LimitError(f"size is {_by(size)}; it must be {LARGEST_SIDE} pixels or fewer either way")
    return int(pair[0]), int(pair[1])


def _by(size: Any) -> str:
    return f"{size[0]}x{size[1]}" if isinstance(size, list | tuple) and len(size) == 2 else repr(size)


def _checked_range(levels: Any) -> tuple[float, float]:
    pair = tuple(levels) if isinstance(levels, list | tuple) else ()
    if len(pair) != 2 or not all(_is_number(v) for v in pair):
        raise SettingsError(f"range is {levels!r}; it must be two levels, as (-80, 0)")
    low, high = float(pair[0]), float(pair[1])
    if not low < high:
        raise SettingsError(
            f"range is {low:g} to {high:g} dB; it must begin below its end: the lower level comes first"
        )
    return low, high


def _checked_percentiles(percentiles: Any) -> tuple[float, float]:
    pair = tuple(percentiles) if isinstance(percentiles, list | tuple) else ()
    if len(pair) != 2 or not all(_is_number(v) for v in pair):
        raise SettingsError(f"percentiles is {percentiles!r}; it must be two numbers, as (5, 99.9)")
    if not 0 <= pair[0] < pair[1] <= 100:
        raise SettingsError(
            f"percentiles is {pair[0]:g} to {pair[1]:g}; it must lie between 0 and 100, the lower first"
        )
    return float(pair[0]), float(pair[1])


def _checked_frequencies(frequencies: Any) -> tuple[float, float]:
    pair = tuple(frequencies) if isinstance(frequencies, list | tuple) else ()
    if len(pair) != 2 or not all(_is_number(v) for v in pair):
        raise SettingsError(f"frequencies is {frequencies!r}; it must be two in Hz, as (100, 8000)")
    low, high = float(pair[0]), float(pair[1])
    if not low < high:
        raise SettingsError(f"frequencies is {low:g} to {high:g} Hz; it must begin below its end")
    return low, high


def checked_seconds(seconds: Any) -> tuple[float | None, float | None]:
    """A start and an end that follow each other."""
    pair = tuple(seconds) if isinstance(seconds, list | tuple) else ()
    if len(pair) != 2 or not all(v is None or _is_number(v) for v in pair):
        raise SettingsError(f"seconds is {seconds!r}; it must be a start and an end, as (1.5, 4) or (1.5, None)")
    start, end = pair
    if start is not None and start < 0:
        raise SettingsError(f"the start is {start:g} s; it must be 0 or more")
    if end is not None and end <= (start or 0):
        raise SettingsError(f"the end is {end:g} s; it must be after the start, {start or 0:g} s")
    return start, end


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf and value == value


def _is_whole(value: Any) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool) and not getattr(value, "shape", ())
