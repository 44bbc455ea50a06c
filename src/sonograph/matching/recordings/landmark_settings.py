"""What a landmark is: which peaks of a spectrogram count, and which two of them make a pair."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from sonograph.checks import number, whole
from sonograph.errors import SettingsError
from sonograph.settings import StftSettings
from sonograph.settings.common import Json, put

WINDOW, HOP = 1024, 256
"""Samples of a frame and from one to the next, at the rate that the band asks for."""

ABOVE_BAND = 2.205
"""The rate over the highest frequency: 11025 Hz for 5 kHz."""

CORNER = 0.14
"""Below so much of the highest frequency, cells are of equal width in hertz; above it, of equal ratio."""


@dataclass(frozen=True, kw_only=True)
class LandmarkSettings(Json):
    """Landmarks: pairs of peaks, known again after noise, filters and changes of speed.

    Frames last and follow each other by what the band asks for: 93 ms each 23 ms where it ends at 5 kHz, a tenth of
    that where it ends at 50 kHz. All numbers below are in such frames, and in cells, which are as wide as frequencies
    move under a change of speed by `cell`.

    Parameters
    ----------
    low, high
        The band that is looked at, Hz.
    cell
        How wide a cell is, as a ratio, in the upper part of the band.
    floor
        How far below the loudest of the 41 frames around it a peak may lie, dB.
    silence
        The level that nothing below is a peak, dBFS: the noise of 16-bit zeros lies under it. Sounds that are in
        another unit than FS have none.
    above
        How far a peak lies over the mean of 41 frames and 21 cells around it, dB.
    prominence
        How far it lies over the mean of its own cell over 11 frames, dB: a steady tone is no peak.
    cells, frames
        A peak is the largest within so many cells and frames to either side.
    query_cells, query_frames
        The same of a sound that is looked for: it has the peaks that an index would have, and more.
    fan
        How many pairs a peak begins in an index.
    near, far
        How many frames the second peak of a pair comes later, at least and at most.
    spread
        How many cells it may lie above or below, at most; at least two.

    Raises
    ------
    SettingsError
        A band that does not go up or is too narrow, and numbers out of their range, each named.

    Examples
    --------
    >>> LandmarkSettings().sample_rate, LandmarkSettings(low=2000, high=100_000).sample_rate
    (11025.0, 220500.0)
    """

    kind: ClassVar[str] = "landmarks"

    low: float = 200.0
    high: float = 5000.0
    cell: float = 0.012
    floor: float = 60.0
    silence: float = -108.0
    above: float = 6.0
    prominence: float = 1.0
    cells: int = 10
    frames: int = 5
    query_cells: int = 7
    query_frames: int = 4
    fan: int = 2
    near: int = 2
    far: int = 72
    spread: int = 36

    def __post_init__(self) -> None:
        high = number("high", self.high, 0, above=True)
        put(self, high=high, low=number("low", self.low, 0))
        if not self.low < high:
            raise SettingsError(f"low is {self.low:g}; it must be below high, {high:g} Hz")
        put(self, cell=number("cell", self.cell, 0.002, 0.1), floor=number("floor", self.floor, 10, 140))
        put(self, silence=number("silence", self.silence, -200, 0), above=number("above", self.above, 0, 40))
        put(self, prominence=number("prominence", self.prominence, 0, 40))
        for name in ("cells", "frames"):
            put(self, **{name: whole(name, getattr(self, name), 1, 40)})
            query = f"query_{name}"
            why = f"an index looks {getattr(self, name)} far, and a query must have its peaks: "
            put(self, **{query: whole(query, getattr(self, query), 1, getattr(self, name), why)})
        put(self, fan=whole("fan", self.fan, 1, 20), near=whole("near", self.near, 1, 400))
        put(self, far=whole("far", self.far, self.near + 1, 500), spread=whole("spread", self.spread, 2, 200))
        if self.n_cells < 2 * self.cells:
            raise SettingsError(
                f"low is {self.low:g} and high {high:g} Hz, {self.n_cells} cells apart; they must be {2 * self.cells} "
                f"or more apart, or there is no room for two peaks"
            )

    @property
    def sample_rate(self) -> float:
        """The rate that sounds are brought to, Hz."""
        return self.high * ABOVE_BAND

    @property
    def frames_per_second(self) -> float:
        """How many frames begin in a second."""
        return self.sample_rate / HOP

    def seconds(self, n_frames: int) -> float:
        """How long a sound of so many frames is, to a frame."""
        return (n_frames - 1 + WINDOW / HOP) / self.frames_per_second if n_frames else 0.0

    @property
    def stft(self) -> StftSettings:
        """How frames are computed."""
        return StftSettings(window_length=WINDOW, hop=HOP, edges="inside", sample_rate=self.sample_rate)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the space that pairs lie in: frequencies, differences of frequencies, differences of times."""
        return self.n_cells + 4, 2 * self.spread + 3, self.far + 2

    @property
    def n_buckets(self) -> int:
        """How many pairs are told apart."""
        return math.prod(self.shape)

    @property
    def n_cells(self) -> int:
        """Cells from the lowest to the highest frequency of the band."""
        return int(self.warped(self.high) - self.warped(self.low)) + 1

    def warped(self, hertz: float) -> float:
        """Where a frequency lies, in cells."""
        return math.log1p(hertz / (CORNER * self.high)) / self.cell

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> LandmarkSettings:
        """Settings from what `to_dict` gave.

        Raises
        ------
        SettingsError
            Names that are no setting, or values that cannot be.
        """
        return cls(**{name: value for name, value in values.items() if name != "kind"})
