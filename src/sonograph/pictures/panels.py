"""One or several sounds on one sheet: which panels, what is computed for each, and one scale for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sonograph.engines import Engine
from sonograph.errors import SettingsError, SonographError
from sonograph.pictures import layout, words
from sonograph.pictures.colours import colour_map
from sonograph.pictures.layout import Box, Sheet, Track
from sonograph.pictures.raster import Pixels, Raster, raster
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.span import span
from sonograph.pictures.waveform import Envelope, envelope
from sonograph.settings import Settings
from sonograph.sources import Source
from sonograph.spectrograms import Spectrogram

if TYPE_CHECKING:
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

WAVE_SHARE = 0.35


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


@dataclass
class _Panels:
    """The panels of one sound: where they are, and what is on them."""

    named: Named
    span: range
    channels: list[int]
    wave_boxes: list[Box]
    level_boxes: list[Box]
    wave: Envelope | None = None
    raster: Raster | None = None


def picture(
    sounds: Sequence[Named],
    look: PictureSettings,
    *,
    engine: Engine | None = None,
    on_fault: Fault | None = None,
) -> Figure | None:
    """Draw sounds, a panel each, on one scale.

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
    colours = colour_map(look.colours)  # refuse a wrong name before an hour of sound is read
    fault = on_fault or _raise
    remaining = list(sounds)
    if not remaining:
        raise SettingsError("the list of sounds is empty; there is nothing to draw")
    while remaining:
        sheet, panels = _placed(remaining, look, fault)
        bad = next((one.named for one in panels if not _computed(one, look, engine, fault)), None)
        if panels and bad is None:
            return _drawn(sheet, panels, look, colours)
        remaining = [one.named for one in panels if one.named is not bad]
    return None


def _raise(named: Named, error: SonographError) -> None:
    raise error


def _placed(sounds: Sequence[Named], look: PictureSettings, fault: Fault) -> tuple[Sheet, list[_Panels]]:
    """Every sound's part and channels, and the boxes of its panels."""
    panels: list[_Panels] = []
    tracks: list[Track] = []
    for named in sounds:
        try:
            if look.view != "spectrogram" and isinstance(named.sound, Spectrogram):
                raise SettingsError(f'view is "{look.view}"; a spectrogram has no waveform: draw the sound itself')
            samples = span(named.sound, named.seconds or look.seconds)
            panels.append(_Panels(named, samples, _channels(named.sound, look.channel), [], []))
        except SonographError as error:
            fault(named, error)
    for one in panels:
        tracks.extend(_tracks(one, look, alone=len(panels) == 1))
    if not panels:
        return Sheet(0, 0, 0, (), 0, 0), []
    levels = look.view != "waveform"
    sheet = layout.sheet(look, tracks, title=_title(panels, look) != "", notes=1 + levels, bar=levels)
    boxes = iter(sheet.boxes)
    for one in panels:
        if look.view != "spectrogram":
            one.wave_boxes = [next(boxes) for _ in one.channels]
        if look.view != "waveform":
            one.level_boxes = [next(boxes) for _ in one.channels]
    return sheet, panels


def _channels(sound: Source | Spectrogram, channel: int | None) -> list[int]:
    if channel is None:
        return list(range(sound.n_channels))
    if channel >= sound.n_channels:
        there = "0 alone" if sound.n_channels == 1 else f"0 to {sound.n_channels - 1}"
        raise SettingsError(f"channel is {channel}; this sound has {there}")
    return [channel]


def _tracks(one: _Panels, look: PictureSettings, *, alone: bool) -> list[Track]:
    """One track for each panel of a sound, from the top; only the last has times below it."""
    n = len(one.channels)
    waves = n if look.view != "spectrogram" else 0
    levels = n if look.view != "waveform" else 0
    tracks = []
    for i in range(waves + levels):
        heading = _heading(one, i, alone=alone)
        is_wave = i < waves
        share = WAVE_SHARE if is_wave and levels else 1.0
        tall = 140 if is_wave and levels else 300
        tracks.append(Track(share, heading, i == waves + levels - 1, tall))
    return tracks


def _computed(one: _Panels, look: PictureSettings, engine: Engine | None, fault: Fault) -> bool:
    """Make the pixels of a sound's panels; False where its fault has been told."""
    try:
        _compute(one, look, engine)
    except SonographError as error:
        fault(one.named, error)
        return False
    return True


def _compute(one: _Panels, look: PictureSettings, engine: Engine | None) -> None:
    sound = one.named.sound
    if one.wave_boxes and not isinstance(sound, Spectrogram):
        one.wave = envelope(sound, one.span, one.wave_boxes[0].width)
    if one.level_boxes:
        box = one.level_boxes[0]
        mean = look.reduction == "mean"
        pixels = Pixels(box.width, box.height, one.span, look.axis, look.frequencies, mean)
        one.raster = raster(sound, one.named.settings, pixels, engine)


def level_range(rasters: Sequence[Raster], channels: Sequence[list[int]], look: PictureSettings) -> tuple[float, float]:
    """The lowest and the highest level of the colours, of all pixels shown."""
    if look.range is not None:
        return look.range
    shown = [r.levels[c] for r, cs in zip(rasters, channels, strict=True) for c in cs]
    heard = [float(np.nanmax(v)) for v in shown if not np.isnan(v).all()]
    floor = min(r.floor for r in rasters)
    loudest = max(heard, default=floor)
    if loudest <= floor:
        return -look.below, 0.0  # silence: any scale shows it
    return loudest - look.below, loudest


def _drawn(sheet: Sheet, panels: list[_Panels], look: PictureSettings, colours: Colormap) -> Figure:
    from sonograph.pictures import figure as f

    sheet_of_paper = f.figure_for(sheet, look.dpi)
    rasters = [one.raster for one in panels if one.raster is not None]
    _refuse_mixed_units(panels)
    levels = level_range(rasters, [one.channels for one in panels], look) if rasters else (0.0, 1.0)
    most = _loudest_sample(panels)
    image = None
    for one in panels:
        boxes = [*one.wave_boxes, *one.level_boxes]
        for i, box in enumerate(boxes):
            axes = f.panel(sheet_of_paper, sheet, box)
            channel = one.channels[i % len(one.channels)]
            if i < len(one.wave_boxes) and one.wave is not None:
                f.draw_wave(axes, one.wave, channel, most)
                f.amplitude_axis(axes, box, sheet.em, one.wave.unit)
            elif one.raster is not None:
                image = f.paint(axes, one.raster, channel, colours, levels)
                f.frequency_axis(axes, one.raster.axis, box, sheet.em)
            last = i == len(boxes) - 1
            f.time_axis(axes, box, sheet.em, shown=last, label=last and one is panels[-1])
            if heading := _heading(one, i, alone=len(panels) == 1):
                f.heading(sheet_of_paper, sheet, box, heading)
    if image is not None:
        boxes = [box for one in panels for box in one.level_boxes]
        bar = sheet.bar(sheet.boxes.index(boxes[0]), sheet.boxes.index(boxes[-1]))
        f.colour_bar(sheet_of_paper, sheet, bar, image, rasters[0].label)
    notes = _notes(panels, rasters, levels, look)
    f.write(sheet_of_paper, sheet, sheet.boxes[0].left, _title(panels, look), notes)
    return sheet_of_paper


def _title(panels: Sequence[_Panels], look: PictureSettings) -> str:
    """As asked; else the name of the one sound. Several have a heading each."""
    if look.title is not None:
        return look.title
    return panels[0].named.name if len(panels) == 1 else ""


def _heading(one: _Panels, i: int, *, alone: bool) -> str:
    n = len(one.channels)
    name = one.named.name if i == 0 and not alone else ""
    return ", ".join(part for part in (name, f"channel {one.channels[i % n]}" if n > 1 else "") if part)


def _refuse_mixed_units(panels: Sequence[_Panels]) -> None:
    units = {one.raster.label if one.raster else one.wave.unit if one.wave else "": one.named.name for one in panels}
    if len(units) > 1:
        (first, a), (second, b) = list(units.items())[:2]
        raise SettingsError(f"{a} is a {first}, {b} a {second}; they have no common scale: draw them apart")


def _loudest_sample(panels: Sequence[_Panels]) -> float:
    peaks = [
        float(np.nanmax(np.abs(edge[c])))
        for one in panels
        if one.wave is not None
        for c in one.channels
        for edge in (one.wave.low, one.wave.high)
        if not np.isnan(edge[c]).all()
    ]
    return 1.05 * (max(peaks, default=0.0) or 1.0)


def _notes(
    panels: Sequence[_Panels], rasters: Sequence[Raster], levels: tuple[float, float], look: PictureSettings
) -> list[str]:
    """The small lines: what was computed, what the colours span, what is missing."""
    if not rasters:
        rates = sorted({one.named.sound.sample_rate for one in panels})
        return ["sampled at " + ", ".join(f"{rate:g} Hz" for rate in rates)]
    lines = {words.settings_line(r.settings, r.sample_rate, r.n_rows): None for r in rasters}
    first = next(iter(lines)) if len(lines) == 1 else "settings differ from panel to panel"
    second = words.shown_line(*levels, rasters[0].unit)
    if look.reduction == "mean":
        second += ", a pixel is the mean of what it covers"
    missing, n_frames = sum(r.missing for r in rasters), sum(r.n_frames for r in rasters)
    if missing:
        second += f", {missing} of {n_frames} frames are no data (hatched)"
    return [first, second]
