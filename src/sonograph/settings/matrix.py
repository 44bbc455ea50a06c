"""What a matrix that somebody computed elsewhere says of itself: no sound makes it, so it is in no file of settings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from sonograph.settings.common import put
from sonograph.settings.named import NamedRows
from sonograph.settings.stft import StftSettings


@dataclass(frozen=True, kw_only=True)
class MatrixSettings(NamedRows):
    """The rows of a matrix, and what its numbers are in; `Spectrogram.from_array` makes them.

    Parameters
    ----------
    of
        Where its columns lie: `hop` samples apart.
    n_rows_given
        Rows.
    frequencies
        The centre of each row, Hz; none where the rows are no frequencies.
    places, axis
        A number for each row that is none in hertz, and what it is: "Tempo (bpm)", "Lag (s)".
    labels
        A name for each row that has no number.
    values_in
        The unit of the numbers; one that begins with dB makes them a level.
    """

    kind: ClassVar[str] = "matrix"
    alike = True

    of: StftSettings
    n_rows_given: int
    frequencies: tuple[float, ...] = ()
    places: tuple[float, ...] = ()
    axis: str = ""
    labels: tuple[str, ...] = ()
    values_in: str = ""

    def __post_init__(self) -> None:
        listed = {name: tuple(getattr(self, name)) for name in ("frequencies", "places", "labels")}
        put(self, **listed)

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "level" if self.values_in.startswith("dB") else "feature"

    @property
    def rows(self) -> str:
        """What a row is."""
        return "band" if self.frequencies else "feature"

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        if self.labels:
            return self.labels
        if self.places:
            return tuple(f"{place:g}" for place in self.places)
        return tuple(f"{'band' if self.frequencies else 'row'}_{row}" for row in range(self.n_rows_given))

    @property
    def words(self) -> str:  # type: ignore[override]
        """What a colour bar says."""
        name = "Level" if self.quantity == "level" else "Value"
        return f"{name} ({self.values_in})" if self.values_in else name

    @property
    def centres(self) -> tuple[float, ...]:
        """The frequency of each row, Hz."""
        return self.frequencies

    @property
    def edges(self) -> tuple[tuple[float, float], ...]:
        """Half way to the neighbouring rows, Hz; the outermost reach as far to the other side, not below 0."""
        rows = self.frequencies
        if len(rows) == 1:
            return ((rows[0] / 2**0.5, rows[0] * 2**0.5) if rows[0] > 0 else (0.0, 1.0),)
        between = [(a + b) / 2 for a, b in pairwise(rows)]
        first, last = max(0.0, 2 * rows[0] - between[0]), 2 * rows[-1] - between[-1]
        return tuple(zip([first, *between], [*between, last], strict=True))

    def row_unit(self, name: str, unit: str) -> str:
        """What a row is in."""
        return self.values_in
