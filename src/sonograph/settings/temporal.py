"""What is measured on the samples of a frame in time: loudness, peaks, crossings, envelopes, autocorrelation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sonograph.checks import whole
from sonograph.settings.common import put
from sonograph.settings.named import Measure, chosen, plain_frames
from sonograph.settings.stft import StftSettings

TEMPORAL = ("rms", "peak", "crest", "zero_crossings", "envelope")


@dataclass(frozen=True, kw_only=True)
class TemporalSettings(Measure, kind="temporal"):
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
        No feature, one twice, an unknown one; frames pre-emphasised or scaled.

    Examples
    --------
    >>> TemporalSettings(of=StftSettings(), features=("rms", "zero_crossings")).n_rows
    2
    """

    of: StftSettings
    features: tuple[str, ...] = ("rms", "peak", "crest", "zero_crossings")

    def __post_init__(self) -> None:
        plain_frames(self)
        put(self, features=chosen("features", self.features, TEMPORAL))

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return self.features

    def row_unit(self, name: str, unit: str) -> str:
        """What a row is in: the samples' unit but for the crest and the crossings."""
        return unit if name in ("rms", "peak", "envelope") else ""


@dataclass(frozen=True, kw_only=True)
class AutocorrelationSettings(Measure, kind="autocorrelation"):
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

    alike = True

    words: ClassVar[str] = "Autocorrelation"

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
