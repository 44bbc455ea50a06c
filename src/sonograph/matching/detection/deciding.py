"""From places and what chance gave to hits: the threshold that is a rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sonograph.checks import number
from sonograph.errors import SettingsError
from sonograph.matching.detection.competition import ENOUGH, Places
from sonograph.matching.detection.correlation import AGAINST
from sonograph.matching.detection.rates import FEWEST, Tail, tail_of
from sonograph.matching.detection.template_levels import Hearing
from sonograph.matching.hits import Hit, Hits, Listened


@dataclass(frozen=True, eq=False)
class Found:
    """What was found in one sound, before a threshold is set.

    file, seconds, hours : the sound, how long it is, and how much of it there is, of all channels
    hearing : how the templates were heard in it
    names, places : of each class
    """

    file: str
    seconds: float
    hours: float
    hearing: Hearing
    names: tuple[str, ...]
    places: list[Places]

    @property
    def listened(self) -> Listened:
        """The sound, as hits keep it."""
        return Listened(self.file, self.seconds, self.hours, self.hearing.sample_rate / 2)

    def chance_hours(self, name: str) -> float:
        """Hours that chance had for this class: those of the sound, as often as there were turned templates."""
        turns = [
            len(shape.turns)
            for shape, one in zip(self.hearing.shapes, self.hearing.templates, strict=True)
            if one.name == name
        ]
        return self.hours * max(turns, default=AGAINST)


def check_threshold(per_hour: float, min_score: float | None) -> None:
    """Refuse a rate or a score that is none."""
    if not (isinstance(per_hour, float) and per_hour == math.inf):
        number("per_hour", per_hour, 0, above=True)
    elif min_score is None:
        raise SettingsError("per_hour is inf, which lets anything through; give min_score with it")
    if min_score is not None:
        number("min_score", min_score, -1, 1)


def decided(several: Sequence[Found], per_hour: float, min_score: float | None = None) -> Hits:
    """The hits of some sounds that are one recording: one threshold for each class over all of them."""
    names = list(dict.fromkeys(name for found in several for name in found.names))
    tails = {name: chance_of(several, name) for name in names}
    hours = sum(found.hours for found in several)
    if min_score is None and several:
        for name, tail in tails.items():
            if tail is None:
                raise SettingsError(
                    f"chance has {_n_chance(several, name)} places for {name!r} in {3600 * hours:.3g} s, and a rate "
                    f"needs {FEWEST}; give a longer recording, several together, or a threshold of the score"
                )
    rows: list[Hit] = []
    for found in several:
        here: list[Hit] = []
        for name, places in zip(found.names, found.places, strict=True):
            here += rows_of(found.hearing, places, name, tails[name], hours, per_hour, min_score, found.file)
        rows += sorted(here, key=lambda hit: (hit.start, hit.channel, hit.name))
    return Hits(rows, [found.listened for found in several])


def rows_of(
    hearing: Hearing,
    places: Places,
    name: str,
    tail: Tail | None,
    hours: float,
    per_hour: float,
    min_score: float | None,
    file: str,
) -> list[Hit]:
    """The places of a class that are hits."""
    least = -2.0 if min_score is None else min_score
    if tail is not None and per_hour != math.inf:
        least = max(least, tail.threshold(per_hour))
    kept = np.flatnonzero(places.scores >= least)
    rates = np.full((3, len(kept)), math.nan) if tail is None else tail.rates(places.scores[kept])
    rows = []
    for place, (rate, low, high) in zip(kept.tolist(), rates.T.tolist(), strict=True):
        winner = int(places.winners[place])
        template, shape = hearing.templates[winner], hearing.shapes[winner]
        start = ((places.at[place] - shape.lead) * hearing.hop - hearing.lead) / hearing.sample_rate
        rows.append(
            Hit(
                start=max(0.0, float(start)),
                end=float(start) + template.duration,
                low=template.low,
                high=template.high,
                name=name,
                score=float(places.scores[place]),
                per_hour=rate,
                per_hour_low=None if tail is None else low,
                per_hour_high=None if tail is None else high,
                hours=None if tail is None else hours,
                extrapolated=tail is not None and rate * hours < 1,
                channel=int(places.channels[place]),
                file=file,
            )
        )
    return rows


def chance_of(several: Sequence[Found], name: str) -> Tail | None:
    """What chance gives for a class in some sounds, by what turned templates won; None where there is too little."""
    mine = [(found, found.places[found.names.index(name)].chances) for found in several if name in found.names]
    hours = sum(found.hours for found, _ in mine)
    turned_hours = sum(found.chance_hours(name) for found, _ in mine)
    *of_turned, own = ([chances[kind] for _, chances in mine] for kind in range(4))
    for ones, enough in zip(of_turned, (ENOUGH, FEWEST, FEWEST), strict=True):
        n = sum(one.n for one in ones)
        if n < enough:
            continue
        scores, owned = (np.concatenate([one.scores for one in some]) for some in (ones, own))
        tail = tail_of(scores, turned_hours, n_scores=n, own=owned, own_hours=hours)
        if tail is not None:
            return tail
    return None


def _n_chance(several: Sequence[Found], name: str) -> int:
    return sum(found.places[found.names.index(name)].chances[2].n for found in several if name in found.names)
