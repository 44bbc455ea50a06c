"""Loudness, peaks, crossings and envelopes of the samples of each frame."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.features.samples import Samples
from sonograph.features.temporal import SILENT
from sonograph.learning.torch.finite import over, root


def temporal(work: Samples, samples: torch.Tensor, frames: torch.Tensor, tables: Any) -> torch.Tensor:
    """(..., frames, features), as `work.stage.features` lists them. A peak's gradient is that of its sample."""
    n, hop, wanted = work.window_length, work.hop, work.stage.features
    rows: dict[str, torch.Tensor] = {}
    if "rms" in wanted or "crest" in wanted:
        rows["rms"] = root(samples.square().unfold(-1, n, hop).sum(-1) / n)
    if "peak" in wanted or "crest" in wanted:
        rows["peak"] = samples.abs().unfold(-1, n, hop).amax(-1)
    if "crest" in wanted:
        rows["crest"] = over(rows["peak"], rows["rms"])
    if "zero_crossings" in wanted:
        below = samples < -SILENT
        # a crossing lies between two samples: a frame of one sample has none
        changes = torch.nn.functional.pad((below[..., 1:] ^ below[..., :-1]).to(samples.dtype), (0, 1))
        rows["zero_crossings"] = changes.unfold(-1, n, hop)[..., : n - 1].sum(-1) / n
    if "envelope" in wanted:
        rows["envelope"] = _envelope(frames, tables.quarter)
    return torch.stack([rows[name] for name in wanted], -1)


def _envelope(frames: torch.Tensor, quarter: torch.Tensor) -> torch.Tensor:
    """(..., frames) mean magnitude of the analytic signal: a frame, and itself a quarter of a period later."""
    spectrum = torch.fft.rfft(frames)
    late = torch.fft.irfft(torch.complex(spectrum.imag * quarter, -spectrum.real * quarter), frames.shape[-1])
    return root(frames.square() + late.square()).mean(-1)
