"""Normalisations: of each frame by itself, by fixed numbers, and over the whole sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sonograph.checks import number, one_of
from sonograph.settings.common import Stage, put, rows_before

STEADY = 64
"""So many units in the last place of a row's mean are rounding: a deviation no larger is none."""


@dataclass(frozen=True, kw_only=True)
class RangeSettings(Stage, kind="range"):
    """Nothing more than so far below the largest value of the sound: librosa's and torchaudio's top_db.

    Parameters
    ----------
    of
        The values that are limited.
    span
        How far below, in their unit: decibels of a level.
    """

    two_sided: ClassVar[bool] = True
    why_whole: ClassVar[str] = "span is counted from the largest value of the whole sound"

    of: Any
    span: float = 80.0

    def __post_init__(self) -> None:
        rows_before(self)
        put(self, span=number("span", self.span, 0.0, above=True))

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself."""
        return "whole"


@dataclass(frozen=True, kw_only=True)
class AffineSettings(Stage, kind="affine"):
    """(value + add) * multiply: a fixed normalisation.

    Parameters
    ----------
    of
        The values.
    add, multiply
        Numbers, in that order: Whisper adds 4 and takes a quarter.
    """

    two_sided: ClassVar[bool] = True
    words: ClassVar[str] = "Scaled value"

    of: Any
    add: float = 0.0
    multiply: float = 1.0

    def __post_init__(self) -> None:
        rows_before(self)
        put(self, add=number("add", self.add), multiply=number("multiply", self.multiply))

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "feature"


@dataclass(frozen=True, kw_only=True)
class NormSettings(Stage, kind="norm"):
    """Each frame divided by its own size, if that is not 0.

    Parameters
    ----------
    of
        The values.
    norm
        "max": the largest magnitude; "l1": the sum of magnitudes; "l2": the root of the sum of squares.
    """

    two_sided: ClassVar[bool] = True
    words: ClassVar[str] = "Relative to the frame"

    of: Any
    norm: str = "max"

    def __post_init__(self) -> None:
        rows_before(self)
        one_of("norm", self.norm, ("max", "l1", "l2"))

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "feature"


@dataclass(frozen=True, kw_only=True)
class StandardSettings(Stage, kind="standard"):
    """Each row less its mean over the sound and, if asked, divided by its deviation.

    Parameters
    ----------
    of
        The values.
    deviation
        Whether to divide by the standard deviation too (of n, not n - 1), where that is not 0.
    """

    two_sided: ClassVar[bool] = True
    why_whole: ClassVar[str] = "the mean of a row is that over the whole sound"

    of: Any
    deviation: bool = False

    def __post_init__(self) -> None:
        rows_before(self)
        put(self, deviation=bool(self.deviation))

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself."""
        return "whole"

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "feature"
