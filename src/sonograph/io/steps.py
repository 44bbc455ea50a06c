"""From samples to whole numbers of some bits: rounded to the nearest, or with noise that hides the error's tune."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sonograph.errors import OutputError
from sonograph.sounds.source import Source

AT_ONCE = 1 << 20  # samples of all channels
SEED = 0x5050  # of the dither: the same sound gives the same file


def blocks(sound: Source, at_once: int = AT_ONCE) -> Iterator[tuple[int, np.ndarray]]:
    """A sound from its beginning: the number of each block's first sample, and its samples (channels, n)."""
    step = max(1, at_once // sound.n_channels)
    for first in range(0, sound.n_samples, step):
        yield first, sound.read(range(first, min(sound.n_samples, first + step)))


def refuse_missing(block: np.ndarray, first: int, sample_rate: float, where: str) -> None:
    """Refuse samples that are not there, as such a file cannot say that they are missing."""
    gone = np.flatnonzero(~np.isfinite(block).all(axis=0))
    if gone.size:
        raise OutputError(
            f"the sound has no samples at {(first + int(gone[0])) / sample_rate:g} s, and {where} cannot say that some "
            f"are missing: write a part without them, or a WAV of floats (bits=None)"
        )


def steps_of(sound: Source, bits: int, *, dither: bool, at_once: int = AT_ONCE) -> Iterator[np.ndarray]:
    """Samples (n, channels) as whole numbers of so many bits, int32; 1.0 itself is the highest there is.

    With `dither` two even random numbers of a step are added before rounding (triangular noise, Lipshitz, Wannamaker
    and Vanderkooy 1992): the error is then noise that does not follow the sound.

    Raises
    ------
    OutputError
        A sample beyond full scale, or one that is not there.
    """
    scale, random = 2.0 ** (bits - 1), np.random.default_rng(SEED)
    for first, block in blocks(sound, at_once):
        refuse_missing(block, first, sound.sample_rate, f"{bits} bits")
        high = np.abs(block).max(axis=0) if block.size else np.zeros(1)
        if high.max() > 1:
            at = (first + int(high.argmax())) / sound.sample_rate
            raise OutputError(
                f"the sound reaches {high.max():.4g} at {at:g} s, and {bits} bits end at 1: make it quieter, as "
                f"sound.gain(-6), or write a WAV of floats (bits=None)"
            )
        values = block.T * scale if block.dtype == np.float64 else block.T.astype(np.float64) * scale
        if dither:
            values += random.random(values.shape) - random.random(values.shape)
        yield np.clip(np.rint(values), -scale, scale - 1).astype(np.int32)
