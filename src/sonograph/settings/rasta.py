"""What changes at the speed of speech, of every band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sonograph.checks import number
from sonograph.settings.common import Stage, put, rows_before


@dataclass(frozen=True, kw_only=True)
class RastaSettings(Stage, kind="rasta"):
    """RASTA: each logarithm of a band through a filter that passes changes of 1 to 12 Hz (Hermansky and Morgan 1994).

    y[t] = pole · y[t-1] + 0.1 (2 x[t] + x[t-1] - x[t-3] - 2 x[t-4]), for frames every 10 ms. What stays, as the
    colour of a microphone, is taken away. It begins, and begins again after a missing frame, as if that frame had
    always been.

    Parameters
    ----------
    of
        Logarithms of bands; CepstralSettings may follow.
    pole
        How long it remembers: 0.98 in the paper, 0.94 in rastamat.

    Raises
    ------
    SettingsError
        Not of logarithms; a pole that is none.

    Examples
    --------
    >>> from sonograph.settings import BandSettings, LogSettings, MelBank, StftSettings
    >>> RastaSettings(of=LogSettings(of=BandSettings(of=StftSettings(), bands=MelBank(n_bands=20)))).n_rows
    20
    """

    two_sided: ClassVar[bool] = True

    of: Any
    pole: float = 0.98

    def __post_init__(self) -> None:
        rows_before(self, ("log",))
        put(self, pole=number("pole", self.pole, 0.0, 0.9999))

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself: all before it."""
        return "past"
