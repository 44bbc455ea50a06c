"""What follows the transform in a module: each kind of settings is one function on tensors (..., frames, rows).

`LINKS` lists them; a further kind is a further line there. The definitions, with their sources, are in `features`.
What is missing comes in as NaN. A function that lets a frame bear on others takes it for 0 while it computes, as a NaN
that a loss leaves out would still spoil the gradients of all that it met, and puts it back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from sonograph.engines import Work
from sonograph.engines.torch import conditioned
from sonograph.features.cepstral import cepstra as cepstra_of
from sonograph.features.deltas import regression
from sonograph.learning.link_shape import onset, shape, shape_tables
from sonograph.plan import Plan
from sonograph.settings import (
    AffineSettings,
    CepstralSettings,
    DeltaSettings,
    EnergySettings,
    LevelSettings,
    LogSettings,
    NormSettings,
    OnsetSettings,
    PcenSettings,
    RangeSettings,
    ShapeSettings,
    StandardSettings,
    StftSettings,
)
from sonograph.windows import window_of


class Seen(NamedTuple):
    """What the transform saw of each frame.

    frames  : (..., frames, window_length or more), as they were cut, 0 for what was missing
    missing : (..., frames, 1), whether a sample of the frame is missing
    work, stft : what was computed of them
    frames_per_second : how fast they follow each other
    """

    frames: torch.Tensor
    missing: torch.Tensor
    work: Work
    stft: StftSettings
    frames_per_second: float


class Tables(torch.nn.Module):
    """Numbers that follow from settings: computed in float64 and rounded once, whatever the module is turned into.

    Arrays are in float64 after `.double()` and in float32 otherwise, as bfloat16 would spoil them; all else stays.
    """

    def __init__(self, **exact: Any) -> None:
        super().__init__()
        self._exact = exact
        dtype = torch.float64 if torch.get_default_dtype() == torch.float64 else torch.float32
        for name, numbers in exact.items():
            if isinstance(numbers, np.ndarray):
                self.register_buffer(name, torch.tensor(numbers, dtype=dtype), persistent=False)
            else:
                setattr(self, name, numbers)

    def _apply(self, fn: Any, recurse: bool = True) -> Tables:
        was = dict(self.named_buffers())
        super()._apply(fn, recurse)
        for name, before in was.items():
            now = getattr(self, name)
            if now.dtype != before.dtype or now.is_meta != before.is_meta:
                dtype = torch.float64 if now.dtype == torch.float64 else torch.float32
                setattr(self, name, torch.tensor(self._exact[name], dtype=dtype, device=now.device))
        return self


class Link(torch.nn.Module):
    """One stage: its settings, its function and its tables."""

    def __init__(self, settings: Any, run: Run, tables: dict[str, Any]) -> None:
        super().__init__()
        self.settings, self._run = settings, run
        self.tables = Tables(**tables)

    def forward(self, values: torch.Tensor, seen: Seen) -> torch.Tensor:
        """(..., frames, rows) in and out."""
        return self._run(self.settings, values, self.tables, seen)


def link(settings: Any, before: Plan) -> Link:
    """The link of a stage, after a plan of all before it."""
    run, tables = LINKS[type(settings)]
    return Link(settings, run, tables(settings, before))


Run = Callable[[Any, torch.Tensor, Any, Seen], torch.Tensor]


def logarithm(settings: LogSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """ln or log10 of max(value + add, floor)."""
    moved = (values + settings.add).clamp_min(settings.floor)
    return moved.log() if settings.base == "e" else moved.log10()


def level(settings: LevelSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """Decibels re the largest power of each sound; of silence re 1."""
    missing = values.isnan()
    values = values.masked_fill(missing, 0)
    largest = values.amax((-2, -1), keepdim=True)
    ratio = values / torch.where(largest > 0, largest, 1.0)
    decibels = 10 * ratio.clamp_min(10 ** (settings.floor / 10)).log10()
    return decibels.masked_fill(missing, torch.nan)


def limited(settings: RangeSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """Nothing more than so far below the largest value of each sound."""
    largest = values.masked_fill(values.isnan(), -torch.inf).amax((-2, -1), keepdim=True)
    return torch.maximum(values, largest - settings.span)


def affine(settings: AffineSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """(value + add) * multiply."""
    return (values + settings.add) * settings.multiply


def norm(settings: NormSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """Each frame by its own size; a frame of zeros stays."""
    if settings.norm == "max":
        size = values.abs().amax(-1, keepdim=True)
    elif settings.norm == "l1":
        size = values.abs().sum(-1, keepdim=True)
    else:
        squares = values.square().sum(-1, keepdim=True)
        size = torch.where(squares > 0, squares, 1.0).sqrt()  # a root has no gradient at 0
    return values / torch.where(size < torch.finfo(values.dtype).tiny, 1.0, size)


def standard(settings: StandardSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """Each row less its mean over the sound and, if asked, by its deviation; what is missing counts for nothing."""
    missing = values.isnan()
    count = (~missing).sum(-2, keepdim=True).clamp_min(1)
    values = values.masked_fill(missing, 0)
    values = (values - values.sum(-2, keepdim=True) / count).masked_fill(missing, 0)
    if settings.deviation:
        variance = values.square().sum(-2, keepdim=True) / count
        values = values / torch.where(variance > 0, variance, 1.0).sqrt()
    return values.masked_fill(missing, torch.nan)


def cepstra(settings: CepstralSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """The first coefficients of a cosine transform over rows."""
    return values @ tables.matrix


def cepstral_tables(settings: CepstralSettings, before: Plan) -> dict[str, np.ndarray]:
    """(rows, coefficients): what each row adds to each coefficient, the lifter included."""
    return {"matrix": cepstra_of(settings, np.eye(before.n_rows))}


def deltas(settings: DeltaSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """Rows, their regression over neighbouring frames, and that of the regression."""
    reach, n_frames = settings.width * settings.order, values.shape[-2]
    repeat = [-1] * (values.ndim - 2) + [reach, -1]
    far = torch.cat([values[..., :1, :].expand(repeat), values, values[..., -1:, :].expand(repeat)], -2)
    parts = [values]
    for weights in tables.orders:
        total = torch.zeros_like(values)
        for m, weight in enumerate(weights, start=reach - len(weights) // 2):
            if weight:
                total = total + weight * far.narrow(-2, m, n_frames)
        parts.append(total)
    return torch.cat(parts, -1)


def deltas_tables(settings: DeltaSettings, before: Plan) -> dict[str, Any]:
    """The weights of the neighbours, as plain numbers, since those that are 0 are left out."""
    return {"orders": tuple(tuple(weights.tolist()) for weights in regression(settings.width, settings.order))}


def energy(settings: EnergySettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """ln of each frame's energy in place of the first row, or as a further one."""
    stft, frames = seen.stft, seen.frames[..., : seen.stft.window_length]
    if settings.measure == "frame":
        weighed = frames - frames.mean(-1, keepdim=True) if stft.remove_dc else frames
    else:
        weighed = conditioned(frames, seen.work) * tables.window
    total = weighed.square().sum(-1, keepdim=True)
    if settings.measure == "bins":
        # Parseval, as in features.energy: half of all bins' energy and half of what both ends hold
        ends = weighed.sum(-1, keepdim=True).square()
        if stft.n_fft % 2 == 0:
            ends = ends + (weighed * tables.signs).sum(-1, keepdim=True).square()
        total = 0.5 * (total * stft.n_fft + ends)
    total = (total * stft.input_scale**2).clamp_min(settings.floor).log().masked_fill(seen.missing, torch.nan)
    if settings.place == "replace":
        return torch.cat([total, values[..., 1:]], -1)
    return torch.cat([total, values] if settings.place == "first" else [values, total], -1)


def energy_tables(settings: EnergySettings, before: Plan) -> dict[str, np.ndarray]:
    """The window as it is, without the scale of the result, and 1, -1, 1, -1 …"""
    window = window_of(before.stft)
    return {"window": window.copy(), "signs": (-1.0) ** np.arange(len(window))}


def pcen(settings: PcenSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """Loudness against its own recent past, all frames at once.

    The low-pass M[t] = keep M[t-1] + new E[t] is a scan: after k rounds each frame holds the last 2^k.
    """
    newest = settings.smoothing(seen.frames_per_second)
    missing = values.isnan().any(-1, keepdim=True)
    clean = values.masked_fill(missing, 0)
    level = newest * clean
    # a missing frame leaves no trace
    keep = values.new_full((1,), 1 - newest).expand(missing.shape).masked_fill(missing, 1.0)
    step, n_frames = 1, values.shape[-2]
    pad = torch.nn.functional.pad
    while step < n_frames:
        level = level + keep * pad(level[..., :-step, :], (0, 0, step, 0))
        keep = keep * pad(keep[..., :-step, :], (0, 0, step, 0), value=1.0)
        step *= 2
    level = level + keep  # it was 1 before the sound
    gained = (-settings.gain * (level + settings.eps).log()).exp() * clean
    bias, power = settings.bias, settings.power
    if bias == 0:
        # a power below 1 has no gradient at 0
        pressed = torch.where(gained > 0, torch.where(gained > 0, gained, 1.0) ** power, 0.0)
    else:
        pressed = bias**power * torch.expm1(power * torch.log1p(gained / bias))
    return pressed.masked_fill(missing, torch.nan)


def nothing(settings: Any, before: Plan) -> dict[str, Any]:
    """No tables."""
    return {}


LINKS: dict[type, tuple[Run, Callable[[Any, Plan], dict[str, Any]]]] = {
    LogSettings: (logarithm, nothing),
    LevelSettings: (level, nothing),
    RangeSettings: (limited, nothing),
    AffineSettings: (affine, nothing),
    NormSettings: (norm, nothing),
    StandardSettings: (standard, nothing),
    CepstralSettings: (cepstra, cepstral_tables),
    DeltaSettings: (deltas, deltas_tables),
    EnergySettings: (energy, energy_tables),
    PcenSettings: (pcen, nothing),
    ShapeSettings: (shape, shape_tables),
    OnsetSettings: (onset, nothing),
}
