"""How often an hour chance gives a score: the law of its highest scores, which goes on beyond what was seen.

A correlation ends at 1, and so must what is told of it. So the law is of Fisher's z, artanh of the score (Fisher,
Metron 1, 1921), whose excess over a high base falls as an exponential does, as that of noise in many dimensions. It has
one number, the mean of that excess; a shape besides would need more scores than a recording has. Told again of scores
drawn from the same ones, it gives the interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FITTED = (20, 200)
"""Scores that the law is fitted to: the highest tenth, so many at least and at most, and never more than half."""

FEWEST = 8
"""Scores of chance without which nothing is said of its rate."""

SURE = (1.0, 0.5)
"""An hour, and in all of a recording that is shorter: what turned templates reach less often may be the call."""

KNOWN = 0.05
"""Of the law's scores, that must lie below those for what the class won there to say anything."""

NEARLY = 1 - 1e-7
"""A correlation above that counts as that."""

DRAWS = 200
FURTHEST = 1e-6
"""Scores that chance gave in all its hours: no rate is told below so few, however far a law goes."""


@dataclass(frozen=True, eq=False)
class Tail:
    """The law of chance's highest scores; made by `tail_of`.

    base : the z from which on it holds
    scores : chance's, as z, rising; those below `base` are counted, not fitted
    hours : of chance that they came in
    means, heights : mean excess over `base`, and how often an hour there is one: as it is, then of each draw
    """

    base: float
    scores: np.ndarray
    hours: float
    means: np.ndarray
    heights: np.ndarray

    def rates(self, scores: np.ndarray) -> np.ndarray:
        """(3, n): how often an hour chance gives at least such scores (n,), and the ends of the 95 % interval."""
        z = _fisher(scores)
        each = np.exp(-np.maximum(z - self.base, 0.0)[:, None] / self.means) * self.heights
        low, high = np.quantile(each[:, 1:], (0.025, 0.975), axis=1)
        found = np.stack([each[:, 0], np.minimum(low, each[:, 0]), np.maximum(high, each[:, 0])])
        found = np.maximum(found, FURTHEST / self.hours)
        below = z < self.base
        if below.any():
            found[:, below] = self._counted(z[below])
        return found

    def threshold(self, per_hour: float) -> float:
        """The score that chance gives so often an hour."""
        if per_hour >= self.heights[0]:
            n = len(self.scores)
            wanted = min(max(per_hour / self._times * self.hours, 1.0), n)
            return float(np.tanh(self.scores[n - int(wanted)]))
        return float(np.tanh(self.base + self.means[0] * np.log(self.heights[0] / max(per_hour, 1e-300))))

    @property
    def _times(self) -> float:
        """How many times as high the law is as what turned templates gave."""
        fitted = len(self.scores) - int(np.searchsorted(self.scores, self.base, side="right"))
        return float(self.heights[0]) * self.hours / fitted

    def _counted(self, z: np.ndarray) -> np.ndarray:
        from scipy.stats import chi2

        n = len(self.scores) - np.searchsorted(self.scores, z, side="left")
        return np.stack([n, chi2.ppf(0.025, 2 * n) / 2, chi2.ppf(0.975, 2 * n + 2) / 2]) / self.hours * self._times


def tail_of(
    scores: np.ndarray, hours: float, *, n_scores: int | None = None, own: np.ndarray | None = None,
    own_hours: float = 1.0,
) -> Tail | None:  # fmt: skip
    """The tail of chance's scores; None where they are fewer than `FEWEST`.

    Parameters
    ----------
    scores : (n,)
        Of chance, correlations; if not all, the highest.
    hours
        That chance had for them.
    n_scores
        How many there were in all, if not all are given.
    own : (n,)
        What the sound that is looked for won itself. Turned templates are no calls, but are not like other animals
        either: where it won more often than they did, of scores that may well be chance (`SURE`), the law is as much
        higher.
    own_hours
        That it had for them.

    Examples
    --------
    >>> scores = np.tanh(0.1 * np.random.default_rng(0).exponential(size=4000))
    >>> tail = tail_of(scores, hours=10.0)
    >>> rate, low, high = tail.rates([np.tanh(0.1 * np.log(4000.0))])[:, 0]  # once in 4000 is 0.1 an hour
    >>> bool(low < 0.1 < high), round(float(tail.rates([tail.threshold(0.1)])[0, 0]), 3)
    (True, 0.1)
    """
    z = np.sort(_fisher(scores))
    total = len(z) if n_scores is None else n_scores
    if total < FEWEST or not hours > 0:
        return None
    fitted = min(max(FITTED[0], min(FITTED[1], total // 10)), total // 2, len(z) - 1)
    base = float(z[-fitted - 1])
    over = z[-fitted:] - base
    random = np.random.default_rng(0)
    drawn = over[random.integers(0, fitted, (DRAWS, fitted))]
    means = np.maximum(np.concatenate([over[None], drawn]).mean(axis=1), 1e-9)
    heights = np.concatenate([[fitted], random.poisson(fitted, DRAWS)]) / hours
    tail = Tail(base, z, hours, means, heights)
    if own is None:
        return tail
    sure = float(_fisher(np.array([tail.threshold(max(SURE[0], SURE[1] / own_hours))]))[0])
    share = 1 - np.exp(-max(sure - base, 0.0) / means[0])
    if share < KNOWN:
        return tail
    own_z = _fisher(own)
    n_own = int(np.sum((own_z > base) & (own_z <= sure)))
    own_heights = np.concatenate([[n_own], random.poisson(n_own, DRAWS)]) / own_hours / share
    return Tail(base, z, hours, means, np.maximum(heights, own_heights))


def _fisher(scores: np.ndarray) -> np.ndarray:
    return np.arctanh(np.clip(np.asarray(scores, float), -NEARLY, NEARLY))
