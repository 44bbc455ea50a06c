"""What is read off a spectrum: its shape, its onsets, its harmonic and its percussive part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sonograph.checks import number, one_of, whole
from sonograph.errors import SettingsError
from sonograph.settings.common import Stage, put, rows_before
from sonograph.settings.named import NamedRows, chosen
from sonograph.settings.stft import StftSettings

OCTAVES = 64
"""More than lie between any two frequencies of a sound."""
SHAPES = ("centroid", "bandwidth", "rolloff", "flatness", "contrast", "flux", "entropy", "slope")
ROW_UNITS = {"centroid": "Hz", "bandwidth": "Hz", "rolloff": "Hz", "slope": "1/Hz"}


@dataclass(frozen=True, kw_only=True)
class ShapeSettings(NamedRows, kind="shape"):
    """The shape of each frame's spectrum, all from one pass over it.

    Rows, of the values v at the frequencies f of the bins:

    - "centroid": sum of f v / sum of v, Hz; "bandwidth": root of the sum of (f - centroid)² v / sum of v, Hz (Klapuri
      and Davy 2006; values as librosa's, of a magnitude)
    - "rolloff": the lowest f up to which the sum of v is so much of the whole, Hz
    - "flatness": geometric over arithmetic mean of power, none counted below 1e-10 (Dubnov 2004)
    - "contrast": in octave bands, decibels from the mean of the lowest to that of the highest v (Jiang et al. 2002)
    - "flux": sum of the squared changes of v / sum of v from the frame before (Tzanetakis and Cook 2002); NaN in the
      first frame
    - "entropy": of v / sum of v, over its largest possible: 0 for a tone, 1 for an even spectrum (Misra et al. 2004)
    - "slope": of the straight line through v over f, divided by the sum of v, 1/Hz (Peeters 2004)

    A silent frame has no shape: NaN.

    Parameters
    ----------
    of
        A magnitude, as librosa takes, or a power.
    features
        Which of them, in this order.
    rolloff
        The share of the sum, 0 to 1.
    contrast_low, contrast_bands, contrast_share
        The octaves begin at so many Hz (one more band lies below); how many; the share of a band's bins that count as
        its highest and as its lowest.
    """

    of: StftSettings
    features: tuple[str, ...] = SHAPES
    rolloff: float = 0.85
    contrast_low: float = 200.0
    contrast_bands: int = 6
    contrast_share: float = 0.02

    def __post_init__(self) -> None:
        if not isinstance(self.of, StftSettings) or self.of.quantity == "transform":
            raise SettingsError(
                'ShapeSettings are of a transform\'s bins: StftSettings(quantity="magnitude") or "power"'
            )
        put(
            self,
            features=chosen("features", self.features, SHAPES),
            rolloff=number("rolloff", self.rolloff, 0.0, 1.0, above=True),
            contrast_low=number("contrast_low", self.contrast_low, 0.0, above=True),
            contrast_bands=whole("contrast_bands", self.contrast_bands, 1, OCTAVES),
            contrast_share=number("contrast_share", self.contrast_share, 0.0, 1.0, above=True),
        )

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself: for flux the one before."""
        return int("flux" in self.features), 0

    @property
    def alike(self) -> bool:  # type: ignore[override]
        """Whether all rows are in one unit: those of contrast alone are."""
        return self.features == ("contrast",)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        bands = tuple(f"contrast_{band}" for band in range(self.contrast_bands + 1))
        return tuple(n for name in self.features for n in (bands if name == "contrast" else (name,)))

    @property
    def words(self) -> str:  # type: ignore[override]
        """What a colour bar says."""
        return "Contrast (dB)" if self.alike else ""

    def row_unit(self, name: str, unit: str) -> str:
        """What a row is in; "" where it is a share."""
        return "dB" if name.startswith("contrast_") else ROW_UNITS.get(name, "")


@dataclass(frozen=True, kw_only=True)
class OnsetSettings(NamedRows, kind="onset"):
    """How much new there is in a frame: the mean over rows of how far they rose (spectral flux, Bello et al. 2005).

    Parameters
    ----------
    of
        Levels or logarithms of bands, as librosa takes, or any rows. librosa's strength is that of mel levels whose
        range is limited to 80 dB (RangeSettings), moved on by half a window.
    lag
        Since how many frames before; the first `lag` frames have nothing new: 0.
    """

    two_sided: ClassVar[bool] = True

    of: Any
    lag: int = 1

    def __post_init__(self) -> None:
        rows_before(self)
        put(self, lag=whole("lag", self.lag, 1))

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself."""
        return self.lag, 0

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return ("onset",)

    def row_unit(self, name: str, unit: str) -> str:
        """A rise of the rows below: of levels in dB."""
        stage = self.of
        while hasattr(stage, "of"):
            if stage.kind == "level":
                return "dB"
            stage = stage.of
        return ""


@dataclass(frozen=True, kw_only=True)
class TempogramSettings(NamedRows, kind="tempogram"):
    """How strongly onsets repeat after each lag: the autocorrelation of the onset strength around each frame.

    Grosche, Müller and Kurth 2010; values as librosa.feature.tempogram's: Hann-weighed, over its largest value. The
    lag of row i is i frames, so that it stands for 60 · frames per second / i beats per minute.

    Parameters
    ----------
    of
        The onset strength.
    length
        Frames in the window, and rows.
    """

    two_sided: ClassVar[bool] = True

    alike = True

    words: ClassVar[str] = "Autocorrelation of onset strength"

    of: OnsetSettings
    length: int = 384

    def __post_init__(self) -> None:
        if not isinstance(self.of, OnsetSettings):
            raise SettingsError(f"of is {type(self.of).__name__}; TempogramSettings hold OnsetSettings")
        put(self, length=whole("length", self.length, 2, memory=1 << 16))

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself."""
        return self.length // 2, self.length - 1 - self.length // 2

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return tuple(f"lag_{lag}" for lag in range(self.length))


@dataclass(frozen=True, kw_only=True)
class SeparationSettings(Stage, kind="separation"):
    """The harmonic or the percussive part of a spectrum (Fitzgerald 2010), values as librosa.decompose.hpss's.

    Medians over time keep what lasts, medians over frequency what comes at once; each part is the spectrum times a
    soft mask of the two.

    Parameters
    ----------
    of
        A magnitude (as librosa takes) or a power of bins or bands.
    part
        "harmonic" or "percussive".
    width
        Frames, and rows, that a median is over; an odd number.
    margin
        How much more of one there must be than of the other, 1 or more.
    exponent
        Of the mask: 2 as Wiener's, larger is harder.
    """

    two_sided: ClassVar[bool] = True

    of: Any
    part: str = "harmonic"
    width: int = 31
    margin: float = 1.0
    exponent: float = 2.0

    def __post_init__(self) -> None:
        rows_before(self, ("power", "magnitude"))
        one_of("part", self.part, ("harmonic", "percussive"))
        width = whole("width", self.width, 1)
        if width % 2 == 0:
            raise SettingsError(f"width is {width}; it must be odd, so that a frame is in the middle of its own median")
        put(
            self,
            width=width,
            margin=number("margin", self.margin, 1.0),
            exponent=number("exponent", self.exponent, 0.0, above=True),
        )

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself."""
        return self.width // 2, self.width // 2


@dataclass(frozen=True, kw_only=True)
class TonnetzSettings(NamedRows, kind="tonnetz"):
    """Where a chord lies on the circles of fifths, of minor and of major thirds (Harte, Sandler and Gasser 2006).

    Rows: sine and cosine on each, as librosa.feature.tonnetz's.

    Parameters
    ----------
    of
        Twelve pitch classes, C first; they are divided by their sum first. A silent frame is NaN.
    """

    alike = True

    words: ClassVar[str] = "Tonal centroid"

    of: Any

    def __post_init__(self) -> None:
        rows_before(self)
        if self.of.n_rows != 12:
            raise SettingsError(f"of has {self.of.n_rows} rows; TonnetzSettings takes 12 pitch classes")

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return "fifth_x", "fifth_y", "minor_x", "minor_y", "major_x", "major_y"
