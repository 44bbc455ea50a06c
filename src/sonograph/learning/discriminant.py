"""Linear discriminant analysis with a shrunk covariance: closed form, no seed, nothing to tune; NumPy and SciPy alone.

What is within a class is whitened, so that many numbers that say the same do not outvote one that says something else.
The covariance of each class is shrunk by Ledoit and Wolf's formula (2004), and they are averaged by the classes'
shares, as scikit-learn does with LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto") behind a StandardScaler.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, lstsq

NEVER = -1e30
"""The score of a class of which nothing was heard."""

STEEP = 1e-4
"""What is put on the diagonal, below which few sounds are no reason for another way."""

Arrays = dict[str, np.ndarray]


def fit(rows: np.ndarray, y: np.ndarray, n_classes: int) -> Arrays:
    """The discriminant of rows and the numbers of their classes.

    Parameters
    ----------
    rows : (sounds, numbers)
        Finite.
    y : (sounds,)
        From 0 on; a class that does not occur scores `NEVER`.

    Returns
    -------
    dict
        mean, scale (numbers,), coefficients (classes, numbers), intercept (classes,); as `scores` takes them.
    """
    mean, scale = standard(rows)
    z = (rows - mean) / scale
    shares = np.bincount(y, minlength=n_classes) / len(y)
    means = np.zeros((n_classes, z.shape[1]))
    off, diagonal = np.empty_like(z), np.zeros(z.shape[1])
    for k in np.flatnonzero(shares):
        of_class = z[y == k]
        means[k] = of_class.mean(axis=0)
        share, ridge = shrinkage(of_class)
        off[y == k] = (of_class - means[k]) * np.sqrt(shares[k] * (1 - share) / len(of_class))
        diagonal += shares[k] * ridge
    if not diagonal.any() and not off.any():  # of each class one sound: the nearest is all that can be said
        diagonal[:] = 1.0
    if 2 * len(off) < len(diagonal) and diagonal.min() > STEEP:
        coefficients = _few_sounds(off, diagonal, means.T).T
    else:
        coefficients = _many_sounds(off, diagonal, means.T).T
    intercept = -0.5 * (means * coefficients).sum(axis=1) + np.log(np.where(shares > 0, shares, 1.0))
    intercept[shares == 0] = NEVER
    return {"mean": mean, "scale": scale, "coefficients": coefficients, "intercept": intercept}


def _many_sounds(off: np.ndarray, diagonal: np.ndarray, means: np.ndarray) -> np.ndarray:
    """The solution of (off' off + diagonal) x = means."""
    covariance = off.T @ off  # of all classes in one product
    covariance.flat[:: len(covariance) + 1] += diagonal
    try:
        return np.asarray(cho_solve(cho_factor(covariance), means))
    except LinAlgError:  # a number that never changes within any class
        return np.asarray(lstsq(covariance, means)[0])


def _few_sounds(off: np.ndarray, diagonal: np.ndarray, means: np.ndarray) -> np.ndarray:
    """The same in matrices of the number of sounds, by Woodbury's identity."""
    scaled, right = off / diagonal, means / diagonal[:, None]
    inner = scaled @ off.T
    inner.flat[:: len(inner) + 1] += 1.0
    return np.asarray(right - scaled.T @ cho_solve(cho_factor(inner), off @ right))


def fit_small(rows: np.ndarray, y: np.ndarray, n_classes: int) -> Arrays:
    """The same with coefficients of 32 bits, as there may be thousands of each class."""
    arrays = fit(rows, y, n_classes)
    return arrays | {"coefficients": arrays["coefficients"].astype(np.float32)}


def scores(arrays: Arrays, rows: np.ndarray) -> np.ndarray:
    """(sounds, classes): the logarithms of probabilities, but for a number that all classes share."""
    z = (rows - arrays["mean"]) / arrays["scale"]
    return np.asarray(z @ arrays["coefficients"].T + arrays["intercept"])


def standard(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of each number; 1 for one that does not change."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    still = scale <= 10 * np.finfo(float).eps * np.maximum(np.abs(mean), 1.0)
    return mean, np.where(still, 1.0, scale)


def shrinkage(rows: np.ndarray) -> tuple[float, np.ndarray]:
    """How much of the covariance of some rows is given up, and what is put on its diagonal (numbers,) instead.

    O. Ledoit and M. Wolf, "A well-conditioned estimator for large-dimensional covariance matrices" (2004), of numbers
    that were scaled to a variance of 1.
    """
    mean, scale = standard(rows)
    z = (rows - mean) / scale
    n, p = z.shape
    squares = z * z
    trace = squares.sum() / n
    product = z @ z.T if n < p else z.T @ z  # the sum of the squares of either is the same
    delta_all = (product * product).sum() / n**2
    beta = ((squares.sum(axis=1) ** 2).sum() / n - delta_all) / (n * p)
    delta = (delta_all - trace * trace / p) / p
    share = 0.0 if min(beta, delta) <= 0 else min(beta, delta) / delta
    return share, share * trace / p * scale**2
