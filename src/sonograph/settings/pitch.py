"""Pitch: YIN, and pYIN with its candidates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from sonograph.checks import MOST, number, numbers, refuse_large, short, whole
from sonograph.errors import SettingsError
from sonograph.notes import in_hertz
from sonograph.settings.common import holds, put
from sonograph.settings.named import Measure, NamedRows, plain_frames
from sonograph.settings.stft import StftSettings


class _Periods(Measure):
    """What looks for a period within a range of pitches."""

    low: float
    high: float

    def _check_range(self) -> None:
        plain_frames(self)
        low = number("low", in_hertz(self.low), 0.0, above=True)
        high = number("high", in_hertz(self.high), 0.0, above=True)
        if low >= high:
            raise SettingsError(f"low is {low:g} Hz; it must be below high, which is {high:g} Hz")
        put(self, low=low, high=high)

    def check_rate(self, sample_rate: float) -> None:
        """Refuse a range that the window cannot hold, or that reaches above half the sample rate."""
        window_length = self.of.window_length
        if self.high > sample_rate / 2:
            raise SettingsError(
                f"high is {self.high:g} Hz; at {sample_rate:g} Hz it must be at most {sample_rate / 2:g} Hz"
            )
        if sample_rate / self.low >= window_length - 1:
            raise SettingsError(
                f"low is {self.low:g} Hz; with window_length {window_length} at {sample_rate:g} Hz it must be above "
                f"{sample_rate / (window_length - 1):.5g} Hz (because the window must hold the longest period: "
                f"window_length {short(math.floor(sample_rate / self.low) + 2)} would)"
            )

    def periods(self, sample_rate: float) -> tuple[int, int]:
        """The shortest and the longest period that is looked for, samples."""
        return math.floor(sample_rate / self.high), math.ceil(sample_rate / self.low)


@dataclass(frozen=True, kw_only=True)
class YinSettings(_Periods, kind="yin"):
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

    of: StftSettings
    low: float = 65.40639132514966  # C2
    high: float = 2093.004522404789  # C7
    threshold: float = 0.1

    def __post_init__(self) -> None:
        self._check_range()
        put(self, threshold=number("threshold", self.threshold, 0.0, 1.0, above=True))

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return "pitch", "aperiodicity"

    def row_unit(self, name: str, unit: str) -> str:
        """Hz of the pitch."""
        return "Hz" if name == "pitch" else ""


@dataclass(frozen=True, kw_only=True)
class PyinCandidates(_Periods, kind="pyin_candidates"):
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

    of: StftSettings
    low: float = 65.40639132514966
    high: float = 2093.004522404789
    resolution: float = 0.1
    thresholds: int = 100
    beta: tuple[float, float] = (2.0, 18.0)
    decay: float = 2.0
    no_trough: float = 0.01

    def __post_init__(self) -> None:
        self._check_range()
        beta = numbers("beta", self.beta, 0.0, above=True)
        if len(beta) != 2:
            raise SettingsError(f"beta is {self.beta}; it must be two numbers, as (2, 18)")
        put(
            self,
            resolution=number("resolution", self.resolution, 0.001, 1.0),
            thresholds=whole("thresholds", self.thresholds, 1, memory=10_000),
            beta=beta,
            decay=number("decay", self.decay, 0.0, above=True),
            no_trough=number("no_trough", self.no_trough, 0.0, 1.0),
        )
        octaves = math.log2(self.high) - math.log2(self.low)
        span = f"pitches between {self.low:g} and {self.high:g} Hz"
        refuse_large("resolution", self.resolution, 12 * self.per_semitone * octaves + 1, span, MOST // 2)

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
class PyinSettings(NamedRows, kind="pyin"):
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

    def row_unit(self, name: str, unit: str) -> str:
        """Hz of the pitch."""
        return "Hz" if name == "pitch" else ""
