"""An excerpt of a log-mel, of one size for every sound: what a network looks at."""

from __future__ import annotations

import numpy as np

from sonograph.analysis.summaries.heard import Heard

N_ROWS, N_FRAMES = 64, 256
"""Bands, and frames of 20 ms: 5.12 s."""
UNIT = 2.0
"""Decades of power that are 1."""


def excerpt(heard: Heard) -> np.ndarray:
    """(64 * 256,): levels in frames of 20 ms, bands after bands, less their mean, in steps of 2 decades.

    A shorter sound is repeated until it is long enough; of a longer one it is the stretch with the highest mean level.
    """
    y = heard.clipped
    if y.shape[1] > 1:
        y = y[:, : y.shape[1] // 2 * 2].reshape(len(y), -1, 2).mean(axis=2)
    if y.shape[1] < N_FRAMES:
        y = np.tile(y, (1, -(-N_FRAMES // y.shape[1])))[:, :N_FRAMES]
    elif y.shape[1] > N_FRAMES:
        sums = np.concatenate([[0.0], np.cumsum(y.mean(axis=0))])
        first = int(np.argmax(sums[N_FRAMES:] - sums[:-N_FRAMES]))
        y = y[:, first : first + N_FRAMES]
    return np.asarray((y - y.mean()) / UNIT).ravel()
