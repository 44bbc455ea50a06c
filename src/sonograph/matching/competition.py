"""Places where a template and the same template turned compete, and which of them wins.

The highest score of all within a template's length is a place. Where the sound is not, each of them is as likely to
win, so that those that the turned ones win tell how often the template wins by chance, score by score. Where the sound
is, the template wins, and what turned ones make of it lies within a length of a higher score and counts for nothing: so
a recording full of loud calls keeps a low threshold. It is the target-decoy competition of Elias and Gygi, Nature
Methods 4, 2007.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

HELD = 100_000
"""Places that are kept of a template and channel, the best."""

CHANCE, ANOTHER = -1, -2
"""Who wins where no template does: a turned one, or a sound that is not meant."""


@dataclass
class Places:
    """Places that were won, and by whom.

    at : (n,) frames
    scores : (n,)
    winners : (n,) numbers of the templates
    channels : (n,)
    chance : (m,) scores of places that turned ones won, the highest
    n_chance : how many they won in all
    """

    at: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    scores: np.ndarray = field(default_factory=lambda: np.zeros(0))
    winners: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    channels: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    chance: np.ndarray = field(default_factory=lambda: np.zeros(0))
    n_chance: int = 0

    def and_also(self, other: Places, highest: int = 1000) -> Places:
        """These and those of another channel or file."""
        at, scores, winners, channels, chance = (
            np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("at", "scores", "winners", "channels", "chance")
        )
        if len(at) > HELD:
            best = np.sort(np.argpartition(-scores, HELD)[:HELD])
            at, scores, winners, channels = (values[best] for values in (at, scores, winners, channels))
        if len(chance) > 2 * highest:
            chance = np.sort(chance)[-highest:]
        return Places(at, scores, winners, channels, chance, self.n_chance + other.n_chance)


class Competition:
    """Scores in, places out, none within `apart` frames of a higher one; late by as much."""

    def __init__(self, apart: int, channel: int = 0) -> None:
        self.apart, self.channel = apart, channel
        self._scores = np.zeros(0, np.float32)
        self._winners = np.zeros(0, np.int32)
        self._begin = 0  # the frame of the first
        self._judged = 0  # frames that have been
        self._last = -(1 << 60)

    def push(self, scores: np.ndarray, winners: np.ndarray) -> Places:
        """The places that further frames make certain; scores (n,), NaN where nothing is known."""
        self._scores = np.concatenate([self._scores, np.where(np.isfinite(scores), scores, -2)])
        self._winners = np.concatenate([self._winners, winners])
        return self._judge(self._begin + len(self._scores) - self.apart)

    def finish(self) -> Places:
        """The places of the last frames."""
        return self._judge(self._begin + len(self._scores))

    def _judge(self, stop: int) -> Places:
        from scipy.ndimage import maximum_filter1d

        if stop <= self._judged:
            return Places()
        around = maximum_filter1d(self._scores, 2 * self.apart + 1, mode="constant", cval=-3)
        first = self._judged - self._begin
        inside = slice(first, stop - self._begin)
        top = np.flatnonzero((self._scores[inside] == around[inside]) & (self._scores[inside] > 0)) + first
        kept = []
        for place in top.tolist():
            if place + self._begin - self._last > self.apart:
                kept.append(place)
                self._last = place + self._begin
        at = np.array(kept, np.int64)
        scores, winners = self._scores[at].astype(float), self._winners[at].astype(np.int64)
        drop = max(0, stop - self.apart - self._begin)
        self._judged = stop
        own = winners >= 0
        found = Places(
            at[own] + self._begin,
            scores[own],
            winners[own],
            np.full(int(own.sum()), self.channel, np.int64),
            scores[winners == CHANCE],
            int((winners == CHANCE).sum()),
        )
        self._scores, self._winners = self._scores[drop:].copy(), self._winners[drop:].copy()
        self._begin += drop
        return found
