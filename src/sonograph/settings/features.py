"""What is made of the rows of a transform: logarithms, cepstra, energies, changes in time, PCEN."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from sonograph.errors import SettingsError
from sonograph.settings.common import Stage, number, one_of, put, rows_before, whole
from sonograph.settings.norms import AffineSettings as AffineSettings
from sonograph.settings.norms import NormSettings as NormSettings
from sonograph.settings.norms import RangeSettings as RangeSettings
from sonograph.settings.norms import StandardSettings as StandardSettings

FLOAT32_EPS = 1.1920928955078125e-07
LEAST_FLOOR = 1.2e-38


@dataclass(frozen=True, kw_only=True)
class LogSettings(Stage):
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

    kind: ClassVar[str] = "log"

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
class CepstralSettings(Stage):
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
    >>> from sonograph.settings import BandSettings, MelBank, StftSettings
    >>> log = LogSettings(of=BandSettings(of=StftSettings(), bands=MelBank(n_bands=40)))
    >>> CepstralSettings(of=log, n_coefficients=13).rows
    'coefficient'
    """

    kind: ClassVar[str] = "cepstra"

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
        return self.n_coefficients

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


@dataclass(frozen=True, kw_only=True)
class EnergySettings(Stage):
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

    kind: ClassVar[str] = "energy"

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


@dataclass(frozen=True, kw_only=True)
class DeltaSettings(Stage):
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

    kind: ClassVar[str] = "deltas"

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


@dataclass(frozen=True, kw_only=True)
class PcenSettings(Stage):
    """Per-channel energy normalisation (Wang et al. 2017): loudness against its own recent past, band by band.

    (E / (eps + M)^gain + bias)^power - bias^power, where M follows E as a first-order low-pass, from 1 on.

    Parameters
    ----------
    of
        Powers or magnitudes of bands.
    gain, bias, power
        As in the formula.
    time_constant
        Of the low-pass, seconds.
    eps
        As in the formula.

    Raises
    ------
    SettingsError
        Not of powers or magnitudes; a constant that cannot be.
    """

    kind: ClassVar[str] = "pcen"

    of: Any
    gain: float = 0.98
    bias: float = 2.0
    power: float = 0.5
    time_constant: float = 0.4
    eps: float = 1e-6

    def __post_init__(self) -> None:
        rows_before(self, ("power", "magnitude"))
        for name in ("gain", "bias"):
            put(self, **{name: number(name, getattr(self, name), 0.0)})
        for name in ("power", "time_constant", "eps"):
            put(self, **{name: number(name, getattr(self, name), 0.0, above=True)})

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself: all before it."""
        return "past"

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "feature"

    def smoothing(self, frames_per_second: float) -> float:
        """The low-pass's weight of the newest frame: its -3 dB point is that of the time constant."""
        t = self.time_constant * frames_per_second
        return (math.sqrt(1 + 4 * t**2) - 1) / (2 * t**2)


STAGES = (
    LogSettings, RangeSettings, AffineSettings, NormSettings, StandardSettings, CepstralSettings, EnergySettings,
    DeltaSettings, PcenSettings,
)  # fmt: skip
