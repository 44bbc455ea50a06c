"""Where samples come from: the Source protocol, and Signal, a Source in memory.

A Source can be asked for any range of samples, also beyond its ends, and answers with
(channels, n) numbers in its unit. Nothing is resampled or mixed on the way.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

from sonograph.checks import number, short
from sonograph.errors import SettingsError
from sonograph.sounds.calibration import Calibration
from sonograph.units import all_hertz

if TYPE_CHECKING:
    import numpy as np

LOWEST_RATE, HIGHEST_RATE = 1e-12, 1e15
"""Hz. Between them times, and squares of frequencies in float32, are numbers."""


@runtime_checkable
class Source(Protocol):
    """Something that samples can be read from. A class of your own inherits from it, for what it need not say.

    sample_rate : samples per second, Hz
    n_samples, n_channels : how many samples each of how many channels has
    unit : what the samples are in: "FS", "V", "Pa", "µPa" or any name
    start : when the first sample was taken, with its zone, or None
    calibration : its scale is in the samples already, its response is taken off powers; or None
    in_memory : whether reading costs nothing, so that it is not done ahead

    One whose samples are complex (I/Q) says is_complex = True, and what was tuned to, as centre in Hz, if it knows.
    """

    @property
    def sample_rate(self) -> float: ...  # noqa: D102
    @property
    def n_samples(self) -> int: ...  # noqa: D102
    @property
    def n_channels(self) -> int: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> datetime | None:  # noqa: D102
        return None

    @property
    def calibration(self) -> Calibration | None:  # noqa: D102
        return None

    @property
    def in_memory(self) -> bool:  # noqa: D102
        return False

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range, (channels, n), float32 or float64: 0 outside the sound, NaN where missing.

        Of complex ones, complex64 or complex128.
        """
        ...


_ELSEWHERE = dict.fromkeys(("sr", "fs", "Fs", "rate", "samplerate", "sampling_rate", "framerate"), "sample_rate")
_ELSEWHERE |= dict.fromkeys(("y", "x", "audio", "data", "signal", "waveform", "array"), "samples")


@dataclass(frozen=True, eq=False)
class Signal:
    """A sound in memory.

    Parameters
    ----------
    samples : (n,) or (channels, n)
        float32 or float64, taken as they are; signed integers are divided by 2^(bits-1) and read in FS. A frame that
        holds a NaN is "no data". complex64 or complex128 are I/Q, whose spectrograms have two sides.
    sample_rate
        Samples per second, Hz.
    unit
        What the samples are in: "FS" (1.0 is full scale), "V", "Pa", "µPa" or any name.
    start
        When the first sample was taken, with its zone.
    calibration
        How the receiver hears over frequency, taken off every power; its scale is in `samples` already.
    centre
        Of complex samples, the frequency that the receiver was tuned to, Hz; 0 where it is not known.

    Raises
    ------
    SettingsError
        Samples of another type or shape, or the wrong way round; a sample rate not above 0; a time without zone; a
        calibration for another unit.

    Examples
    --------
    >>> import numpy as np
    >>> Signal(np.zeros((2, 48_000)), sample_rate=48_000.0).duration
    1.0
    """

    samples: np.ndarray
    sample_rate: float
    unit: str = "FS"
    start: datetime | None = None
    calibration: Calibration | None = None
    centre: float = 0.0

    def __new__(cls, *given: Any, **named: Any) -> Self:
        """Refuse a name that is none, with ours for it."""
        for name in named:
            if name not in (known := cls.__dataclass_fields__):
                called = _ELSEWHERE.get(name)
                meant = f"it is called {called}" if called else f"it takes {', '.join(known)}"
                raise SettingsError(f"{name} is no argument of {cls.__name__}; {meant}")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        object.__setattr__(self, "samples", checked_samples(self.samples, self.unit))
        refuse_turned(self.samples)
        object.__setattr__(self, "sample_rate", checked_rate(self.sample_rate))
        if not isinstance(self.unit, str) or not self.unit:
            raise SettingsError(f"unit is {self.unit!r}; it must be a name, as FS, V or Pa")
        if self.start is not None and (not isinstance(self.start, datetime) or self.start.tzinfo is None):
            raise SettingsError(f"start is {self.start}; it must have a zone, as datetime(…, tzinfo=timezone.utc)")
        if self.calibration is not None and self.calibration.unit != self.unit:
            raise SettingsError(
                f"unit is {self.unit} and the calibration's {self.calibration.unit}; its scale is not applied here: "
                f"multiply the samples by calibration.scale and give its unit"
            )
        object.__setattr__(self, "centre", checked_centre(self.centre, self.is_complex))

    @property
    def is_complex(self) -> bool:
        """Whether its samples are complex (I/Q)."""
        return self.samples.dtype.kind == "c"

    @property
    def n_samples(self) -> int:
        """Samples of each channel."""
        return self.samples.shape[-1]

    @property
    def n_channels(self) -> int:
        """Channels."""
        return 1 if self.samples.ndim == 1 else len(self.samples)

    @property
    def in_memory(self) -> bool:
        """Its samples are at hand."""
        return True

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.n_samples / self.sample_rate

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range, (channels, n), without a copy where the range lies inside; 0 outside the sound."""
        whole = self.samples.reshape(self.n_channels, self.n_samples)
        return zeros_outside(samples, self.n_samples, lambda inside: whole[:, inside.start : inside.stop])

    def select(self, *, seconds: tuple[float, float] | None = None, channel: int | None = None) -> Signal:
        """The part from one time to another, or one channel; it begins when its first sample was taken.

        Raises
        ------
        SettingsError
            A span that ends before it begins or beyond the sound; a channel that is not there.

        Examples
        --------
        >>> import numpy as np
        >>> Signal(np.arange(8.0), 4.0).select(seconds=(0.5, 1.25)).samples
        array([2., 3., 4.])
        """
        from sonograph.sounds.editing import selected

        return selected(self, seconds, channel)

    def join(self, *later: Signal, crossfade: float = 0.0) -> Signal:
        """This and then others, as one; with `crossfade` each begins so many seconds before the last one has ended.

        In a crossfade squares add up to 1, so that sounds that have nothing in common stay as loud. Its start is that
        of the first.

        Raises
        ------
        SettingsError
            Sounds of other rates, units or channels; a crossfade longer than one of them.
        """
        from sonograph.sounds.editing import joined

        return joined(self, later, crossfade)

    def mix(self, other: Signal, *, at: float = 0.0) -> Signal:
        """This and another together, which begins `at` seconds after this; as long as both reach. Nothing is scaled.

        Raises
        ------
        SettingsError
            A sound of another rate, unit or number of channels.

        Examples
        --------
        >>> import numpy as np
        >>> Signal(np.ones(4), 4.0).mix(Signal(np.ones(3), 4.0), at=0.5).samples
        array([1., 1., 2., 2., 1.])
        """
        from sonograph.sounds.editing import mixed

        return mixed(self, other, at)

    def fade(self, *, rise: float = 0.0, fall: float = 0.0) -> Signal:
        """From silence in `rise` seconds and back to it in `fall`, along a quarter of a sine.

        Raises
        ------
        SettingsError
            Both together are longer than the sound.
        """
        from sonograph.sounds.editing import faded

        return faded(self, rise, fall)

    def gain(self, decibels: float) -> Signal:
        """Louder by so many decibels, or quieter where they are below 0.

        Examples
        --------
        >>> import numpy as np
        >>> Signal(np.array([1.0, -0.5]), 4.0).gain(-20).samples
        array([ 0.1 , -0.05])
        """
        from sonograph.sounds.editing import amplified

        return amplified(self, decibels)

    def _repr_html_(self) -> str:
        """The player that a notebook shows of it."""
        from sonograph.sounds.player import html_of

        return html_of(self)

    def __repr__(self) -> str:
        channels = "" if self.n_channels == 1 else f"{self.n_channels} channels of "
        rate = all_hertz(self.sample_rate)
        return f"<Signal: {channels}{self.n_samples} samples, {self.duration:g} s at {rate}, {self.unit}>"


def zeros_outside(samples: range, n_samples: int, read: Any) -> np.ndarray:
    """`read` what of a range lies inside a sound, and put zeros around it."""
    import numpy as np

    first = min(max(samples.start, 0), n_samples)
    inside = range(first, max(first, min(samples.stop, n_samples)))
    values = read(inside)
    if len(inside) == len(samples):
        return values
    before = min(len(samples), max(0, inside.start - samples.start)) if inside else 0
    padded = np.empty((len(values), len(samples)), values.dtype)
    padded[:, :before] = 0
    padded[:, before : before + len(inside)] = values
    padded[:, before + len(inside) :] = 0
    return padded


def checked_rate(sample_rate: Any, name: str = "sample_rate") -> float:
    """A sample rate as a float, refused by its name unless it is one."""
    try:
        rate = float(sample_rate)
    except (TypeError, ValueError, OverflowError):
        rate = math.nan
    if not (rate > 0 and math.isfinite(rate)):
        raise SettingsError(f"{name} is {short(sample_rate)}; it must be above 0 Hz")
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise SettingsError(
            f"{name} is {short(sample_rate)}; it must be {LOWEST_RATE:g} to {HIGHEST_RATE:g} Hz, beyond which "
            f"times and squares of frequencies are past what numbers can hold"
        )
    return rate


def checked_centre(centre: Any, is_complex: bool) -> float:
    """The frequency that a receiver was tuned to, Hz; 0 of samples that are not complex."""
    value = number("centre", centre, -HIGHEST_RATE, HIGHEST_RATE)
    if value and not is_complex:
        raise SettingsError(f"centre is {value:g} Hz and the samples are real; complex ones (I/Q) have a centre")
    return value


def checked_samples(samples: Any, unit: str) -> np.ndarray:
    """Samples (n,) or (channels, n), contiguous, real or complex: whole numbers over full scale, in FS."""
    import numpy as np

    if isinstance(samples, np.ndarray) and hasattr(samples, "mask"):  # without np.ma, which is loaded where it is named
        return np.where(np.ma.getmaskarray(samples), np.nan, checked_samples(samples.data, unit))
    samples = np.asarray(samples)
    kind = samples.dtype.kind
    if samples.ndim not in (1, 2):
        raise SettingsError(f"samples have {samples.ndim} axes; they must be (n,) or (channels, n)")
    if samples.ndim == 2 and samples.shape[0] == 0:
        raise SettingsError("samples have no channel; they must be (n,) or (channels, n)")
    if kind == "i":
        if unit != "FS":
            raise SettingsError(
                f"samples are {samples.dtype} in {unit}; whole numbers are read in FS: scale them first"
            )
        real = np.float32 if samples.dtype.itemsize <= 2 else np.float64
        if samples.dtype.itemsize > 2 and samples.any() and max(-int(samples.min()), int(samples.max())) < 2**15:
            warnings.warn(
                f"samples are {samples.dtype}, of which full scale is 2^{8 * samples.dtype.itemsize - 1}, and none "
                f'reaches 2^15: if they are 16-bit numbers, give samples.astype("int16")',
                stacklevel=4,
            )
        return np.ascontiguousarray(samples.astype(real) / real(2.0 ** (8 * samples.dtype.itemsize - 1)))
    if samples.dtype.char not in "fdFD":
        raise SettingsError(
            f"samples are {samples.dtype}; they must be float32, float64 or signed integers, or complex64 or complex128"
        )
    return np.ascontiguousarray(samples, samples.dtype.newbyteorder("="))


def refuse_turned(samples: np.ndarray) -> None:
    """More channels than a recorder has, each of next to nothing, are samples by channels."""
    if samples.ndim == 2 and samples.shape[0] > max(64, 8 * samples.shape[1]) and samples.shape[1]:
        raise SettingsError(f"samples are {samples.shape[0]} channels of {samples.shape[1]} samples; pass samples.T")
