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

ENOUGH = 40
"""Places that turned templates won in the competition of all, from which their law is told."""

HIGHEST = 5000
"""Scores of chance that are kept."""

NOTHING = -3.0
"""Below any score."""

CHANCE, ANOTHER = -1, -2
"""Who wins where no template does: a turned one, or a sound that is not meant."""


@dataclass
class Chance:
    """Scores that chance gave.

    scores : the highest
    n : how many there were in all
    """

    scores: np.ndarray = field(default_factory=lambda: np.zeros(0))
    n: int = 0

    def and_also(self, other: Chance) -> Chance:
        """These and others."""
        scores = np.concatenate([self.scores, other.scores])
        if len(scores) > 2 * HIGHEST:
            scores = np.sort(scores)[-HIGHEST:]
        return Chance(scores, self.n + other.n)


@dataclass
class Places:
    """Places that a class won, by which template, and what chance gave.

    at : (n,) frames
    scores : (n,)
    winners : (n,) numbers of the templates
    channels : (n,)
    chances : of the turned templates: places that one of them won; that one would have won against the class alone;
        and all their places. Each is more than the one before, and tells a rate that is higher than it is; the second
        and third are not gone on with once there are `ENOUGH` of the first. Last, what the class itself won.
    """

    at: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    scores: np.ndarray = field(default_factory=lambda: np.zeros(0))
    winners: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    channels: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    chances: tuple[Chance, ...] = (Chance(), Chance(), Chance(), Chance())

    def and_also(self, other: Places) -> Places:
        """These and those of another channel or file."""
        at, scores, winners, channels = (
            np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("at", "scores", "winners", "channels")
        )
        if len(at) > HELD:
            best = np.sort(np.argpartition(-scores, HELD)[:HELD])
            at, scores, winners, channels = (values[best] for values in (at, scores, winners, channels))
        chances = tuple(one.and_also(more) for one, more in zip(self.chances, other.chances, strict=True))
        return Places(at, scores, winners, channels, chances)


@dataclass
class Contest:
    """Scores at neighbouring positions; what has none there is below all that have.

    own, winners : (n,) of the class, and the number of the template that it is of
    chance : (turns, n) of the same turned, each turn's best over the class
    other : (n,) of sounds that are not meant
    """

    own: np.ndarray
    winners: np.ndarray
    chance: np.ndarray
    other: np.ndarray

    @staticmethod
    def of(n: int, n_turns: int) -> Contest:
        """With no scores yet."""
        nothing = np.full((n_turns + 2, n), NOTHING, np.float32)
        return Contest(nothing[0], np.full(n, CHANCE, np.int32), nothing[2:], nothing[1])

    def meant(self, scores: np.ndarray, number: int) -> None:
        """Scores of a template of the class; NaN where nothing is known."""
        m = len(scores)
        higher = scores > self.own[:m]  # not where it is NaN
        self.own[:m][higher] = scores[higher]
        self.winners[:m][higher] = number

    def turned(self, several: list[np.ndarray]) -> None:
        """Scores of one of its templates turned in each way."""
        for best, scores in zip(self.chance, several, strict=False):
            np.fmax(best[: len(scores)], scores, out=best[: len(scores)])

    def another(self, scores: np.ndarray) -> None:
        """Scores of a sound that is not meant."""
        np.fmax(self.other[: len(scores)], scores, out=self.other[: len(scores)])


class Competition:
    """Scores in, places out, none within `apart` frames of a higher one; late by as much.

    All compete for a place; besides, each turned template competes with the class alone, and is looked at by itself,
    which tells chance where hardly any of them won.
    """

    def __init__(self, apart: int, n_turns: int, channel: int = 0) -> None:
        self.channel = channel
        self._all = _Tops(apart)
        self._pairs = [_Tops(apart) for _ in range(n_turns)]
        self._alone = [_Tops(apart) for _ in range(n_turns)]
        self._n_won = 0  # places that turned ones won

    def push(self, contest: Contest) -> Places:
        """The places that further positions make certain."""
        without = np.maximum(contest.own, contest.other)
        owner = np.where(contest.other > contest.own, ANOTHER, contest.winners)
        lost, alone = [], []
        if self._n_won < ENOUGH:
            for tops, single, chance in zip(self._pairs, self._alone, contest.chance, strict=True):
                alone.append(single.push(chance, np.full(len(chance), CHANCE, np.int32)))
                lost.append(tops.push(np.maximum(without, chance), np.where(chance > without, CHANCE, owner)))
        best = contest.chance.max(axis=0)
        won = self._all.push(np.maximum(without, best), np.where(best > without, CHANCE, owner))
        return self._places(won, lost, alone)

    def finish(self) -> Places:
        """The places of the last positions."""
        lost, alone = [tops.finish() for tops in self._pairs], [tops.finish() for tops in self._alone]
        return self._places(self._all.finish(), lost, alone)

    def _places(self, won: Tops, lost: list[Tops], alone: list[Tops]) -> Places:
        at, scores, winners = won
        own, nothing = winners >= 0, np.zeros(0)
        values = (
            scores[winners == CHANCE],
            np.concatenate([nothing, *(scores[winners == CHANCE] for _, scores, winners in lost)]),
            np.concatenate([nothing, *(scores for _, scores, _ in alone)]),
            scores[own],
        )
        self._n_won += len(values[0])
        channels = np.full(int(own.sum()), self.channel, np.int64)
        return Places(at[own], scores[own], winners[own], channels, tuple(Chance(one, len(one)) for one in values))


Tops = tuple[np.ndarray, np.ndarray, np.ndarray]


class _Tops:
    """(places, scores, winners) of the highest scores, none within `apart` of a higher one; late by as much."""

    def __init__(self, apart: int) -> None:
        self.apart = apart
        self._scores = np.zeros(0, np.float32)
        self._winners = np.zeros(0, np.int32)
        self._begin = 0  # the position of the first
        self._judged = 0  # positions that have been
        self._last = -(1 << 60)

    def push(self, scores: np.ndarray, winners: np.ndarray) -> Tops:
        self._scores = np.concatenate([self._scores, scores])
        self._winners = np.concatenate([self._winners, winners])
        return self._judge(self._begin + len(self._scores) - self.apart)

    def finish(self) -> Tops:
        return self._judge(self._begin + len(self._scores))

    def _judge(self, stop: int) -> Tops:
        from scipy.ndimage import maximum_filter1d

        kept: list[int] = []
        if stop > self._judged:
            around = maximum_filter1d(self._scores, 2 * self.apart + 1, mode="constant", cval=NOTHING)
            first = self._judged - self._begin
            inside = slice(first, stop - self._begin)
            top = np.flatnonzero((self._scores[inside] == around[inside]) & (self._scores[inside] > 0)) + first
            for place in top.tolist():
                if place + self._begin - self._last > self.apart:
                    kept.append(place)
                    self._last = place + self._begin
            self._judged = stop
        at = np.array(kept, np.int64)
        found = at + self._begin, self._scores[at].astype(float), self._winners[at].astype(np.int64)
        drop = max(0, self._judged - self.apart - self._begin)
        self._scores, self._winners = self._scores[drop:].copy(), self._winners[drop:].copy()
        self._begin += drop
        return found
