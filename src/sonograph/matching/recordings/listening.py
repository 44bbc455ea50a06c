"""An index that listens: blocks of sound in, matches out as soon as they are sure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.matching.recordings.landmark import PeakStream
from sonograph.matching.recordings.landmark_settings import HOP
from sonograph.matching.recordings.matches import Match
from sonograph.matching.recordings.peaks import Peaks
from sonograph.matching.recordings.search import REACH, WINDOW, Wish, query_of, search

if TYPE_CHECKING:
    from sonograph.matching.recordings.folder import Index

EACH = 1.0
"""Seconds of sound after which it is looked for again."""

SHORTEST = 60
"""Frames of sound before it is looked for at all."""

GOES_ON = 12.0
"""Frames by which a match may drift from one look to the next and still be the same."""


class Listener:
    """Finds what is heard: made by `Index.listen`.

    Each second it looks for the last ten. A match is given once, when it is sure, and again when another recording, or
    another place, is heard.

    Examples
    --------
    >>> import tempfile
    >>> from sonograph import Signal, signals
    >>> from sonograph.matching import Index
    >>> strings = [signals.pluck(150.0 + 37 * (k * k % 11), 0.4, seed=k).samples for k in range(20)]
    >>> tune = Signal(np.concatenate(strings), 48_000.0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     index = Index.create(folder)
    ...     index.add(tune, name="tune")
    ...     listener = index.listen(tune.sample_rate)
    ...     found = [match for i in range(40) for match in listener.push(tune.samples[i * 9600 : (i + 1) * 9600])]
    >>> [match.recording for match in found]
    ['tune']
    """

    def __init__(
        self,
        index: Index,
        sample_rate: float,
        *,
        n_channels: int = 1,
        chance: float = 1e-3,
        speeds: float = 0.02,
        most: int = 5,
    ) -> None:
        self.index, self.wish = index, Wish(chance, speeds, most)
        self._stream = PeakStream(index.settings, sample_rate=sample_rate, n_channels=n_channels, query=True)
        self._sample_rate = sample_rate
        self._peaks = Peaks.none()
        self._looked = 0  # samples that had come when it was last looked for
        self._known: dict[tuple[int, int], list[tuple[float, float]]] = {}  # where what was given would go on

    @property
    def seconds(self) -> float:
        """How much sound has come."""
        return self._stream.n_samples / self._sample_rate

    def push(self, block: Any) -> list[Match]:
        """What a further block makes sure, perhaps nothing; block : (n,) or (channels, n).

        Raises
        ------
        SettingsError
            A block of another number of channels, or after `finish`.
        """
        self._keep(self._stream.push(block))
        if self._stream.n_samples - self._looked < EACH * self._sample_rate or self._stream.n_frames < SHORTEST:
            return []
        self._looked = self._stream.n_samples
        return self._look()

    def finish(self) -> list[Match]:
        """What the end makes sure.

        Raises
        ------
        SettingsError
            It is finished already.
        """
        self._keep(self._stream.finish())
        return self._look()

    def _keep(self, peaks: Peaks) -> None:
        joined = Peaks.joined([self._peaks, peaks])
        self._peaks = joined.part(int(np.searchsorted(joined.frames, self._stream.n_frames - WINDOW)))

    def _look(self) -> list[Match]:
        begin = max(0, self._stream.n_frames - WINDOW)
        query = query_of(self._peaks, begin, self.index.settings)
        looks = max(1.0, self.seconds / EACH / 10)  # windows that were looked for and do not overlap
        new: list[Match] = []
        for one, chance in search(self.index, query, self.wish):
            if chance * looks > self.wish.chance or len(new) >= self.wish.most:
                break
            alignment = one.alignment
            if not self._goes_on(one.recording, alignment.begin, alignment.speed, begin):
                new.append(self._match(one.recording, alignment, chance * looks, begin))
        return new

    def _goes_on(self, recording: tuple[int, int], place: float, speed: float, begin: int) -> bool:
        """Whether a match has been given; where it is now is remembered."""
        known = self._known.setdefault(recording, [])
        for i, (before, at) in enumerate(known):
            if abs(at + (begin - before) * speed - place) <= GOES_ON:
                known[i] = (begin, place)
                return True
        known.append((begin, place))
        return False

    def _match(self, recording: tuple[int, int], alignment: Any, chance: float, begin: int) -> Match:
        segment = self.index.segments[recording[0]][0]
        seconds = HOP / self.index.settings.sample_rate
        start = max(0.0, -alignment.begin / alignment.speed)
        length = int(segment.lengths[recording[1]]) + REACH
        end = min(self._stream.n_frames - begin + REACH, (length - alignment.begin) / alignment.speed)
        return Match(
            recording=segment.name(recording[1]),
            offset=(alignment.begin + start * alignment.speed) * seconds,
            until=(alignment.begin + max(start, end) * alignment.speed) * seconds,
            speed=alignment.speed,
            votes=alignment.votes,
            chance=chance,
            start=(begin + start) * seconds,
            end=(begin + max(start, end)) * seconds,
        )
