"""Where everything goes on the sheet, in whole pixels, before anything is computed.

A panel's box is as many pixels wide and high as its raster, so nothing is resampled afterwards and no click can fall
between two pixels. Sizes are in ems: the height of the ordinary letters.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sonograph.errors import SettingsError
from sonograph.pictures.settings import LARGEST_SIDE, USUAL, PictureSettings

LETTER = 9.0  # points
LEFT, RIGHT = 5.2, 1.4  # ems: frequency ticks and label; the last letter of the last time
BAR_GAP, BAR_WIDTH, BAR_WORDS = 1.1, 1.3, 4.9
TOP, TITLE, NOTE, HEADING = 0.7, 1.7, 1.3, 1.5
TICKS, TIME_LABEL, BOTTOM = 1.7, 1.5, 0.6
GAP = 0.7


class Box(NamedTuple):
    """A rectangle in whole pixels from the lower left corner."""

    left: int
    bottom: int
    width: int
    height: int


@dataclass(frozen=True)
class Track:
    """One panel to be: its share of the height, and what stands around it.

    tall    : its share of the height, against the others'; pixels, on a sheet whose size nobody chose
    heading : words above it, perhaps none
    times   : whether the times stand below it
    """

    tall: int = 300
    heading: str = ""
    times: bool = True


@dataclass(frozen=True)
class Sheet:
    """The places of a picture's parts.

    boxes : of the panels, from the top
    title_top, note_top : pixels from the bottom to where these lines of words begin
    """

    width: int
    height: int
    em: float
    boxes: tuple[Box, ...]
    title_top: float
    note_top: float

    def bar(self, first: int, last: int) -> Box:
        """The colour bar beside panels first to last."""
        top, low = self.boxes[first], self.boxes[last]
        left = top.left + top.width + round(BAR_GAP * self.em)
        return Box(left, low.bottom, round(BAR_WIDTH * self.em), top.bottom + top.height - low.bottom)


def sheet(picture: PictureSettings, tracks: Sequence[Track], *, title: bool, notes: int, bar: bool) -> Sheet:
    """Place panels, one below the other.

    Raises
    ------
    SettingsError
        A size that leaves the panels no room.
    """
    width, height = _size(picture, tracks)
    em = LETTER * picture.dpi_shown / 72
    left = round(LEFT * em)
    right = round((BAR_GAP + BAR_WIDTH + BAR_WORDS if bar else RIGHT) * em)
    above = TOP + title * TITLE + notes * NOTE + 0.4 * (notes > 0)
    around = [(HEADING * bool(t.heading), GAP + TICKS * t.times) for t in tracks]
    used = (above + sum(map(sum, around)) - GAP + TIME_LABEL + BOTTOM) * em
    room, wide = height - used, width - left - right
    if wide < 40 or room < 30 * len(tracks):
        least_w, least_h = left + right + 40, round(used) + 30 * len(tracks)
        panels = f"{len(tracks)} panels" if len(tracks) > 1 else "a panel"
        raise SettingsError(
            f"size is {width}x{height}; with axes and {panels} it must be {least_w}x"
            f"{least_h} or more, or the dpi lower than {picture.dpi_shown:g}"
        )
    boxes, top = [], height - above * em
    shares = sum(t.tall for t in tracks)
    for track, (over, under) in zip(tracks, around, strict=True):
        top -= over * em
        tall = int(room * track.tall / shares)
        boxes.append(Box(left, round(top) - tall, wide, tall))
        top -= tall + under * em
    title_top = height - TOP * em
    return Sheet(width, height, em, tuple(boxes), title_top, title_top - TITLE * em * title)


def bare(picture: PictureSettings, tracks: Sequence[Track]) -> Sheet:
    """The panels alone, side by side without a gap, to the edges of the sheet."""
    width, height = _size(picture, tracks)
    if height < len(tracks):
        raise SettingsError(f"size is {width}x{height}; for {len(tracks)} panels it must be {len(tracks)} high or more")
    shares = [sum(track.tall for track in tracks[:i]) for i in range(len(tracks) + 1)]
    tops = [height - round(height * share / shares[-1]) for share in shares]
    boxes = [Box(0, low, width, top - low) for top, low in itertools.pairwise(tops)]
    return Sheet(width, height, LETTER * picture.dpi_shown / 72, tuple(boxes), height, height)


def _size(picture: PictureSettings, tracks: Sequence[Track]) -> tuple[int, int]:
    return picture.size or (USUAL[0], min(LARGEST_SIDE, max(USUAL[1], 200 + sum(track.tall for track in tracks))))
