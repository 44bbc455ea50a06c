"""`DetectStream`: templates looked for in a sound that goes on."""

from __future__ import annotations

from typing import Any

import numpy as np

from sonograph.computing.stream import Stream
from sonograph.matching.detection.competition import Places
from sonograph.matching.detection.deciding import Found, chance_of, check_threshold, rows_of
from sonograph.matching.detection.detecting import both, is_some, levels_of
from sonograph.matching.detection.detector import Detector
from sonograph.matching.detection.template_levels import hearing_of
from sonograph.matching.detection.templates import templates_of
from sonograph.matching.hits import Hit, Hits
from sonograph.named.given import settings_of
from sonograph.settings import Settings, stft_of
from sonograph.settings.arguments import answered


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
        meant, others = templates_of(templates), templates_of(against) if is_some(against) else []
        check_threshold(per_hour, min_score)
        self.per_hour, self.min_score = per_hour, min_score
        given = None if settings is None else settings_of(settings)
        self.hearing = hearing_of([*meant, *others], sample_rate, unit, given)
        self._detector = Detector(self.hearing, n_channels, len(meant))
        self._stream = Stream(
            self.hearing.settings, sample_rate=sample_rate, n_channels=n_channels, unit=unit, reuse=True
        )
        self._places = [Places() for _ in self._detector.names]
        self._waiting = [Places() for _ in self._detector.names]

    @property
    def delay(self) -> float:
        """Seconds from a sound to its hit, at most."""
        stft = stft_of(self.hearing.settings)
        return self._detector.delay + stft.window_length / self.hearing.sample_rate

    def push(self, block: np.ndarray) -> Hits:
        """The hits that a further block makes certain, perhaps none; block : (n,) or (channels, n)."""
        return self._given(self._detector.push(levels_of(self._stream.push(block))))

    def finish(self) -> Hits:
        """The hits of the end."""
        last = self._detector.push(levels_of(self._stream.finish()))
        return self._given(both(last, self._detector.finish()))

    def _given(self, fresh: list[Places]) -> Hits:
        self._places = [Places(chances=old.chances).and_also(one) for old, one in zip(self._places, fresh, strict=True)]
        self._waiting = both(self._waiting, fresh)
        hours = self._detector.hours
        found = Found("", 0.0, hours, self.hearing, self._detector.names, self._places)
        rows: list[Hit] = []
        for i, name in enumerate(self._detector.names):
            if not len(self._waiting[i].at):
                continue
            tail = chance_of([found], name)
            if tail is None and self.min_score is None:
                continue
            rows += rows_of(self.hearing, self._waiting[i], name, tail, hours, self.per_hour, self.min_score, "")
            self._waiting[i] = Places()
        return Hits(sorted(rows, key=lambda hit: hit.start), [found.listened])
