"""Settings as numbers for an engine: what it can do of them, and what follows after it."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Any

import numpy as np

from sonograph.engines import Bands, Log, Work
from sonograph.features.samples import Samples
from sonograph.settings import BandSettings, LevelSettings, LogSettings, Settings, StftSettings, stages
from sonograph.sounds.calibration import Calibration
from sonograph.units import reference_power, resolved_reference
from sonograph.windows import power_scale, window_of


def measure_of(settings: Settings) -> Any:
    """The stage that looks at samples instead of a transform of them; None if there is none."""
    return next((stage for stage in stages(settings)[1:2] if getattr(stage, "from_samples", False)), None)


def measured(stage: Any, sample_rate: float, unit: str) -> Samples:
    """What to measure of samples in `unit` at a sample rate.

    Raises
    ------
    SettingsError
        A pitch range or filters that the window cannot hold, or that reach above half the sample rate;
        a unit that it is not measured in.
    """
    from sonograph.features.stages import STAGES

    stage.check_rate(sample_rate)
    stage.check_unit(unit)
    function, stft = STAGES[type(stage)].function, stage.of
    assert function is not None  # noqa: S101  # all that is measured on samples has one
    n, hop = stft.window_length, stft.hop
    zero = reference_power(unit, "spectrum")
    return Samples(stage, function, sample_rate, n, hop, stage.n_rows, stage.quantity, stft.remove_dc, reference=zero)


def with_log(work: Samples, stage: LogSettings | LevelSettings, unit: str) -> tuple[Samples, float | None]:
    """A measure of power or magnitude whose logarithm is taken at once, and the reference of a level."""
    if isinstance(stage, LogSettings):
        factor = 1.0 if stage.base == "10" else float(np.log(10))
        return dataclasses.replace(work, log=Log(factor, stage.floor)), None
    reference = resolved_reference(stage.reference, unit, stage.power_kind)
    log = Log(10.0, 10 ** (stage.floor / 10))
    return dataclasses.replace(work, log=log, reference=reference or 1.0), reference


def stages_after(settings: Settings) -> list[Any]:
    """The stages of settings that no engine does: what comes after the transform, bands and one logarithm."""
    listed = stages(settings)[1:]
    if listed and (measure_of(settings) is not None or isinstance(listed[0], BandSettings)):
        listed = listed[1:]
    if listed and engine_can(listed[0]):
        listed = listed[1:]
    return listed


def engine_can(stage: Any) -> bool:
    """Whether it is a logarithm that an engine takes at once."""
    if isinstance(stage, LogSettings):
        return stage.add == 0
    return isinstance(stage, LevelSettings) and stage.reference != "max"


def _corrected(stft: StftSettings, sample_rate: float, bands: Bands | None, response: Calibration) -> Bands:
    """Bands whose weights take the receiver's response off; without bands one a bin."""
    frequencies = np.arange(stft.n_bins) * sample_rate / stft.n_fft
    gain = response.correction(frequencies)
    if stft.quantity == "magnitude":
        gain = np.sqrt(gain)
    if bands is None:
        return Bands(np.arange(stft.n_bins), np.arange(stft.n_bins + 1), gain)
    lengths = np.diff(bands.start)
    bins = np.arange(bands.start[-1]) - np.repeat(bands.start[:-1] - bands.first, lengths)
    return bands._replace(weights=bands.weights * gain[bins])


@lru_cache(maxsize=64)
def work_for(
    settings: Settings, sample_rate: float, unit: str, response: Calibration | None = None
) -> tuple[Work, float | None]:
    """Settings as numbers for an engine, and the reference of a level; the same object for the same settings."""
    listed = stages(settings)
    listed = listed[: len(listed) - len(stages_after(settings))]
    stft = listed[0]
    scale, ends = power_scale(stft, sample_rate)
    scale *= stft.input_scale**2
    log, reference, bands = None, None, None
    for stage in listed[1:]:
        if isinstance(stage, LevelSettings):
            reference = resolved_reference(stage.reference, unit, stage.power_kind)
            scale /= reference or 1.0
            log = Log(10.0, 10 ** (stage.floor / 10))
        elif isinstance(stage, LogSettings):
            log = Log(1.0 if stage.base == "10" else float(np.log(10)), stage.floor)
        else:
            from sonograph.filterbanks.promised import promised

            filters = promised(stage, sample_rate)
            bands = Bands(filters.first, filters.start, filters.weights)
    if response is not None:
        bands = _corrected(stft, sample_rate, bands, response)
    window = window_of(stft) * scale**0.5
    per_frame = stft.preemphasis if stft.preemphasis_over == "frame" else 0.0
    work = Work(
        window, stft.hop, stft.n_fft, stft.quantity, ends, bands, log, stft.remove_dc, per_frame, stft.sides == "two"
    )
    return work, reference
