"""A sound and settings become a spectrogram: whole, a part, or in pieces.

The three steps are the same for all: which samples, compute, label. Frames inside the sound are computed straight
from its memory; the few that reach over its ends see a short copy with the edges filled in.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator

import numpy as np

from sonograph.checks import whole
from sonograph.computing.pipeline import Pipeline, pipeline
from sonograph.computing.run import Run, filtered, memory_of, through
from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.frames import check_frames, frames_of, refuse_too_short, split
from sonograph.io.sources import Sound, is_path, of_files
from sonograph.levels import level
from sonograph.named.given import settings_of
from sonograph.settings import (
    Settings,
    context_of,
    stages,
    stft_of,
    whole_sound,
)
from sonograph.settings.arguments import answered
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram
from sonograph.spectrograms.described import usual


@of_files
def spectrogram(
    source: Sound,
    settings: Settings | str | None = None,
    *,
    frames: range | None = None,
    engine: Engine | None = None,
    out: np.ndarray | None = None,
) -> Spectrogram:
    """The spectrogram of a sound, or of some of its frames.

    Parameters
    ----------
    source
        A path, a Signal, an open file, or anything that is a Source.
    settings
        Any settings: StftSettings give a power (or a transform), BandSettings band sums, LevelSettings decibels,
        CepstralSettings cepstra …; a preset, or its name. By default StftSettings(), of complex samples with
        sides="two".
    frames
        Which frames, numbered over the whole sound; all by default. Settings that look at the whole sound or at all
        frames before still do.
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
        A sound too short for the settings or of a rate that they are not for, frames that it does not have, bands
        with no bin in them, an `out` of another shape or order.
    SourceError
        A file that cannot be read.

    Examples
    --------
    >>> from sonograph import signals
    >>> spectrogram(signals.tone(1000.0, 1.0))
    <Spectrogram: 1025 bins × 94 frames, Power (FS²), 48000 Hz>
    """
    given, source = None if settings is None else settings_of(settings), checked_source(source, iq=True)
    return _computed(source, usual(source) if given is None else given, frames, engine, out)


def _computed(
    source: Source,
    settings: Settings,
    frames: range | None = None,
    engine: Engine | None = None,
    out: np.ndarray | None = None,
) -> Spectrogram:
    if whole_sound(settings):
        return _from_the_whole(source, settings, frames, engine, out)
    source = filtered(source, settings)
    bound, available = _bound(source, settings, engine)
    frames = available if frames is None else frames
    check_frames(frames, available)
    if out is None:
        memory, reused = bound.empty(len(frames))
    else:
        memory, reused = _frame_by_frame(out, bound.shape(len(frames)), bound.dtype), True
    before, after = context_of(settings)
    run = Run(bound, 0 if before is None else max(0, frames.start - before))
    stop = min(frames.stop + after, len(available))
    run.advance(source, stop, memory, frames.start, finish=stop == len(available), reused=reused)
    return bound.label(source, frames, memory)


@answered
def pieces(
    source: Sound,
    settings: Settings | str | None = None,
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
    reason = whole_sound(settings_of(settings))
    if reason:
        raise SettingsError(f"{reason}; it cannot be computed in pieces: use spectrogram")
    if is_path(source):
        with contextlib.ExitStack() as opening:  # closed where it is refused
            from sonograph.io import audio

            source = opening.enter_context(audio.open(source))
            found = _pieces(source, settings, at_most, engine, reuse)
            return _closing(opening.pop_all(), found)
    return _pieces(checked_source(source, iq=True), settings, at_most, engine, reuse)


def _closing(opening: contextlib.ExitStack, found: Iterator[Spectrogram]) -> Iterator[Spectrogram]:
    with opening:
        yield from found


def _pieces(
    source: Source, given: Settings | str | None, at_most: int, engine: Engine | None, reuse: bool
) -> Iterator[Spectrogram]:
    settings = settings_of(given, usual(source))
    source = filtered(source, settings)
    bound, available = _bound(source, settings, engine)
    ranges = split(available, whole("at_most", at_most, 1))

    def all_pieces() -> Iterator[Spectrogram]:
        shared, written = bound.empty(min(at_most, len(available))) if reuse else (None, False)
        run, after = Run(bound), context_of(settings)[1]
        for i, frames in enumerate(ranges):
            if shared is None:
                here, reused = bound.empty(len(frames))
            else:
                here, reused = bound.beginning(shared, len(frames)), written or i > 0
            stop = min(frames.stop + after, len(available))
            run.advance(source, stop, here, frames.start, finish=stop == len(available), reused=reused)
            yield bound.label(source, frames, here)

    return all_pieces()


def _bound(source: Source, settings: Settings, engine: Engine | None) -> tuple[Pipeline, range]:
    """Settings bound for a sound, and the frames that it has."""
    refuse_too_short(settings, source.n_samples)
    return pipeline(settings, source, source.read(range(0)).dtype, engine), frames_of(settings, source.n_samples)


def _from_the_whole(
    source: Source, settings: Settings, frames: range | None, engine: Engine | None, out: np.ndarray | None
) -> Spectrogram:
    """What needs the whole sound: all frames below that stage first, then the stage, then those that follow."""
    from sonograph.features.stages import STAGES

    listed = stages(settings)
    last = max(i for i, stage in enumerate(listed) if stage.context == "whole")
    stage, following = listed[last], listed[last + 1 :]
    done = _computed(source, stage.of, engine=engine)
    function = STAGES[type(stage)].function
    if function is None:
        done = level(done, reference="max", floor=stage.floor)
        memory = memory_of(done)
    else:
        memory = function(stage, memory_of(done), done.sample_rate / stft_of(stage).hop)
    done = through(done, settings, following, memory)
    done = done if frames is None else done.select(frames=frames)
    if out is None:
        return done
    memory = np.swapaxes(done.values, -1, -2)
    _frame_by_frame(out, (done.n_channels, *memory.shape[-2:]), memory.dtype)
    out[...] = done.values
    return dataclasses.replace(done, values=out)


def _frame_by_frame(out: np.ndarray, shape: tuple[int, int, int], dtype: np.dtype) -> np.ndarray:
    """`out` as memory (channels, frames, rows)."""
    channels, n_frames, rows = shape
    wanted = (rows, n_frames) if channels == 1 else (channels, rows, n_frames)
    if not isinstance(out, np.ndarray):
        raise SettingsError(f"out is {type(out).__name__}; it must be an array, as np.empty((frames, rows)).T")
    if out.shape != wanted or out.dtype != dtype:
        raise SettingsError(f"out is {out.dtype} of shape {out.shape}; it must be {dtype} of shape {wanted}")
    memory = np.swapaxes(out, -1, -2)
    if not memory.flags.c_contiguous or not memory.flags.writeable:
        raise SettingsError("out does not run frame by frame; make it with np.empty((frames, rows)).T")
    return memory.reshape(shape)
