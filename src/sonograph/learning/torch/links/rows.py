"""Logarithms, levels, ranges and norms: what changes values and leaves rows as they are."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.learning.torch.finite import root
from sonograph.learning.torch.links.common import Seen
from sonograph.settings import AffineSettings, LevelSettings, LogSettings, NormSettings, RangeSettings, StandardSettings
from sonograph.settings.norms import STEADY


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
        size = root(values.square().sum(-1, keepdim=True))
    return values / torch.where(size < torch.finfo(values.dtype).tiny, 1.0, size)


def standard(settings: StandardSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """Each row less its mean over the sound and, if asked, by its deviation; what is missing counts for nothing."""
    missing = values.isnan()
    count = (~missing).sum(-2, keepdim=True).clamp_min(1)
    values = values.masked_fill(missing, 0)
    mean = values.sum(-2, keepdim=True) / count
    values = (values - mean).masked_fill(missing, 0)
    if settings.deviation:
        variance = values.square().sum(-2, keepdim=True) / count
        rounding = (STEADY * torch.finfo(values.dtype).eps * mean).square()
        values = values / torch.where(variance > rounding, variance, 1.0).sqrt()
    return values.masked_fill(missing, torch.nan)
