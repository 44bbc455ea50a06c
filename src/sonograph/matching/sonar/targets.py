"""Single echoes in a profile over range, and the bottom in an echogram."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

AROUND = 4.0
"""Pulse lengths to either side that a target stands out of."""
LEAST = 10.0


class Target(NamedTuple):
    """range : m; strength : dB, in what its echogram is in; over : dB over the median of what is around"""

    range: float
    strength: float
    over: float


def targets_in(
    profile: np.ndarray, onto: np.ndarray, ranges: np.ndarray, spread: float, wide: float | None, *, n: int,
    least: float | None,
) -> list[Target]:  # fmt: skip
    """The strongest echoes of a profile in dB, no two nearer than a pulse (`spread`, m).

    Compressed, an echo is where the parabola through its highest values is highest. Else (`wide` is what a pulse's
    energy over its highest power is, m) it lies midway between where it comes to a quarter of its power and where it
    falls below it, and its strength is its energy over `wide`; `onto`, what was put onto the level for the way, is that
    of the middle.
    """
    if len(profile) < 8:
        return []
    step = float(ranges[1] - ranges[0])
    reach, beside = max(1, round(spread / step)), max(8, round(AROUND * spread / step))
    level = np.where(np.isfinite(profile), profile, -np.inf)
    found: list[Target] = []
    free = np.ones(len(level), bool)
    while len(found) < n:
        there = np.where(free, level, -np.inf)
        at = int(np.argmax(there))
        if not np.isfinite(there[at]):
            break
        free[max(0, at - reach) : at + reach + 1] = False
        around = level[max(0, at - beside) : at + beside + 1]
        over = float(level[at] - np.median(around[np.isfinite(around)]))
        if over < (LEAST if least is None else least):
            if over <= 0 or not free.any():
                break
            continue
        if at in (0, len(level) - 1) or not np.isfinite(level[[at - 1, at + 1]]).all():
            continue  # it only goes on beyond what is shown
        if wide is None:
            place, strength = _vertex(level, at)
        else:
            place, strength = _middle(level - onto, at, reach, wide / step)
            strength += float(np.interp(place, np.arange(len(onto)), onto))
        found.append(Target(float(ranges[0] + place * step), strength, over))
    return found


def _vertex(level: np.ndarray, at: int) -> tuple[float, float]:
    a, b, c = level[at - 1 : at + 2]
    bend = a - 2 * b + c
    off = 0.5 * (a - c) / bend if bend < 0 else 0.0
    return at + off, float(b - 0.25 * (a - c) * off)


def _middle(level: np.ndarray, at: int, reach: int, wide: float) -> tuple[float, float]:
    least = level[at] - 10 * np.log10(4)
    first = last = at
    while first > 0 and level[first - 1] > least:
        first -= 1
    while last < len(level) - 1 and level[last + 1] > least:
        last += 1
    edges = [float(first), float(last)]
    if first > 0 and np.isfinite(level[first - 1]):
        edges[0] -= (level[first] - least) / (level[first] - level[first - 1])
    if last < len(level) - 1 and np.isfinite(level[last + 1]):
        edges[1] += (level[last] - least) / (level[last] - level[last + 1])
    middle = sum(edges) / 2
    power = np.where(np.isfinite(level), 10 ** (level / 10), 0.0)
    begin, end = max(0, round(middle) - reach), round(middle) + reach + 1
    beside = np.concatenate([power[max(0, begin - 2 * reach) : begin], power[end : end + 2 * reach]])
    around = float(np.median(beside)) if len(beside) else 0.0
    energy = float(np.sum(power[begin:end] - around))
    return middle, float(10 * np.log10(max(energy / wide, 1e-40)))


def bottom_of(level: np.ndarray, ranges: np.ndarray, spread: float, *, compressed: bool) -> np.ndarray:
    """Range of the bottom in each ping, m, NaN where there is none: of its first echo, as strong as a quarter of all.

    The bottom is the strongest that there is of a ping over a pulse's length (in a level with 20 log R gain). Of a
    compressed pulse it lies where its first peak is that has a quarter of its highest power; else half a pulse behind
    where it first comes to a quarter. Pings whose bottom lies far from that of their neighbours have none.

    Parameters
    ----------
    level : (ranges, pings)
        dB, with 20 log R gain.
    ranges : (ranges,)
        m.
    spread
        What a point is wide, m.
    """
    from scipy.ndimage import median_filter, uniform_filter1d

    step = float(ranges[1] - ranges[0])
    width = max(1, round(spread / step))
    power = np.where(np.isfinite(level), 10 ** (np.minimum(level, 300.0) / 10), 0.0)
    smooth = uniform_filter1d(power, width, axis=0, mode="constant")
    top = smooth.argmax(axis=0)
    bottom = np.full(level.shape[1], np.nan)
    for ping, at in enumerate(top):
        near = slice(max(0, at - 2 * width), at + width + 1)
        if not smooth[at, ping] > 10 * np.median(smooth[:, ping]):
            continue
        part = power[near, ping]
        first = int(np.argmax(part >= part.max() / 4))
        place = near.start + first
        if compressed:
            while place < len(power) - 1 and power[place + 1, ping] > power[place, ping]:
                place += 1
            with np.errstate(divide="ignore"):
                off = _vertex(10 * np.log10(power[:, ping]), place)[0] if 0 < place < len(power) - 1 else place
            bottom[ping] = ranges[0] + step * off
            continue
        before, here, least = power[place - 1, ping] if place else 0.0, power[place, ping], part.max() / 4
        bottom[ping] = ranges[place] - step * ((here - least) / (here - before) if here > before else 0.0) + spread / 2
    there = np.isfinite(bottom)
    if there.sum() > 4:
        steady = median_filter(np.interp(np.arange(len(bottom)), np.flatnonzero(there), bottom[there]), 5)
        bottom[np.abs(bottom - steady) > np.maximum(2 * spread, 0.1 * steady)] = np.nan
    return bottom
