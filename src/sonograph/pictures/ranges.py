"""One scale for all panels: which levels the colours span, how large a waveform is, and what has no common scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sonograph.errors import SettingsError
from sonograph.pictures.parts import Panel, Part
from sonograph.pictures.settings import PictureSettings

SCALED = ("level", "spectrum")
"""Kinds of panels that show levels."""


def refuse_mixed_units(parts: Sequence[Part]) -> None:
    """Panels that share a scale share a unit."""
    label: Callable[[Any], str] = lambda made: made.label  # noqa: E731
    for kind, words_of in (("level", label), ("spectrum", label), ("wave", lambda made: made.unit)):
        units = {words_of(part.made[kind]): part.named.name for part in parts if kind in part.made}
        if len(units) > 1:
            (first, a), (second, b) = list(units.items())[:2]
            raise SettingsError(f"{a} is in {first}, {b} in {second}; they have no common scale: draw them apart")


def level_range(panels: Sequence[Panel], look: PictureSettings) -> tuple[float, float]:
    """The lowest and the highest level of the colours, of all pixels shown; or of the lines of spectra."""
    level = all(panel.made.is_level for panel in panels if panel.kind == "level")
    if not level and look.below != PictureSettings.below:
        raise SettingsError(
            f"below is {look.below:g} dB, but the values are no levels; say with range what colours span"
        )
    if look.range is not None:
        return look.range
    shown = [panel.made.shown(panel.channel) for panel in panels if panel.kind in SCALED]
    floor = min((panel.made.floor for panel in panels if panel.kind in SCALED), default=0.0)
    if look.percentiles is not None and shown:
        pixels = np.concatenate([p[p > floor] for p in shown])  # silence, and what is missing, count for nothing
        low, high = np.percentile(pixels, look.percentiles) if pixels.size else (0.0, 0.0)
        if low < high:
            return float(low), float(high)
    heard = [float(np.nanmax(pixels)) for pixels in shown if not np.isnan(pixels).all()]
    loudest = max(heard, default=floor)
    if not level:
        quietest = min((float(np.nanmin(values)) for values in shown if not np.isnan(values).all()), default=0.0)
        loudest = max(heard, default=1.0)
        return (quietest, loudest) if quietest < loudest else (loudest - 0.5, loudest + 0.5)
    if loudest <= floor:
        return -look.below, 0.0  # silence: any scale shows it
    if look.view == "spectrum":  # the lines, and a little around them
        quietest = min(float(np.nanmin(lines)) for lines in shown if not np.isnan(lines).all())
        return max(loudest - look.below, quietest - 3), loudest + 3
    return loudest - look.below, loudest


def swing(panels: Sequence[Panel]) -> tuple[float, float]:
    """The lowest and the highest sample of the waveforms; as far below zero as above, unless all lie far from it."""
    waves = [(panel.made, panel.channel) for panel in panels if panel.kind == "wave"]
    edges = [edge[channel] for made, channel in waves for edge in (made.low, made.high)]
    there = [edge for edge in edges if not np.isnan(edge).all()]
    low = min((float(np.nanmin(edge)) for edge in there), default=0.0)
    high = max((float(np.nanmax(edge)) for edge in there), default=0.0)
    if 0 < high - low < max(low, -high):  # a sound on a large offset, as gravity, would be a flat line at the edge
        return low, high
    most = max(-low, high) or 1.0
    return -most, most
