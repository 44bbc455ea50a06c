"""What is measured of voices: linear prediction, formants, how harmonic a frame is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sonograph.checks import number, one_of, short, whole
from sonograph.errors import SettingsError
from sonograph.settings.common import put
from sonograph.settings.named import Measure, plain_frames
from sonograph.settings.stft import StftSettings

METHODS = ("burg", "autocorrelation")


def _gaussian(length: int) -> tuple[str, float]:
    """Praat's window: down to e⁻¹² at its ends, so that its middle half counts."""
    return "gaussian", (length + 1) / math.sqrt(96)


@dataclass(frozen=True, kw_only=True)
class LinearPredictionSettings(Measure, kind="lpc"):
    """How each sample follows from those before it: x[n] + a1 x[n-1] + … + ap x[n-p] is as small as can be.

    Rows: a1 to ap. The frame's envelope is the gain of 1 / (1 + a1 z⁻¹ + … + ap z⁻ᵖ).

    Parameters
    ----------
    of
        Where frames lie.
    order
        p, below the window's length.
    method
        "burg" (Burg 1975), of the samples as they are, values as librosa.lpc's; or "autocorrelation" (Levinson 1947),
        of the frame weighed by the window. A silent frame is NaN.

    Raises
    ------
    SettingsError
        An order that the window cannot hold; another method.

    Examples
    --------
    >>> LinearPredictionSettings(of=StftSettings(window_length=400), order=3).names
    ('a1', 'a2', 'a3')
    """

    words: ClassVar[str] = "Linear prediction coefficient"
    alike = True

    of: StftSettings
    order: int = 16
    method: str = "burg"

    def __post_init__(self) -> None:
        n = plain_frames(self).window_length
        put(self, order=whole("order", self.order, 1, n - 1, memory=4096))
        one_of("method", self.method, METHODS)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return tuple(f"a{i}" for i in range(1, self.order + 1))


@dataclass(frozen=True, kw_only=True)
class FormantSettings(Measure, kind="formants"):
    """Where a voice resonates, Hz, and how wide: roots of Burg's linear prediction, as Praat finds them.

    Rows: f1, f2 … and their bandwidths b1, b2 …; NaN where a frame has fewer. Formants are looked for up to half the
    sample rate: resample first, to 11 kHz for the voices of women, 10 kHz for those of men, 16 kHz for children.

    Parameters
    ----------
    of
        Where frames lie and how they are weighed; `for_rate` gives Praat's: a Gaussian of 50 ms every 6.25 ms.
    count
        How many; twice as many poles are fitted.
    emphasis_from
        Hz, above which the spectrum is raised by 6 dB per octave first; 0 for none.

    Raises
    ------
    SettingsError
        A window that is too short for the poles.

    Examples
    --------
    >>> settings = FormantSettings.for_rate(11_000.0)
    >>> settings.names[:2], settings.names[-1], settings.of.window_length
    (('f1', 'f2'), 'b5', 550)
    """

    of: StftSettings
    count: int = 5
    emphasis_from: float = 50.0

    def __post_init__(self) -> None:
        n = plain_frames(self).window_length
        put(self, count=whole("count", self.count, 1, memory=1024))
        put(self, emphasis_from=number("emphasis_from", self.emphasis_from, 0.0))
        if n <= 2 * self.count:
            raise SettingsError(f"window_length is {n}; {self.count} formants need {2 * self.count + 1} or more")

    @classmethod
    def for_rate(cls, sample_rate: float, **given: Any) -> Self:
        """Formants of Praat's frames; `given`: count … and more of StftSettings, as edges."""
        n, hop = round(0.05 * sample_rate), max(1, round(0.00625 * sample_rate))
        mine = {name: given.pop(name) for name in ("count", "emphasis_from") if name in given}
        frames: dict[str, Any] = {"window_length": n, "hop": hop, "window": _gaussian(n), "periodic": False}
        return cls(of=StftSettings(**(frames | given)), **mine)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        numbers = range(1, self.count + 1)
        return *(f"f{i}" for i in numbers), *(f"b{i}" for i in numbers)

    def row_unit(self, name: str, unit: str) -> str:
        """What a row is in."""
        return "Hz"


@dataclass(frozen=True, kw_only=True)
class HarmonicitySettings(Measure, kind="harmonicity"):
    """How much louder the periodic part of a frame is than the rest, dB: harmonics-to-noise ratio (Boersma 1993).

    10 log10(r / (1 - r)), where r is the highest autocorrelation of the frame weighed by the window, over that of the
    window, at the lags of the pitches. Rows: "hnr", and "strength", r itself. NaN in silence.

    Parameters
    ----------
    of
        Where frames lie and how they are weighed; the window must hold three of the longest periods. `for_rate` gives
        Praat's: a Gaussian of nine, whose middle half counts, every 10 ms.
    low, high
        The range of pitches, Hz.

    Raises
    ------
    SettingsError
        A range that is none.

    Examples
    --------
    >>> HarmonicitySettings.for_rate(16_000.0).of.window_length
    1920
    """

    of: StftSettings
    low: float = 75.0
    high: float = 600.0

    def __post_init__(self) -> None:
        plain_frames(self)
        put(self, low=number("low", self.low, 0.0, above=True), high=number("high", self.high, 0.0, above=True))
        if self.low >= self.high:
            raise SettingsError(f"low is {self.low:g} Hz; it must be below high, which is {self.high:g} Hz")

    @classmethod
    def for_rate(cls, sample_rate: float, *, low: float = 75.0, high: float = 600.0, **frames: Any) -> Self:
        """Frames of nine of the longest periods every 10 ms; `frames`: more of StftSettings, as edges."""
        n = round(9 * sample_rate / number("low", low, 0.0, above=True))
        given: dict[str, Any] = {"window_length": n, "hop": max(1, min(n, round(0.01 * sample_rate)))}
        given |= {"window": _gaussian(n), "periodic": False}
        return cls(of=StftSettings(**(given | frames)), low=low, high=high)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return "hnr", "strength"

    def row_unit(self, name: str, unit: str) -> str:
        """What a row is in."""
        return "dB" if name == "hnr" else ""

    def check_rate(self, sample_rate: float) -> None:
        """Refuse a range that the window cannot hold, or that reaches above a quarter of the sample rate."""
        if self.high > sample_rate / 4:
            raise SettingsError(
                f"high is {self.high:g} Hz; at {sample_rate:g} Hz it must be at most {sample_rate / 4:g} Hz"
            )
        needed = math.ceil(3 * sample_rate / self.low)
        if self.of.window_length < needed:
            raise SettingsError(
                f"window_length is {self.of.window_length}; three periods of {self.low:g} Hz at {sample_rate:g} Hz "
                f"need {short(needed)}: HarmonicitySettings.for_rate makes such frames"
            )
