"""Pitch classes that do not see loudness and ornaments: CENS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sonograph.checks import whole
from sonograph.errors import SettingsError
from sonograph.settings.common import Stage, put, rows_before


@dataclass(frozen=True, kw_only=True)
class CensSettings(Stage, kind="cens"):
    """Chroma energy normalised statistics (Müller and Ewert 2011), values as librosa.feature.chroma_cens'.

    Each frame is divided by its sum; a class counts a quarter for each of 0.05, 0.1, 0.2 and 0.4 that it is above; that
    is smoothed over frames by a Hann window, and each frame is divided by its root of the sum of squares.

    Parameters
    ----------
    of
        Twelve pitch classes, C first, not negative.
    smoothing
        Frames, an odd number; 41 are a second at librosa's hop.
    """

    words: ClassVar[str] = "CENS"

    of: Any
    smoothing: int = 41

    def __post_init__(self) -> None:
        rows_before(self)
        if self.of.n_rows != 12:
            raise SettingsError(f"of has {self.of.n_rows} rows; CensSettings takes 12 pitch classes")
        put(self, smoothing=whole("smoothing", self.smoothing, 1, 1 << 16))
        if self.smoothing % 2 == 0:
            raise SettingsError(f"smoothing is {self.smoothing}; it must be odd, so that a frame is in its middle")

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself."""
        return self.smoothing // 2, self.smoothing // 2
