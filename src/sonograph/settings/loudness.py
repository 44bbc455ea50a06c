"""Loudness in time, as ITU-R BS.1770 and EBU Tech 3341 measure it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sonograph.checks import number
from sonograph.errors import SettingsError
from sonograph.settings.common import put
from sonograph.settings.levels import FLOORS
from sonograph.settings.named import Measure, chosen, frames_of_filters
from sonograph.settings.stft import StftSettings

SECONDS = {"momentary": 0.4, "short_term": 3.0}
"""How long each is measured (EBU Tech 3341, 2.2)."""
SETTLING = 0.15
"""Seconds after which the filters have forgotten all that was before: to 1e-14 of it, at 38 Hz and Q 0.5."""
LOWEST_RATE = 3364.0
"""Hz; half of it is where the filter for the head turns up."""


@dataclass(frozen=True, kw_only=True)
class LoudnessSettings(Measure, kind="loudness"):
    """Loudness around the middle of each frame, LUFS, each channel by itself as if it were the only one.

    The samples pass the two filters of ITU-R BS.1770-4; the mean square over 400 ms is the momentary loudness, over
    3 s the short-term loudness (EBU Tech 3341). Nothing is gated. The loudness of a programme, which sums channels by
    their weights and leaves silence out, is one number and not a row: `sonograph.loudness`.

    Parameters
    ----------
    of
        Where frames lie; no window weighs them. A frame must hold the longest of the measures and what the filters
        need to settle on each side: `for_rate` sees to it.
    features
        Which rows, in this order: "momentary", "short_term".
    floor
        What anything quieter reads, LUFS; silence has no logarithm.

    Raises
    ------
    SettingsError
        No row, one twice, an unknown one; frames without their mean or pre-emphasised.

    Examples
    --------
    >>> settings = LoudnessSettings.for_rate(48_000.0)
    >>> settings.names, settings.of.window_length, settings.of.hop
    (('momentary', 'short_term'), 163200, 4800)
    """

    words: ClassVar[str] = "Loudness (LUFS)"

    of: StftSettings
    features: tuple[str, ...] = ("momentary", "short_term")
    floor: float = -200.0

    def __post_init__(self) -> None:
        frames_of_filters(self)
        put(
            self, features=chosen("features", self.features, tuple(SECONDS)), floor=number("floor", self.floor, *FLOORS)
        )

    @classmethod
    def for_rate(
        cls,
        sample_rate: float,
        *,
        hop: int | None = None,
        features: tuple[str, ...] = ("momentary", "short_term"),
        floor: float = -200.0,
        **frames: Any,
    ) -> Self:
        """Loudness every 100 ms, or `hop` samples, of frames that are long enough; `frames`: more of StftSettings."""
        every = max(1, round(sample_rate / 10)) if hop is None else hop
        longest = max(SECONDS[name] for name in chosen("features", features, tuple(SECONDS)))
        n = round(longest * sample_rate) + 2 * settling(sample_rate, every)
        return cls(of=StftSettings(window_length=n, hop=every, **frames), features=features, floor=floor)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return self.features

    def row_unit(self, name: str, unit: str) -> str:
        """What a row is in."""
        return "LUFS"

    def check_rate(self, sample_rate: float) -> None:
        """Refuse a sample rate at which the filters cannot be, or the frames are too short."""
        if sample_rate < LOWEST_RATE:
            raise SettingsError(f"sample_rate is {sample_rate:g} Hz; loudness needs {LOWEST_RATE:.0f} Hz or more")
        needed = type(self).for_rate(sample_rate, hop=self.of.hop, features=self.features).of.window_length
        if self.of.window_length < needed:
            raise SettingsError(
                f"window_length is {self.of.window_length}; loudness over {max(SECONDS[n] for n in self.features):g} s "
                f"at {sample_rate:g} Hz needs {needed}: LoudnessSettings.for_rate makes such frames"
            )

    def check_unit(self, unit: str) -> None:
        """Refuse samples that are not in full scale."""
        if unit != "FS":
            raise SettingsError(f'unit is "{unit}"; loudness is of samples in FS, where 1.0 is full scale')


def settling(sample_rate: float, hop: int) -> int:
    """Samples that the filters are given before the first that counts: whole hops, where those are shorter.

    >>> settling(48_000.0, 512), settling(48_000.0, 10_000)
    (7680, 7200)
    """
    least = math.ceil(SETTLING * sample_rate)
    part = min(hop, least)
    return math.ceil(least / part) * part
