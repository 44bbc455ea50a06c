"""Features of windows of a timeline: statistics of any rows over the frames of each stretch of some seconds of UTC."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from sonograph.analysis.over_time import SUMMARY, over_time
from sonograph.archive.levels.minutes import check_sound
from sonograph.archive.levels.spectra import samples_of_cell
from sonograph.archive.products.product import HOUR, ArrayFacts, Product, SoundFacts
from sonograph.archive.timelines.timeline import Timeline
from sonograph.checks import whole
from sonograph.computing.spectrogram import spectrogram
from sonograph.errors import SettingsError
from sonograph.settings import Settings, ShapeSettings, StftSettings, from_dict, stft_of
from sonograph.sounds.derived import responses_of
from sonograph.sounds.source import Signal
from sonograph.spectrograms import describe

USUAL = ShapeSettings(
    of=StftSettings(quantity="magnitude", scaling="raw"),
    features=("centroid", "bandwidth", "rolloff", "flatness", "entropy", "slope"),
)


@dataclass(frozen=True)
class FeaturesProduct(Product):
    """Mean, deviation and percentiles of each row of settings, over the frames within each stretch.

    A stretch is a sound of its own: settings that need the whole of a sound have the whole of it. What is missing in it
    counts for nothing; one over a change of the receiver's response is missing.

    settings : any, as `sonograph.spectrogram` takes them
    seconds : of a stretch; they divide an hour
    channel : which, from 0; needed where there are several
    """

    name: ClassVar[str] = "features"
    settings: Settings = USUAL
    seconds: int = 60
    channel: int | None = None

    def __post_init__(self) -> None:
        whole("seconds", self.seconds, 1)
        if HOUR % self.seconds:
            raise SettingsError(f"seconds is {self.seconds}; cells must divide an hour, as 1, 5, 10, 60 or 600")

    @property
    def cell(self) -> int:
        """Seconds of a cell."""
        return self.seconds

    def arrays(self, sound: SoundFacts) -> dict[str, ArrayFacts]:
        """`features` (rows, statistics), and seconds of `effort`."""
        rows = describe(self.settings, sound.sample_rate, sound.unit, 1)
        about = {"features": list(rows.names), "statistics": list(SUMMARY)}
        shape = rows.n_rows, len(SUMMARY)
        return {
            "features": ArrayFacts("float32", np.nan, shape, ("feature", "statistic"), attributes=about),
            "effort": ArrayFacts("float32", 0, unit="s"),
        }

    def check(self, sound: SoundFacts) -> None:
        """Refuse a transform, channels of which none is named, and a frame longer than a stretch."""
        check_sound(sound, self.channel)
        describe(self.settings, sound.sample_rate, sound.unit, 1)
        if self.settings.quantity == "transform":
            raise SettingsError("settings give a complex transform, which has no mean; take its power or magnitude")
        length = stft_of(self.settings).window_length
        if length > self.seconds * sound.sample_rate:
            raise SettingsError(
                f"window_length is {length}, more than the {self.seconds * sound.sample_rate:g} samples of a stretch: "
                f"give more seconds"
            )
        silence = Signal(np.zeros(length), sound.sample_rate, sound.unit)
        spectrogram(silence, self.settings)  # refuses what cannot be

    def walk(self, timeline: Timeline, rows: range) -> Generator[range, None, dict[str, np.ndarray]]:
        """As `Product.walk`."""
        channel = check_sound(timeline, self.channel)
        shape = describe(self.settings, timeline.sample_rate, timeline.unit, 1).n_rows, len(SUMMARY)
        found, effort = np.full((len(rows), *shape), np.nan, np.float32), np.zeros(len(rows), np.float32)
        for i, row in enumerate(rows):
            here = samples_of_cell(timeline.clock, int(timeline.sample_rate), row * self.seconds, self.seconds)
            inside = range(min(max(0, here.start), timeline.n_samples), min(max(0, here.stop), timeline.n_samples))
            if not inside or not timeline.effort(inside):
                continue
            yield inside
            samples = np.full(self.seconds * int(timeline.sample_rate), np.nan, timeline.dtype)
            samples[inside.start - here.start : inside.stop - here.start] = timeline.read(inside)[channel]
            effort[i] = np.isfinite(samples).sum() / timeline.sample_rate
            found[i] = self._statistics(samples, timeline, here)
        return {"features": found, "effort": effort}

    def _statistics(self, samples: np.ndarray, timeline: Timeline, here: range) -> Any:
        responses = responses_of(timeline) or ((0, timeline.calibration),)
        if any(here.start < first < here.stop for first, _ in responses):
            return np.nan
        calibration = next(one for first, one in reversed(responses) if first <= max(0, here.start))
        sound = Signal(samples, timeline.sample_rate, timeline.unit, calibration=calibration)
        power = spectrogram(sound, self.settings)
        within = slice(power.valid.start - power.frames.start, power.valid.stop - power.frames.start)
        return over_time(power.values[:, within])

    def to_dict(self) -> dict[str, Any]:
        """As `Product.to_dict`."""
        return super().to_dict() | {"settings": self.settings.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """As `Product.from_dict`."""
        given = {name: value for name, value in values.items() if name != "name"}
        return cls(**given | ({"settings": from_dict(given["settings"])} if "settings" in given else {}))
