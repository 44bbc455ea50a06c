"""Stages one after another: blocks of frames in, blocks of frames out, whatever each stage must remember.

Whole sounds, pieces and streams push their frames through the same chain, which is why they agree to the bit. A chain
that begins or ends inside of a sound is given frames before and after, whose results are left away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np


class Lane(Protocol):
    """One stage at work on one channel."""

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, rows) of what can be said after these further frames."""

    def finish(self) -> np.ndarray | None:
        """What is left at the end of the sound."""


class Chain:
    """The stages after the engine, for one channel.

    stages            : settings, the first to be done first
    frames_per_second : how fast frames follow each other
    """

    def __init__(self, stages: tuple[Any, ...], frames_per_second: float) -> None:
        self._lanes = [_lane(stage, frames_per_second) for stage in stages]

    def push(self, values: np.ndarray, energy: np.ndarray | None = None) -> np.ndarray:
        """(frames, rows) that follow from further frames; energy: (frames,) where a stage asks for it."""
        for lane in self._lanes:
            if isinstance(lane, _BesideEnergy):
                lane.energy = energy
            values = lane.push(values)
        return values

    def finish(self) -> np.ndarray | None:
        """The last frames, which waited for others that never came; None if there are none."""
        values: np.ndarray | None = None
        for lane in self._lanes:
            passed = None if values is None else lane.push(values)
            rest = lane.finish()
            parts = [part for part in (passed, rest) if part is not None]
            values = np.concatenate(parts) if len(parts) > 1 else parts[0] if parts else None
        return values


class _Each:
    """A stage that treats each frame by itself."""

    def __init__(self, function: Callable[..., np.ndarray], stage: Any) -> None:
        self._function, self._stage = function, stage

    def push(self, values: np.ndarray) -> np.ndarray:
        return self._function(self._stage, values)

    def finish(self) -> None:
        return None


class _BesideEnergy(_Each):
    """A stage that is given the energy of each frame's samples too; it stands where no frame waits."""

    energy: np.ndarray | None = None

    def push(self, values: np.ndarray) -> np.ndarray:
        return self._function(self._stage, values, self.energy)


def _lane(stage: Any, frames_per_second: float) -> Lane:
    from sonograph.features.stages import STAGES

    runs, function = STAGES[type(stage)]
    assert function is not None  # noqa: S101  # what the engine does is not in a chain
    if runs == "running":
        lane: Lane = function(stage, frames_per_second)
        return lane
    return (_BesideEnergy if runs == "energy" else _Each)(function, stage)
