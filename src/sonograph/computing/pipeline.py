"""One settings value for one kind of sound on one engine: what every way of running shares.

The engine does what it can of the settings: transform, bands, logarithm. The stages after that follow in `Forward`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sonograph import engines
from sonograph.checks import refuse_large
from sonograph.computing.work import engine_can, measure_of, stages_after, with_log, work_for
from sonograph.engines import Engine
from sonograph.engines.reference import conditioned
from sonograph.errors import SettingsError
from sonograph.features.energy import frame_energy
from sonograph.features.measures import measured
from sonograph.features.samples import Measuring, Samples
from sonograph.frames import samples_for, split, valid_frames
from sonograph.settings import (
    EnergySettings,
    Settings,
    context_of,
    stages,
    stft_of,
)
from sonograph.sounds.calibration import Calibration
from sonograph.sounds.edges import Emphasised, ahead, read_with_edges
from sonograph.sounds.source import Signal, Source
from sonograph.spectrograms import Spectrogram
from sonograph.windows import window_of

READ_AT_ONCE = 1 << 21
"""Samples of all channels that are read at a time of a source that is not in memory; those before are held too."""


class Plan:
    """One settings value for one kind of sound on one engine.

    work, engine : what the engine computes of each frame, and the engine
    stages       : the settings of what follows, first to be done first
    """

    def __init__(self, settings: Settings, like: Source, dtype: np.dtype, engine: Engine | None) -> None:
        if engine is not None and not hasattr(engine, "compute"):
            raise SettingsError(f"engine is {engine!r}; give an engine, as engines.default(threads=1)")
        asked = engines.default() if engine is None else engine
        self.settings, self.stft = settings, stft_of(settings)
        _refuse_other_rate(self.stft.sample_rate, like.sample_rate)
        self.n_channels = like.n_channels
        measure = measure_of(settings)
        response = _response_of(like)
        if response is not None:
            _refuse_samples(settings, measure)
        self.work: Any
        self.reference: float | None = None
        if measure is None:
            self.work, self.reference = work_for(settings, like.sample_rate, like.unit, response)
        else:
            self.work = measured(measure, like.sample_rate)
            logs = stages(settings)[2:3]
            if logs and engine_can(logs[0]):
                self.work, self.reference = with_log(self.work, logs[0], like.unit)
        self.stages = stages_after(settings)
        self.frames_per_second = like.sample_rate / self.stft.hop
        self.n_rows = self.work.n_rows
        for stage in self.stages:
            if isinstance(stage.context, tuple):
                reach = sum(stage.context)
                refuse_large(stage.kind, f"over {reach + 1:,} frames", reach * self.n_rows, "numbers beside each frame")
            self.n_rows = stage.rows_after(self.n_rows)
        self._energy = next((stage for stage in self.stages if isinstance(stage, EnergySettings)), None)
        self.samples_dtype = np.dtype(asked.dtype or dtype)
        self.engine: Any = (
            Measuring(asked)
            if isinstance(self.work, Samples)
            else engines.serving(asked, self.work, self.samples_dtype)
        )
        complex_type = np.result_type(self.samples_dtype, np.complex64)
        self.dtype = complex_type if self.work.quantity == "transform" else self.samples_dtype

    def shape(self, n_frames: int) -> tuple[int, int, int]:
        """(channels, frames, rows), as it lies in memory."""
        return self.n_channels, n_frames, self.n_rows

    def empty(self, n_frames: int) -> np.ndarray:
        """Memory for the values of so many frames."""
        return engines.empty(self.shape(n_frames), self.dtype)

    def beginning(self, memory: np.ndarray, n_frames: int) -> np.ndarray:
        """The beginning of memory for more frames, as memory for fewer."""
        shape = self.shape(n_frames)
        return memory.reshape(-1)[: shape[0] * shape[1] * shape[2]].reshape(shape)

    def compute(self, source: Source, frames: range, memory: np.ndarray, *, reused: bool = False) -> None:
        """What the engine says of `frames`, run by run, into memory (channels, frames, rows of the engine)."""
        for part, samples in self.parts(source, frames):
            here = memory[:, part.start - frames.start : part.stop - frames.start]
            for channel in range(len(here)):
                one = slice(channel, channel + 1)
                self.engine.compute(samples[one], self.work, here[one], reused=reused)

    def energy(self, samples: np.ndarray) -> np.ndarray | None:
        """(frames,) energy of the frames in samples (n,) of one channel, where a stage asks for it."""
        if self._energy is None:
            return None
        n, hop = self.stft.window_length, self.stft.hop
        cut = np.array(np.lib.stride_tricks.sliding_window_view(samples, n)[::hop], order="C")
        weighed = None
        with np.errstate(invalid="ignore", over="ignore"):
            if self._energy.measure != "frame":
                weighed = np.ascontiguousarray(conditioned(cut, self.work) * window_of(self.stft).astype(cut.dtype))
            return frame_energy(self._energy, self.stft, cut, weighed)

    def label(self, source: Source, frames: range, memory: np.ndarray) -> Spectrogram:
        """Memory (channels, frames, rows) as a Spectrogram."""
        values = np.swapaxes(memory, -1, -2)
        return Spectrogram(
            values=values[0] if self.n_channels == 1 else values,
            frames=frames,
            valid=self.valid(source, frames),
            sample_rate=source.sample_rate,
            settings=self.settings,
            quantity=self.settings.quantity,
            unit=source.unit,
            reference=self.reference,
            start=source.start,
            engine=self.engine.name,
        )

    def valid(self, source: Source, frames: range) -> range:
        """Those of `frames` that saw only samples of the sound; where none did, an empty range at their end."""
        before, after = context_of(self.settings)
        return self._within(source, frames, before or 0, after)

    def _within(self, source: Source, frames: range, before: int = 0, after: int = 0) -> range:
        inside = valid_frames(self.settings, source.n_samples) if frames else frames
        first, last = max(inside.start + before, frames.start), min(inside.stop - after, frames.stop)
        return range(first, last) if first < last else range(frames.stop, frames.stop)

    def parts(self, source: Source, frames: range) -> Iterator[tuple[range, np.ndarray]]:
        """`frames` in parts, with the samples that they look at: the edges filled in, in the precision to compute in.

        Each part is wholly over an end or wholly inside, and none too long to hold.
        """
        valid = self._within(source, frames)
        step = max(1, (READ_AT_ONCE // self.n_channels - self.stft.overlap) // self.stft.hop)
        runs: list[range] = []
        for run in (range(frames.start, valid.start), valid, range(valid.stop, frames.stop)):
            whole = isinstance(source, Signal) and run is valid and not self._emphasis_over_sound()  # a view
            runs += split(run, max(1, len(run)) if whole else step)
        if self._emphasis_over_sound():
            source = Emphasised(source, self.stft.preemphasis)

        def read(part: range) -> np.ndarray:
            samples = read_with_edges(source, samples_for(self.stft, part), self.stft.edges)
            return samples.astype(self.samples_dtype, copy=False)

        waits = len(frames) > step and not isinstance(source, Signal)
        return ahead(runs, read) if waits else ((run, read(run)) for run in runs)

    def _emphasis_over_sound(self) -> bool:
        return self.stft.preemphasis != 0 and self.stft.preemphasis_over == "sound"


def _refuse_other_rate(wanted: float | None, sample_rate: float) -> None:
    if wanted not in (None, sample_rate):
        raise SettingsError(
            f"sample_rate is {sample_rate:g} Hz; these settings are for {wanted:g} Hz: resample the sound first"
        )


def _response_of(source: Source) -> Calibration | None:
    """The calibration of a source if it says how its receiver hears over frequency."""
    calibration = getattr(source, "calibration", None)
    return calibration if calibration is not None and calibration.response else None


def _refuse_samples(settings: Settings, measure: Any) -> None:
    """A response over frequency is taken off a power: refuse what looks at samples, or keeps their phase."""
    samples = measure or next((stage for stage in stages(settings) if isinstance(stage, EnergySettings)), None)
    what = f"{samples.kind} of the samples" if samples else stft_of(settings).quantity
    if samples or what == "transform":
        raise SettingsError(
            f"the calibration has a response over frequency, which is taken off a power, not off a {what}: "
            f"compute the power, or give a calibration without response"
        )
