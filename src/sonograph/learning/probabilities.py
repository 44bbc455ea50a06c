"""How sure and how right: probabilities out of scores, one temperature for all, and what they are worth.

The probability of a class is softmax(scores / temperature). One temperature, fitted to sounds that were held out, makes
them mean what they say (C. Guo et al., "On calibration of modern neural networks", 2017).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize_scalar

LEAST = 1e-12
"""The least probability of which a logarithm is taken."""
BINS = 10
"""Of equal width, in which what is said is held against what is right."""


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """The logarithm of probabilities, along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def log_loss(log_probabilities: np.ndarray, y: np.ndarray) -> float:
    """The mean of minus the logarithm of the probability of what it was."""
    of_truth = log_probabilities[np.arange(len(y)), y]
    return abs(float(np.maximum(of_truth, math.log(LEAST)).mean()))


def temperature_of(scores: np.ndarray, y: np.ndarray) -> float:
    """The temperature with the least log loss on held-out scores; 1 where there are none.

    One sound more than there are is taken to be of another class, as Platt (1999) does: a few that are all right do
    not make a classifier sure of everything.
    """
    if not len(y):
        return 1.0
    doubt = 1 / (len(y) + 2)

    def loss(exponent: float) -> float:
        logs = np.maximum(log_softmax(scores / math.exp(exponent)), math.log(LEAST))
        of_truth = logs[np.arange(len(y)), y]
        others = (logs.sum(axis=1) - of_truth) / max(1, logs.shape[1] - 1)
        return -float(((1 - doubt) * of_truth + doubt * others).mean())

    return float(math.exp(minimize_scalar(loss, bounds=(-3, 6), method="bounded").x))


def wilson(right: float, count: float, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share, `right` of `count` (E. B. Wilson, 1927); it stays within 0 and 1.

    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.596, 0.982]
    """
    if count <= 0:
        return 0.0, 1.0
    share, square = right / count, z * z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = z / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def calibration_error(probabilities: np.ndarray, y: np.ndarray) -> float:
    """How far what is said lies from what is right, over `BINS` of the largest probability, weighed by their sounds."""
    return float(sum(share * abs(claimed - right) for _, share, claimed, right in reliability(probabilities, y)))


def reliability(probabilities: np.ndarray, y: np.ndarray) -> list[tuple[float, float, float, float]]:
    """Of each bin with sounds: where it ends, its share of them, its mean probability, its share of right ones."""
    claimed, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == y
    number = np.clip(np.ceil(claimed * BINS).astype(int) - 1, 0, BINS - 1)
    found = []
    for k in np.unique(number):
        inside = number == k
        found.append(((k + 1) / BINS, float(inside.mean()), float(claimed[inside].mean()), float(right[inside].mean())))
    return found
