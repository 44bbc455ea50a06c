"""`detect`: where a sound like some templates is heard, with a threshold that is a rate of false alarms."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from sonograph.computing.spectrogram import pieces
from sonograph.errors import SettingsError
from sonograph.io import audio
from sonograph.io.sources import Sound, is_path
from sonograph.jobs.guard import alive
from sonograph.matching.detection.competition import Places
from sonograph.matching.detection.deciding import Found, check_threshold, decided
from sonograph.matching.detection.detector import Detector
from sonograph.matching.detection.template_levels import hearing_of
from sonograph.matching.detection.templates import Template, templates_of
from sonograph.matching.hits import Hits
from sonograph.named.given import settings_of
from sonograph.settings import Settings
from sonograph.settings.arguments import answered
from sonograph.sounds.derived import checked_source, recorded
from sonograph.sounds.source import Source

AT_ONCE = 1 << 14
"""Frames of levels that are held at a time."""


@answered
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
    meant, others = templates_of(templates), templates_of(against) if is_some(against) else []
    check_threshold(per_hour, min_score)

    def found_in(sound: Source) -> Found:
        path = getattr(recorded(sound), "path", None)
        file = "" if path is None else os.fsdecode(path)
        return places_in(meant, others, sound, settings=settings, file=file)

    if is_path(source):
        return decided([audio.settled(source, found_in)], per_hour, min_score)
    return decided([found_in(checked_source(source))], per_hour, min_score)


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
    hearing = hearing_of([*meant, *others], sound.sample_rate, sound.unit, given)
    for template in hearing.templates:
        if template.sound.n_samples > sound.n_samples:
            length = sound.n_samples / sound.sample_rate
            raise SettingsError(
                f"the template {template.name!r} lasts {template.duration:g} s and the recording {length:g} s; "
                f"it must be the longer of the two"
            )
    detector = Detector(hearing, sound.n_channels, len(meant))
    places = [Places() for _ in detector.names]
    for piece in pieces(sound, hearing.settings, at_most=AT_ONCE, reuse=True):
        alive()
        places = both(places, detector.push(levels_of(piece)))
    places = both(places, detector.finish())
    seconds = sound.n_samples / sound.sample_rate
    return Found(file, seconds, detector.hours, hearing, detector.names, places)


def levels_of(piece: Any) -> np.ndarray:
    """(channels, frames, rows) of a spectrogram."""
    values = piece.values if piece.values.ndim == 3 else piece.values[None]
    return np.asarray(np.swapaxes(values, 1, 2), np.float32)


def both(some: list[Places], more: list[Places]) -> list[Places]:
    """Places of each class, and more of each."""
    return [one.and_also(other) for one, other in zip(some, more, strict=True)]


def is_some(given: Any) -> bool:
    """Whether templates were given at all."""
    return not (isinstance(given, list | tuple) and not given) and given is not None
