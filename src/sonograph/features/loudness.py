"""Loudness in time: the K-weighting of ITU-R BS.1770-4, and its mean square over the middle of each frame.

The filters have no end, but forget what was before in 150 ms, so a frame is long enough to hold all that its numbers
depend on. Frames share their hops: each hop is filtered once from silence and once from the state that those before it
leave, so its bits are its own while the sound is gone through twice, however small the hop.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from sonograph.engines import Engine
from sonograph.features.samples import Samples, blocks
from sonograph.features.temporal import over_frames
from sonograph.settings.loudness import SECONDS, settling

# The standard gives coefficients at 48 kHz; these are the filters they come from, as libebur128 has them, which give
# them back to 1e-12 and any other rate's.
SHELF = (1681.974450955533, 3.999843853973347, 0.7071752369554196)  # Hz, dB, Q
HIGH_PASS = (38.13547087602444, 0.5003270373238773)  # Hz, Q
OFFSET = -0.691
"""LUFS of a mean square of 1, so that a full-scale tone of 997 Hz reads -3.01."""
AT_ONCE = 16
"""Windows' worth of samples that are filtered at a time: what blocks have in common is filtered for each."""


def loudness(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, features): momentary and short_term, as `work.stage.features` lists them, LUFS."""
    stage, n, hop = work.stage, work.window_length, work.hop
    sections = k_weighting(work.sample_rate)
    for frames in blocks(work, len(out), AT_ONCE * n):
        x = samples[frames.start * hop :][: (len(frames) - 1) * hop + n].astype(float)
        there = np.isfinite(x)
        x[~there] = 0
        missing = ~over_frames(there, work, len(frames), np.logical_and)
        for column, name in enumerate(stage.features):
            count = round(SECONDS[name] * work.sample_rate)
            first = n // 2 - count // 2
            weighted = _squares(x, first, len(frames) - 1 + -(-count // hop), hop, sections, work.sample_rate)
            power = over_frames(weighted, replace(work, window_length=count), len(frames), np.add) / count
            power = np.maximum(power, 10 ** ((stage.floor - OFFSET) / 10))
            out[frames.start : frames.stop, column] = np.where(missing, np.nan, OFFSET + 10 * np.log10(power))


def _squares(x: np.ndarray, first: int, count: int, hop: int, sections: np.ndarray, sample_rate: float) -> np.ndarray:
    """(count * hop,) squares of what the filters give of x from `first` on; each hop from samples not far before it."""
    from scipy.signal import sosfilt

    lead = settling(sample_rate, hop)
    part = min(hop, lead)
    x = np.pad(x[first - lead :][: lead + count * hop], (0, max(0, first + count * hop - len(x))))
    before = np.lib.stride_tricks.sliding_window_view(x, part)[::hop][: count - 1 + lead // part]
    states = np.moveaxis(sosfilt(sections, before, zi=np.zeros((2, len(before), 2)))[1], 0, 1).reshape(-1, 4)
    ones = np.moveaxis(np.eye(4).reshape(4, 2, 2), 1, 0)
    after_a_hop = np.moveaxis(sosfilt(sections, np.zeros((4, hop)), zi=ones)[1], 0, 1).reshape(4, 4)
    state = states[:count]
    for later in range(1, lead // part):
        state = states[later : later + count] + sum(state[:, k, None] * after_a_hop[k] for k in range(4))
    here = np.moveaxis(state.reshape(-1, 2, 2), 1, 0)
    y = sosfilt(sections, x[lead:].reshape(count, hop), zi=np.ascontiguousarray(here))[0]
    return np.square(y, out=y).reshape(-1)


def k_weighting(sample_rate: float) -> np.ndarray:
    """The shelf for the head and the high-pass for the ear at a sample rate, (2, 6) second-order sections.

    >>> k_weighting(48_000.0)[0].round(5)
    array([ 1.53512, -2.6917 ,  1.19839,  1.     , -1.69066,  0.73248])
    """
    frequency, decibels, q = SHELF
    k = math.tan(math.pi * frequency / sample_rate)
    high = 10 ** (decibels / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = [(high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0, (high - band * k / q + k * k) / a0]
    shelf += [1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    frequency, q = HIGH_PASS
    k = math.tan(math.pi * frequency / sample_rate)
    a0 = 1 + k / q + k * k
    return np.array([shelf, [1, -2, 1, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]])
