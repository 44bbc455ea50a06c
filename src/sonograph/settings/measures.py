"""What is measured on the samples of a frame themselves: loudness, crossings and envelopes in time, and pitch.

Such a stage follows the StftSettings at once and takes from them only where frames lie; no transform is computed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from sonograph.errors import SettingsError
from sonograph.settings.common import Stage, holds, number, numbers, put, whole
from sonograph.settings.stft import StftSettings

TEMPORAL = ("rms", "peak", "crest", "zero_crossings", "envelope")


class Named(Stage):
    """What stages share whose rows each have a name of their own.

    alike : whether all rows are in one unit, so that they can be shown on one scale
    """

    alike: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        raise NotImplementedError

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "feature"

    @property
    def rows(self) -> str:
        """What a row is."""
        return "feature"

    @property
    def n_rows(self) -> int | None:
        """Numbers per frame."""
        return len(self.names)

    def rows_after(self, n_rows: int) -> int:
        """Numbers per frame, of n_rows before."""
        return len(self.names)


class Measure(Named):
    """What stages share that are measured on samples."""

    from_samples: ClassVar[bool] = True

    of: StftSettings


def plain_frames(stage: Measure) -> StftSettings:
    """Refuse what a frame of samples as they are cannot have."""
    name = type(stage).__name__
    holds(name, stage.of, StftSettings)
    for field, plain in (("remove_dc", False), ("preemphasis", 0), ("input_scale", 1)):
        if getattr(stage.of, field) != plain:
            raise SettingsError(f"{field} is {getattr(stage.of, field)}; {name} measures samples as they are: leave it")
    return stage.of


@dataclass(frozen=True, kw_only=True)
class TemporalSettings(Measure):
    """How loud, how peaked and how rough a frame's samples are. No window weighs them.

    Parameters
    ----------
    of
        Where frames lie.
    features
        Which rows, in this order: "rms" (root of the mean square), "peak" (largest magnitude), "crest" (peak / rms,
        NaN in silence), "zero_crossings" (changes of sign between neighbours, per sample of the frame, as in librosa),
        "envelope" (mean magnitude of the analytic signal of the frame; Gabor 1946).

    Raises
    ------
    SettingsError
        No feature, one twice, an unknown one; frames without their mean or pre-emphasised.

    Examples
    --------
    >>> TemporalSettings(of=StftSettings(), features=("rms", "zero_crossings")).n_rows
    2
    """

    kind: ClassVar[str] = "temporal"

    of: StftSettings
    features: tuple[str, ...] = ("rms", "peak", "crest", "zero_crossings")

    def __post_init__(self) -> None:
        plain_frames(self)
        put(self, features=chosen("features", self.features, TEMPORAL))

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return self.features


@dataclass(frozen=True, kw_only=True)
class AutocorrelationSettings(Measure):
    """How alike a frame is to itself some samples later: the sum over its samples of x[m] x[m + lag].

    Parameters
    ----------
    of
        Where frames lie. No window weighs them.
    lags
        How many, from lag 0 on.
    normalised
        Whether it is divided by that of lag 0; NaN in silence.
    """

    kind: ClassVar[str] = "autocorrelation"
    alike = True

    of: StftSettings
    lags: int = 512
    normalised: bool = False

    def __post_init__(self) -> None:
        n = plain_frames(self).window_length
        put(self, lags=whole("lags", self.lags, 1, n), normalised=bool(self.normalised))

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return tuple(f"lag_{lag}" for lag in range(self.lags))


def _range(stage: YinSettings | PyinCandidates) -> None:
    plain_frames(stage)
    low = number("low", stage.low, 0.0, above=True)
    high = number("high", stage.high, 0.0, above=True)
    if low >= high:
        raise SettingsError(f"low is {low:g} Hz; it must be below high, which is {high:g} Hz")
    put(stage, low=low, high=high)


@dataclass(frozen=True, kw_only=True)
class YinSettings(Measure):
    """The pitch of each frame by YIN (de Cheveigné and Kawahara 2002), values as librosa.yin's.

    Rows: "pitch", Hz, NaN in silence and where no lag in the range is more like the frame than lags are on average;
    and "aperiodicity", the normalised difference there: 0 for a perfect tone, 1 for none.

    The longer the lag, the fewer samples are compared, as in librosa. That draws the pitch off by up to 20 cents where
    the window holds four periods of it, 7 with ten, and less than 5 with fifteen or more.

    Parameters
    ----------
    of
        Where frames lie; the window must hold the longest period.
    low, high
        The range that the pitch lies in, Hz.
    threshold
        The first trough deeper than this is taken; the deepest if there is none.
    """

    kind: ClassVar[str] = "yin"

    of: StftSettings
    low: float = 65.40639132514966  # C2
    high: float = 2093.004522404789  # C7
    threshold: float = 0.1

    def __post_init__(self) -> None:
        _range(self)
        put(self, threshold=number("threshold", self.threshold, 0.0, 1.0, above=True))

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return "pitch", "aperiodicity"


@dataclass(frozen=True, kw_only=True)
class PyinCandidates(Measure):
    """How probable each pitch is in a frame by itself: the first half of pYIN (Mauch and Dixon 2014).

    Rows: the probability of each of the pitches low · 2^(i · resolution / 12), then what was measured nearest to each,
    Hz.

    Parameters
    ----------
    of, low, high
        As in YinSettings.
    resolution
        Between the pitches, semitones.
    thresholds
        How many thresholds of YIN are tried.
    beta
        The shape of the distribution of thresholds.
    decay
        How much less probable each further trough below a threshold is: exp(-decay).
    no_trough
        The probability that the deepest trough is the pitch although it is above the threshold.
    """

    kind: ClassVar[str] = "pyin_candidates"

    of: StftSettings
    low: float = 65.40639132514966
    high: float = 2093.004522404789
    resolution: float = 0.1
    thresholds: int = 100
    beta: tuple[float, float] = (2.0, 18.0)
    decay: float = 2.0
    no_trough: float = 0.01

    def __post_init__(self) -> None:
        _range(self)
        beta = numbers("beta", self.beta, 0.0, above=True)
        if len(beta) != 2:
            raise SettingsError(f"beta is {self.beta}; it must be two numbers, as (2, 18)")
        put(
            self,
            resolution=number("resolution", self.resolution, 0.001, 1.0),
            thresholds=whole("thresholds", self.thresholds, 1),
            beta=beta,
            decay=number("decay", self.decay, 0.0, above=True),
            no_trough=number("no_trough", self.no_trough, 0.0, 1.0),
        )

    @property
    def per_semitone(self) -> int:
        """Pitches to the semitone."""
        return math.ceil(1.0 / self.resolution)

    @property
    def n_pitches(self) -> int:
        """Pitches that are told apart."""
        return math.floor(12 * self.per_semitone * math.log2(self.high / self.low)) + 1

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        pitches = range(self.n_pitches)
        return (*(f"probability_{i}" for i in pitches), *(f"pitch_{i}" for i in pitches))


@dataclass(frozen=True, kw_only=True)
class PyinSettings(Named):
    """The pitch of each frame by pYIN: the most probable path through its candidates (Mauch and Dixon 2014).

    Rows: "pitch", Hz, NaN where the frame is unvoiced; "voiced", 1 or 0; "voicing_probability".

    Parameters
    ----------
    of
        The candidates.
    fastest
        How fast the pitch may change, octaves per second.
    switch
        The probability that voicing begins or ends from one frame to the next.
    """

    kind: ClassVar[str] = "pyin"
    why_whole: ClassVar[str] = "the most probable path is that through the whole sound"

    of: PyinCandidates
    fastest: float = 35.92
    switch: float = 0.01

    def __post_init__(self) -> None:
        holds("PyinSettings", self.of, PyinCandidates)
        put(self, fastest=number("fastest", self.fastest, 0.0, above=True))
        put(self, switch=number("switch", self.switch, 0.0, 1.0, above=True))

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself."""
        return "whole"

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return "pitch", "voiced", "voicing_probability"


def chosen(name: str, values: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """Names out of those that are known, none twice."""
    if not isinstance(values, str | list | tuple):
        raise SettingsError(f"{name} is {values!r}; it must be a list of names out of {', '.join(known)}")
    listed = (values,) if isinstance(values, str) else tuple(values)
    for value in listed:
        if value not in known:
            raise SettingsError(f"{name} holds {value!r}; it must be of {', '.join(known)}")
    if not listed or len(set(listed)) < len(listed):
        raise SettingsError(f"{name} is {listed}; it must hold each name once, and at least one")
    return listed


MEASURES = (TemporalSettings, AutocorrelationSettings, YinSettings, PyinCandidates, PyinSettings)
