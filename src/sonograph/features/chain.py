"""Stages one after another: blocks of frames in, blocks of frames out, whatever each stage must remember.

Whole sounds, pieces and streams push their frames through the same chain, which is why they agree to the bit. A chain
that begins or ends inside of a sound is given frames before and after, whose results are left away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

Alone = tuple[Any, "np.ndarray | None"]
"""What was made of a block of frames by itself, and the energy of its frames where a stage asks for it."""


class Lane(Protocol):
    """One stage at work on one channel."""

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, rows) of what can be said after these further frames."""

    def finish(self) -> np.ndarray | None:
        """What is left at the end of the sound."""


class Chain:
    """The stages after the engine, for one channel.

    What its first stages make of a block of frames by itself, `alone` does: several blocks at once, in any order. What
    depends on the frames before follows in `joined`, block by block in their order.

    stages            : settings, the first to be done first
    frames_per_second : how fast frames follow each other
    """

    def __init__(self, stages: tuple[Any, ...], frames_per_second: float) -> None:
        self._lanes = [_lane(stage, frames_per_second) for stage in stages]
        self._n_alone = next((i for i, one in enumerate(self._lanes) if not isinstance(one, _Each)), len(self._lanes))
        following = self._lanes[self._n_alone : self._n_alone + 1]
        self._in_two: Any = next((one for one in following if hasattr(one, "alone")), None)  # it does part of it alone

    def push(self, values: np.ndarray, energy: np.ndarray | None = None) -> np.ndarray:
        """(frames, rows) that follow from further frames; energy: (frames,) where a stage asks for it."""
        return self.joined(self.alone(values, energy))

    def alone(self, values: np.ndarray, energy: np.ndarray | None = None) -> Alone:
        """What follows from a block of frames, whatever came before; it changes nothing here."""
        for lane in self._lanes[: self._n_alone]:
            values = lane.push(values, energy) if isinstance(lane, _BesideEnergy) else lane.push(values)
        return (values if self._in_two is None else self._in_two.alone(values)), energy

    def joined(self, block: Alone) -> np.ndarray:
        """(frames, rows) that follow from the next block, as `alone` gave it."""
        values, energy = block
        rest = self._lanes[self._n_alone :]
        if self._in_two is not None:
            values, rest = self._in_two.joined(values), rest[1:]
        for lane in rest:
            values = lane.push(values, energy) if isinstance(lane, _BesideEnergy) else lane.push(values)
        return np.asarray(values)

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

    def push(self, values: np.ndarray, energy: np.ndarray | None = None) -> np.ndarray:
        return self._function(self._stage, values, energy)


def _lane(stage: Any, frames_per_second: float) -> Lane:
    from sonograph.features.stages import STAGES

    runs, function = STAGES[type(stage)]
    assert function is not None  # noqa: S101  # what the engine does is not in a chain
    if runs == "running":
        lane: Lane = function(stage, frames_per_second)
        return lane
    return (_BesideEnergy if runs == "energy" else _Each)(function, stage)
