"""The pyramid by its definition, in plain Python: what tiles are held against."""

from __future__ import annotations

import math

import numpy as np

import sonograph
from sonograph.frames import frames_of
from sonograph.pixels.shown import shown

NO_DATA = 0


def code(power: float, reference: float, floor: float) -> int:
    if math.isnan(power):
        return NO_DATA
    level = max(floor, 10 * math.log10(power / reference)) if power > 0 else floor
    return min(65535, max(1, round((level + 256) * 128)))


def power_of(number: int) -> float:
    return 10 ** ((number / 128 - 256) / 10)


def tree(values: list[float]) -> float:
    """The sum by pairs of neighbours; numbers that are not there are left out."""
    while len(values) > 1:
        values = [sum(values[i : i + 2]) for i in range(0, len(values), 2)]
    return values[0]


def columns(values: list, size: int) -> list[list]:
    return [values[i : i + size] for i in range(0, len(values), size)]


def pyramid(source, settings, channel: int, level: int, fold: int) -> dict[str, np.ndarray]:
    """All codes (columns, rows) of the planes max and mean, at a level and a fold."""
    of, reference, floor = shown(settings, source.unit)
    values = sonograph.spectrogram(source, of).values
    power = values.reshape(source.n_channels, -1, len(frames_of(of, source.n_samples))).astype(float)
    found = {}
    for plane in ("max", "mean"):
        rows = []
        for one in power[channel].tolist():
            codes = _exact(one, plane, min(level, 7), reference, floor)
            weights = [len(c) for c in columns(one, 1 << min(level, 7))]
            for _ in range(7, level):
                pairs = zip(columns(codes, 2), columns(weights, 2), strict=True)
                codes = [_merged(c, w, plane) for c, w in pairs]
                weights = [sum(w) for w in columns(weights, 2)]
            rows.append(codes)
        turned = list(map(list, zip(*rows, strict=True)))
        if fold:
            turned = [[_merged(c, [1] * len(c), plane) for c in columns(one, 1 << fold)] for one in turned]
        found[plane] = np.array(turned)
    return found


def _exact(powers: list[float], plane: str, level: int, reference: float, floor: float) -> list[int]:
    codes = []
    for frames in columns(powers, 1 << level):
        there = [p for p in frames if not math.isnan(p)]
        total = tree([0.0 if math.isnan(p) else p for p in frames])
        value = math.nan if not there else max(there) if plane == "max" else total / len(there)
        codes.append(code(value, reference, floor))
    return codes


def _merged(codes: list[int], weights: list[int], plane: str) -> int:
    there = [(c, w) for c, w in zip(codes, weights, strict=True) if c != NO_DATA]
    if not there or plane == "max":
        return max((c for c, _ in there), default=NO_DATA)
    return code(tree([power_of(c) * w for c, w in there]) / sum(w for _, w in there), 1.0, -math.inf)
