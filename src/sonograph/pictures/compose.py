"""One or several sounds on one sheet: which panels there are, and what is computed for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from sonograph.engines import Engine
from sonograph.errors import SettingsError, SonographError
from sonograph.pictures import layout
from sonograph.pictures.kinds.line import below, count_lines, make_lines, make_over
from sonograph.pictures.layout import Sheet, Track
from sonograph.pictures.parts import LEVEL, VIEWS, Composition, Fault, Kind, Named, Panel, Part, title_of
from sonograph.pictures.ranges import level_range, refuse_mixed_units, swing
from sonograph.pictures.settings import PictureSettings
from sonograph.pixels.difference import common_span, difference
from sonograph.pixels.raster import Pixels
from sonograph.pixels.rasterise import raster
from sonograph.pixels.span import refuse_too_long, span
from sonograph.pixels.waveform import envelope
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram

LINE = Kind("line", 190)
SURFACE = (240, 120)
"""Points of a surface across time and frequency; more of them only hide each other."""


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
        if len(parts) < len(sounds):  # what is left is not what was asked for
            return None
        _check_number(parts, look)
    while parts:
        if look.view == "difference":
            return _difference(parts, look, engine)
        sheet, panels = _placed(parts, look)
        bad = next((part for part in parts if not _made(part, panels, look, engine, fault)), None)
        if bad is None:
            refuse_mixed_units(parts)
            levels = level_range(panels, look)
            return Composition(look, sheet, panels, levels, swing(panels))
        parts = [Part(part.named, part.span, part.channels) for part in parts if part is not bad]
    return None


def _raise(named: Named, error: SonographError) -> None:
    raise error


def _part(named: Named, look: PictureSettings, fault: Fault) -> Part | None:
    try:
        if look.view in ("waveform", "both", "spectrum") and isinstance(named.sound, Spectrogram):
            raise SettingsError(f'view is "{look.view}"; a spectrogram has no samples: draw the sound itself')
        if named.over:
            _check_over(named, look)
        if look.view == "surface" and count_lines(named.shown):
            raise SettingsError('the settings give features, which are lines; view="surface" is of frequencies')
        if named.marks and look.view in ("spectrum", "surface"):
            raise SettingsError(f'view is "{look.view}"; labels have no place on it: leave them out, or view="both"')
        refuse_too_long(named.shown)
        samples = span(named.sound, named.seconds or look.seconds)
        return Part(named, samples, _channels(named.sound, look.channel))
    except SonographError as error:
        fault(named, error)
        return None


def _check_over(named: Named, look: PictureSettings) -> None:
    from sonograph.pixels.over import check_over

    if isinstance(named.sound, Spectrogram):
        raise SettingsError("over is given with a spectrogram, which has no samples: draw the sound itself")
    if look.view not in ("spectrogram", "both") or count_lines(named.shown):
        what = "the settings give lines themselves" if count_lines(named.shown) else f'view is "{look.view}"'
        raise SettingsError(f'{what}; features lie over a spectrogram: view="spectrogram" or "both"')
    check_over(named.over)


def _channels(sound: Source | Spectrogram, channel: int | None) -> list[int]:
    if channel is None:
        return list(range(sound.n_channels))
    if channel >= sound.n_channels:
        there = "one channel, 0" if sound.n_channels == 1 else f"channels 0 to {sound.n_channels - 1}"
        raise SettingsError(f"channel is {channel}; this sound has {there}")
    return [channel]


def _placed(parts: Sequence[Part], look: PictureSettings) -> tuple[Sheet, list[Panel]]:
    """The panels of every sound from the top: kind by kind, and in each the channels."""
    places: list[tuple[Part, Kind, int, int]] = []
    tracks: list[Track] = []
    for part in parts:
        own = _own(part, look)
        places += [(part, *place) for place in own]
        for i, (kind, channel, row) in enumerate(own):
            name = part.named.name if i == 0 and len(parts) > 1 else ""
            of_several = len(part.channels) > 1 and row == 0
            heading = ", ".join(filter(None, (name, f"channel {channel}" if of_several else "")))
            tracks.append(Track(kind.tall, heading, i == len(own) - 1 or kind.name == "spectrum"))
    if look.axes:
        names = {kind.name for _, kind, _, _ in places}
        notes = 1 if names == {"wave"} else 2
        sheet = layout.sheet(look, tracks, title=title_of(parts, look) != "", notes=notes, bar="level" in names)
    else:
        sheet = layout.bare(look, tracks)
    return sheet, [
        Panel(part, channel, kind.name, track.heading, track.times, box, row)
        for (part, kind, channel, row), track, box in zip(places, tracks, sheet.boxes, strict=True)
    ]


def _own(part: Part, look: PictureSettings) -> list[tuple[Kind, int, int]]:
    """The panels of one sound: kind, channel and, of features that are lines, which one."""
    lines = count_lines(part.named.shown)
    if lines and look.view in ("spectrogram", "both"):
        features = [(LINE, channel, row) for channel in part.channels for row in range(lines)]
        return features + [(LEVEL, channel, 0) for channel in part.channels if look.view == "both"]
    return [(kind, channel, 0) for kind in VIEWS[look.view] for channel in part.channels]


def _check_number(parts: Sequence[Part], look: PictureSettings) -> None:
    if look.view == "difference" and len(parts) != 2:
        raise SettingsError(f'view is "difference"; it is of two sounds, not of {len(parts)}')
    if look.view == "surface" and len(parts) != 1:
        raise SettingsError(f'view is "surface"; it is of one sound, not of {len(parts)}')
    if look.view == "surface" and len(parts[0].channels) != 1:
        raise SettingsError('view is "surface"; it shows one channel: choose it with channel=0')


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
    return Composition(look, sheet, panels, look.range or (-(most or 1.0), most or 1.0), (-1.0, 1.0))


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
                part.made[kind] = raster(sound, below(part.named), pixels, engine)
                if look.view == "surface" and part.made[kind].axis == "rows":
                    raise SettingsError('the rows have no frequency; view="surface" is of frequencies')
                if part.named.over:
                    make_over(part, box.width, engine)
            elif kind == "line":
                make_lines(part, box.width, engine)
            elif kind == "spectrum" and not isinstance(sound, Spectrogram):
                from sonograph.pixels.distribution import spectrum

                part.made[kind] = spectrum(sound, settings, part.span, engine)
    except SonographError as error:
        fault(part.named, error)
        return False
    return True
