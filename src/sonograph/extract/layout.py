"""Which columns are computed of sounds of one rate, unit and number of channels, before any sound is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sonograph.analysis.coverage import refuse_unseen
from sonograph.errors import SettingsError
from sonograph.extract.choice import Choice
from sonograph.extract.report import Column
from sonograph.frames import sound_only
from sonograph.settings import Settings
from sonograph.spectrograms import Rows, describe


@dataclass(frozen=True)
class Layout:
    """What a table has of each frame.

    listed  : the settings, each computed by itself; all have the same frames
    n_rows  : how many rows each has
    columns : of the table
    order   : which row each column is; None where they are as they come
    """

    listed: tuple[Any, ...]
    n_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    order: tuple[int, ...] | None

    @staticmethod
    @lru_cache(maxsize=16)
    def of(wanted: Settings | Choice, sample_rate: float, unit: str, n_channels: int) -> Layout:
        """That of settings, or of features by name.

        Raises
        ------
        SettingsError
            Settings that no sound like this can have; complex values.
        """
        groups = wanted.groups(sample_rate) if isinstance(wanted, Choice) else []
        listed: list[Any] = [group.settings for group in groups] or [wanted]
        for one in listed:
            refuse_unseen(one)
        described = [describe(one, sample_rate, unit, n_channels) for one in listed]
        if any(one.quantity == "transform" for one in described):
            raise SettingsError('the values are complex, and a table holds real numbers: set quantity="power"')
        columns = [column for one in described for column in columns_of(one)]
        order: tuple[int, ...] | None = None
        if isinstance(wanted, Choice):
            numbers, names = wanted.columns(groups)
            order = tuple(numbers)
            columns = [columns[i]._replace(name=name) for i, name in zip(order, names, strict=True)]
        return Layout(tuple(listed), tuple(one.n_rows for one in described), tuple(columns), order)

    def valid(self, n_samples: int) -> tuple[range, ...]:
        """Of each column, the frames whose number comes of samples of the sound alone."""
        inside = [
            frames
            for one, n in zip(self.listed, self.n_rows, strict=True)
            for frames in [sound_only(one, n_samples)] * n
        ]
        return tuple(inside if self.order is None else (inside[i] for i in self.order))


def columns_of(described: Rows) -> Iterator[Column]:
    """A column for each row: its name, its unit, and its frequency where it has one."""
    frequencies: list[float | None] = [None] * described.n_rows
    if described.rows in ("bin", "band"):
        frequencies = described.frequencies.tolist()
    for name, unit, frequency in zip(described.names, described.units, frequencies, strict=True):
        yield Column(name, unit, frequency)
