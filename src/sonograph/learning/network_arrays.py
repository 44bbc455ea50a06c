"""The arrays of a small convolutional network, which Torch makes and NumPy and ONNX answer with.

Four blocks of a convolution of 3 by 3 (its normalisation folded in), a rectifier and the largest of 2 by 2; of what
they give the mean over bands; of that the mean and the largest over time; a linear layer. After the networks of
SpecAugment's and ESC-50's literature, as small as trains on a processor.
"""

from __future__ import annotations

import numpy as np

CHANNELS = (1, 16, 32, 64, 64)
"""Into the first block, and out of each."""
ARRAYS = {f"{what}_{k}": axes for k in range(1, len(CHANNELS)) for what, axes in (("weights", 4), ("bias", 1))} | {
    "dense": 2,
    "dense_bias": 1,
}
UNHEARD = -1e30
"""The score of a class that was not among the training."""


def fits_together(arrays: dict[str, np.ndarray], n_classes: int) -> bool:
    """Whether the arrays have the shapes of this network."""
    wanted = {"dense": (n_classes, 2 * CHANNELS[-1]), "dense_bias": (n_classes,)}
    for k in range(1, len(CHANNELS)):
        wanted |= {f"weights_{k}": (CHANNELS[k], CHANNELS[k - 1], 3, 3), f"bias_{k}": (CHANNELS[k],)}
    return {name: value.shape for name, value in arrays.items()} == wanted
