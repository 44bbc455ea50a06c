"""Landmarks of a sound: whole, or as it arrives in blocks of any length, with the same bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.checks import whole
from sonograph.computing.stream import Stream
from sonograph.errors import SettingsError
from sonograph.matching.feed import Feed, blocks_of
from sonograph.matching.recordings.landmark_settings import WINDOW, LandmarkSettings
from sonograph.matching.recordings.pairs import chosen_pairs, landmark_buckets
from sonograph.matching.recordings.peaks import PeakPicker, Peaks
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Source, checked_rate, checked_samples

if TYPE_CHECKING:
    from sonograph.engines import Engine

AT_ONCE = 1 << 17
"""Samples that become frames at a time: their levels stay in a cache."""


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Landmarks of a sound, or of a further part of it.

    peaks   : Peaks; times in frames, frequencies in Hz
    pairs   : (n, 2) numbers of peaks, counted over the whole sound
    buckets : (n,) what each pair is known by; -1 outside of the band
    n_frames : frames of the sound so far
    first   : the number of the first of `peaks`
    settings : which peaks and pairs count
    """

    peaks: Peaks
    pairs: np.ndarray
    buckets: np.ndarray
    n_frames: int
    settings: LandmarkSettings
    first: int = 0

    @property
    def times(self) -> np.ndarray:
        """(peaks,) seconds, of the middle of a window."""
        return (self.peaks.times + WINDOW / 2 / self.settings.stft.hop) / self.settings.frames_per_second

    @property
    def frequencies(self) -> np.ndarray:
        """(peaks,) hertz."""
        return self.peaks.frequencies

    def __len__(self) -> int:
        return len(self.pairs)

    def __repr__(self) -> str:
        seconds = self.n_frames / self.settings.frames_per_second
        return f"<Landmarks: {len(self.pairs)} pairs of {len(self.peaks.times)} peaks in {seconds:.4g} s>"

    def join(self, after: Landmarks) -> Landmarks:
        """These and those of the part that follows.

        Raises
        ------
        SettingsError
            The other part does not follow, or has other settings.
        """
        if after.settings != self.settings or after.first != self.first + len(self.peaks.times):
            raise SettingsError("these landmarks do not follow; join parts of one stream in their order")
        peaks = Peaks.joined([self.peaks, after.peaks])
        pairs = np.concatenate([self.pairs, after.pairs])
        buckets = np.concatenate([self.buckets, after.buckets])
        return Landmarks(peaks, pairs, buckets, after.n_frames, self.settings, self.first)


class PeakStream:
    """Blocks of sound in; peaks out, once the frames around them have come.

    Parameters
    ----------
    settings
        Which peaks count.
    sample_rate, n_channels, unit
        Of the blocks.
    query
        Whether it is a sound that is looked for, which has more peaks.
    engine
        Where to compute; `engines.default()` by default.
    at_once
        Samples, at the rate of the settings, that are waited for: many are faster, and peaks then come later.
    """

    def __init__(
        self,
        settings: LandmarkSettings,
        *,
        sample_rate: float,
        n_channels: int = 1,
        unit: str = "FS",
        query: bool = False,
        engine: Engine | None = None,
        at_once: int = 1,
    ) -> None:
        self.settings, self.unit, self.sample_rate = settings, unit, checked_rate(sample_rate)
        self.n_channels = whole("n_channels", n_channels, 1)
        self.n_samples = 0
        self._feed = Feed(self.sample_rate, settings.sample_rate)
        self._frames = Stream(settings.stft, sample_rate=settings.sample_rate, engine=engine, reuse=True)
        self._picker = PeakPicker(settings, query=query, absolute=unit == "FS")
        self.n_frames = 0
        self._at_once = at_once
        self._waiting: list[np.ndarray] = []
        self._finished = False

    def push(self, block: Any) -> Peaks:
        """The peaks that a further block of any length makes certain; block : (n,) or (channels, n).

        Raises
        ------
        SettingsError
            A block of another number of channels, or after `finish`.
        """
        self._refuse_finished()
        samples = checked_samples(block, self.unit)
        samples = samples.reshape(1, -1) if samples.ndim == 1 else samples
        if len(samples) != self.n_channels:
            raise SettingsError(f"the block has {len(samples)} channels; the stream has {self.n_channels}")
        self.n_samples += samples.shape[1]
        self._waiting.append(self._feed.push(samples))
        return self._picked() if sum(map(len, self._waiting)) >= self._at_once else Peaks.none()

    def finish(self) -> Peaks:
        """The peaks of the end.

        Raises
        ------
        SettingsError
            It is finished already.
        """
        self._refuse_finished()
        self._finished = True
        self._waiting.append(self._feed.finish())
        parts = [self._picked()]
        self._frames.finish()  # frames reach no further than the sound: there are none left
        parts.append(self._picker.finish())
        return Peaks.joined(parts)

    @property
    def length(self) -> float:
        """How much sound has come, in frames: from the beginning of one to that of the next."""
        return self.n_samples / self.sample_rate * self.settings.frames_per_second

    @property
    def certain(self) -> int:
        """Frames whose peaks have all been given."""
        return self._picker.judged

    def _picked(self) -> Peaks:
        samples, parts = np.concatenate(self._waiting), []
        self._waiting = []
        for first in range(0, len(samples), AT_ONCE):
            power = self._frames.push(samples[first : first + AT_ONCE])
            self.n_frames += len(power.frames)
            parts.append(self._picker.push(power.values.T))
        return Peaks.joined(parts)

    def _refuse_finished(self) -> None:
        if self._finished:
            raise SettingsError("the stream is finished; make another for the next sound")


class LandmarkStream:
    """The landmarks of a sound that arrives in blocks; joined they are those of the whole, bit for bit.

    Parameters as `PeakStream`, but for `query`: these are the landmarks of an index.

    Examples
    --------
    >>> from sonograph import signals
    >>> sound = signals.pluck(220.0, 3.0)
    >>> stream = LandmarkStream(LandmarkSettings(), sample_rate=sound.sample_rate)
    >>> parts = [stream.push(sound.samples[i : i + 5000]) for i in range(0, sound.n_samples, 5000)]
    >>> joined = stream.finish()
    >>> for part in reversed(parts):
    ...     joined = part.join(joined)
    >>> bool((joined.buckets == landmarks(sound).buckets).all())
    True
    """

    def __init__(
        self,
        settings: LandmarkSettings,
        *,
        sample_rate: float,
        n_channels: int = 1,
        unit: str = "FS",
        engine: Engine | None = None,
        at_once: int = 1,
    ) -> None:
        self.settings = settings
        self._peaks = PeakStream(
            settings, sample_rate=sample_rate, n_channels=n_channels, unit=unit, engine=engine, at_once=at_once
        )
        self._held = Peaks.none()  # that later ones may pair with
        self._first = 0  # the number of the first that is held
        self._paired = 0  # peaks whose pairs have been given
        self._given = 0  # peaks that have been given

    def push(self, block: Any) -> Landmarks:
        """The landmarks that a further block makes certain; block : (n,) or (channels, n).

        Raises
        ------
        SettingsError
            A block of another number of channels, or after `finish`.
        """
        return self._landmarks(self._peaks.push(block), last=False)

    def finish(self) -> Landmarks:
        """The landmarks of the end.

        Raises
        ------
        SettingsError
            It is finished already.
        """
        return self._landmarks(self._peaks.finish(), last=True)

    @property
    def n_samples(self) -> int:
        """Samples of each channel that came."""
        return self._peaks.n_samples

    def _landmarks(self, fresh: Peaks, *, last: bool) -> Landmarks:
        held = self._held = Peaks.joined([self._held, fresh])
        final = self._peaks.certain - self.settings.far - 1
        stop = len(held.frames) if last else int(np.searchsorted(held.frames, final))
        begin = self._paired - self._first
        stop = max(begin, stop)
        a, b = chosen_pairs(held, self.settings, slice(begin, stop))
        found = Landmarks(
            fresh,
            np.stack([a, b], axis=1) + self._first,
            landmark_buckets(held, a, b, self.settings),
            self._peaks.n_frames,
            self.settings,
            self._given,
        )
        self._held, self._first, self._paired = held.part(stop), self._first + stop, self._first + stop
        self._given += len(fresh.frames)
        return found


def landmarks(source: Source, settings: LandmarkSettings | None = None, *, engine: Engine | None = None) -> Landmarks:
    """The landmarks of a sound, as an index keeps them.

    Parameters
    ----------
    source
        A Signal, an open file, or anything that is a Source, of any rate and number of channels: it is brought to
        the rate of the settings, and its channels are added.
    settings
        `LandmarkSettings()` by default.
    engine
        Where to compute; `engines.default()` by default.

    Returns
    -------
    Landmarks
        Perhaps none: silence, steady tones and hum have none.

    Raises
    ------
    SettingsError
        What is no source.

    Examples
    --------
    >>> from sonograph import signals
    >>> landmarks(signals.tone(1000.0, 3.0))
    <Landmarks: 0 pairs of 0 peaks in 2.926 s>
    """
    settings = LandmarkSettings() if settings is None else settings
    checked_source(source)
    stream = LandmarkStream(
        settings,
        sample_rate=source.sample_rate,
        n_channels=source.n_channels,
        unit=source.unit,
        engine=engine,
        at_once=AT_ONCE,
    )
    parts = [stream.push(block) for block in blocks_of(source)]
    parts.append(stream.finish())
    return Landmarks(
        Peaks.joined([part.peaks for part in parts]),
        np.concatenate([part.pairs for part in parts]),
        np.concatenate([part.buckets for part in parts]),
        parts[-1].n_frames,
        settings,
    )


def query_peaks(source: Source, settings: LandmarkSettings, *, engine: Engine | None = None) -> tuple[Peaks, float]:
    """The peaks of a sound that is looked for, and how long it is, in frames."""
    checked_source(source)
    stream = PeakStream(
        settings,
        sample_rate=source.sample_rate,
        n_channels=source.n_channels,
        unit=source.unit,
        query=True,
        engine=engine,
        at_once=AT_ONCE,
    )
    peaks = Peaks.joined([*(stream.push(block) for block in blocks_of(source)), stream.finish()])
    return peaks, stream.length
