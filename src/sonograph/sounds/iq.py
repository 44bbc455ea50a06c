"""Complex samples and their two parts, I and Q, which files and meters have side by side."""

from __future__ import annotations

import numpy as np


def paired(parts: np.ndarray) -> np.ndarray:
    """(channels, n) complex samples of their parts (2 channels, n): I and Q in turns.

    >>> paired(np.array([[1.0, 2.0], [0.5, np.inf]]))
    array([[1.+0.5j, 2.+infj]])
    """
    out = np.empty((len(parts) // 2, parts.shape[1]), np.result_type(parts.dtype, np.complex64))
    out.real, out.imag = parts[::2], parts[1::2]
    return out


def parted(samples: np.ndarray) -> np.ndarray:
    """The parts (2 channels, n) of complex samples (channels, n); real ones as they are.

    >>> parted(np.array([[1 + 0.5j, 2.0]]))
    array([[1. , 2. ],
           [0.5, 0. ]])
    """
    if samples.dtype.kind != "c":
        return samples
    out = np.empty((2 * len(samples), samples.shape[1]), samples.real.dtype)
    out[::2], out[1::2] = samples.real, samples.imag
    return out
