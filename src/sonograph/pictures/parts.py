"""What a picture is made of before it is drawn: sounds, their parts, panels, and the composition of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sonograph import units
from sonograph.errors import SonographError
from sonograph.io.marks import Mark
from sonograph.pictures import words
from sonograph.pictures.layout import Box, Sheet
from sonograph.pictures.settings import PictureSettings
from sonograph.pixels.raster import Raster
from sonograph.settings import Settings
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram


class Kind(NamedTuple):
    """What a panel shows, and how much height it takes of a sheet that nobody gave a size: pixels."""

    name: str
    tall: int


LEVEL = Kind("level", 300)
VIEWS = {
    "spectrogram": (LEVEL,),
    "waveform": (Kind("wave", 300),),
    "both": (Kind("wave", 105), LEVEL),
    "spectrum": (Kind("spectrum", 400),),
    "surface": (LEVEL,),
    "difference": (LEVEL,),
}


@dataclass(frozen=True)
class Named:
    """A sound, what it is called on the picture (perhaps nothing), what is computed of it, and which part is shown.

    seconds : from when to when; None: as the picture's settings say
    marks   : what is drawn over its panels
    over    : the features that are drawn over its spectrogram, as lines
    """

    sound: Source | Spectrogram
    name: str = ""
    settings: Settings | None = None
    seconds: tuple[float | None, float | None] | None = None
    marks: tuple[Mark, ...] = ()
    over: tuple[Settings, ...] = ()

    @property
    def shown(self) -> Settings | None:
        """What its numbers are: its own settings, or those of a spectrogram that is drawn as it is."""
        return self.sound.settings if isinstance(self.sound, Spectrogram) else self.settings


Fault = Callable[[Named, SonographError], None]


@dataclass(frozen=True, eq=False)
class Part:
    """What is shown of one sound: its samples and channels, and what was made of them, by kind of panel."""

    named: Named
    span: range
    channels: list[int]
    made: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Panel:
    """One panel: a channel of a part, in a box of pixels.

    heading : words above it, perhaps none
    last    : it is the lowest of its sound, and has the times below it
    row     : which feature it shows, where each has a panel of its own
    """

    part: Part
    channel: int
    kind: str
    heading: str
    last: bool
    box: Box
    row: int = 0

    @property
    def made(self) -> Any:
        """What it shows: an Envelope, a Raster …"""
        return self.part.made[self.kind]


@dataclass(frozen=True, eq=False)
class Composition:
    """All that a picture shows, in pixels, before it is drawn.

    levels : the lowest and the highest level of the colours, or of the spectra, dB
    swing  : the lowest and the highest sample that the axes of waveforms have room for
    """

    look: PictureSettings
    sheet: Sheet
    panels: list[Panel]
    levels: tuple[float, float]
    swing: tuple[float, float]

    @property
    def rasters(self) -> list[Raster]:
        """Of every sound, once."""
        return [part.made["level"] for part in self.parts if "level" in part.made]

    @property
    def made(self) -> list[Any]:
        """The Raster or Spectrum of every sound, once."""
        return [made for part in self.parts for kind, made in part.made.items() if kind not in ("wave", "over")]

    @property
    def parts(self) -> list[Part]:
        """Of every sound, once."""
        return list({id(panel.part): panel.part for panel in self.panels}.values())

    @property
    def title(self) -> str:
        """As asked; else the name of the one sound. Several have a heading each."""
        return title_of(self.parts, self.look)


def title_of(parts: Sequence[Part], look: PictureSettings) -> str:
    """As asked; else the name of the one sound."""
    if look.title is not None:
        return look.title
    return parts[0].named.name if len(parts) == 1 else ""


def notes(composition: Composition) -> list[str]:
    """The small lines: what was computed, what the colours span, what is missing."""
    made, parts = composition.made, composition.parts
    if not made:
        rates = sorted({part.named.sound.sample_rate for part in parts})
        return ["sampled at " + ", ".join(units.rate(rate) for rate in rates)]
    lines = [part.made["line"] for part in parts if "line" in part.made]
    said = {words.settings_line(one.settings, one.sample_rate, one.rows, one.n_rows): None for one in lines or made}
    first = next(iter(said)) if len(said) == 1 else "settings differ from panel to panel"
    second = ""
    if any(one.crowded for one in lines):
        second = "line: mean of the frames under a pixel; shade: their lowest to highest"
    if composition.look.view == "spectrum":
        second = "line: mean power of the frames (Welch); shade: 5 to 95 % of them; dashes: median"
    for one in composition.rasters[:1]:
        shown = words.shown_line(*composition.levels, one.unit, is_level=one.is_level)
        second = "; ".join(filter(None, (second, shown)))
    if composition.look.view == "difference":
        second += f"; {composition.look.below:g} dB below the louder sound is silence"
    if composition.look.percentiles is not None:
        second += " (percentiles {:g} to {:g})".format(*composition.look.percentiles)
    if composition.look.reduction == "mean":
        second += ", a pixel is the mean of what it covers"
    counted = lines or made
    missing, n_frames = sum(one.missing for one in counted), sum(one.n_frames for one in counted)
    if missing and lines:
        second = ", ".join(filter(None, (second, f"{missing} of {n_frames} frames have no value")))
    elif missing:
        second += f", {missing} of {n_frames} frames are no data" + " (hatched)" * (
            bool(composition.rasters) and composition.look.view != "surface"
        )
    return [first, second or "a point for each frame"]
