"""The band and the length of a recording's pulses, found by themselves: where it stands highest over its own median.

The whole recording is looked through once in short frames. Around the moment that stands out the most, frames of
several lengths say which suits the pulse, and what its band is.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sonograph.matching.feed import blocks_of

FRAME = 0.006
"""Seconds of the frames that look for the moment, about."""
LENGTHS = (0.25, 0.5, 1, 2, 4, 8)
"""Times that, of those that look at it closely."""
UNDER = 10.0
"""dB below its highest that a frequency of the pulse may stand over its median."""
SURE = 1e-3
"""How often noise may stand out as far."""
LEAST = 1e-9
"""Of the highest power: what a median is taken to be at least."""
AROUND = 0.5
"""Seconds that are looked at closely to either side of the moment."""
MEDIANS = 512


class Found(NamedTuple):
    """low, high : Hz; length : seconds; over : dB that it stands over its median; at : seconds, the moment."""

    low: float
    high: float
    length: float
    over: float
    at: float


def pulse_band(source: Any, channel: int = 0, within: tuple[float, float] | None = None) -> Found | None:
    """Where short sounds stand out, and how long they are; None where nothing stands out as noise would not.

    Parameters
    ----------
    source
        Of any length; it is read from first to last, and then once more around one moment.
    channel
        Which of its channels.
    within
        From where to where it is looked for, Hz.
    """
    n = 1 << max(4, round(math.log2(FRAME * source.sample_rate)))
    highest, moment, median, count = _through(source, channel, n)
    if count < 8 or not highest.max() > 0:
        return None
    ground = np.maximum(median, LEAST * highest.max())
    over = highest / ground * _looked_at(n, source.sample_rate, within)
    at = int(np.argmax(over))
    if over[at] < math.log(count * len(over) / SURE) / math.log(2):
        return None
    return _close(source, channel, int(moment[at]), n, within)


def _looked_at(n: int, rate: float, within: tuple[float, float] | None) -> np.ndarray:
    """Which bins may be of a pulse: not an offset, and not what half the rate folds."""
    bins = np.arange(n // 2 + 1)
    allowed = (bins >= 2) & (bins < n // 2)
    if within is None:
        return allowed
    inside = allowed & (bins * rate / n >= within[0]) & (bins * rate / n <= within[1])
    return inside if inside.any() else bins == max(1, round((within[0] + within[1]) / 2 * n / rate))


def _through(source: Any, channel: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Of each bin its highest power and its frame's first sample, its median, and how many frames there were."""
    from scipy import fft

    window = np.hanning(n + 1)[:-1].astype(np.float32)
    hop, held, first, count = n // 2, np.zeros(0, np.float32), 0, 0
    highest, moment = np.zeros(n // 2 + 1), np.zeros(n // 2 + 1, np.int64)
    medians: list[np.ndarray] = []
    every, seen = 1, 0
    for block in blocks_of(source):
        held = np.concatenate([held, np.asarray(block[channel], np.float32)])
        if len(held) < n:
            continue
        frames = np.lib.stride_tricks.sliding_window_view(held, n)[::hop]
        for at in range(0, len(frames), 4096):
            power = np.abs(fft.rfft(frames[at : at + 4096] * window, axis=1)) ** 2
            there = ~np.isnan(power[:, 0])
            power[~there] = 0
            top = power.argmax(axis=0)
            value = power[top, np.arange(power.shape[1])]
            better = value > highest
            highest[better], moment[better] = value[better], first + (at + top[better]) * hop
            count += int(there.sum())
            if there.sum() > 3 and seen % every == 0:
                medians.append(np.median(power[there], axis=0))
                if len(medians) > MEDIANS:
                    medians, every = medians[::2], 2 * every
            seen += 1
        used = len(frames) * hop
        held, first = held[used:], first + used
    median = np.median(medians, axis=0) if medians else np.zeros_like(highest)
    return highest, moment, median, count


def _close(source: Any, channel: int, moment: int, n: int, within: tuple[float, float] | None) -> Found | None:
    from scipy import fft

    rate = source.sample_rate
    reach = round(AROUND * rate)
    begin = max(0, moment - reach)
    samples = np.nan_to_num(
        np.asarray(source.read(range(begin, min(source.n_samples, moment + reach)))[channel], float)
    )
    best: tuple[float, int, np.ndarray, int] | None = None
    for factor in LENGTHS:
        size = max(16, int(n * factor))
        if size > len(samples) // 4:
            break
        hop = size // 4
        frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
        power = np.abs(fft.rfft(frames * np.hanning(size + 1)[:-1], axis=1)) ** 2
        median = np.median(power, axis=0)
        over = power / np.maximum(median, LEAST * power.max())
        over *= _looked_at(size, rate, within)
        near = np.abs(np.arange(len(frames)) * hop + size / 2 - (moment - begin) - n / 2) <= n + size
        over = np.where(near[:, None], over, 0)
        peak = float(over.max())
        if best is None or peak > best[0] * 10**0.05:
            at = int(np.argmax(over.max(axis=1)))
            best = (peak, size, over, at * hop)
    if best is None:
        return None
    peak, size, over, _ = best
    of_bins = over.max(axis=0)
    top = int(np.argmax(of_bins))
    least = peak * 10 ** (-UNDER / 10)
    low = high = top
    while low > 1 and of_bins[low - 1] > least:
        low -= 1
    while high < len(of_bins) - 2 and of_bins[high + 1] > least:
        high += 1
    step = rate / size
    band = max(low - 1, 0.5) * step, min(high + 1, size / 2 - 0.5) * step
    length = max(_length(samples, rate, band, moment - begin + n // 2, size), 1 / (band[1] - band[0]))
    return Found(*band, length, 10 * math.log10(peak), (moment + n // 2) / rate)


def _length(samples: np.ndarray, rate: float, band: tuple[float, float], near: int, size: int) -> float:
    """How long the power in the band stays above half its highest, smoothed over a quarter of the frame that suits."""
    from sonograph.matching.pulses.bursts import running_mean
    from sonograph.matching.pulses.narrow import Narrow, Narrowed

    filtered = Narrowed(Narrow.band(*band, rate))
    power = np.abs(np.concatenate([filtered.push(samples), filtered.finish(len(samples))])) ** 2
    step = filtered.narrow.step
    smooth = running_mean(power, max(1, round(size / 4 / step)))
    reach = slice(max(0, (near - 2 * size) // step), (near + 2 * size) // step)
    top = reach.start + int(np.argmax(smooth[reach]))
    start = end = top
    while start > 0 and smooth[start - 1] > smooth[top] / 2:
        start -= 1
    while end < len(smooth) - 1 and smooth[end + 1] > smooth[top] / 2:
        end += 1
    return (end - start + 1) * step / rate
