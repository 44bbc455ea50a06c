"""How often chance gives a score as good: the tail of scores that are chance, as a rate an hour with its interval.

Above a high quantile scores of anything follow a generalised Pareto law (Pickands, Annals of Statistics 3, 1975). It is
fitted by its moments (Hosking and Wallis, Technometrics 29, 1987), and fitted again to scores drawn from the same ones,
which gives the interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FITTED = (20, 200)
"""Scores that the law is fitted to: the highest tenth, so many at least and at most, and never more than half."""

FEWEST = 8
"""Scores of chance without which nothing is said of its rate."""

SHAPES = (-0.05, 0.3)
"""Between these the law's shape is kept: of few scores the moments say more than they know, and a law that ends soon
promises what it cannot keep (in noise, 1.8 or 5.7 false alarms an hour for one promised, where it may be -0.1 or
-0.25)."""

DRAWS = 200
FURTHEST = 1e-6
"""Scores that chance gave in all its hours: no rate is told below so few, however far a law goes."""


@dataclass(frozen=True, eq=False)
class Tail:
    """The law of chance's highest scores; made by `tail_of`.

    base : the score from which on it holds
    scores : chance's scores, rising; those below `base` are counted, not fitted
    hours : of chance that they came in
    shapes, scales, counts : of the law, and how many scores it is of: as they are, then of each draw
    """

    base: float
    scores: np.ndarray
    hours: float
    shapes: np.ndarray
    scales: np.ndarray
    counts: np.ndarray

    def rates(self, scores: np.ndarray) -> np.ndarray:
        """(3, n): how often an hour chance gives at least such scores (n,), and the ends of the 95 % interval."""
        scores = np.asarray(scores, float)
        over = np.maximum(scores - self.base, 0.0)
        share = _share(over[:, None], self.shapes, self.scales)
        each = share * self.counts / self.hours
        low, high = np.quantile(each[:, 1:], (0.025, 0.975), axis=1)
        found = np.stack([each[:, 0], np.minimum(low, each[:, 0]), np.maximum(high, each[:, 0])])
        found = np.maximum(found, FURTHEST / self.hours)
        below = scores < self.base
        if below.any():
            found[:, below] = self._counted(scores[below])
        return found

    def threshold(self, per_hour: float) -> float:
        """The score that chance gives so often an hour."""
        wanted = per_hour * self.hours
        if wanted >= self.counts[0]:
            above = len(self.scores) - int(min(wanted, len(self.scores)))
            return float(self.scores[above]) if wanted <= len(self.scores) else float(self.scores[0])
        x = max(wanted / self.counts[0], 1e-300)
        shape, scale = self.shapes[0], self.scales[0]
        if abs(shape) < 1e-6:
            return float(self.base - scale * np.log(x))
        return float(self.base + scale * (x**-shape - 1) / shape)

    def _counted(self, scores: np.ndarray) -> np.ndarray:
        from scipy.stats import chi2

        n = len(self.scores) - np.searchsorted(self.scores, scores, side="left")
        return np.stack([n, chi2.ppf(0.025, 2 * n) / 2, chi2.ppf(0.975, 2 * n + 2) / 2]) / self.hours


@dataclass(frozen=True, eq=False)
class Laws:
    """Several laws of one chance, of which the one counts that tells the most; as `Tail`."""

    tails: tuple[Tail, ...]

    def rates(self, scores: np.ndarray) -> np.ndarray:
        """As `Tail.rates`."""
        each = np.stack([tail.rates(scores) for tail in self.tails])
        most = each[:, 0].argmax(axis=0)
        return np.take_along_axis(each, most[None, None], axis=0)[0]

    def threshold(self, per_hour: float) -> float:
        """As `Tail.threshold`."""
        return max(tail.threshold(per_hour) for tail in self.tails)


def tail_of(scores: np.ndarray, hours: float, *, n_scores: int | None = None) -> Tail | None:
    """The tail of chance's scores; None where they are fewer than `FEWEST`.

    Parameters
    ----------
    scores : (n,)
        Of chance; if not all, the highest.
    hours
        That chance had for them.
    n_scores
        How many there were in all, if not all are given.

    Examples
    --------
    >>> scores = np.random.default_rng(0).exponential(size=4000)
    >>> tail = tail_of(scores, hours=10.0)
    >>> rate, low, high = tail.rates(np.log([4000.0]))[:, 0]  # once in 4000 is 0.1 an hour
    >>> bool(low < 0.1 < high), round(float(tail.rates([tail.threshold(0.1)])[0, 0]), 3)
    (True, 0.1)
    """
    scores = np.sort(np.asarray(scores, float))
    total = len(scores) if n_scores is None else n_scores
    if total < FEWEST or not hours > 0:
        return None
    fitted = min(max(FITTED[0], min(FITTED[1], total // 10)), total // 2, len(scores) - 1)
    base = float(scores[-fitted - 1])
    over = scores[-fitted:] - base
    random = np.random.default_rng(0)
    drawn = over[random.integers(0, fitted, (DRAWS, fitted))]
    shapes, scales = _by_moments(np.concatenate([over[None], drawn]))
    counts = np.concatenate([[fitted], random.poisson(fitted, DRAWS)]).astype(float)
    return Tail(base, scores, hours, shapes, scales, counts)


def _by_moments(over: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shape and scale of each row of exceedances."""
    mean, variance = over.mean(axis=1), over.var(axis=1)
    mean = np.maximum(mean, 1e-12)
    shapes = np.clip(0.5 * (1 - mean**2 / np.maximum(variance, 1e-24)), *SHAPES)
    return shapes, mean * (1 - shapes)


def _share(over: np.ndarray, shapes: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Of the exceedances, how many are above one: 1 down to nothing."""
    straight = np.abs(shapes) < 1e-6
    safe = np.where(straight, 1.0, shapes)
    bent = np.maximum(1 + shapes * over / scales, 1e-6) ** (-1 / safe)
    return np.where(straight, np.exp(-over / scales), bent)
