"""Every frame of a timeline, only where it is asked for: it takes as many bytes as the sound."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from sonograph import units
from sonograph.archive.products.frame_values import FrameValues, axes_of, check_frames_alone, samples_of_frames
from sonograph.archive.products.overview import USUAL
from sonograph.archive.products.product import ArrayFacts, Product, SoundFacts
from sonograph.archive.timelines.timeline import Timeline
from sonograph.checks import one_of
from sonograph.frames import frames_of, split
from sonograph.pixels.codes import A_DECIBEL, NO_DATA, ZERO, codes
from sonograph.pixels.shown import shown
from sonograph.settings import Settings, from_dict, stft_of
from sonograph.spectrograms import describe


@dataclass(frozen=True)
class SpectrogramProduct(Product):
    """The power of each frame, or its level in the codes of the overview.

    settings : of a power over frequency, or its level
    numbers : "codes", uint16 to 0.004 dB, or "power", float32
    """

    name: ClassVar[str] = "spectrogram"
    version: ClassVar[int] = 2
    grid: ClassVar[str] = "frames"
    settings: Settings = USUAL
    numbers: str = "codes"

    def __post_init__(self) -> None:
        one_of("numbers", self.numbers, ("codes", "power"))

    def step(self, sound: SoundFacts) -> int:
        """Samples from a frame to the next."""
        return stft_of(self.settings).hop

    def arrays(self, sound: SoundFacts) -> dict[str, ArrayFacts]:
        """`codes` or `power` (frames, channels, rows)."""
        of, reference, _ = shown(self.settings, sound.unit)
        shape = sound.n_channels, describe(of, sound.sample_rate, sound.unit, sound.n_channels).n_rows
        dims = "channel", "frequency"
        if self.numbers == "power":
            unit = units.power_unit(sound.unit, of.scaling)
            return {"power": ArrayFacts("float32", np.nan, shape, dims, unit, power=2)}
        about = {"code_unit": units.level_unit(sound.unit, of.scaling, reference), "code_step": 1 / A_DECIBEL}
        return {"codes": ArrayFacts("uint16", NO_DATA, shape, dims, attributes=about | {"code_zero": ZERO})}

    def coordinates(self, sound: SoundFacts) -> dict[str, np.ndarray]:
        """The frequencies of the rows, Hz, and the numbers of the channels."""
        return axes_of(shown(self.settings, sound.unit).of, sound)

    def check(self, sound: SoundFacts) -> None:
        """Refuse what is no power over frequency, and settings that a part of a sound does not suffice for."""
        of = shown(self.settings, sound.unit).of
        check_frames_alone(of, sound)
        describe(of, sound.sample_rate, sound.unit, sound.n_channels)

    def rows(self, timeline: Timeline) -> range:
        """The frames."""
        return frames_of(shown(self.settings, timeline.unit).of, timeline.n_samples)

    def samples(self, timeline: Timeline, rows: range) -> range:
        """The samples that frames look at."""
        return samples_of_frames(shown(self.settings, timeline.unit).of, rows)

    def walk(self, timeline: Timeline, rows: range) -> Generator[range, None, dict[str, np.ndarray]]:
        """As `Product.walk`."""
        of, reference, floor = shown(self.settings, timeline.unit)
        values = FrameValues(timeline, of)
        shape = len(rows), timeline.n_channels, values.n_rows
        as_codes = self.numbers == "codes"
        out = np.zeros(shape, np.uint16) if as_codes else np.full(shape, np.nan, np.float32)
        there = range(rows.start, min(rows.stop, len(values.frames)))
        for frames in split(there, values.at_once) if there else ():
            samples = values.samples_of(frames)
            if not timeline.effort(samples):
                continue
            yield samples
            power = np.swapaxes(values.of(frames), 0, 1)
            here = slice(frames.start - rows.start, frames.stop - rows.start)
            out[here] = codes(power, reference, floor) if as_codes else power
        return {self.numbers: out}

    def to_dict(self) -> dict[str, Any]:
        """As `Product.to_dict`."""
        return {"name": self.name, "settings": self.settings.to_dict(), "numbers": self.numbers}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """As `Product.from_dict`."""
        given = {name: value for name, value in values.items() if name in ("settings", "numbers")}
        return cls(**given | ({"settings": from_dict(given["settings"])} if "settings" in given else {}))
