"""Constant-Q and variable-Q transforms, and the pitch classes made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sonograph.checks import number
from sonograph.errors import SettingsError
from sonograph.settings.by_octaves import C1, ByOctaves
from sonograph.settings.common import put
from sonograph.settings.named import PITCHES, NamedRows
from sonograph.settings.stft import StftSettings


@dataclass(frozen=True, kw_only=True)
class ConstantQSettings(ByOctaves, kind="constant_q"):
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

    only_even = True

    of: StftSettings
    low: float = C1
    n_bands: int = 84
    per_octave: int = 12
    gamma: float = 0.0

    def __post_init__(self) -> None:
        self.check_rows()
        put(self, gamma=number("gamma", self.gamma, 0.0))

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

    def lengths(self, sample_rate: float) -> tuple[float, ...]:
        """How many samples each band weighs, not rounded."""
        a = self.relative_bandwidth
        return tuple(sample_rate / (a * f + self.gamma) for f in self.centres)

    def halves(self, sample_rate: float) -> tuple[float, ...]:
        """How many samples each band's filter reaches to each side of its middle, not rounded."""
        return tuple(length / 2 for length in self.lengths(sample_rate))

    def highest_heard(self, sample_rate: float) -> tuple[float, ...]:
        """Above which frequency each band hears nothing, Hz: the first zero of its Hann window."""
        pairs = zip(self.centres, self.lengths(sample_rate), strict=True)
        return tuple(f + 2 * sample_rate / length for f, length in pairs)

    def highest_centre(self, sample_rate: float) -> float:
        """Below which frequency the highest band must lie, Hz."""
        return sample_rate / 2 / (1 + self.relative_bandwidth)


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
