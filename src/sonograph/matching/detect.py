"""`detect`: where a sound like some templates is heard, with a threshold that is a rate of false alarms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sonograph.checks import number
from sonograph.computing.spectrogram import pieces
from sonograph.computing.stream import Stream
from sonograph.errors import SettingsError
from sonograph.io.sources import Sound, of_files
from sonograph.jobs.guard import alive
from sonograph.matching.competition import Places
from sonograph.matching.correlation import AGAINST
from sonograph.matching.detector import Detector
from sonograph.matching.hearing import Hearing, hearing
from sonograph.matching.hits import Hit, Hits, Listened
from sonograph.matching.rates import FEWEST, Tail, tail_of
from sonograph.matching.templates import Template, templates_of
from sonograph.named.given import settings_of
from sonograph.settings import Settings, stft_of
from sonograph.settings.arguments import answered
from sonograph.sounds.derived import checked_source, recorded
from sonograph.sounds.source import Source

AT_ONCE = 1 << 14
"""Frames of levels that are held at a time."""


@dataclass(frozen=True, eq=False)
class Found:
    """What was found in one sound, before a threshold is set.

    file, seconds, hours : the sound, how long it is, and how much of it there is, of all channels
    heard : how the templates were heard in it
    names, places : of each class
    """

    file: str
    seconds: float
    hours: float
    heard: Hearing
    names: tuple[str, ...]
    places: list[Places]

    def chance_hours(self, name: str) -> float:
        """Hours that chance had for this class: those of the sound, as often as there were turned templates."""
        turns = [
            len(shape.turns)
            for shape, one in zip(self.heard.shapes, self.heard.templates, strict=True)
            if one.name == name
        ]
        return self.hours * max(turns, default=AGAINST)


@of_files
def detect(
    templates: Any,
    source: Sound,
    per_hour: float = 1.0,
    *,
    against: Any = (),
    settings: Settings | str | None = None,
    min_score: float | None = None,
) -> Hits:
    """Where sounds like some templates are heard, so that chance gives so many hits an hour in this very recording.

    The score is the correlation of levels over the recording's own floor with the template as it would stand over that
    floor, faint, plain or loud: -1 to 1. What chance gives is told by the same templates turned in time and in
    frequency, which compete with them for each place of the recording (docs/guide/detecting.md).

    Parameters
    ----------
    templates
        A path or a Source, of which "call.wav@1.2-1.9,2k-8k" is a part; a `Template`; a list of them; or a mapping of
        names to them. Several of one name are examples of one class, whose best score counts.
    source
        Where they are looked for: a path, a Signal, an open file, any Source; each channel by itself.
    per_hour
        False alarms that are expected in an hour of this recording, of each class.
    against
        Sounds that are not meant, in the same forms: where one of them scores higher, there is no hit.
    settings
        Of the levels; by default bands and windows that fit the templates.
    min_score
        A threshold on the score besides; with per_hour=math.inf instead.

    Returns
    -------
    Hits
        In the order of time. None is within a template's length of another of its class.

    Raises
    ------
    SettingsError
        A template of silence, of hardly a frame, or longer than the recording; a rate not above 0; settings that need
        the whole sound; a recording too short for any rate, without `min_score`.
    SourceError
        A file that cannot be read.

    Examples
    --------
    >>> from sonograph import signals
    >>> sound = signals.sea(60.0, sample_rate=24_000.0)
    >>> wren = signals.call("phrase", sample_rate=24_000.0, amplitude=0.1)
    >>> sound.samples[240_000 : 240_000 + wren.n_samples] += wren.samples
    >>> [(round(hit.start, 1), hit.extrapolated) for hit in detect(wren, sound)]
    [(10.0, True)]
    """
    meant, others = templates_of(templates), templates_of(against) if _is_some(against) else []
    check_threshold(per_hour, min_score)
    sound = checked_source(source)
    file = getattr(recorded(sound), "path", "")
    found = places_in(meant, others, sound, settings=settings, file=str(file))
    return decided([found], per_hour, min_score)


def check_threshold(per_hour: float, min_score: float | None) -> None:
    """Refuse a rate or a score that is none."""
    if per_hour != math.inf:
        number("per_hour", per_hour, 0, above=True)
    elif min_score is None:
        raise SettingsError("per_hour is inf, which lets anything through; give min_score with it")
    if min_score is not None:
        number("min_score", min_score, -1, 1)


def places_in(
    meant: list[Template], others: list[Template], sound: Source, *, settings: Any = None, file: str = ""
) -> Found:
    """All places of a sound where templates won, and what chance gave; read once, in bounded memory.

    Raises
    ------
    SettingsError
        As `detect`.
    """
    given = None if settings is None else settings_of(settings)
    heard = hearing([*meant, *others], sound.sample_rate, sound.unit, given)
    for template in heard.templates:
        if template.sound.n_samples > sound.n_samples:
            length = sound.n_samples / sound.sample_rate
            raise SettingsError(
                f"the template {template.name!r} lasts {template.duration:g} s and the recording {length:g} s; "
                f"it must be the longer of the two"
            )
    detector = Detector(heard, sound.n_channels, len(meant))
    places = [Places() for _ in detector.names]
    for piece in pieces(sound, heard.settings, at_most=AT_ONCE, reuse=True):
        alive()
        places = _and(places, detector.push(_levels(piece)))
    places = _and(places, detector.finish())
    seconds = sound.n_samples / sound.sample_rate
    return Found(file, seconds, detector.hours, heard, detector.names, places)


def decided(several: Sequence[Found], per_hour: float, min_score: float | None = None) -> Hits:
    """The hits of some sounds that are one recording: one threshold for each class over all of them."""
    names = list(dict.fromkeys(name for found in several for name in found.names))
    tails = {name: _tail(several, name) for name in names}
    hours = sum(found.hours for found in several)
    if min_score is None and several:
        for name, tail in tails.items():
            if tail is None:
                raise SettingsError(
                    f"chance had {_n_chance(several, name)} places for {name!r} in {3600 * hours:.3g} s, and a rate "
                    f"needs {FEWEST}; give a longer recording, several together, or a threshold of the score"
                )
    rows: list[Hit] = []
    for found in several:
        here: list[Hit] = []
        for name, places in zip(found.names, found.places, strict=True):
            here += rows_of(found.heard, places, name, tails[name], hours, per_hour, min_score, found.file)
        rows += sorted(here, key=lambda hit: (hit.start, hit.channel, hit.name))
    return Hits(rows, [Listened(found.file, found.seconds, found.hours) for found in several])


def rows_of(
    heard: Hearing,
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
        template, shape = heard.templates[winner], heard.shapes[winner]
        start = ((places.at[place] - shape.lead) * heard.hop - heard.lead) / heard.sample_rate
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


class DetectStream:
    """Templates looked for in a sound that arrives in blocks, as a hydrophone that is on.

    A hit is given once, `delay` seconds after its sound at the latest; its rate is that of all that was heard until
    then. Nothing is given before chance is known: some dozen lengths of the template. Places and scores are those of
    `detect`; only the threshold, which grows surer, is not.

    Parameters
    ----------
    templates, per_hour, against, settings, min_score
        As in `detect`.
    sample_rate
        Samples per second, Hz.
    n_channels, unit
        Of the blocks that will come.

    Raises
    ------
    SettingsError
        As `detect`.

    Examples
    --------
    >>> from sonograph import signals
    >>> sound = signals.sea(60.0, sample_rate=24_000.0).samples
    >>> wren = signals.call("phrase", sample_rate=24_000.0, amplitude=0.1)
    >>> sound[240_000 : 240_000 + wren.n_samples] += wren.samples
    >>> stream = DetectStream(wren, sample_rate=24_000.0)
    >>> hits = [hit for block in np.split(sound, 60) for hit in stream.push(block)] + list(stream.finish())
    >>> [round(hit.start, 1) for hit in hits]
    [10.0]
    """

    @answered
    def __init__(
        self,
        templates: Any,
        *,
        sample_rate: float,
        per_hour: float = 1.0,
        n_channels: int = 1,
        unit: str = "FS",
        against: Any = (),
        settings: Settings | str | None = None,
        min_score: float | None = None,
    ) -> None:
        meant, others = templates_of(templates), templates_of(against) if _is_some(against) else []
        check_threshold(per_hour, min_score)
        self.per_hour, self.min_score = per_hour, min_score
        given = None if settings is None else settings_of(settings)
        self.heard = hearing([*meant, *others], sample_rate, unit, given)
        self._detector = Detector(self.heard, n_channels, len(meant))
        self._stream = Stream(
            self.heard.settings, sample_rate=sample_rate, n_channels=n_channels, unit=unit, reuse=True
        )
        self._places = [Places() for _ in self._detector.names]
        self._waiting = [Places() for _ in self._detector.names]

    @property
    def delay(self) -> float:
        """Seconds from a sound to its hit, at most."""
        stft = stft_of(self.heard.settings)
        return self._detector.delay + stft.window_length / self.heard.sample_rate

    def push(self, block: np.ndarray) -> Hits:
        """The hits that a further block makes certain, perhaps none; block : (n,) or (channels, n)."""
        return self._given(self._detector.push(_levels(self._stream.push(block))))

    def finish(self) -> Hits:
        """The hits of the end."""
        last = self._detector.push(_levels(self._stream.finish()))
        return self._given(_and(last, self._detector.finish()))

    def _given(self, fresh: list[Places]) -> Hits:
        self._places = [
            Places(chance=old.chance, n_chance=old.n_chance).and_also(one)
            for old, one in zip(self._places, fresh, strict=True)
        ]
        self._waiting = _and(self._waiting, fresh)
        hours = self._detector.hours
        found = Found("", 0.0, hours, self.heard, self._detector.names, self._places)
        rows: list[Hit] = []
        for i, name in enumerate(self._detector.names):
            if not len(self._waiting[i].at):
                continue
            tail = _tail([found], name)
            if tail is None and self.min_score is None:
                continue
            rows += rows_of(self.heard, self._waiting[i], name, tail, hours, self.per_hour, self.min_score, "")
            self._waiting[i] = Places()
        return Hits(sorted(rows, key=lambda hit: hit.start), [Listened("", 0.0, hours)])


def _tail(several: Sequence[Found], name: str) -> Tail | None:
    """What chance gives for a class in some sounds."""
    chance, total, hours = [np.zeros(0)], 0, 0.0
    for found in several:
        if name in found.names:
            places = found.places[found.names.index(name)]
            chance.append(places.chance)
            total += places.n_chance
            hours += found.chance_hours(name)
    return tail_of(np.concatenate(chance), hours, n_scores=total)


def _n_chance(several: Sequence[Found], name: str) -> int:
    return sum(found.places[found.names.index(name)].n_chance for found in several if name in found.names)


def _levels(piece: Any) -> np.ndarray:
    """(channels, frames, rows) of a spectrogram."""
    values = piece.values if piece.values.ndim == 3 else piece.values[None]
    return np.asarray(np.swapaxes(values, 1, 2), np.float32)


def _and(some: list[Places], more: list[Places]) -> list[Places]:
    return [one.and_also(other) for one, other in zip(some, more, strict=True)]


def _is_some(given: Any) -> bool:
    return not (isinstance(given, list | tuple) and not given) and given is not None
