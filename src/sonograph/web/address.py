"""Where a tile lies: texts of an address to numbers, and the tiles that a layer has."""

from __future__ import annotations

import re
from typing import NamedTuple

from sonograph.checks import one_of, short
from sonograph.errors import SettingsError
from sonograph.pixels.pyramid import PLANES, n_cells, n_row_tiles
from sonograph.pixels.pyramid import WIDE as COLUMNS

HIGHEST = 40
"""The highest level of any sound: a recording of 2^48 frames."""


class Address(NamedTuple):
    """A tile of a layer: its plane and zoom, and which one it is, counted from the first frame and the lowest row."""

    channel: int
    plane: str
    level: int
    fold: int
    column: int
    row: int


def parsed(channel: str, plane: str, zoom: str, place: str) -> Address:
    """An address from the parts of a path, as "0", "max", "7.0", "3.1".

    Raises
    ------
    SettingsError
        A part that is none.

    Examples
    --------
    >>> parsed("0", "max", "7.1", "3.0")
    Address(channel=0, plane='max', level=7, fold=1, column=3, row=0)
    """
    (one,), (level, fold), (column, row) = _numbers(channel, 1), _numbers(zoom, 2), _numbers(place, 2)
    return Address(one, plane, level, fold, column, row)


def check(address: Address, n_channels: int, n_frames: int, n_rows: int) -> None:
    """Refuse a tile that so many channels, frames and rows do not have.

    Raises
    ------
    SettingsError
        Naming the part that is wrong, and what it may be.
    """
    one_of("plane", address.plane, PLANES)
    below("channel", address.channel, n_channels)
    if not n_frames:
        raise SettingsError("the recording has no frames; there is no tile of it")
    below("level", address.level, HIGHEST + 1)
    below("fold", address.fold, max(1, n_rows).bit_length() + 1)
    below("column", address.column, -(-n_cells(n_frames, address.level) // COLUMNS))
    below("row", address.row, n_row_tiles(n_cells(n_rows, address.fold)))


def below(name: str, value: int, limit: int) -> None:
    """Refuse a number that is not 0 or more, and below a limit.

    Raises
    ------
    SettingsError
        With its name and what it may be.
    """
    if not 0 <= value < limit:
        raise SettingsError(f"{name} is {short(value)}; it must be 0 to {limit - 1}")


def _numbers(text: str, count: int) -> tuple[int, ...]:
    if not re.fullmatch(r"\.".join([r"[0-9]{1,15}"] * count), text):
        example = "a number" if count == 1 else "two numbers, as 7.0"
        raise SettingsError(f"the tile's address holds {short(text)}; it must be {example}")
    return tuple(int(part) for part in text.split("."))
