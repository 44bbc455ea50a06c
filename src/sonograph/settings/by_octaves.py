"""What constant-Q transforms and wavelets share: rows an equal interval apart, each through a filter of its own.

Low octaves are computed of fewer samples: behind a half-band filter every other one says nothing new.
"""

from __future__ import annotations

import math
from typing import ClassVar, NamedTuple

from sonograph.checks import number, refuse_large, short, whole
from sonograph.errors import SettingsError
from sonograph.notes import in_hertz
from sonograph.settings.common import put
from sonograph.settings.named import Measure, frames_of_filters

C1 = 32.70319566257483
TAPS = 6
"""Weights to each side of the half-band filter, those that are 0 left out."""
PASSED = 0.1
"""Of the sample rate: what lies below comes through that filter unchanged to 1e-5, with nothing folded onto it."""
HIGHEST = 50
"""Octaves above 1 Hz that no frequency of a sound reaches."""


class Octave(NamedTuple):
    """Bands that are computed together."""

    first: int  # of the bands
    stop: int
    halvings: int  # how often the half-band filter comes before, each time an octave lower
    half: int  # samples of the halved sound to each side of the middle
    reach: int  # samples of the sound to each side of the middle


class ByOctaves(Measure):
    """Rows from `low` on, `per_octave` to the octave.

    only_even : whether a hop that cannot be halved keeps an octave at the rate above it
    """

    transforms: ClassVar[bool] = True
    only_even: ClassVar[bool]

    low: float
    n_bands: int
    per_octave: int

    def check_rows(self) -> None:
        """Refuse frames, a lowest row and numbers of rows that no filters can have."""
        frames_of_filters(self)
        put(
            self,
            low=number("low", in_hertz(self.low), 0.0, above=True),
            n_bands=whole("n_bands", self.n_bands, 1),
            per_octave=whole("per_octave", self.per_octave, 1),
        )
        if math.log2(self.low) + self.n_bands / self.per_octave > HIGHEST:
            raise SettingsError(
                f"n_bands is {self.n_bands}; "
                f"{self.n_bands / self.per_octave:.5g} octaves above {self.low:g} Hz are "
                f"past any sound: ask for fewer bands, or more per_octave"
            )

    @property
    def centres(self) -> tuple[float, ...]:
        """The frequency of each band, Hz."""
        return tuple(self.low * 2 ** (k / self.per_octave) for k in range(self.n_bands))

    @property
    def edges(self) -> tuple[tuple[float, float], ...]:
        """Half way to the neighbouring bands, Hz."""
        half = 2 ** (0.5 / self.per_octave)
        return tuple((f / half, f * half) for f in self.centres)

    def halves(self, sample_rate: float) -> tuple[float, ...]:
        """How many samples each band's filter reaches to each side of its middle, not rounded."""
        raise NotImplementedError

    def highest_heard(self, sample_rate: float) -> tuple[float, ...]:
        """Above which frequency each band hears nothing, Hz."""
        raise NotImplementedError

    def highest_centre(self, sample_rate: float) -> float:
        """Below which frequency the highest band must lie, Hz."""
        raise NotImplementedError

    def octaves(self, sample_rate: float) -> tuple[Octave, ...]:
        """Which bands are computed together, from the top, and of which of how many samples."""
        halves, heard, found = self.halves(sample_rate), self.highest_heard(sample_rate), []
        halvings, margin = 0, 0
        for stop in range(self.n_bands, 0, -self.per_octave):
            first = max(0, stop - self.per_octave)
            highest = max(heard[first:stop])
            while highest <= PASSED * sample_rate / 2**halvings and self._can_halve(halvings + 1):
                margin += 2 * TAPS * 2**halvings
                halvings += 1
            half = math.floor(max(halves[first:stop]) / 2**halvings)
            found.append(Octave(first, stop, halvings, half, margin + half * 2**halvings))
        return tuple(found)

    def _can_halve(self, halvings: int) -> bool:
        return not self.only_even or bool(self.of.hop % 2**halvings == 0)

    def least_window(self, sample_rate: float) -> int:
        """The shortest window, of an even number of samples, that holds the longest filter and what it is made of."""
        return 2 * max(octave.reach for octave in self.octaves(sample_rate)) + 2

    def check_rate(self, sample_rate: float) -> None:
        """Refuse bands above half the sample rate, and filters that the window cannot hold."""
        if self.centres[-1] > (highest := self.highest_centre(sample_rate)):
            raise SettingsError(
                f"n_bands is {self.n_bands}; the highest lies at {self.centres[-1]:.5g} Hz, and at {sample_rate:g} Hz "
                f"it must lie below {highest:.5g} Hz"
            )
        least = self.least_window(sample_rate)
        if least <= self.of.window_length:
            weights = sum(2 * (2 * o.half + 1) * (o.stop - o.first) for o in self.octaves(sample_rate))
            refuse_large("n_bands", self.n_bands, weights, f"weights at {sample_rate:g} Hz")
        if self.of.window_length < least:
            raise SettingsError(
                f"window_length is {self.of.window_length}; at {sample_rate:g} Hz it must be {short(least)} or more "
                f"(because the filter at {self.low:.5g} Hz is {2 * max(self.halves(sample_rate)):.8g} samples long), "
                f"or low higher"
            )

    @property
    def quantity(self) -> str:
        """What the values are."""
        return self.of.quantity

    @property
    def rows(self) -> str:
        """What a row is."""
        return "band"

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return tuple(f"band_{k}" for k in range(self.n_bands))
