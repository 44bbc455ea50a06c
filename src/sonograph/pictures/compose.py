"""One or several sounds on one sheet: which panels there are, and what is computed for each."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

from sonograph.engines import Engine
from sonograph.errors import SettingsError, SonographError
from sonograph.pictures import layout
from sonograph.pictures.alike import in_seconds
from sonograph.pictures.kinds.kind import Content, source_of
from sonograph.pictures.kinds.level import refuse_over
from sonograph.pictures.layout import Box, Sheet, Track
from sonograph.pictures.parts import Composition, Fault, Named, Panel, Part, title_of, ways_of
from sonograph.pictures.ranges import ranges_of
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.views import VIEWS
from sonograph.pixels.span import refuse_too_long, span
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram


class Place(NamedTuple):
    """A panel to be: its kind, its channel, and which feature of it, before anything is computed."""

    part: Part
    kind: type[Content]
    channel: int
    row: int


def compose(
    sounds: Sequence[Named],
    look: PictureSettings,
    *,
    engine: Engine | None = None,
    on_fault: Fault | None = None,
    live: bool = False,
    boxes: Sequence[Box] = (),
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
    live
        Whether it is for axes that can be zoomed.
    boxes
        Those of the panels, where they lie on no sheet of ours.

    Raises
    ------
    SettingsError
        Levels that have no common scale; a size without room.
    """
    fault = on_fault or _raise
    if not sounds:
        raise SettingsError("the list of sounds is empty; there is nothing to draw")
    parts = [part for named in sounds if (part := _part(named, look, fault, live)) is not None]
    parts = in_seconds(parts)
    for kind in VIEWS[look.view].kinds:
        if kind.n_sounds is not None and len(parts) < len(sounds):  # what is left is not what was asked for
            return None
        shown = kind.gathered(parts, look)
        fault = fault if len(shown) == len(parts) else _raise  # of several as one, none is at fault alone
        parts = shown
    while parts:
        sheet, places, tracks = _placed(parts, look)
        sheet = _on_boxes(sheet, boxes) if boxes else sheet
        contents: dict[Part, dict[type[Content], Content]] = {}
        for part in parts:
            try:
                contents[part] = _contents(part, places, sheet.boxes, look, engine)
            except SonographError as error:
                fault(part.named, error)
                break
        else:
            panels = [
                Panel(
                    place.part,
                    place.channel,
                    contents[place.part][place.kind],
                    track.heading,
                    track.times,
                    box,
                    place.row,
                )
                for place, track, box in zip(places, tracks, sheet.boxes, strict=True)
            ]
            return Composition(look, sheet, panels, ranges_of(panels, look))
        parts = [one for one in parts if one is not part]
    return None


def _raise(named: Named, error: SonographError) -> None:
    raise error


def _on_boxes(sheet: Sheet, boxes: Sequence[Box]) -> Sheet:
    if len(boxes) != len(sheet.boxes):
        given, wanted = (f"{len(b)} axes" if len(b) > 1 else "one of the axes" for b in (boxes, sheet.boxes))
        raise SettingsError(f"ax is {given}; this picture has a panel on each of {wanted}: give a list of as many")
    return dataclasses.replace(sheet, boxes=tuple(boxes))


def _part(named: Named, look: PictureSettings, fault: Fault, live: bool) -> Part | None:
    try:
        _refuse(named, look)
        samples = span(named.sound, named.seconds or look.seconds)
        return Part(named, samples, _channels(named.sound, look.channel), live)
    except SonographError as error:
        fault(named, error)
        return None


def _refuse(named: Named, look: PictureSettings) -> None:
    """Refuse what a view has no panel for, before anything is computed."""
    kinds = VIEWS[look.view].kinds
    if any(kind.needs_samples for kind in kinds):
        source_of(named, look)
    if not any(look.vscale in kind.vscales for kind in VIEWS[look.view].kinds_of(named)):
        log = look.vscale == "log" and look.view in ("spectrogram", "both")
        instead = '"level" shows the same' if log else "it shows no power"
        raise SettingsError(f'vscale is "{look.vscale}" with view "{look.view}"; {instead}: leave it out')
    if named.over:
        refuse_over(named, look, taken=any(kind.takes_over for kind in kinds))
    for kind in kinds:
        kind.refuse(named, look)
    refuse_too_long(named.shown)


def _channels(sound: Source | Spectrogram, channel: int | None) -> list[int]:
    if channel is None:
        return list(range(sound.n_channels))
    if channel >= sound.n_channels:
        there = "one channel, 0" if sound.n_channels == 1 else f"channels 0 to {sound.n_channels - 1}"
        raise SettingsError(f"channel is {channel}; this sound has {there}")
    return [channel]


def _placed(parts: Sequence[Part], look: PictureSettings) -> tuple[Sheet, list[Place], list[Track]]:
    """The panels of every sound from the top: kind by kind, and in each the channels; and what is around each."""
    places: list[Place] = []
    tracks: list[Track] = []
    view = VIEWS[look.view]
    for part in parts:
        own = _own(part, look)
        places += own
        for i, place in enumerate(own):
            name = part.named.name if i == 0 and len(parts) > 1 else ""
            of_several = len(part.channels) > 1 and place.row == 0
            heading = ", ".join(filter(None, (name, f"channel {place.channel}" if of_several else "")))
            tracks.append(Track(view.tall(place.kind), heading, i == len(own) - 1 or not place.kind.over_time))
    if not look.axes:
        return layout.bare(look, tracks), places, tracks
    notes, bar = (
        max(place.kind.note_lines for place in places) + bool(ways_of(parts)),
        any(place.kind.coloured for place in places),
    )
    return layout.sheet(look, tracks, title=title_of(parts, look) != "", notes=notes, bar=bar), places, tracks


def _own(part: Part, look: PictureSettings) -> list[Place]:
    """The panels of one sound."""
    return [
        Place(part, kind, channel, row)
        for kind in VIEWS[look.view].kinds_of(part.named)
        for channel in part.channels
        for row in range(kind.n_panels(part.named))
    ]


def _contents(
    part: Part, places: Sequence[Place], boxes: Sequence[Box], look: PictureSettings, engine: Engine | None
) -> dict[type[Content], Content]:
    """What the panels of a sound show, by kind; for the highest of their boxes, which rounding makes unequal."""
    largest: dict[type[Content], Box] = {}
    for place, box in zip(places, boxes, strict=True):
        if place.part is part:
            largest[place.kind] = max(largest.get(place.kind, box), box, key=lambda one: one.height)
    return {kind: kind.make(part, box, look, engine) for kind, box in largest.items()}
