"""Features that are measured on the samples of frames, behind the contract of an engine.

A frame's numbers come from its own samples by the same operations in the same order, whatever its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sonograph.engines import Engine, Log
from sonograph.frames import split

BLOCK = 1 << 16
"""Samples that are looked at at a time, so that they stay in the cache."""


@dataclass(frozen=True, eq=False)
class Samples:
    """What to measure: the counterpart of an engine's Work."""

    stage: Any
    function: Callable[..., None]
    sample_rate: float
    window_length: int
    hop: int
    n_rows: int
    quantity: str = "feature"
    remove_dc: bool = False
    preemphasis: float = 0.0
    log: Log | None = None
    reference: float = 1.0
    """The power that reads 0 dB."""


@dataclass(frozen=True)
class Measuring:
    """Stands where an engine stands; `inner` does the transforms that some measures need."""

    inner: Engine

    @property
    def name(self) -> str:
        """What a spectrogram says ran."""
        return self.inner.name

    @property
    def dtype(self) -> str | None:
        """As the inner engine's."""
        return self.inner.dtype

    @property
    def threads(self) -> int | None:
        """As the inner engine's."""
        return self.inner.threads

    def refuses(self, work: Any, dtype: np.dtype) -> str | None:
        """None: it takes all measures."""
        return None

    def compute(self, samples: np.ndarray, work: Samples, out: np.ndarray, *, reused: bool = False) -> None:
        """Fill `out` (channels, frames, rows) from samples (channels, n); frame i begins at sample i * hop."""
        for sound, rows in zip(samples, out, strict=True):
            if work.remove_dc:
                _without_means(sound, work, rows, self.inner)
            else:
                work.function(sound, work, rows, self.inner)
            if work.log is not None:
                rows /= rows.dtype.type(work.reference)
                np.maximum(rows, rows.dtype.type(work.log.floor), out=rows)
                np.log10(rows, out=rows)
                rows *= rows.dtype.type(work.log.factor)


def _without_means(sound: np.ndarray, work: Samples, rows: np.ndarray, inner: Engine) -> None:
    """Measure frames whose mean is taken off, which differs from frame to frame: laid out one after the other."""
    n = work.window_length
    stage = replace(work.stage, of=replace(work.stage.of, hop=n, remove_dc=False))
    alone = replace(work, stage=stage, hop=n, remove_dc=False)
    for frames in split(range(len(rows)), max(1, BLOCK // n)):
        laid_out = np.array(cut(sound, work, frames), order="C")
        with np.errstate(invalid="ignore"):
            laid_out -= laid_out.mean(axis=1, keepdims=True)
        work.function(laid_out.reshape(-1), alone, rows[frames.start : frames.stop], inner)


def blocks(work: Samples, n_frames: int, most: int = BLOCK) -> Iterator[range]:
    """Neighbouring frames whose samples fit the cache."""
    yield from split(range(n_frames), max(1, (most - work.window_length) // work.hop + 1, most // 8 // work.hop))


def cut(samples: np.ndarray, work: Samples, frames: range) -> np.ndarray:
    """(frames, window_length) of the samples, without a copy."""
    span = samples[frames.start * work.hop :][: (len(frames) - 1) * work.hop + work.window_length]
    return np.lib.stride_tricks.sliding_window_view(span, work.window_length)[:: work.hop]
