"""Constant-Q and variable-Q transforms, and the pitch classes made of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from sonograph.checks import number, refuse_large, short, whole
from sonograph.errors import SettingsError
from sonograph.notes import in_hertz
from sonograph.settings.common import put
from sonograph.settings.named import PITCHES, Measure, NamedRows, frames_of_filters
from sonograph.settings.stft import StftSettings

C1 = 32.70319566257483
TAPS = 6
"""Weights to each side of the half-band filter, those that are 0 left out."""
PASSED = 0.1
"""Of the sample rate: what lies below comes through that filter unchanged to 1e-5, with nothing folded onto it."""
HIGHEST = 50
"""Octaves above 1 Hz that no frequency of a sound reaches."""


class Octave(NamedTuple):
    """Bands that are computed together."""

    first: int  # of the bands
    stop: int
    halvings: int  # how often every other sample was left away
    half: int  # samples that are left to each side of the middle
    reach: int  # samples of the sound to each side of the middle


@dataclass(frozen=True, kw_only=True)
class ConstantQSettings(Measure, kind="constant_q"):
    """Bands an equal interval apart, each heard through a Hann window of equally many periods (Brown 1991).

    Band k at f = low 2^(k / per_octave) weighs L = sample_rate Q / (f + gamma / a) samples around the middle of the
    frame, where Q = 1 / a and a = (r² - 1) / (r² + 1) with r = 2^(1 / per_octave). With gamma above 0 low bands are
    shorter than that, and the transform is a variable-Q one (Schörkhuber et al. 2014). The phase is relative to the
    middle of the frame.

    Parameters
    ----------
    of
        Where frames lie, and what the values are: its `quantity`; its `scaling`, where "spectrum" reads the mean square
        of a tone at its band, "density" noise per hertz, and "raw" what librosa.cqt gives (its square as a power). The
        window must hold the longest filter: `for_rate` sees to it.
    low
        The lowest band, Hz.
    n_bands, per_octave
        How many bands in all, and to the octave.
    gamma
        Hz; 0 for a constant Q. librosa.vqt takes 24.7 a / 0.108, as the ear does.

    Raises
    ------
    SettingsError
        No band, a frequency not above 0.

    Examples
    --------
    >>> settings = ConstantQSettings.for_rate(22_050.0)
    >>> settings.n_rows, settings.of.window_length
    (84, 13162)
    """

    of: StftSettings
    low: float = C1
    n_bands: int = 84
    per_octave: int = 12
    gamma: float = 0.0

    def __post_init__(self) -> None:
        frames_of_filters(self)
        put(
            self,
            low=number("low", in_hertz(self.low), 0.0, above=True),
            n_bands=whole("n_bands", self.n_bands, 1),
            per_octave=whole("per_octave", self.per_octave, 1),
            gamma=number("gamma", self.gamma, 0.0),
        )
        if math.log2(self.low) + self.n_bands / self.per_octave > HIGHEST:
            raise SettingsError(
                f"n_bands is {self.n_bands}; "
                f"{self.n_bands / self.per_octave:.5g} octaves above {self.low:g} Hz are "
                f"past any sound: ask for fewer bands, or more per_octave"
            )

    @classmethod
    def for_rate(
        cls,
        sample_rate: float,
        *,
        hop: int = 512,
        low: float = C1,
        n_bands: int = 84,
        per_octave: int = 12,
        gamma: float = 0.0,
        **stft: Any,
    ) -> ConstantQSettings:
        """Settings whose window just holds the longest filter at a sample rate; `stft` are those of StftSettings."""
        small = cls(
            of=StftSettings(window_length=hop, hop=hop, **stft),
            low=low,
            n_bands=n_bands,
            per_octave=per_octave,
            gamma=gamma,
        )
        n = max(hop, small.least_window(sample_rate))
        return cls(
            of=StftSettings(window_length=n, hop=hop, **stft),
            low=low,
            n_bands=n_bands,
            per_octave=per_octave,
            gamma=gamma,
        )

    @property
    def relative_bandwidth(self) -> float:
        """How wide a band is, of its frequency: 1 / Q."""
        squared = 2 ** (2 / self.per_octave)
        return (squared - 1) / (squared + 1)

    @property
    def centres(self) -> tuple[float, ...]:
        """The frequency of each band, Hz."""
        return tuple(self.low * 2 ** (k / self.per_octave) for k in range(self.n_bands))

    @property
    def edges(self) -> tuple[tuple[float, float], ...]:
        """Half way to the neighbouring bands, Hz."""
        half = 2 ** (0.5 / self.per_octave)
        return tuple((f / half, f * half) for f in self.centres)

    def lengths(self, sample_rate: float) -> tuple[float, ...]:
        """How many samples each band weighs, not rounded."""
        a = self.relative_bandwidth
        return tuple(sample_rate / (a * f + self.gamma) for f in self.centres)

    def octaves(self, sample_rate: float) -> tuple[Octave, ...]:
        """Which bands are computed together, from the top, and of which of how many samples."""
        lengths, centres, found = self.lengths(sample_rate), self.centres, []
        halvings, margin = 0, 0
        for stop in range(self.n_bands, 0, -self.per_octave):
            first = max(0, stop - self.per_octave)
            reaches = max(centres[k] + 2 * sample_rate / lengths[k] for k in range(first, stop))
            while reaches <= PASSED * sample_rate / 2**halvings and self.of.hop % 2 ** (halvings + 1) == 0:
                margin += 2 * TAPS * 2**halvings
                halvings += 1
            half = math.floor(max(lengths[first:stop]) / 2 / 2**halvings)
            found.append(Octave(first, stop, halvings, half, margin + half * 2**halvings))
        return tuple(found)

    def least_window(self, sample_rate: float) -> int:
        """The shortest window, of an even number of samples, that holds the longest filter and what it is made of."""
        return 2 * max(octave.reach for octave in self.octaves(sample_rate)) + 2

    def check_rate(self, sample_rate: float) -> None:
        """Refuse bands above half the sample rate, and filters that the window cannot hold."""
        if self.centres[-1] * (1 + self.relative_bandwidth) > sample_rate / 2:
            raise SettingsError(
                f"n_bands is {self.n_bands}; the highest lies at {self.centres[-1]:.5g} Hz, and at {sample_rate:g} Hz "
                f"it must lie below {sample_rate / 2 / (1 + self.relative_bandwidth):.5g} Hz"
            )
        least = self.least_window(sample_rate)
        if least <= self.of.window_length:
            weights = sum(2 * (2 * o.half + 1) * (o.stop - o.first) for o in self.octaves(sample_rate))
            refuse_large("n_bands", self.n_bands, weights, f"weights at {sample_rate:g} Hz")
        if self.of.window_length < least:
            raise SettingsError(
                f"window_length is {self.of.window_length}; at {sample_rate:g} Hz it must be {short(least)} or more "
                f"(because the filter at {self.low:.5g} Hz is {max(self.lengths(sample_rate)):.8g} samples long), "
                f"or low higher"
            )

    @property
    def quantity(self) -> str:
        """What the values are."""
        return self.of.quantity

    @property
    def rows(self) -> str:
        """What a row is."""
        return "band"

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return tuple(f"band_{k}" for k in range(self.n_bands))


@dataclass(frozen=True, kw_only=True)
class PitchClassSettings(NamedRows, kind="pitch_classes"):
    """Pitch classes, C first: the bands of all octaves that are nearest to each, added up; values as librosa's.

    librosa.feature.chroma_cqt is this of a magnitude of scaling "raw" with 36 bands to the octave, with NormSettings.

    Parameters
    ----------
    of
        A constant-Q magnitude or power, with 12 bands to the octave or a multiple of that.
    """

    words: ClassVar[str] = "Sum over octaves"

    of: ConstantQSettings

    def __post_init__(self) -> None:
        if not isinstance(self.of, ConstantQSettings):
            raise SettingsError(f"of is {type(self.of).__name__}; PitchClassSettings hold ConstantQSettings")
        if self.of.quantity == "transform":
            raise SettingsError('quantity is "transform"; pitch classes are of a magnitude or a power')
        if self.of.per_octave % 12:
            raise SettingsError(f"per_octave is {self.of.per_octave}; for 12 pitch classes it must be 12, 24, 36 …")

    @property
    def rows(self) -> str:
        """What a row is."""
        return "pitch class"

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return PITCHES
