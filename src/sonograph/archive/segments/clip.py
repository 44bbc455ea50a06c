"""A clip: a sound file that stands for itself, with what it is called. A row of a catalogue of clips."""

from __future__ import annotations

from dataclasses import dataclass

from sonograph.archive.segments.segment import Segment


@dataclass(frozen=True, slots=True)
class Clip(Segment):
    """A sound file with its label.

    label : what it is called; "" for nothing
    fold, group : in which it is held out, and what must not be on both sides of a test; "" for none
    """

    label: str = ""
    fold: str = ""
    group: str = ""

    @property
    def is_used(self) -> bool:
        """Whether there is a sound in it, by its header."""
        return self.n_samples > 0 and self.sample_rate > 0
