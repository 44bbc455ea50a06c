"""What to compute, as frozen values that check themselves.

Each settings type holds the one before it in `of`, so that a level knows its bands
and bands know their transform. A value that exists is right: nothing checks it again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from dataclasses import dataclass
from typing import Any, ClassVar, Union

from sonograph.errors import SettingsError

EDGES = ("zeros", "reflect", "inside", "padded", "kaldi")
SCALINGS = ("spectrum", "density", "raw")
QUANTITIES = ("power", "magnitude", "transform")

Window = str | tuple[str, float]


class _Json:
    """Settings to plain values and back, and a name made from them."""

    kind: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """Plain values with a `kind`, nested as the settings are: ready for JSON or TOML."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}  # type: ignore[arg-type]
        return {"kind": self.kind} | {k: _plain(v) for k, v in values.items() if v is not None}

    @property
    def digest(self) -> str:
        """A name of these settings, the same everywhere: 16 hexadecimal digits of a SHA-256."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, _Json):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value


def from_dict(values: dict[str, Any]) -> Settings:
    """Settings from what `to_dict` gave, checked as if they were typed.

    >>> from_dict({"kind": "stft", "window_length": 512}).hop
    128
    """
    kind = values.get("kind")
    if kind not in _KINDS:
        raise SettingsError(f"kind is {kind!r}; it must be one of {', '.join(_KINDS)}")
    cls = _KINDS[kind]
    known = {f.name for f in dataclasses.fields(cls)}
    given = {k: v for k, v in values.items() if k != "kind"}
    for name in given:
        if name not in known:
            raise SettingsError(f"{name} is no setting of {kind!r}; it has {', '.join(sorted(known))}")
    if "of" in given:
        given["of"] = from_dict(given["of"])
    if "bands" in given:
        given["bands"] = tuple(Band(**{k: v for k, v in b.items() if k != "kind"}) for b in given["bands"])
    return cls(**given)


def _whole(name: str, value: Any, least: int, most: int | None = None, why: str = "") -> int:
    """`value` as an int if it is a whole number in range."""
    span = f"{least} or more" if most is None else f"{least} to {most}"
    right = isinstance(value, int | float) or hasattr(value, "__index__")
    if isinstance(value, bool) or not right or value != value or value in (math.inf, -math.inf) or int(value) != value:
        raise SettingsError(f"{name} is {value!r}; it must be a whole number, {span}")
    if value < least or (most is not None and value > most):
        raise SettingsError(f"{name} is {value}; {why}it must be {span}")
    return int(value)


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")


@dataclass(frozen=True, kw_only=True)
class StftSettings(_Json):
    """A short-time Fourier transform: how frames are cut, weighed and scaled.

    Parameters
    ----------
    window_length
        Samples in a frame.
    hop
        Samples between the starts of neighbouring frames; a quarter of the window by default.
    n_fft
        Samples per transform: zeros follow the window. By default window_length.
    window
        A name, or (name, value) as in SciPy: ("gaussian", standard deviation in samples), ("kaiser", beta),
        ("tukey", tapered fraction), ("dpss", time-half-bandwidth).
    periodic
        True: the window for spectra, one period of a periodic function. False: symmetric.
    edges
        Where frames lie at the ends of the sound: "zeros" and "reflect" centre the first frame on the first sample
        and fill what is missing, "inside" keeps to whole windows, "padded" adds zeros after the end so that no
        sample is lost, "kaldi" centres frames on hops as Kaldi does with snip_edges false.
    scaling
        "spectrum": a tone reads its mean square. "density": noise reads its mean square per hertz. "raw": |X|² as it
        comes, as librosa, Kaldi and Whisper have it.
    quantity
        "power", "magnitude" (its square root) or "transform" (complex, phase relative to the window's first sample;
        its squared magnitude is the power).

    Raises
    ------
    SettingsError
        A value that cannot be, named with what it must be.

    Examples
    --------
    >>> StftSettings(window_length=1024).overlap
    768
    """

    kind: ClassVar[str] = "stft"

    window_length: int = 2048
    hop: int = None  # type: ignore[assignment]  # filled in below
    n_fft: int = None  # type: ignore[assignment]
    window: Window = "hann"
    periodic: bool = True
    edges: str = "zeros"
    scaling: str = "spectrum"
    quantity: str = "power"

    def __post_init__(self) -> None:
        put = lambda name, value: object.__setattr__(self, name, value)  # noqa: E731
        n = _whole("window_length", self.window_length, 1)
        put("window_length", n)
        hop = max(1, n // 4) if self.hop is None else self.hop
        if isinstance(hop, int) and hop > n:
            raise SettingsError(
                f"hop is {hop}; with window_length {n} it must be 1 to {n}, or samples would be skipped"
            )
        put("hop", _whole("hop", hop, 1, n))
        n_fft = n if self.n_fft is None else self.n_fft
        if isinstance(n_fft, int) and n_fft < n:
            raise SettingsError(
                f"n_fft is {n_fft}; with window_length {n} it must be {n} or more, or samples would be cut off"
            )
        put("n_fft", _whole("n_fft", n_fft, n))
        put("window", _check_window(self.window, n))
        put("periodic", bool(self.periodic))
        if n == 2 and not self.periodic:
            raise SettingsError("window_length is 2; a symmetric window must have 3 samples, or all are zero")
        _one_of("edges", self.edges, EDGES)
        _one_of("scaling", self.scaling, SCALINGS)
        _one_of("quantity", self.quantity, QUANTITIES)

    @property
    def overlap(self) -> int:
        """Samples that neighbouring frames share."""
        return self.window_length - self.hop

    @property
    def n_bins(self) -> int:
        """Frequencies of the one-sided transform."""
        return self.n_fft // 2 + 1

    @property
    def n_rows(self) -> int:
        """Numbers per frame."""
        return self.n_bins

    @classmethod
    def for_rate(cls, sample_rate: float, **settings: Any) -> StftSettings:
        """Settings that suit a sample rate: the power of two nearest 40 ms, at least 256.

        >>> StftSettings.for_rate(44_100).window_length
        2048
        """
        if not (sample_rate > 0 and math.isfinite(sample_rate)):
            raise SettingsError(f"sample_rate is {sample_rate}; it must be above 0 Hz")
        nearest = 2 ** round(math.log2(0.040 * sample_rate)) if sample_rate > 25 else 1
        return cls(window_length=max(256, nearest), **settings)


PLAIN_WINDOWS = (
    "hann", "hamming", "blackman", "blackmanharris", "nuttall", "flattop", "boxcar", "bartlett", "povey",
)  # fmt: skip
SHAPED_WINDOWS = {
    "gaussian": "standard deviation in samples",
    "kaiser": "beta",
    "tukey": "tapered fraction",
    "dpss": "time-half-bandwidth",
}


def _check_window(window: Any, length: int) -> Window:
    """A window's name, or (name, value); other names are asked of SciPy, which takes a while to load."""
    if isinstance(window, str) and window in PLAIN_WINDOWS:
        return window
    if isinstance(window, str) and window in SHAPED_WINDOWS:
        raise SettingsError(
            f'window is "{window}"; it needs its {SHAPED_WINDOWS[window]}: ("{window}", {SHAPED_WINDOWS[window]})'
        )
    if isinstance(window, list | tuple) and len(window) == 2 and window[0] in SHAPED_WINDOWS:
        name, value = window[0], float(window[1])
        most = 1.0 if name == "tukey" else math.inf
        if not (value > 0 or (value == 0 and name in ("kaiser", "tukey"))) or value > most or value == math.inf:
            span = "in 0 to 1" if name == "tukey" else "0 or more" if name == "kaiser" else "above 0"
            raise SettingsError(f"window's {SHAPED_WINDOWS[name]} is {window[1]}; with {name} it must be {span}")
        if name == "dpss" and length > 1 and value >= length / 2:
            raise SettingsError(
                f"window's {SHAPED_WINDOWS[name]} is {value:g}; with window_length {length} it must be below "
                f"{length / 2:g}"
            )
        return name, value
    from scipy.signal import get_window

    given = tuple(window) if isinstance(window, list) else window
    try:
        get_window(given, length)
    except (ValueError, TypeError, KeyError) as error:
        names = ", ".join((*PLAIN_WINDOWS, *SHAPED_WINDOWS))
        raise SettingsError(
            f"window is {window!r}; it must be one of {names}, or what scipy.signal.get_window knows ({error})"
        ) from None
    return given


@dataclass(frozen=True)
class Band(_Json):
    """One filter: the weights of consecutive bins.

    first   : the first bin
    weights : of the bins from there on; empty for a band that holds no bin
    centre  : its frequency, Hz
    low, high : its edges, Hz
    """

    kind: ClassVar[str] = "band"

    first: int
    weights: tuple[float, ...]
    centre: float
    low: float
    high: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", _whole("first", self.first, 0))
        object.__setattr__(self, "weights", tuple(float(w) for w in self.weights))
        if not all(math.isfinite(w) for w in self.weights):
            raise SettingsError("weights hold a number that is not finite")
        if not self.low <= self.centre <= self.high:
            raise SettingsError(f"centre is {self.centre} Hz; it must lie in {self.low} to {self.high} Hz")


@dataclass(frozen=True, kw_only=True)
class BandSettings(_Json):
    """Sums over bins of a power or a magnitude: a filter bank.

    Parameters
    ----------
    of
        The transform that is summed.
    bands
        The filters, lowest first.
    """

    kind: ClassVar[str] = "bands"

    of: StftSettings
    bands: tuple[Band, ...]

    def __post_init__(self) -> None:
        _holds("BandSettings", self.of, StftSettings)
        if self.of.quantity == "transform":
            raise SettingsError('quantity is "transform"; bands sum power or magnitude: set quantity="power"')
        object.__setattr__(self, "bands", tuple(self.bands))
        if not self.bands:
            raise SettingsError("bands is empty; give at least one band")
        for i, band in enumerate(self.bands):
            if band.first + len(band.weights) > self.of.n_bins:
                raise SettingsError(
                    f"band {i} ends at bin {band.first + len(band.weights) - 1}; "
                    f"with n_fft {self.of.n_fft} the last bin is {self.of.n_bins - 1}"
                )

    @property
    def n_rows(self) -> int:
        """Numbers per frame."""
        return len(self.bands)


@dataclass(frozen=True, kw_only=True)
class LevelSettings(_Json):
    """Decibels of a power: 10 log10(power / reference).

    Parameters
    ----------
    of
        The transform or bands whose level it is.
    reference
        The power that reads 0 dB, in the unit of the power; None: the one that belongs to the sound's unit
        (FS: a full-scale sine; Pa: 20 µPa; else 1).  "max": the loudest value of the whole sound.
    floor
        What anything quieter reads, dB.
    """

    kind: ClassVar[str] = "level"

    of: Union[StftSettings, BandSettings]  # noqa: UP007  # read at run time
    reference: float | str | None = None
    floor: float = -200.0

    def __post_init__(self) -> None:
        _holds("LevelSettings", self.of, (StftSettings, BandSettings))
        if stft_of(self).quantity != "power":
            raise SettingsError(f'quantity is "{stft_of(self).quantity}"; a level is of a power: set quantity="power"')
        check_level(self.reference, self.floor)

    @property
    def n_rows(self) -> int:
        """Numbers per frame."""
        return self.of.n_rows


def check_level(reference: Any, floor: Any) -> None:
    """Refuse a reference or a floor that no level can have."""
    if isinstance(reference, str):
        _one_of("reference", reference, ("max",))
    elif reference is not None and not (reference > 0 and math.isfinite(reference)):
        raise SettingsError(f"reference is {reference}; the power that reads 0 dB must be above 0")
    if not math.isfinite(floor):
        raise SettingsError(f"floor is {floor}; it must be a number of decibels, as -200")


Settings = Union[StftSettings, BandSettings, LevelSettings]  # noqa: UP007
_KINDS: dict[str, Any] = {c.kind: c for c in (StftSettings, BandSettings, LevelSettings)}


def _holds(name: str, of: Any, allowed: Any) -> None:
    if not isinstance(of, allowed):
        raise SettingsError(f"of is {type(of).__name__}; {name} holds the settings of the stage before it")


def stft_of(settings: Settings) -> StftSettings:
    """The transform at the bottom of any settings."""
    while not isinstance(settings, StftSettings):
        settings = settings.of
    return settings


def whole_sound(settings: Settings) -> str | None:
    """Why these settings need the whole sound before the first frame is known; None if they do not."""
    if isinstance(settings, LevelSettings) and settings.reference == "max":
        return 'reference="max" is the loudest value of the whole sound'
    return None
