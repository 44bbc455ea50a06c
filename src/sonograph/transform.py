"""A sound and settings become a spectrogram: whole, a part, or in pieces.

The three steps are the same for all: which samples, compute, label. Frames inside the sound are computed straight
from its memory; the few that reach over its ends see a short copy with the edges filled in.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from sonograph import engines
from sonograph.engines import Bands, Engine, Log, Work
from sonograph.errors import SettingsError
from sonograph.frames import check_frames, frames_of, refuse_too_short, samples_for, split, valid_frames
from sonograph.levels import level, resolve_reference
from sonograph.settings import BandSettings, LevelSettings, Settings, StftSettings, stft_of, whole_sound
from sonograph.sources import Signal, Source
from sonograph.spectrograms import Spectrogram
from sonograph.windows import power_scale, window_of

READ_AT_ONCE = 1 << 22
"""Samples of all channels that are held at a time of a source that is not in memory."""


def spectrogram(
    source: Source,
    settings: Settings | None = None,
    *,
    frames: range | None = None,
    engine: Engine | None = None,
    out: np.ndarray | None = None,
) -> Spectrogram:
    """The spectrogram of a sound, or of some of its frames.

    Parameters
    ----------
    source
        A Signal, an open file, or anything that is a Source.
    settings
        Any settings: StftSettings give a power (or a transform), BandSettings band sums, LevelSettings decibels.
        By default StftSettings().
    frames
        Which frames, numbered over the whole sound; all by default.
    engine
        Where to compute; `engines.default()` by default.
    out : (rows, frames) or (channels, rows, frames)
        Memory for the values, running frame by frame: np.empty((frames, rows)).T. It becomes `values`.

    Returns
    -------
    Spectrogram
        values (rows, frames) for one channel, (channels, rows, frames) for several.

    Raises
    ------
    SettingsError
        A sound too short for the settings, frames that it does not have, an `out` of another shape or order.

    Examples
    --------
    >>> from sonograph import signals
    >>> spectrogram(signals.tone(1000.0, 1.0))
    <Spectrogram: 1025 bins × 94 frames, Power (FS²), 48000 Hz>
    """
    settings = StftSettings() if settings is None else settings
    if isinstance(settings, LevelSettings) and settings.reference == "max":
        below = spectrogram(source, settings.of, frames=frames, engine=engine, out=out)
        return level(below, reference="max", floor=settings.floor)
    plan, available = _plan_for(source, settings, engine)
    frames = available if frames is None else frames
    check_frames(frames, available)
    memory = plan.empty(len(frames)) if out is None else _frame_by_frame(out, plan.shape(len(frames)), plan.dtype)
    return plan.fill(source, frames, memory, reused=out is not None)


def pieces(
    source: Source,
    settings: Settings | None = None,
    *,
    at_most: int,
    engine: Engine | None = None,
    reuse: bool = False,
) -> Iterator[Spectrogram]:
    """The spectrogram of a sound in neighbouring pieces of at most so many frames, in bounded memory.

    Joined they equal the whole, bit for bit. With `reuse` all pieces share their memory, which is faster: a piece
    then lives until the next.

    Raises
    ------
    SettingsError
        As `spectrogram`; at_most below 1; settings that need the whole sound.

    Examples
    --------
    >>> from sonograph import signals
    >>> [len(piece.frames) for piece in pieces(signals.tone(1000.0, 1.0), at_most=40)]
    [40, 40, 14]
    """
    settings = StftSettings() if settings is None else settings
    reason = whole_sound(settings)
    if reason:
        raise SettingsError(f"{reason}; it cannot be computed in pieces: use spectrogram")
    plan, available = _plan_for(source, settings, engine)
    ranges = split(available, at_most)

    def run() -> Iterator[Spectrogram]:
        memory = plan.empty(min(at_most, len(available))) if reuse else None
        for i, frames in enumerate(ranges):
            here = plan.empty(len(frames)) if memory is None else plan.beginning(memory, len(frames))
            yield plan.fill(source, frames, here, reused=reuse and i > 0)

    return run()


def _plan_for(source: Source, settings: Settings, engine: Engine | None) -> tuple[Plan, range]:
    """A plan for a sound, and the frames that it has."""
    refuse_too_short(settings, source.n_samples)
    return Plan(settings, source, source.read(range(0)).dtype, engine), frames_of(settings, source.n_samples)


class Plan:
    """One settings value for one kind of sound on one engine: what every way of running shares."""

    def __init__(self, settings: Settings, like: Source, dtype: np.dtype, engine: Engine | None) -> None:
        asked = engines.default() if engine is None else engine
        self.settings, self.stft = settings, stft_of(settings)
        self.n_channels = like.n_channels
        self.work, self.reference = work_for(settings, like.sample_rate, like.unit)
        self.samples_dtype = np.dtype(asked.dtype or dtype)
        self.engine = engines.serving(asked, self.work, self.samples_dtype)
        complex_type = np.result_type(self.samples_dtype, np.complex64)
        self.dtype = complex_type if self.work.quantity == "transform" else self.samples_dtype

    def shape(self, n_frames: int) -> tuple[int, int, int]:
        """(channels, frames, rows), as it lies in memory."""
        return self.n_channels, n_frames, self.work.n_rows

    def empty(self, n_frames: int) -> np.ndarray:
        """Memory for the values of so many frames."""
        return engines.empty(self.shape(n_frames), self.dtype)

    def beginning(self, memory: np.ndarray, n_frames: int) -> np.ndarray:
        """The beginning of memory for more frames, as memory for fewer."""
        shape = self.shape(n_frames)
        return memory.reshape(-1)[: shape[0] * shape[1] * shape[2]].reshape(shape)

    def fill(self, source: Source, frames: range, memory: np.ndarray, *, reused: bool = False) -> Spectrogram:
        """Compute `frames` of a sound into memory (channels, frames, rows), and label it."""
        self.compute(source, frames, memory, reused=reused)
        return self.label(source, frames, memory)

    def compute(self, source: Source, frames: range, memory: np.ndarray, *, reused: bool = False) -> None:
        """The values of `frames`, run by run."""
        for part in self.runs(source, frames):
            samples = self.read(source, part)
            here = memory[:, part.start - frames.start : part.stop - frames.start]
            for channel in range(len(here)):
                one = slice(channel, channel + 1)
                self.engine.compute(samples[one], self.work, here[one], reused=reused)

    def label(self, source: Source, frames: range, memory: np.ndarray) -> Spectrogram:
        """Memory (channels, frames, rows) as a Spectrogram."""
        values = np.swapaxes(memory, -1, -2)
        return Spectrogram(
            values=values[0] if self.n_channels == 1 else values,
            frames=frames,
            valid=self.valid(source, frames),
            sample_rate=source.sample_rate,
            settings=self.settings,
            quantity="level" if isinstance(self.settings, LevelSettings) else self.work.quantity,
            unit=source.unit,
            reference=self.reference,
            start=source.start,
            engine=self.engine.name,
        )

    def valid(self, source: Source, frames: range) -> range:
        """Those of `frames` that see only samples of the sound; where none do, an empty range at their end."""
        inside = valid_frames(self.settings, source.n_samples) if frames else frames
        first, last = max(inside.start, frames.start), min(inside.stop, frames.stop)
        return range(first, last) if first < last else range(frames.stop, frames.stop)

    def runs(self, source: Source, frames: range) -> Iterator[range]:
        """Neighbouring runs of `frames`, each wholly over an end or wholly inside, none too long to hold."""
        valid = self.valid(source, frames)
        step = max(1, (READ_AT_ONCE // self.n_channels - self.stft.overlap) // self.stft.hop)
        for part in (range(frames.start, valid.start), valid, range(valid.stop, frames.stop)):
            whole = isinstance(source, Signal) and part is valid  # a view, not a copy
            yield from split(part, max(1, len(part)) if whole else step)

    def read(self, source: Source, frames: range) -> np.ndarray:
        """The samples that `frames` look at, the edges filled in, in the precision to compute in."""
        samples = read_with_edges(source, samples_for(self.stft, frames), self.stft.edges)
        return samples.astype(self.samples_dtype, copy=False)


@lru_cache(maxsize=64)
def work_for(settings: Settings, sample_rate: float, unit: str) -> tuple[Work, float | None]:
    """Settings as numbers for an engine, and the reference of a level; the same object for the same settings."""
    stft = stft_of(settings)
    scale, ends = power_scale(stft, sample_rate)
    log, reference, below = None, None, settings
    if isinstance(settings, LevelSettings):
        below = settings.of
        reference = resolve_reference(settings.reference, unit, settings.of)
        scale /= reference or 1.0
        log = Log(10.0, 10 ** (settings.floor / 10))
    bands = _sparse(below) if isinstance(below, BandSettings) else None
    window = window_of(stft) * scale**0.5
    return Work(window, stft.hop, stft.n_fft, stft.quantity, ends, bands, log), reference


def _sparse(settings: BandSettings) -> Bands:
    return Bands(
        np.array([band.first for band in settings.bands], np.int64),
        np.cumsum([0, *(len(band.weights) for band in settings.bands)], dtype=np.int64),
        np.array([w for band in settings.bands for w in band.weights], float),
    )


def read_with_edges(source: Source, wanted: range, edges: str) -> np.ndarray:
    """Samples of a range that may reach out of the sound, filled in as `edges` says: (channels, n)."""
    if edges not in ("reflect", "kaldi") or (wanted.start >= 0 and wanted.stop <= source.n_samples):
        return source.read(wanted)
    # "reflect" turns on the first and the last sample, "kaldi" just outside of them
    period = 2 * (source.n_samples - 1) if edges == "reflect" else 2 * source.n_samples
    place = np.arange(wanted.start, wanted.stop) % max(1, period)
    back = period - place - (0 if edges == "reflect" else 1)
    place = np.where(place < source.n_samples, place, back)
    first = int(place.min())
    return np.take(source.read(range(first, int(place.max()) + 1)), place - first, axis=1)


def _frame_by_frame(out: np.ndarray, shape: tuple[int, int, int], dtype: np.dtype) -> np.ndarray:
    """`out` as memory (channels, frames, rows)."""
    channels, n_frames, rows = shape
    wanted = (rows, n_frames) if channels == 1 else (channels, rows, n_frames)
    if out.shape != wanted or out.dtype != dtype:
        raise SettingsError(f"out is {out.dtype} of shape {out.shape}; it must be {dtype} of shape {wanted}")
    memory = np.swapaxes(out, -1, -2)
    if not memory.flags.c_contiguous or not memory.flags.writeable:
        raise SettingsError("out does not run frame by frame; make it with np.empty((frames, rows)).T")
    return memory.reshape(shape)
