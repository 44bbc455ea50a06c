"""A sound and settings become a spectrogram: whole, a part, or in pieces.

The three steps are the same for all: which samples, compute, label. Frames inside the sound are computed straight
from its memory; the few that reach over its ends see a short copy with the edges filled in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from sonograph.checks import whole
from sonograph.computing.pipeline import Plan as Plan
from sonograph.computing.run import Forward, through
from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.features.norms import over_the_sound
from sonograph.features.path import path
from sonograph.frames import check_frames, frames_of, refuse_too_short, split
from sonograph.levels import level
from sonograph.settings import (
    LevelSettings,
    PyinSettings,
    Settings,
    StftSettings,
    context_of,
    stages,
    stft_of,
    whole_sound,
)
from sonograph.sounds.source import Source, check_source
from sonograph.spectrograms import Spectrogram


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
        Any settings: StftSettings give a power (or a transform), BandSettings band sums, LevelSettings decibels,
        CepstralSettings cepstra …; a preset. By default StftSettings().
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

    Examples
    --------
    >>> from sonograph import signals
    >>> spectrogram(signals.tone(1000.0, 1.0))
    <Spectrogram: 1025 bins × 94 frames, Power (FS²), 48000 Hz>
    """
    settings = StftSettings() if settings is None else settings
    check_source(source)
    if whole_sound(settings):
        return _from_the_whole(source, settings, frames, engine, out)
    plan, available = _plan_for(source, settings, engine)
    frames = available if frames is None else frames
    check_frames(frames, available)
    memory = plan.empty(len(frames)) if out is None else _frame_by_frame(out, plan.shape(len(frames)), plan.dtype)
    if not plan.stages:
        plan.compute(source, frames, memory, reused=out is not None)
    else:
        before, after = context_of(settings)
        forward = Forward(plan, 0 if before is None else max(0, frames.start - before))
        stop = min(frames.stop + after, len(available))
        forward.advance(source, stop, memory, frames.start, finish=stop == len(available))
    return plan.label(source, frames, memory)


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
    check_source(source)
    reason = whole_sound(settings)
    if reason:
        raise SettingsError(f"{reason}; it cannot be computed in pieces: use spectrogram")
    plan, available = _plan_for(source, settings, engine)
    ranges = split(available, whole("at_most", at_most, 1))

    def run() -> Iterator[Spectrogram]:
        memory = plan.empty(min(at_most, len(available))) if reuse else None
        forward, after = Forward(plan), context_of(settings)[1]
        for i, frames in enumerate(ranges):
            here = plan.empty(len(frames)) if memory is None else plan.beginning(memory, len(frames))
            if not plan.stages:
                plan.compute(source, frames, here, reused=reuse and i > 0)
            else:
                stop = min(frames.stop + after, len(available))
                forward.advance(source, stop, here, frames.start, finish=stop == len(available))
            yield plan.label(source, frames, here)

    return run()


def _plan_for(source: Source, settings: Settings, engine: Engine | None) -> tuple[Plan, range]:
    """A plan for a sound, and the frames that it has."""
    refuse_too_short(settings, source.n_samples)
    return Plan(settings, source, source.read(range(0)).dtype, engine), frames_of(settings, source.n_samples)


def _from_the_whole(
    source: Source, settings: Settings, frames: range | None, engine: Engine | None, out: np.ndarray | None
) -> Spectrogram:
    """What needs the whole sound: all frames below that stage first, then the stage, then those that follow."""
    listed = stages(settings)
    last = max(i for i, stage in enumerate(listed) if stage.context == "whole")
    stage, following = listed[last], listed[last + 1 :]
    done = spectrogram(source, stage.of, engine=engine)
    if isinstance(stage, LevelSettings):
        done = level(done, reference="max", floor=stage.floor)
    elif isinstance(stage, PyinSettings):
        memory = np.swapaxes(done.values, -1, -2)
        rate = done.sample_rate / stft_of(stage).hop
        paths = [path(stage, channel, rate) for channel in memory.reshape(done.n_channels, *memory.shape[-2:])]
        found = np.swapaxes(np.stack(paths), -1, -2)
        values = found[0] if done.n_channels == 1 else found
        done = dataclasses.replace(done, values=values, settings=stage, quantity=stage.quantity)
    else:
        memory = np.swapaxes(done.values, -1, -2)
        over_the_sound(stage, memory.reshape(done.n_channels, *memory.shape[-2:]))
        done = dataclasses.replace(done, settings=stage, quantity=stage.quantity)
    if following:
        done = through(done, settings, following)
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
    if out.shape != wanted or out.dtype != dtype:
        raise SettingsError(f"out is {out.dtype} of shape {out.shape}; it must be {dtype} of shape {wanted}")
    memory = np.swapaxes(out, -1, -2)
    if not memory.flags.c_contiguous or not memory.flags.writeable:
        raise SettingsError("out does not run frame by frame; make it with np.empty((frames, rows)).T")
    return memory.reshape(shape)
