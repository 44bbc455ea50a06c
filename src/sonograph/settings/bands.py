"""Filter banks: sums over the bins of a transform."""

from __future__ import annotations

from dataclasses import dataclass

from sonograph.checks import NUMBERS, number, numbers, refuse_large, whole
from sonograph.errors import SettingsError
from sonograph.notes import in_hertz
from sonograph.settings.banks import Bank, MillidecadeBank, OctaveBank
from sonograph.settings.common import Json, Stage, holds, put
from sonograph.settings.named import PITCHES
from sonograph.settings.stft import StftSettings


@dataclass(frozen=True)
class Band(Json, kind="band"):
    """One filter: the weights of consecutive bins.

    first   : the first bin
    weights : of the bins from there on; empty for a band that holds no bin
    centre  : its frequency, Hz
    low, high : its edges, Hz
    """

    first: int
    weights: tuple[float, ...]
    centre: float
    low: float
    high: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", whole("first", self.first, 0, memory=NUMBERS))
        put(self, weights=numbers("weights", self.weights))
        put(self, **{name: number(name, in_hertz(getattr(self, name))) for name in ("centre", "low", "high")})
        if not self.low <= self.centre <= self.high:
            raise SettingsError(f"centre is {self.centre} Hz; it must lie in {self.low} to {self.high} Hz")


@dataclass(frozen=True, kw_only=True)
class BandSettings(Stage, kind="bands"):
    """Sums over bins of a power or a magnitude: a filter bank.

    Of a power of scaling "spectrum" a band gives the mean square in it: the window's noise bandwidth is taken out, so
    that the bands of a partition sum to the mean square of the weighed frame. Of "density" a band gives its weighed
    mean, which noise reads right in. A MelBank of norm "slaney" holds equal areas and gives a density of either; a
    ChromaBank weighs by a rule of its own, and its power is "relative". Of "raw" the sums are as they come, as in
    other libraries.

    Parameters
    ----------
    of
        The transform that is summed.
    bands
        The filters, lowest first, or a bank by name: MelBank, BarkBank, LinearBank, GammatoneBank, ChromaBank,
        OctaveBank, MillidecadeBank.

    Raises
    ------
    SettingsError
        Bands of a complex transform, none at all, a band beyond the last bin.

    Examples
    --------
    >>> from sonograph.settings import MelBank
    >>> BandSettings(of=StftSettings(), bands=MelBank(n_bands=40)).n_rows
    40
    """

    of: StftSettings
    bands: tuple[Band, ...] | Bank

    def __post_init__(self) -> None:
        holds("BandSettings", self.of, StftSettings)
        if self.of.quantity == "transform":
            raise SettingsError('quantity is "transform"; bands sum power or magnitude: set quantity="power"')
        if isinstance(self.bands, Bank):
            if self.bands.of_power and self.of.quantity != "power":
                raise SettingsError(
                    f'quantity is "{self.of.quantity}"; bands of kind "{self.bands.kind}" sum power: '
                    f'set quantity="power"'
                )
            n_bands = self.bands.n_bands
            if n_bands is not None:
                refuse_large("n_bands", n_bands, n_bands * self.of.n_bins, f"weights of {self.of.n_bins:,} bins")
            return
        if not isinstance(self.bands, list | tuple) or not all(isinstance(band, Band) for band in self.bands):
            raise SettingsError(f"bands is {self.bands!r}; it must be a bank, as MelBank(), or a list of Band")
        put(self, bands=tuple(self.bands))
        if not self.bands:
            raise SettingsError("bands is empty; give at least one band")
        for i, band in enumerate(self.bands):
            if band.first + len(band.weights) > self.of.n_bins:
                raise SettingsError(
                    f"band {i} ends at bin {band.first + len(band.weights) - 1}; "
                    f"with n_fft {self.of.n_fft} the last bin is {self.of.n_bins - 1}"
                )

    @property
    def scaling(self) -> str:
        """What the sums of a power say: a bank over the area of its bands gives a density, whatever it sums."""
        below = self.of.scaling
        if below == "raw" or self.of.quantity != "power" or not isinstance(self.bands, Bank):
            return below
        return self.bands.scaling or below

    @property
    def splits_bins(self) -> bool:
        """Whether bands share bins in proportion, and read right by that alone."""
        return isinstance(self.bands, Bank) and self.bands.splits_bins

    @property
    def rows(self) -> str:
        """What a row is: a band, or a pitch class."""
        return self.bands.rows if isinstance(self.bands, Bank) else "band"

    @property
    def n_rows(self) -> int | None:
        """Numbers per frame; None where that depends on the sample rate."""
        return self.bands.n_bands if isinstance(self.bands, Bank) else len(self.bands)

    def row_names(self, n_rows: int) -> tuple[str, ...]:
        """A name for each band: octaves and millidecades have their frequency, the twelve pitch classes letters."""
        if isinstance(self.bands, OctaveBank | MillidecadeBank):
            from sonograph.settings.octaves import band_names

            return band_names(self.bands, n_rows)
        if self.rows == "pitch class":
            return PITCHES if n_rows == len(PITCHES) else tuple(f"pitch_{i}" for i in range(n_rows))
        return tuple(f"{self.rows}_{i}" for i in range(n_rows))
