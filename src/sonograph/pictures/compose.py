"""One or several sounds on one sheet: which panels there are, what is computed for each, and one scale for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from sonograph.engines import Engine
from sonograph.errors import SettingsError, SonographError
from sonograph.pictures import layout, words
from sonograph.pictures.difference import common_span, difference
from sonograph.pictures.layout import Box, Sheet, Track
from sonograph.pictures.marks import Mark
from sonograph.pictures.raster import Pixels, Raster
from sonograph.pictures.rasterise import raster
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.span import span
from sonograph.pictures.spectrum import spectrum
from sonograph.pictures.waveform import envelope
from sonograph.settings import Settings
from sonograph.sources import Source
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
SURFACE = (240, 120)
"""Points of a surface across time and frequency; more of them only hide each other."""


@dataclass(frozen=True)
class Named:
    """A sound, what it is called on the picture (perhaps nothing), what is computed of it, and which part is shown.

    seconds : from when to when; None: as the picture's settings say
    marks   : what is drawn over its panels
    """

    sound: Source | Spectrogram
    name: str = ""
    settings: Settings | None = None
    seconds: tuple[float | None, float | None] | None = None
    marks: tuple[Mark, ...] = ()


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
    """

    part: Part
    channel: int
    kind: str
    heading: str
    last: bool
    box: Box

    @property
    def made(self) -> Any:
        """What it shows: an Envelope, a Raster …"""
        return self.part.made[self.kind]


@dataclass(frozen=True, eq=False)
class Composition:
    """All that a picture shows, in pixels, before it is drawn.

    levels : the lowest and the highest level of the colours, or of the spectra, dB
    peak   : the largest sample of the waveforms
    """

    look: PictureSettings
    sheet: Sheet
    panels: list[Panel]
    levels: tuple[float, float]
    peak: float

    @property
    def rasters(self) -> list[Raster]:
        """Of every sound, once."""
        return [part.made["level"] for part in self.parts if "level" in part.made]

    @property
    def made(self) -> list[Any]:
        """The Raster or Spectrum of every sound, once."""
        return [made for part in self.parts for kind, made in part.made.items() if kind != "wave"]

    @property
    def parts(self) -> list[Part]:
        """Of every sound, once."""
        return list({id(panel.part): panel.part for panel in self.panels}.values())

    @property
    def title(self) -> str:
        """As asked; else the name of the one sound. Several have a heading each."""
        return _title(self.parts, self.look)


def compose(
    sounds: Sequence[Named], look: PictureSettings, *, engine: Engine | None = None, on_fault: Fault | None = None
) -> Composition | None:
    """Place sounds on a sheet and make their pixels.

    Parameters
    ----------
    sounds
        What to draw; at least one. A Spectrogram is drawn as it is.
    look
        What the picture shows, and how.
    on_fault
        Told of a sound that cannot be drawn, which is then left out; None comes back where none is left. Without
        it, an error is raised.

    Raises
    ------
    SettingsError
        Levels that have no common scale; a size without room.
    """
    fault = on_fault or _raise
    if not sounds:
        raise SettingsError("the list of sounds is empty; there is nothing to draw")
    parts = [part for named in sounds if (part := _part(named, look, fault)) is not None]
    if look.view in ("surface", "difference"):
        _check_number(parts, look)
    while parts:
        if look.view == "difference":
            return _difference(parts, look, engine)
        sheet, panels = _placed(parts, look)
        bad = next((part for part in parts if not _made(part, panels, look, engine, fault)), None)
        if bad is None:
            _refuse_mixed_units(parts)
            levels = level_range(panels, look)
            return Composition(look, sheet, panels, levels, _peak(panels))
        parts = [Part(part.named, part.span, part.channels) for part in parts if part is not bad]
    return None


def _raise(named: Named, error: SonographError) -> None:
    raise error


def _part(named: Named, look: PictureSettings, fault: Fault) -> Part | None:
    try:
        if look.view in ("waveform", "both", "spectrum") and isinstance(named.sound, Spectrogram):
            raise SettingsError(f'view is "{look.view}"; a spectrogram has no samples: draw the sound itself')
        samples = span(named.sound, named.seconds or look.seconds)
        return Part(named, samples, _channels(named.sound, look.channel))
    except SonographError as error:
        fault(named, error)
        return None


def _channels(sound: Source | Spectrogram, channel: int | None) -> list[int]:
    if channel is None:
        return list(range(sound.n_channels))
    if channel >= sound.n_channels:
        there = "0 alone" if sound.n_channels == 1 else f"0 to {sound.n_channels - 1}"
        raise SettingsError(f"channel is {channel}; this sound has {there}")
    return [channel]


def _placed(parts: Sequence[Part], look: PictureSettings) -> tuple[Sheet, list[Panel]]:
    """The panels of every sound from the top: kind by kind, and in each the channels."""
    kinds = VIEWS[look.view]
    places, tracks = [], []
    for part in parts:
        own = [(kind, channel) for kind in kinds for channel in part.channels]
        places += [(part, kind, channel) for kind, channel in own]
        for i, (kind, channel) in enumerate(own):
            name = part.named.name if i == 0 and len(parts) > 1 else ""
            heading = ", ".join(filter(None, (name, f"channel {channel}" if len(part.channels) > 1 else "")))
            tracks.append(Track(kind.tall, heading, i == len(own) - 1 or kind.name == "spectrum"))
    if look.axes:
        names = {kind.name for kind in kinds}
        notes = 1 if names == {"wave"} else 2
        sheet = layout.sheet(look, tracks, title=_title(parts, look) != "", notes=notes, bar="level" in names)
    else:
        sheet = layout.bare(look, tracks)
    return sheet, [
        Panel(part, channel, kind.name, track.heading, track.times, box)
        for (part, kind, channel), track, box in zip(places, tracks, sheet.boxes, strict=True)
    ]


def _check_number(parts: Sequence[Part], look: PictureSettings) -> None:
    if look.view == "difference" and len(parts) != 2:
        raise SettingsError(f'view is "difference"; it is of two sounds, and here are {len(parts)}')
    if look.view == "surface" and (len(parts) != 1 or len(parts[0].channels) != 1):
        raise SettingsError('view is "surface"; it shows one channel of one sound: choose it with channel=0')


def _difference(parts: Sequence[Part], look: PictureSettings, engine: Engine | None) -> Composition:
    """The first sound less the second."""
    one, other = parts
    rates = [part.named.sound.sample_rate for part in parts]
    spans = common_span(one.span, rates[0], other.span, rates[1])
    name = f"{one.named.name or 'first'} − {other.named.name or 'second'}"
    shown = Part(replace(one.named, name=name), spans[0], one.channels)
    sheet, panels = _placed([shown], look)
    box, nyquist = panels[0].box, min(rates) / 2
    frequencies = look.frequencies or ((0.0, nyquist) if rates[0] != rates[1] else None)
    rasters = []
    for part, samples in zip(parts, spans, strict=True):
        pixels = Pixels(box.width, box.height, samples, look.axis, frequencies, look.reduction == "mean")
        rasters.append(raster(part.named.sound, part.named.settings, pixels, engine))
    shown.made["level"], _ = difference(rasters[0], rasters[1], look.below)
    heard = shown.made["level"].levels[shown.channels]
    most = float(np.nanmax(np.abs(heard))) if not np.isnan(heard).all() else 0.0
    return Composition(look, sheet, panels, look.range or (-(most or 1.0), most or 1.0), 0.0)


def _title(parts: Sequence[Part], look: PictureSettings) -> str:
    if look.title is not None:
        return look.title
    return parts[0].named.name if len(parts) == 1 else ""


def _made(part: Part, panels: Iterable[Panel], look: PictureSettings, engine: Engine | None, fault: Fault) -> bool:
    """Make what the panels of a sound show; False where its fault has been told."""
    boxes = {panel.kind: panel.box for panel in panels if panel.part is part}
    sound, settings = part.named.sound, part.named.settings
    try:
        for kind, box in boxes.items():
            if kind == "wave" and not isinstance(sound, Spectrogram):
                part.made[kind] = envelope(sound, part.span, box.width)
            elif kind == "level":
                mean = look.reduction == "mean"
                size = SURFACE if look.view == "surface" else (box.width, box.height)
                pixels = Pixels(*size, part.span, look.axis, look.frequencies, mean)
                part.made[kind] = raster(sound, settings, pixels, engine)
            elif kind == "spectrum" and not isinstance(sound, Spectrogram):
                part.made[kind] = spectrum(sound, settings, part.span, engine)
    except SonographError as error:
        fault(part.named, error)
        return False
    return True


def _refuse_mixed_units(parts: Sequence[Part]) -> None:
    """Panels that share a scale share a unit."""
    label: Callable[[Any], str] = lambda made: made.label  # noqa: E731
    for kind, words_of in (("level", label), ("spectrum", label), ("wave", lambda made: made.unit)):
        units = {words_of(part.made[kind]): part.named.name for part in parts if kind in part.made}
        if len(units) > 1:
            (first, a), (second, b) = list(units.items())[:2]
            raise SettingsError(f"{a} is in {first}, {b} in {second}; they have no common scale: draw them apart")


def level_range(panels: Sequence[Panel], look: PictureSettings) -> tuple[float, float]:
    """The lowest and the highest level of the colours, of all pixels shown; or of the lines of spectra."""
    if look.range is not None:
        return look.range
    shown = [panel.made.shown(panel.channel) for panel in panels if panel.kind != "wave"]
    if look.percentiles is not None and shown:
        pixels = np.concatenate([p[~np.isnan(p)] for p in shown])
        low, high = np.percentile(pixels, look.percentiles) if pixels.size else (0.0, 0.0)
        if low < high:
            return float(low), float(high)
    heard = [float(np.nanmax(pixels)) for pixels in shown if not np.isnan(pixels).all()]
    floor = min((panel.made.floor for panel in panels if panel.kind != "wave"), default=0.0)
    loudest = max(heard, default=floor)
    if any(panel.kind == "level" and not panel.made.is_level for panel in panels):
        quietest = min((float(np.nanmin(values)) for values in shown if not np.isnan(values).all()), default=0.0)
        loudest = max(heard, default=1.0)
        return (quietest, loudest) if quietest < loudest else (loudest - 0.5, loudest + 0.5)
    if loudest <= floor:
        return -look.below, 0.0  # silence: any scale shows it
    if look.view == "spectrum":  # the lines, and a little around them
        quietest = min(float(np.nanmin(lines)) for lines in shown if not np.isnan(lines).all())
        return max(loudest - look.below, quietest - 3), loudest + 3
    return loudest - look.below, loudest


def _peak(panels: Sequence[Panel]) -> float:
    waves = [(panel.made, panel.channel) for panel in panels if panel.kind == "wave"]
    edges = [edge[channel] for made, channel in waves for edge in (made.low, made.high)]
    return max((float(np.nanmax(np.abs(e))) for e in edges if not np.isnan(e).all()), default=0.0) or 1.0


def notes(composition: Composition) -> list[str]:
    """The small lines: what was computed, what the colours span, what is missing."""
    made, parts = composition.made, composition.parts
    if not made:
        rates = sorted({part.named.sound.sample_rate for part in parts})
        return ["sampled at " + ", ".join(f"{rate:g} Hz" for rate in rates)]
    lines = {words.settings_line(one.settings, one.sample_rate, one.rows, one.n_rows): None for one in made}
    first = next(iter(lines)) if len(lines) == 1 else "settings differ from panel to panel"
    if composition.look.view == "spectrum":
        second = "line: mean power of the frames (Welch); shade: 5 to 95 % of them; dashes: median"
    else:
        second = words.shown_line(*composition.levels, made[0].unit, is_level=made[0].is_level)
    if composition.look.view == "difference":
        second += f"; what lies {composition.look.below:g} dB or more below the louder sound counts as silence"
    if composition.look.percentiles is not None:
        second += " (percentiles {:g} to {:g})".format(*composition.look.percentiles)
    if composition.look.reduction == "mean":
        second += ", a pixel is the mean of what it covers"
    missing, n_frames = sum(one.missing for one in made), sum(one.n_frames for one in made)
    if missing:
        second += f", {missing} of {n_frames} frames are no data" + " (hatched)" * bool(composition.rasters)
    return [first, second]
