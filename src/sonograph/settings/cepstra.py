"""Cepstral coefficients, and how rows change in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sonograph.checks import number, refuse_large, whole
from sonograph.errors import SettingsError
from sonograph.settings.common import Stage, put, rows_before


class Coefficients(Stage):
    """What stages share whose rows are cepstral coefficients, c0, c1 … or from the first that is taken."""

    n_coefficients: int
    first: int = 0

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "cepstrum"

    @property
    def rows(self) -> str:
        """What a row is."""
        return "coefficient"

    @property
    def n_rows(self) -> int | None:
        """Numbers per frame."""
        return self.n_coefficients

    def row_names(self, n_rows: int) -> tuple[str, ...]:
        """A name for each row."""
        return tuple(f"c{i}" for i in range(self.first, self.first + n_rows))


@dataclass(frozen=True, kw_only=True)
class CepstralSettings(Coefficients, kind="cepstra"):
    """Cepstral coefficients: the orthonormal DCT-II of logarithms (Davis and Mermelstein 1980).

    Of mel bands these are MFCC, of linear ones LFCC.

    Parameters
    ----------
    of
        Logarithms of bands: LogSettings or LevelSettings.
    n_coefficients
        How many.
    first
        The first that is kept: 1 leaves c0 away.
    lifter
        L of the lifter 1 + L/2 sin(pi n / L) on coefficient n (HTK book, 5.14); 0 for none.

    Raises
    ------
    SettingsError
        Not of logarithms; more coefficients than there are rows.

    Examples
    --------
    >>> from sonograph.settings import BandSettings, LogSettings, MelBank, StftSettings
    >>> log = LogSettings(of=BandSettings(of=StftSettings(), bands=MelBank(n_bands=40)))
    >>> CepstralSettings(of=log, n_coefficients=13).rows
    'coefficient'
    """

    of: Any
    n_coefficients: int = 13
    first: int = 0
    lifter: float = 0.0

    def __post_init__(self) -> None:
        rows_before(self, ("log", "level"))
        put(
            self,
            n_coefficients=whole("n_coefficients", self.n_coefficients, 1),
            first=whole("first", self.first, 0, 1),
            lifter=number("lifter", self.lifter, 0.0),
        )
        if self.of.n_rows is not None:
            self.rows_after(self.of.n_rows)

    def rows_after(self, n_rows: int) -> int:
        """As many as asked for; refused where there are fewer rows to make them of."""
        if self.first + self.n_coefficients > n_rows:
            raise SettingsError(
                f"n_coefficients is {self.n_coefficients}; with {n_rows} {self.of.rows}s it must be 1 to "
                f"{n_rows - self.first}"
            )
        refuse_large("n_coefficients", self.n_coefficients, self.n_coefficients * n_rows, f"weights of {n_rows} rows")
        return self.n_coefficients


@dataclass(frozen=True, kw_only=True)
class DeltaSettings(Stage, kind="deltas"):
    """Rows, then how they change in time, then how that changes: regression over neighbouring frames.

    d(t) = sum over m of m (c(t + m) - c(t - m)) / (2 sum of m²), m from 1 to width (HTK book, 5.16); the second order
    applies it twice. At its ends the sound's first and last rows are repeated, as in Kaldi.

    Parameters
    ----------
    of
        The rows.
    width
        Frames to each side.
    order
        1 or 2.

    Raises
    ------
    SettingsError
        No rows of real numbers; another width or order.

    Examples
    --------
    >>> from sonograph.settings import StftSettings
    >>> DeltaSettings(of=StftSettings(window_length=30), order=2).n_rows
    48
    """

    two_sided: ClassVar[bool] = True
    words: ClassVar[str] = "Rows and their deltas"

    of: Any
    width: int = 2
    order: int = 2

    def __post_init__(self) -> None:
        rows_before(self)
        put(self, width=whole("width", self.width, 1), order=whole("order", self.order, 1, 2))

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself."""
        return self.width * self.order, self.width * self.order

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "feature"

    @property
    def rows(self) -> str:
        """What a row is."""
        return "feature"

    def rows_after(self, n_rows: int) -> int:
        """As many for each order, and the rows themselves."""
        return n_rows * (1 + self.order)

    def row_names(self, n_rows: int) -> tuple[str, ...]:
        """Those of the rows, then the same again for each order."""
        below = self.of.row_names(n_rows // (1 + self.order))
        return below + tuple(f"{'delta' * order}_{name}" for order in range(1, self.order + 1) for name in below)

    def row_unit(self, name: str, unit: str) -> str:
        """Of a row itself; how fast it changes is a plain number here."""
        below: str = "" if name.startswith("delta") else self.of.row_unit(name, unit)
        return below
