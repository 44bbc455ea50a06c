"""The shape of each frame's spectrum, on Torch's tensors (..., frames, rows).

The formulas and their sources are at `ShapeSettings`. A roll-off is a bin's frequency and has no
gradient.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from sonograph.features.spectral_shape import LEAST_POWER
from sonograph.learning.torch.finite import root
from sonograph.learning.torch.links.common import Seen, earlier
from sonograph.settings import ShapeSettings


def shape(settings: ShapeSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """The features of each frame, NaN where it is silent or missing."""
    values = values.masked_fill(values.isnan(), 0)
    total = values.sum(-1, keepdim=True)
    sounding = total > 0
    spectrum = _Spectrum(settings, values, torch.where(sounding, total, 1.0), tables)
    rows = []
    for name in settings.features:
        here = sounding & earlier(sounding, 1, False) if name == "flux" else sounding
        rows.append(FEATURES[name](spectrum).masked_fill(~here, torch.nan))
    return torch.cat(rows, -1)


class _Spectrum:
    """Values of 0 or more (..., frames, bins), their total (..., frames, 1), and what is worked out of them once."""

    def __init__(self, settings: ShapeSettings, values: torch.Tensor, total: torch.Tensor, tables: Any) -> None:
        self.settings, self.values, self.total, self.tables = settings, values, total, tables
        # held here, as a cached_property has a lock that no compiler passes
        self._centroid: torch.Tensor | None = None
        self._logs: torch.Tensor | None = None

    @property
    def centroid(self) -> torch.Tensor:
        if self._centroid is None:
            self._centroid = (self.values * self.tables.frequencies).sum(-1, keepdim=True) / self.total
        return self._centroid

    @property
    def logs(self) -> torch.Tensor:
        if self._logs is None:
            self._logs = self.values.clamp_min(torch.finfo(self.values.dtype).tiny).log()
        return self._logs


def _bandwidth(at: _Spectrum) -> torch.Tensor:
    away = at.tables.frequencies - at.centroid
    return root((away.square() * at.values).sum(-1, keepdim=True) / at.total)


def _rolloff(at: _Spectrum) -> torch.Tensor:
    sums = at.values.cumsum(-1)
    reached = sums >= at.settings.rolloff * sums[..., -1:]
    return at.tables.frequencies[reached.to(torch.uint8).argmax(-1, keepdim=True)]


def _flatness(at: _Spectrum) -> torch.Tensor:
    is_power = at.settings.of.quantity == "power"
    logs = at.logs if is_power else 2 * at.logs
    power = at.values if is_power else at.values.square()
    geometric = logs.clamp_min(math.log(LEAST_POWER)).mean(-1, keepdim=True).exp()
    return geometric / power.clamp_min(LEAST_POWER).mean(-1, keepdim=True)


def _contrast(at: _Spectrum) -> torch.Tensor:
    rows = []
    for first, stop, count in at.tables.bands:
        band = at.values[..., first:stop]
        low, high = (band.topk(count, largest=top).values.mean(-1, keepdim=True) for top in (False, True))
        rows.append(10 * (high.clamp_min(LEAST_POWER).log10() - low.clamp_min(LEAST_POWER).log10()))
    return torch.cat(rows, -1)


def _flux(at: _Spectrum) -> torch.Tensor:
    shares = at.values / at.total
    return (shares - earlier(shares, 1, 0.0)).square().sum(-1, keepdim=True)


def _entropy(at: _Spectrum) -> torch.Tensor:
    mean_log = (at.values * at.logs).sum(-1, keepdim=True) / at.total
    return (at.total.log() - mean_log) / (math.log(at.values.shape[-1]) or 1.0)


def _slope(at: _Spectrum) -> torch.Tensor:
    middle = at.tables.frequencies.mean()
    return (at.centroid - middle) / (at.tables.frequencies - middle).square().sum()


FEATURES: dict[str, Callable[[_Spectrum], torch.Tensor]] = {
    "centroid": lambda at: at.centroid,
    "bandwidth": _bandwidth,
    "rolloff": _rolloff,
    "flatness": _flatness,
    "contrast": _contrast,
    "flux": _flux,
    "entropy": _entropy,
    "slope": _slope,
}
