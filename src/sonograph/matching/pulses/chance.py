"""How often noise alone is as strong as a pulse: the rate at which its power, averaged over a pulse's length, rises to
a level.

The power of Gaussian noise in a band, averaged, is a sum of exponentially distributed parts, one for each eigenvalue of
its covariance over that length. A gamma distribution with the same mean and variance has too thin a tail, and looks of
a length are no independent draws, so the parts are taken as they are: density by saddlepoint (Daniels,
"Saddlepoint approximations in statistics", Annals of Mathematical Statistics 25, 1954), and crossings by Rice's formula
("Mathematical analysis of random noise", Bell System Technical Journal 24, 1945) with the slope that noise has where
its power is that high.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property

import numpy as np

LARGEST = 160
"""Samples of a length whose covariance is taken apart; longer ones are made of so many."""
DRAWS = 200_000
MANY = 12.0
"""Looks from which on the middle of their distribution, if not its tail, is that of a gamma distribution."""
SELDOM = -230.0
"""Of the logarithm of a density: what is rarer (1e-100) never happens."""


class Chance:
    """Noise of a band, averaged over a number of complex samples.

    Parameters
    ----------
    autocorrelation : (lags,) complex
        Of the noise at the samples, 1 at lag 0; 0 beyond the last.
    n
        Samples that its power is averaged over.
    rate
        Samples a second.
    """

    def __init__(self, autocorrelation: np.ndarray, n: int, rate: float) -> None:
        from scipy.linalg import toeplitz

        self.n, self.rate = n, rate
        step = -(-n // LARGEST)  # a long average is hardly another if fewer of its samples are taken
        lags = np.zeros(n // step + 2, complex)
        given = autocorrelation[: len(lags) * step : step]
        lags[: len(given)] = given
        self._n, self._step = n // step, step
        covariance = toeplitz(lags)
        values, vectors = np.linalg.eigh(covariance)
        values = np.maximum(values, 0)  # what was measured may be no covariance by a little
        values *= len(lags) / values.sum()
        self._root = (vectors * np.sqrt(values)) @ vectors.conj().T
        weights = np.zeros(len(lags))
        weights[1:-1] = 1 / self._n
        self._parts, self._turn = np.linalg.eigh(self._root @ (weights[:, None] * self._root))
        self._parts = np.maximum(self._parts, 0) / np.sum(np.maximum(self._parts, 0))
        slope = np.zeros(len(lags))
        slope[[-2, -1]] += 1
        slope[[0, 1]] -= 1
        self._slope = slope / (2 * self._n) * rate / step

    @cached_property
    def _sample(self) -> np.ndarray:
        """Draws of the averaged power, sorted; the noise has a mean of 1."""
        random = np.random.default_rng(0)
        total = np.zeros(DRAWS)
        for part in self._parts[self._parts > 1e-3 * self._parts.max()]:
            total += part * random.standard_exponential(DRAWS)
        return np.sort(total)

    @property
    def shape(self) -> float:
        """Of the gamma distribution with the same mean and variance: how many independent looks it is."""
        return float(np.sum(self._parts) ** 2 / np.sum(self._parts**2))

    def quantile(self, share: float) -> float:
        """The averaged power that this share of the time is below, over the mean."""
        from scipy.special import gammaincinv

        if self.shape > MANY:
            return float(gammaincinv(self.shape, share) / self.shape)
        return float(np.quantile(self._sample, share))

    def per_hour(self, power: float) -> float:
        """How often an hour the averaged power rises above `power` times its mean."""
        parts = self._parts[self._parts > 1e-12 * self._parts[-1]]
        if power <= 1.05:  # the tail is what is asked for
            power = 1.05
        s = self._saddle(parts, power)
        rest = 1 - s * parts
        second = float(np.sum((parts / rest) ** 2))
        third, fourth = (float(f * np.sum((parts / rest) ** p)) for f, p in ((2, 3), (6, 4)))
        correction = 1 + fourth / (8 * second**2) - 5 * third**2 / (24 * second**3)
        log_density = -float(np.sum(np.log(rest))) - s * power - 0.5 * math.log(2 * math.pi * second)
        if log_density < SELDOM:
            return 0.0
        tilted = self._root @ (self._turn / (1 - s * self._parts)) @ self._turn.conj().T @ self._root
        turned = self._slope[:, None] * tilted
        speed = math.sqrt(max(float(np.sum(turned * turned.T).real), 0.0) / (2 * math.pi))
        return 3600 * math.exp(log_density) * correction * speed

    def power_at(self, per_hour: float) -> float:
        """The averaged power, over its mean, that noise rises above so many times an hour."""
        low, high = 1.05, 2.0
        if self.per_hour(low) <= per_hour:
            return low
        while self.per_hour(high) > per_hour:
            high *= 2
        return _crossing(lambda power: per_hour - self.per_hour(power), low, high, 1e-5)

    @staticmethod
    def _saddle(parts: np.ndarray, power: float) -> float:
        most = 1 / float(parts[-1])
        return _crossing(lambda s: float(np.sum(parts / (1 - s * parts))) - power, 0.0, most * (1 - 1e-9), 1e-13 * most)


def _crossing(rising: Callable[[float], float], low: float, high: float, near: float) -> float:
    """Where a rising function is 0, by halving; SciPy's own would take a third of a second to load."""
    while high - low > near:
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
