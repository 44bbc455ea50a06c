"""One settings value bound to an engine for one kind of sound: what every way of running shares. It reads nothing.

The engine does what it can of the settings: transform, bands, logarithm. The stages after that follow in `Run`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sonograph import engines
from sonograph.checks import refuse_large
from sonograph.computing.work import engine_can, measure_of, measured, stages_after, with_log, work_for
from sonograph.engines import Engine, memory
from sonograph.engines.reference import conditioned
from sonograph.errors import SettingsError
from sonograph.features.energy import frame_energy
from sonograph.features.samples import Measuring, Samples
from sonograph.frames import samples_for, sound_only, valid_frames
from sonograph.settings import EnergySettings, Settings, StftSettings, stages, stft_of
from sonograph.sounds.derived import centre_of, responses_of
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram
from sonograph.spectrograms.described import check_filters
from sonograph.windows import window_of


@dataclass(frozen=True, eq=False)
class Pipeline:
    """One settings value for one kind of sound on one engine; made by `pipeline`.

    sample_rate, n_channels : of the sound
    samples_dtype           : what its samples are computed in; complex numbers of I/Q
    work, engine            : what the engine computes of each frame, and the engine
    reference               : the power that reads 0 dB, of a level
    stages                  : the settings of what follows, first to be done first
    changes                 : of a sound whose response changes, the first sample of each response, and its work
    n_rows                  : numbers per frame, after all of them
    """

    settings: Settings
    sample_rate: float
    n_channels: int
    samples_dtype: np.dtype
    work: Any
    engine: Any
    reference: float | None
    stages: tuple[Any, ...]
    n_rows: int
    changes: tuple[tuple[int, Any], ...] = ()

    @cached_property
    def stft(self) -> StftSettings:
        """Where frames lie."""
        return stft_of(self.settings)

    def work_of(self, frames: range) -> Any:
        """What the engine computes of frames that all lie in one response, as `run.parts` gives them."""
        if not self.changes:
            return self.work
        first = samples_for(self.stft, frames).start
        return next((work for start, work in reversed(self.changes) if start <= first), self.changes[0][1])

    @property
    def frames_per_second(self) -> float:
        """How fast frames follow each other."""
        return self.sample_rate / self.stft.hop

    @property
    def real(self) -> np.dtype:
        """The precision."""
        return real_of(self.samples_dtype)

    @property
    def dtype(self) -> np.dtype:
        """What the values are."""
        return np.result_type(self.real, np.complex64) if self.work.quantity == "transform" else self.real

    def shape(self, n_frames: int) -> tuple[int, int, int]:
        """(channels, frames, rows), as it lies in memory."""
        return self.n_channels, n_frames, self.n_rows

    def empty(self, n_frames: int) -> tuple[np.ndarray, bool]:
        """Memory for the values of so many frames, and whether it was written before."""
        return memory.empty(self.shape(n_frames), self.dtype)

    def beginning(self, memory: np.ndarray, n_frames: int) -> np.ndarray:
        """The beginning of memory for more frames, as memory for fewer."""
        shape = self.shape(n_frames)
        return memory.reshape(-1)[: shape[0] * shape[1] * shape[2]].reshape(shape)

    def energy(self, samples: np.ndarray) -> np.ndarray | None:
        """(frames,) energy of the frames in samples (n,) of one channel, where a stage asks for it."""
        stage = next((stage for stage in self.stages if isinstance(stage, EnergySettings)), None)
        if stage is None:
            return None
        n, hop = self.stft.window_length, self.stft.hop
        cut = np.array(np.lib.stride_tricks.sliding_window_view(samples, n)[::hop], order="C")
        weighed = None
        with np.errstate(invalid="ignore", over="ignore"):
            if stage.measure != "frame":
                weighed = np.ascontiguousarray(conditioned(cut, self.work) * window_of(self.stft).astype(cut.dtype))
            return frame_energy(stage, self.stft, cut, weighed)

    def label(self, source: Source, frames: range, memory: np.ndarray) -> Spectrogram:
        """Memory (channels, frames, rows) as a Spectrogram."""
        values = np.swapaxes(memory, -1, -2)
        return Spectrogram(
            values=values[0] if self.n_channels == 1 else values,
            frames=frames,
            valid=self.valid(source.n_samples, frames),
            sample_rate=source.sample_rate,
            settings=self.settings,
            quantity=self.settings.quantity,
            unit=source.unit,
            reference=self.reference,
            start=source.start,
            engine=self.engine.name,
            centre=centre_of(source),
        )

    def valid(self, n_samples: int, frames: range) -> range:
        """Those of `frames` that saw only samples of the sound; where none did, an empty range at their end."""
        return _within(frames, sound_only(self.settings, n_samples) if frames else frames)

    def inside(self, n_samples: int, frames: range) -> range:
        """Those of `frames` that lie within the sound, whatever follows of them."""
        return _within(frames, valid_frames(self.settings, n_samples) if frames else frames)


def _within(frames: range, there: range) -> range:
    first, last = max(there.start, frames.start), min(there.stop, frames.stop)
    return range(first, last) if first < last else range(frames.stop, frames.stop)


def pipeline(settings: Settings, like: Source, dtype: np.dtype, engine: Engine | None = None) -> Pipeline:
    """Settings bound to an engine for sounds of the rate, channels, unit and calibration of one.

    Raises
    ------
    SettingsError
        Settings that no sound of this rate can have, or that its calibration cannot; an engine that is none.
    """
    if engine is not None and not hasattr(engine, "compute"):
        raise SettingsError(f"engine is {engine!r}; give an engine, as engines.default(threads=1)")
    asked = engines.default() if engine is None else engine
    stft = stft_of(settings)
    _refuse_other_rate(stft.sample_rate, like.sample_rate)
    refuse_other_sides(settings, np.dtype(dtype))
    check_filters(stft, like.sample_rate)
    measure = measure_of(settings)
    response = like.calibration if like.calibration is not None and like.calibration.response else None
    changing = responses_of(like)
    if changing:
        response = changing[0][1]
    if response is not None:
        _refuse_samples(settings, measure)
        if stft.sides == "two":
            raise SettingsError(
                "the calibration has a response over frequency, which is that of real samples, the same on both sides "
                "of 0 Hz; around what was tuned to the sides differ: give a calibration without response"
            )
    work: Any
    reference: float | None = None
    if measure is None:
        work, reference = work_for(settings, like.sample_rate, like.unit, response)
    else:
        work = measured(measure, like.sample_rate, like.unit)
        logs = stages(settings)[2:3]
        if logs and engine_can(logs[0]):
            work, reference = with_log(work, logs[0], like.unit)
    following = tuple(stages_after(settings))
    n_rows = work.n_rows
    for stage in following:
        if isinstance(stage.context, tuple):
            reach = sum(stage.context)
            refuse_large(stage.kind, f"over {reach + 1:,} frames", reach * n_rows, "numbers beside each frame")
        n_rows = stage.rows_after(n_rows)
    real = np.dtype(asked.dtype) if asked.dtype else real_of(np.dtype(dtype))
    kind = np.result_type(real, np.complex64) if stft.sides == "two" else real
    changes = tuple(
        (first, work_for(settings, like.sample_rate, like.unit, calibration)[0]) for first, calibration in changing
    )
    serving = Measuring(asked) if isinstance(work, Samples) else engines.serving(asked, work, real)
    return Pipeline(
        settings, like.sample_rate, like.n_channels, kind, work, serving, reference, following, n_rows, changes
    )  # fmt: skip


def _refuse_other_rate(wanted: float | None, sample_rate: float) -> None:
    if wanted not in (None, sample_rate):
        raise SettingsError(
            f"sample_rate is {sample_rate:g} Hz; these settings are for {wanted:g} Hz: resample the sound first"
        )


def real_of(dtype: np.dtype) -> np.dtype:
    """The precision of real or complex numbers.

    >>> real_of(np.dtype("complex64"))
    dtype('float32')
    """
    return np.empty(0, dtype).real.dtype


def refuse_other_sides(settings: Settings, dtype: np.dtype) -> None:
    """A transform of complex samples has two sides, and of real ones the second says the first again."""
    first, *rest = stages(settings)
    sides = first.sides
    if sides == "one" and dtype.kind == "c":
        real = next((type(stage).__name__ for stage in rest if not stage.two_sided), None)
        if real:
            raise SettingsError(
                f"the samples are complex (I/Q), and {real} is made for real ones: leave it out, or give samples.real"
            )
        raise SettingsError('the samples are complex (I/Q), and sides is "one"; set sides="two" in StftSettings')
    if sides == "two" and dtype.kind != "c":
        raise SettingsError('sides is "two", and the samples are real; leave it out, or give complex samples (I/Q)')


def _refuse_samples(settings: Settings, measure: Any) -> None:
    """A response over frequency is taken off a power: refuse what looks at samples, or keeps their phase."""
    samples = measure or next((stage for stage in stages(settings) if isinstance(stage, EnergySettings)), None)
    what = f"{samples.kind} of the samples" if samples else stft_of(settings).quantity
    if samples or what == "transform":
        raise SettingsError(
            f"the calibration has a response over frequency, which is taken off a power, not off a {what}: "
            f"compute the power, or give a calibration without response"
        )
