"""A long-term spectral average: the mean and the largest density of stretches of some seconds of UTC."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sonograph import units
from sonograph.archive.levels.minutes import check_sound
from sonograph.archive.levels.spectra import Spectra
from sonograph.archive.products.product import HOUR, ArrayFacts, Product, SoundFacts
from sonograph.archive.timelines.timeline import Timeline
from sonograph.checks import number, whole
from sonograph.errors import SettingsError


@dataclass(frozen=True)
class LtsaProduct(Product):
    """Frames of 1 / `hertz` s, Hann, half overlapped, from the first sample of each stretch on, none over its end.

    A frame that touches a gap, a step of the clock or a change of response is left out.

    seconds : of a stretch; they divide an hour
    hertz : from one frequency to the next, as near as an even number of samples comes
    channel : which, from 0; needed where there are several
    """

    name: ClassVar[str] = "ltsa"
    corrected: ClassVar[bool] = True
    seconds: int = 5
    hertz: float = 200.0
    channel: int | None = None

    def __post_init__(self) -> None:
        whole("seconds", self.seconds, 1)
        number("hertz", self.hertz, 0.0, above=True)
        if HOUR % self.seconds:
            raise SettingsError(f"seconds is {self.seconds}; cells must divide an hour, as 1, 5, 10, 60 or 600")

    @property
    def cell(self) -> int:
        """Seconds of a cell."""
        return self.seconds

    def window_length(self, sample_rate: float) -> int:
        """Samples of a frame."""
        return max(2, 2 * round(sample_rate / self.hertz / 2))

    def arrays(self, sound: SoundFacts) -> dict[str, ArrayFacts]:
        """Density `mean` and `max`, seconds of `effort`, and `frames` that were averaged."""
        n_bins = self.window_length(sound.sample_rate) // 2 + 1
        density = ArrayFacts(
            "float32", np.nan, (n_bins,), ("frequency",), units.power_unit(sound.unit, "density"), power=2
        )
        return {
            "mean": density, "max": density, "effort": ArrayFacts("float32", 0, unit="s"),
            "frames": ArrayFacts("int32", 0),
        }  # fmt: skip

    def coordinates(self, sound: SoundFacts) -> dict[str, np.ndarray]:
        """The frequencies, Hz."""
        n = self.window_length(sound.sample_rate)
        return {"frequency": np.arange(n // 2 + 1) * (sound.sample_rate / n)}

    def check(self, sound: SoundFacts) -> None:
        """Refuse a rate that is no whole number, channels of which none is named, and a frame longer than a cell."""
        check_sound(sound, self.channel)
        n = self.window_length(sound.sample_rate)
        if n > self.seconds * sound.sample_rate:
            raise SettingsError(
                f"hertz is {self.hertz:g}, for which a frame has {n / sound.sample_rate:g} s; seconds is "
                f"{self.seconds}, and must be as many or more"
            )

    def walk(self, timeline: Timeline, rows: range) -> Generator[range, None, dict[str, np.ndarray]]:
        """As `Product.walk`."""
        rate, channel = int(timeline.sample_rate), check_sound(timeline, self.channel)
        n = self.window_length(rate)
        spectra = Spectra(timeline, timeline.clock, rate, channel, seconds=self.seconds, window_length=n, largest=True)
        mean, largest = (np.full((len(rows), n // 2 + 1), np.nan, np.float32) for _ in range(2))
        effort, frames = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.int32)
        for i, row in enumerate(rows):
            found = yield from spectra.walk(row * self.seconds)
            mean[i], largest[i], effort[i], frames[i] = found.density, found.largest, found.effort, found.frames
        return {"mean": mean, "max": largest, "effort": effort, "frames": frames}
