"""Logarithms of rows, and of the energy of a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sonograph.checks import number, one_of
from sonograph.errors import SettingsError
from sonograph.settings.common import Stage, put, rows_before

FLOAT32_EPS = 1.1920928955078125e-07
LEAST_FLOOR = 1.2e-38


@dataclass(frozen=True, kw_only=True)
class LogSettings(Stage, kind="log"):
    """Natural or decimal logarithms of a power or a magnitude; decibels are LevelSettings.

    Parameters
    ----------
    of
        The transform or bands whose logarithm it is.
    base
        "e" or "10".
    floor
        What anything smaller is taken for.
    add
        What is added before, as in log(x + 0.001).

    Raises
    ------
    SettingsError
        Not of a power or magnitude; a floor of 0 with nothing added, or one that single precision cannot hold.
    """

    two_sided: ClassVar[bool] = True

    of: Any
    base: str = "e"
    floor: float = 1e-10
    add: float = 0.0

    def __post_init__(self) -> None:
        rows_before(self, ("power", "magnitude"))
        one_of("base", self.base, ("e", "10"))
        put(self, floor=number("floor", self.floor, 0.0, above=self.add == 0), add=number("add", self.add, 0.0))
        if 0 < self.floor < LEAST_FLOOR:
            raise SettingsError(f"floor is {self.floor}; it must be {LEAST_FLOOR:g} or more, or single precision has 0")

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "log"


@dataclass(frozen=True, kw_only=True)
class EnergySettings(Stage, kind="energy"):
    """The natural logarithm of each frame's energy, as a row beside others or in place of the first.

    Parameters
    ----------
    of
        The other rows, which must not look at other frames.
    measure
        "frame": the sum of squares before the window and a pre-emphasis over the frame (Kaldi's raw energy);
        "windowed": after them;
        "bins": the sum of |X|² over the bins of one side (python_speech_features).
    place
        "replace" the first row, or be the "first" or the "last" further one.
    floor
        What a smaller energy is taken for.

    Raises
    ------
    SettingsError
        Of rows that look at other frames, or that hold an energy already.
    """

    of: Any
    measure: str = "frame"
    place: str = "replace"
    floor: float = FLOAT32_EPS

    def __post_init__(self) -> None:
        rows_before(self)
        one_of("measure", self.measure, ("frame", "windowed", "bins"))
        one_of("place", self.place, ("replace", "first", "last"))
        put(self, floor=number("floor", self.floor, 0.0, above=True))
        stage = self.of
        while hasattr(stage, "of"):
            if stage.context != (0, 0) or isinstance(stage, EnergySettings):
                raise SettingsError(
                    f"of holds {type(stage).__name__}; an energy stands beside rows of the same frame: put it before"
                )
            stage = stage.of

    def rows_after(self, n_rows: int) -> int:
        """One more, unless the energy takes the place of another."""
        return n_rows if self.place == "replace" else n_rows + 1

    @property
    def quantity(self) -> str:
        """What the values are."""
        below: str = self.of.quantity
        return below if below in ("log", "cepstrum") else "feature"

    @property
    def rows(self) -> str:
        """What a row is."""
        below: str = self.of.rows
        return below if below == "coefficient" else "feature"

    def row_names(self, n_rows: int) -> tuple[str, ...]:
        """Those of the other rows, and "energy" in its place."""
        below = self.of.row_names(n_rows if self.place == "replace" else n_rows - 1)
        return (*below, "energy") if self.place == "last" else ("energy", *below[self.place == "replace" :])
