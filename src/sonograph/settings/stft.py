"""The settings at the bottom of all others: a short-time Fourier transform."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sonograph.checks import NUMBERS, number, one_of, refuse_near, short, whole
from sonograph.errors import SettingsError
from sonograph.notes import in_hertz
from sonograph.settings.common import KINDS, OFF, Json, power_kind
from sonograph.weightings import WEIGHTINGS

EDGES = ("zeros", "reflect", "inside", "padded", "kaldi", "scipy", "missing")
SCALINGS = ("spectrum", "density", "raw")
LARGEST = 1e30
"""What samples may be multiplied by; more, and their power is past what float32 holds."""
QUANTITIES = ("power", "magnitude", "transform")
SIDES = ("one", "two")

Window = str | tuple[str, float]


@dataclass(frozen=True, kw_only=True)
class StftSettings(Json, kind="stft"):
    """A short-time Fourier transform: how frames are cut, weighed and scaled.

    Parameters
    ----------
    window_length
        Samples in a frame.
    hop
        Samples between the starts of neighbouring frames; a quarter of the window by default, and at most the window
        unless `unseen`.
    n_fft
        Samples per transform: zeros follow the window. By default window_length.
    window
        A name, or (name, value) as in SciPy: ("gaussian", standard deviation in samples), ("kaiser", beta),
        ("tukey", tapered fraction), ("dpss", time-half-bandwidth).
    periodic
        True: the window for spectra, one period of a periodic function. False: symmetric.
    edges
        Where frames lie at the ends of the sound: "zeros", "reflect" and "missing" centre the first frame on the first
        sample and fill in what is not there, or leave it missing, and so what is made of it: NaN; "inside" keeps to
        whole windows, "padded" adds zeros after the end so that no sample is lost, "kaldi" centres frames on hops as
        Kaldi does with snip_edges false, "scipy" is "zeros" with as many frames as scipy.signal.stft makes, so that
        the last reaches the end of the sound.
    scaling
        "spectrum": a tone reads its mean square. "density": noise reads its mean square per hertz. "raw": |X|² as it
        comes, as librosa, Kaldi and Whisper have it.
    quantity
        "power", "magnitude" (its square root) or "transform" (complex, phase relative to the window's first sample;
        its squared magnitude is the power).
    remove_dc
        Whether each frame's mean is taken off before it is weighed.
    high_pass
        Hz; what lies below is taken from the sound before frames are cut (`sonograph.high_pass`); 0 for nothing.
    weighting
        "A" or "C": the sound passes the filter of IEC 61672-1 before frames are cut (`sonograph.weighted`), so that all
        that follows is weighted; "Z" for nothing.
    preemphasis
        Each sample less so much of the one before it; 0 for none. In a frame the first sample stands for the one
        before it, as in Kaldi and HTK.
    preemphasis_over
        "frame", or "sound": before frames are cut, and as if silence came before, as in python_speech_features.
    input_scale
        What samples are multiplied by: 32768 for libraries that work on 16-bit numbers.
    sample_rate
        The only rate that these settings are for, Hz, or None for any.
    unseen
        Whether samples may lie between frames and be in none, as Kaldi and MATLAB allow: hop may be longer than the
        window, and pictures and tables say how much of the sound is not seen.
    drop_last
        Whether the last frame is left away, as Whisper does.
    sides
        "one": of real samples, frequencies from 0 to half the sample rate. "two": of complex samples (I/Q), frequencies
        from minus to plus half the sample rate, rising; a complex exponential of amplitude A then reads A² with
        scaling "spectrum".

    Raises
    ------
    SettingsError
        A value that cannot be, named with what it must be.

    Examples
    --------
    >>> StftSettings(window_length=1024).overlap
    768
    """

    window_length: int = 2048
    hop: int = None  # type: ignore[assignment]  # filled in below
    n_fft: int = None  # type: ignore[assignment]
    window: Window = "hann"
    periodic: bool = True
    edges: str = "zeros"
    scaling: str = "spectrum"
    quantity: str = "power"
    remove_dc: bool = field(default=False, metadata=OFF)
    high_pass: float = field(default=0.0, metadata=OFF)
    weighting: str = field(default="Z", metadata=OFF)
    preemphasis: float = field(default=0.0, metadata=OFF)
    preemphasis_over: str = field(default="frame", metadata=OFF)
    input_scale: float = field(default=1.0, metadata=OFF)
    sample_rate: float | None = None
    unseen: bool = field(default=False, metadata=OFF)
    drop_last: bool = field(default=False, metadata=OFF)
    sides: str = field(default="one", metadata=OFF)

    register = KINDS
    context: ClassVar[tuple[int, int]] = (0, 0)
    rows: ClassVar[str] = "bin"

    def __post_init__(self) -> None:
        put = lambda name, value: object.__setattr__(self, name, value)  # noqa: E731
        n = whole("window_length", self.window_length, 1, memory=NUMBERS)
        put("window_length", n)
        hop = max(1, n // 4) if self.hop is None else self.hop
        put("unseen", bool(self.unseen))
        if isinstance(hop, int) and hop > n and not self.unseen:
            raise SettingsError(
                f"hop is {short(hop)}; with window_length {n} it must be 1 to {n}, or samples would be skipped"
            )
        put("hop", whole("hop", hop, 1, None if self.unseen else n, memory=NUMBERS))
        n_fft = n if self.n_fft is None else self.n_fft
        if isinstance(n_fft, int) and n_fft < n:
            raise SettingsError(
                f"n_fft is {n_fft}; with window_length {n} it must be {n} or more, or samples would be cut off"
            )
        put("n_fft", whole("n_fft", n_fft, n, memory=NUMBERS))
        put("window", check_window(self.window, n))
        put("periodic", bool(self.periodic))
        if n == 2 and not self.periodic:
            raise SettingsError("window_length is 2; a symmetric window must have 3 samples, or all are zero")
        one_of("edges", self.edges, EDGES)
        one_of("scaling", self.scaling, SCALINGS)
        one_of("quantity", self.quantity, QUANTITIES)
        put("remove_dc", bool(self.remove_dc))
        put("high_pass", number("high_pass", in_hertz(self.high_pass), 0.0))
        one_of("weighting", self.weighting, WEIGHTINGS)
        put("drop_last", bool(self.drop_last))
        put("preemphasis", number("preemphasis", self.preemphasis, 0.0, 1.0))
        one_of("preemphasis_over", self.preemphasis_over, ("frame", "sound"))
        put("input_scale", number("input_scale", self.input_scale, 0.0, LARGEST, above=True))
        one_of("sides", self.sides, SIDES)
        if self.sides == "two":
            self._refuse_filters()
        if self.sample_rate is not None:
            put("sample_rate", number("sample_rate", self.sample_rate, 0.0, above=True))

    def _refuse_filters(self) -> None:
        off = {"high_pass": 0.0, "weighting": "Z", "preemphasis": 0.0}
        name = next((name for name, value in off.items() if getattr(self, name) != value), None)
        if name:
            raise SettingsError(
                f'{name} is {getattr(self, name)} and sides "two"; it is a filter for real samples: leave it out, or '
                f"filter the samples before"
            )

    @property
    def overlap(self) -> int:
        """Samples that neighbouring frames share; below 0 those that lie between them."""
        return self.window_length - self.hop

    @property
    def n_bins(self) -> int:
        """Frequencies of the transform."""
        return self.n_fft if self.sides == "two" else self.n_fft // 2 + 1

    @property
    def power_kind(self) -> str:
        """What a power is, where its reference and unit are asked for."""
        return power_kind(self.scaling, self.sides)

    @property
    def n_rows(self) -> int:
        """Numbers per frame."""
        return self.n_bins

    def row_names(self, n_rows: int) -> tuple[str, ...]:
        """A name for each bin."""
        return tuple(f"bin_{i}" for i in range(n_rows))

    def row_unit(self, name: str, unit: str) -> str:
        """None: a bin is no feature."""
        return ""

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

    @classmethod
    def for_series(cls, n_samples: int, **settings: Any) -> StftSettings:
        """Settings that suit a slow series of so many samples, as tides by the hour: what `draw` takes below 10 Hz.

        The power of two nearest a fifth of its length, 16 to 2048 samples, a hop of a 32nd of it; each frame
        without its mean, which would hide the lowest frequencies; 1024 samples per transform or more; nothing is made
        up at the ends, where frames are missing.

        >>> StftSettings.for_series(90 * 24).window_length
        512
        """
        n = 2 ** round(math.log2(max(1, whole("n_samples", n_samples, 0, memory=1 << 62)) / 5 + 1e-9))
        n = min(max(n, 16), 2048)
        usual: dict[str, Any] = {"window_length": n, "hop": max(1, n // 32), "remove_dc": True, "edges": "missing"}
        usual |= {"n_fft": max(n, 1024)} if "window_length" not in settings else {"hop": None}
        return cls(**(usual | settings))


SLOW = 10.0
"""Hz; series of fewer samples a second are no sound: they are shown as `StftSettings.for_series` has them."""
PLAIN_WINDOWS = (
    "hann", "hamming", "blackman", "blackmanharris", "nuttall", "flattop", "boxcar", "bartlett", "povey",
)  # fmt: skip
SHAPED_WINDOWS = {
    "gaussian": ("standard deviation in samples", 0.1, math.inf),
    "kaiser": ("beta", 0.0, 700.0),
    "tukey": ("tapered fraction", 0.0, 1.0),
    "dpss": ("time-half-bandwidth", 0.1, math.inf),
}
"""What they need beside their name, and from where to where; beyond, weights are all 0 or past all numbers."""

LONGEST_SHOWN = 40  # characters of a window that is refused


def check_window(window: Any, length: int) -> Window:
    """A window's name, or (name, value); other names are asked of SciPy, which takes a while to load."""
    if isinstance(window, str) and window in PLAIN_WINDOWS:
        return window
    if isinstance(window, str) and window in SHAPED_WINDOWS:
        meant = SHAPED_WINDOWS[window][0]
        raise SettingsError(f'window is "{window}"; it needs its {meant}: ("{window}", {meant})')
    if isinstance(window, list | tuple) and len(window) == 2 and str(window[0]) in SHAPED_WINDOWS:
        meant, least, most = SHAPED_WINDOWS[window[0]]
        value = number(f"{window[0]}'s {meant}", window[1], least, most)
        if window[0] == "dpss" and length > 1 and value >= length / 2:
            raise SettingsError(
                f"dpss's {meant} is {value:g}; with window_length {length} it must be below {length / 2:g}"
            )
        return window[0], value
    given = tuple(window) if isinstance(window, list) else window
    why = ""
    if isinstance(given, str) or (isinstance(given, tuple) and given and isinstance(given[0], str)):
        from scipy.signal import get_window

        try:
            weights = get_window(given, length)
        except (ValueError, TypeError, KeyError) as error:
            words = str(error)
            why = "" if "nvalid window name" in words or "nknown window type" in words else f" ({words})"
        else:
            if 1e-6 * abs(weights).sum() < weights.sum() < math.inf:
                return given
            why = " (its weights have no sum above 0)"
        if isinstance(given, str):
            refuse_near("window", given, (*PLAIN_WINDOWS, *SHAPED_WINDOWS))
    names = ", ".join((*PLAIN_WINDOWS, *SHAPED_WINDOWS))
    shown = repr(given) if len(repr(given)) <= LONGEST_SHOWN else f"of type {type(window).__name__}"
    raise SettingsError(f"window is {shown}; it must be one of {names}, or another of SciPy's{why}")
