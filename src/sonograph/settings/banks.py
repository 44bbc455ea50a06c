"""Filter banks by name. What each band weighs follows from the transform and the sample rate, in `filterbanks`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sonograph.checks import number, one_of, whole
from sonograph.errors import SettingsError
from sonograph.notes import in_hertz
from sonograph.settings.common import OFF, Json, put

EMPTY = ("refuse", "zero")
BANKS: dict[str, Any] = {}
"""Every bank by its kind."""


class Bank(Json):
    """A filter bank by name.

    rows     : what a row is
    of_power : whether it sums power alone
    splits_bins : whether a bin that an edge cuts gives each side its share
    n_bands  : how many; None where that depends on the sample rate
    """

    register = BANKS
    rows: ClassVar[str] = "band"
    of_power: ClassVar[bool] = False
    splits_bins: ClassVar[bool] = False

    @property
    def scaling(self) -> str | None:
        """What its sums of a power say, where that is not what the power says."""
        return None

    n_bands: int | None


def _span(bank: Any) -> None:
    """Check the frequencies that a bank lies between."""
    put(bank, low=number("low", in_hertz(bank.low), 0.0))
    if bank.high is not None:
        put(bank, high=number("high", in_hertz(bank.high), 0.0, above=True))
        if bank.low >= bank.high:
            raise SettingsError(f"low is {bank.low:g} Hz; it must be below high, which is {bank.high:g} Hz")


def _triangles(bank: Any) -> None:
    put(bank, n_bands=whole("n_bands", bank.n_bands, 1))
    _span(bank)
    one_of("empty", bank.empty, EMPTY)


@dataclass(frozen=True, kw_only=True)
class MelBank(Bank, kind="mel"):
    """Triangles that are evenly spaced on a mel scale, each from the centre of the one before to that of the next.

    Parameters
    ----------
    n_bands
        How many.
    low, high
        Where the first begins and the last ends, Hz; high None: half the sample rate.
    formula
        "slaney" (linear below 1 kHz; Slaney 1998, librosa), "htk" (2595 log10(1 + f/700); HTK, torchaudio) or "kaldi"
        (1127 ln(1 + f/700); Kaldi, TensorFlow).
    norm
        "slaney": divided by half the width in Hz, so that all hold the same area; "none": the tip is 1.
    triangles
        Straight in "hertz" (librosa, torchaudio), in "mel" (HTK, Kaldi, TensorFlow), or in "bins" with their corners
        rounded down to bins (python_speech_features).
    empty
        What becomes of a band with no bin in it: "refuse", or "zero" as most libraries do.
    warp
        Vocal tract length normalisation as Kaldi's --vtln-warp: corners lie at 1 / warp of their frequency, and between
        warp_low and low, and warp_high and high, on straight lines that meet. 1 for none.
    warp_low, warp_high
        Hz, above low and below high; warp_high None: 500 Hz below half the sample rate.
    """

    n_bands: int = 128
    low: float = 0.0
    high: float | None = None
    formula: str = "slaney"
    norm: str = "slaney"
    triangles: str = "hertz"
    empty: str = "refuse"
    warp: float = field(default=1.0, metadata=OFF)
    warp_low: float = field(default=100.0, metadata=OFF)
    warp_high: float | None = field(default=None, metadata=OFF)

    def __post_init__(self) -> None:
        _triangles(self)
        one_of("formula", self.formula, ("slaney", "htk", "kaldi"))
        one_of("norm", self.norm, ("slaney", "none"))
        put(self, warp=number("warp", self.warp, 0.5, 2.0), warp_low=number("warp_low", self.warp_low, 0.0, above=True))
        if self.warp_high is not None:
            put(self, warp_high=number("warp_high", self.warp_high, 0.0, above=True))
        one_of("triangles", self.triangles, ("hertz", "mel", "bins"))

    @property
    def scaling(self) -> str | None:
        """Equal areas give a density."""
        return "density" if self.norm == "slaney" else None


@dataclass(frozen=True, kw_only=True)
class BarkBank(Bank, kind="bark"):
    """Triangles evenly spaced and straight on the Bark scale (Traunmüller 1990); fields as in MelBank."""

    n_bands: int = 24
    low: float = 20.0
    high: float | None = None
    empty: str = "refuse"

    def __post_init__(self) -> None:
        _triangles(self)


@dataclass(frozen=True, kw_only=True)
class LinearBank(Bank, kind="linear"):
    """Triangles evenly spaced in hertz, as for LFCC; fields as in MelBank."""

    n_bands: int = 128
    low: float = 0.0
    high: float | None = None
    empty: str = "refuse"

    def __post_init__(self) -> None:
        _triangles(self)


@dataclass(frozen=True, kw_only=True)
class GammatoneBank(Bank, kind="gammatone"):
    """Filters with the shape of the ear's, evenly spaced on the ERB-number scale (Glasberg and Moore 1990).

    The power response of a gammatone of order 4, (1 + ((f - centre) / b)²)^-4 with b = 1.019 ERB(centre) (Patterson et
    al. 1992), as far as it is above -60 dB. No gain below 1 at the centre.

    Parameters
    ----------
    n_bands
        How many.
    low, high
        The first and the last centre, Hz; high None: half the sample rate, where the last centre is left away.
    """

    of_power: ClassVar[bool] = True

    n_bands: int = 64
    low: float = 50.0
    high: float | None = None

    def __post_init__(self) -> None:
        put(self, n_bands=whole("n_bands", self.n_bands, 1))
        _span(self)


@dataclass(frozen=True, kw_only=True)
class ChromaBank(Bank, kind="chroma"):
    """The pitch classes of an octave, C first: Gaussians around each note in all octaves (Ellis 2007, librosa).

    Parameters
    ----------
    n_bands
        Pitch classes in an octave; A (440 Hz) is one of them.
    tuning
        How far A lies above 440 Hz, in pitch classes.
    centre_octave, octave_width
        Octaves are weighed by a Gaussian around this one, counted from A0 = 27.5 Hz, of this standard deviation;
        0 weighs all alike.
    norm
        "l2": the weights of each bin have a sum of squares of 1 before octaves are weighed; "none".
    """

    rows: ClassVar[str] = "pitch class"
    of_power: ClassVar[bool] = False

    n_bands: int = 12
    tuning: float = 0.0
    centre_octave: float = 5.0
    octave_width: float = 2.0
    norm: str = "l2"

    def __post_init__(self) -> None:
        put(self, n_bands=whole("n_bands", self.n_bands, 1))
        put(self, tuning=number("tuning", self.tuning, -1000.0, 1000.0))
        put(self, centre_octave=number("centre_octave", self.centre_octave))
        put(self, octave_width=number("octave_width", self.octave_width, 0.0))
        one_of("norm", self.norm, ("l2", "none"))

    @property
    def scaling(self) -> str | None:
        """Weights of librosa's rule sum to no power."""
        return "relative"


@dataclass(frozen=True, kw_only=True)
class OctaveBank(Bank, kind="octave"):
    """Bands of a fraction of an octave on the base-10 grid through 1 kHz (IEC 61260-1: G = 10^0.3).

    With 3 to the octave these are the decidecades of ISO 18405. Bins that an edge cuts are split in proportion. Of a
    density a band reads the mean density in it, of a spectrum its mean square, so that noise and tones read right.

    Parameters
    ----------
    per_octave
        Bands in an octave: 1, 3, 12 …
    low, high
        The lowest band is the one that holds low, the highest the one that holds high, Hz; high None: all that end
        below half the sample rate.
    """

    of_power: ClassVar[bool] = True
    splits_bins: ClassVar[bool] = True
    n_bands: ClassVar[None] = None  # type: ignore[misc]

    per_octave: int = 3
    low: float = 20.0
    high: float | None = None

    def __post_init__(self) -> None:
        put(self, per_octave=whole("per_octave", self.per_octave, 1))
        _span(self)
        if self.low == 0:
            raise SettingsError("low is 0 Hz; it must be above 0, as octaves never reach it")


@dataclass(frozen=True, kw_only=True)
class MillidecadeBank(Bank, kind="millidecade"):
    """Hybrid millidecades (Martin et al. 2021): 1 Hz bands up to 434 Hz, then 1000 bands to the decade.

    Edges, splitting and readings as in OctaveBank; the last band ends at half the sample rate.
    """

    of_power: ClassVar[bool] = True
    splits_bins: ClassVar[bool] = True
    n_bands: ClassVar[None] = None  # type: ignore[misc]
