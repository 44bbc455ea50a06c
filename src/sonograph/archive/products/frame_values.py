"""What settings give of frames of a timeline, block after block: the same bits whatever frames are asked for."""

from __future__ import annotations

import numpy as np

from sonograph import engines
from sonograph.archive.products.product import SoundFacts
from sonograph.archive.timelines.timeline import Timeline
from sonograph.computing.pipeline import pipeline
from sonograph.computing.run import Run
from sonograph.errors import SettingsError
from sonograph.frames import frames_of, samples_for
from sonograph.naming import plural
from sonograph.settings import Settings, context_of, stft_of, whole_sound
from sonograph.spectrograms import describe

SAMPLES_AT_ONCE = 1 << 21
"""Samples and values that a block has at most, as far as a frame goes."""
MOST_FRAMES = 1 << 10


class FrameValues:
    """Settings bound to a timeline.

    frames : of the timeline
    at_once : frames that are computed together, a power of two
    """

    def __init__(self, timeline: Timeline, settings: Settings) -> None:
        self.timeline, self.settings = timeline, settings
        self._bound = pipeline(settings, timeline, timeline.read(range(0)).dtype, engines.default())
        self.frames, self.n_rows = frames_of(settings, timeline.n_samples), self._bound.n_rows
        widest = max(self.n_rows, self._bound.work.n_rows, stft_of(settings).hop) * timeline.n_channels
        self.at_once = min(MOST_FRAMES, 1 << (max(1, SAMPLES_AT_ONCE // widest).bit_length() - 1))
        self._memory: np.ndarray | None = None

    def samples_of(self, frames: range) -> range:
        """The samples of the timeline that some frames depend on."""
        looked_at = samples_for(self.settings, looked_at_by(self.settings, frames, self.frames.stop))
        return range(max(0, looked_at.start), min(looked_at.stop, self.timeline.n_samples))

    def of(self, frames: range) -> np.ndarray:
        """(channels, frames, rows), until more are asked for."""
        there, reused = looked_at_by(self.settings, frames, self.frames.stop), self._memory is not None
        if self._memory is None or self._memory.shape[1] < len(frames):
            self._memory, reused = self._bound.empty(len(frames))
        out = self._bound.beginning(self._memory, len(frames))
        run = Run(self._bound, there.start)
        run.advance(self.timeline, there.stop, out, frames.start, finish=there.stop == self.frames.stop, reused=reused)
        return out


def axes_of(settings: Settings, sound: SoundFacts) -> dict[str, np.ndarray]:
    """The frequencies of the rows, Hz, and the numbers of the channels."""
    frequencies = describe(settings, sound.sample_rate, sound.unit, sound.n_channels).frequencies
    return {"frequency": np.asarray(frequencies, float), "channel": np.arange(sound.n_channels)}


def looked_at_by(settings: Settings, frames: range, n_frames: int) -> range:
    """The frames that some frames look at."""
    before, after = context_of(settings)
    return range(max(0, frames.start - (before or 0)), min(frames.stop + after, n_frames))


def samples_of_frames(settings: Settings, frames: range) -> range:
    """The samples of a timeline that frames depend on, wherever it ends."""
    before, after = context_of(settings)
    looked_at = samples_for(settings, range(max(0, frames.start - (before or 0)), frames.stop + after))
    return range(max(0, looked_at.start), max(0, looked_at.stop))


def check_frames_alone(settings: Settings, sound: SoundFacts) -> None:
    """Refuse settings by which a frame depends on all that came before it, or on the whole sound.

    Raises
    ------
    SettingsError
        With the reason.
    """
    reason, (before, _) = whole_sound(settings), context_of(settings)
    if reason:
        raise SettingsError(f"{reason}, and an archive is computed in parts: choose other settings")
    hertz = stft_of(settings).high_pass
    if before is None or hertz:
        what = (
            f"high_pass is {hertz:g} Hz" if hertz else f"the settings give {plural(settings.rows)} by all frames before"
        )
        raise SettingsError(f"{what}; in an archive a part does not know what came before it: choose settings without")
