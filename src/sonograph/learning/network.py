"""A small convolutional network, of which `network_arrays` says what it is: NumPy answers with it, Torch trains it."""

from __future__ import annotations

import numpy as np

from sonograph.analysis.summaries.excerpt import N_FRAMES, N_ROWS
from sonograph.learning.network_arrays import CHANNELS


def fit(rows: np.ndarray, y: np.ndarray, n_classes: int, together: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of a network trained on excerpts; `together` says which of them must stay on one side.

    Raises
    ------
    MissingExtra
        Torch is not installed.
    """
    from sonograph.learning.torch import network

    return network.fit(rows, y, n_classes, together)


def require_torch() -> None:
    """Refuse to begin what could not be ended.

    Raises
    ------
    MissingExtra
        Torch is not installed.
    """
    import sonograph.learning.torch.network  # noqa: F401


def scores(arrays: dict[str, np.ndarray], rows: np.ndarray) -> np.ndarray:
    """(sounds, classes) of excerpts (sounds, 64 * 256)."""
    found = np.empty((len(rows), len(arrays["dense_bias"])))
    for i, row in enumerate(rows):
        x = row.reshape(1, N_ROWS, N_FRAMES).astype(np.float32)
        for k in range(1, len(CHANNELS)):
            x = _block(x, arrays[f"weights_{k}"], arrays[f"bias_{k}"])
        x = x.mean(axis=1)
        found[i] = arrays["dense"] @ np.concatenate([x.mean(axis=1), x.max(axis=1)]) + arrays["dense_bias"]
    return found


def _block(x: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """(channels, bands, frames) to (others, bands / 2, frames / 2)."""
    n, rows, frames = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    seen = [padded[:, i : i + rows, j : j + frames].reshape(n, -1) for i in range(3) for j in range(3)]
    kernel = weights.transpose(0, 2, 3, 1).reshape(len(weights), -1)
    y = (kernel @ np.concatenate(seen)).reshape(-1, rows // 2, 2, frames // 2, 2).max(axis=(2, 4))
    return np.asarray(np.maximum(y + bias[:, None, None], 0.0))
