"""One or several sounds on one sheet: which panels there are, what is computed for each, and one scale for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sonograph.engines import Engine
from sonograph.errors import SettingsError, SonographError
from sonograph.pictures import layout, words
from sonograph.pictures.layout import Box, Sheet, Track
from sonograph.pictures.raster import Pixels, Raster, raster
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.span import span
from sonograph.pictures.waveform import envelope
from sonograph.settings import Settings
from sonograph.sources import Source
from sonograph.spectrograms import Spectrogram


class Kind(NamedTuple):
    """What a panel shows, and how much height it takes of a sheet that nobody gave a size: pixels."""

    name: str
    tall: int


WAVE, LEVEL = Kind("wave", 300), Kind("level", 300)
SMALL_WAVE = Kind("wave", 105)
VIEWS = {"spectrogram": (LEVEL,), "waveform": (WAVE,), "both": (SMALL_WAVE, LEVEL)}


@dataclass(frozen=True)
class Named:
    """A sound, what it is called on the picture (perhaps nothing), what is computed of it, and which part is shown.

    seconds : from when to when; None: as the picture's settings say
    """

    sound: Source | Spectrogram
    name: str = ""
    settings: Settings | None = None
    seconds: tuple[float | None, float | None] | None = None


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

    levels : the lowest and the highest level of the colours, dB
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
    while parts:
        sheet, panels = _placed(parts, look)
        bad = next((part for part in parts if not _made(part, panels, look, engine, fault)), None)
        if bad is None:
            _refuse_mixed_units(parts)
            levels = level_range([p.made["level"] for p in parts if "level" in p.made], panels, look)
            return Composition(look, sheet, panels, levels, _peak(panels))
        parts = [Part(part.named, part.span, part.channels) for part in parts if part is not bad]
    return None


def _raise(named: Named, error: SonographError) -> None:
    raise error


def _part(named: Named, look: PictureSettings, fault: Fault) -> Part | None:
    try:
        if look.view != "spectrogram" and isinstance(named.sound, Spectrogram):
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
            tracks.append(Track(kind.tall, heading, i == len(own) - 1))
    if look.axes:
        has_levels = any(kind.name == "level" for kind in kinds)
        sheet = layout.sheet(look, tracks, title=_title(parts, look) != "", notes=1 + has_levels, bar=has_levels)
    else:
        sheet = layout.bare(look, tracks)
    return sheet, [
        Panel(part, channel, kind.name, track.heading, track.times, box)
        for (part, kind, channel), track, box in zip(places, tracks, sheet.boxes, strict=True)
    ]


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
                pixels = Pixels(box.width, box.height, part.span, look.axis, look.frequencies, mean)
                part.made[kind] = raster(sound, settings, pixels, engine)
    except SonographError as error:
        fault(part.named, error)
        return False
    return True


def _refuse_mixed_units(parts: Sequence[Part]) -> None:
    """Panels that share a scale share a unit."""
    for kind, words_of in (("level", lambda made: made.label), ("wave", lambda made: made.unit)):
        units = {words_of(part.made[kind]): part.named.name for part in parts if kind in part.made}
        if len(units) > 1:
            (first, a), (second, b) = list(units.items())[:2]
            raise SettingsError(f"{a} is in {first}, {b} in {second}; they have no common scale: draw them apart")


def level_range(rasters: Sequence[Raster], panels: Sequence[Panel], look: PictureSettings) -> tuple[float, float]:
    """The lowest and the highest level of the colours, of all pixels shown."""
    if look.range is not None:
        return look.range
    shown = [panel.made.levels[panel.channel] for panel in panels if panel.kind == "level"]
    if look.percentiles is not None and shown:
        pixels = np.concatenate([p[~np.isnan(p)] for p in shown])
        low, high = np.percentile(pixels, look.percentiles) if pixels.size else (0.0, 0.0)
        if low < high:
            return float(low), float(high)
    heard = [float(np.nanmax(pixels)) for pixels in shown if not np.isnan(pixels).all()]
    floor = min((raster.level.floor for raster in rasters), default=0.0)
    loudest = max(heard, default=floor)
    if loudest <= floor:
        return -look.below, 0.0  # silence: any scale shows it
    return loudest - look.below, loudest


def _peak(panels: Sequence[Panel]) -> float:
    waves = [(panel.made, panel.channel) for panel in panels if panel.kind == "wave"]
    edges = [edge[channel] for made, channel in waves for edge in (made.low, made.high)]
    return max((float(np.nanmax(np.abs(e))) for e in edges if not np.isnan(e).all()), default=0.0) or 1.0


def notes(composition: Composition) -> list[str]:
    """The small lines: what was computed, what the colours span, what is missing."""
    rasters, parts = composition.rasters, composition.parts
    if not rasters:
        rates = sorted({part.named.sound.sample_rate for part in parts})
        return ["sampled at " + ", ".join(f"{rate:g} Hz" for rate in rates)]
    lines = {words.settings_line(r.level.of, r.sample_rate, r.n_rows): None for r in rasters}
    first = next(iter(lines)) if len(lines) == 1 else "settings differ from panel to panel"
    second = words.shown_line(*composition.levels, rasters[0].unit)
    if composition.look.percentiles is not None:
        second += " (percentiles {:g} to {:g})".format(*composition.look.percentiles)
    if composition.look.reduction == "mean":
        second += ", a pixel is the mean of what it covers"
    missing, n_frames = sum(r.missing for r in rasters), sum(r.n_frames for r in rasters)
    if missing:
        second += f", {missing} of {n_frames} frames are no data (hatched)"
    return [first, second]
