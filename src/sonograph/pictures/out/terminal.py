"""A picture for a terminal: two pixels a character, as half blocks in colour, with the times and levels in words."""

from __future__ import annotations

import numpy as np

from sonograph.pictures import ticks, times
from sonograph.pictures.colours import palette
from sonograph.pictures.out.bare import pixels_of, rasters_of
from sonograph.pictures.parts import Composition, notes
from sonograph.pictures.themes import THEMES
from sonograph.pictures.words import printable, shortened

WORD_LINES = 5
"""Lines that are left for words."""
RESET = "\x1b[0m"


def size_for(columns: int, lines: int) -> tuple[int, int]:
    """Pixels of a picture for a terminal of so many characters."""
    return max(10, columns), 2 * max(4, lines - WORD_LINES)


def text_of(composition: Composition, *, true_colour: bool) -> str:
    """The lines to print, colours and all; 256 colours where the terminal has no more."""
    look, sheet = composition.look, composition.sheet
    missing = [int(THEMES[look.theme].missing[i : i + 2], 16) for i in (1, 3, 5)]
    colours = np.vstack([missing, palette(look.colours_shown)[np.linspace(0, 255, 255).round().astype(int)]])
    codes = [_code(colour, true_colour=true_colour) for colour in colours.tolist()]
    pixels = pixels_of(composition)
    pixels = pixels[: len(pixels) // 2 * 2]
    lines = [_line(upper, lower, codes) for upper, lower in zip(pixels[::2], pixels[1::2], strict=True)]
    raster = rasters_of(composition)[-1]
    there, words = times.time(raster.seconds[0], raster.seconds[1], max(2, sheet.width // 14), raster.start)
    low, high = raster.bounds[0], raster.bounds[-1]
    across = _across(there, raster.seconds, sheet.width)
    up = f"{low:g} to {high:g} Hz" if raster.axis != "rows" else f"{raster.n_rows} rows"
    below = [
        across,
        f"{words}, frequency {up} upwards",
        *(note.replace("(hatched)", "(grey)") for note in notes(composition)),
    ]
    title = [shortened(printable(composition.title), sheet.width)] if composition.title else []
    return "\n".join([*title, *lines, *(shortened(line, sheet.width) for line in below), ""])


def _line(upper: np.ndarray, lower: np.ndarray, codes: list[str]) -> str:
    """A line of characters whose upper half is one row of pixels and whose lower half the next."""
    out, last = [], None
    for pair in zip(upper.tolist(), lower.tolist(), strict=True):
        if pair != last:
            out.append(f"\x1b[38;{codes[pair[0]]};48;{codes[pair[1]]}m")
            last = pair
        out.append("▀")
    return "".join(out) + RESET


def _code(colour: list[int], *, true_colour: bool) -> str:
    if true_colour:
        return "2;{};{};{}".format(*colour)
    red, green, blue = (round(part / 255 * 5) for part in colour)
    return f"5;{16 + 36 * red + 6 * green + blue}"


def _across(there: ticks.Ticks, seconds: tuple[float, float], width: int) -> str:
    """The times under the pixels that they belong to."""
    line = [" "] * width
    for place, word in zip(*there, strict=True):
        at = min(int((place - seconds[0]) / (seconds[1] - seconds[0]) * width), width - len(word))
        if at >= 0 and not "".join(line[max(0, at - 1) : at + len(word)]).strip():
            line[at : at + len(word)] = word
    return "".join(line).rstrip()
