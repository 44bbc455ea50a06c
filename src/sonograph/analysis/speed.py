"""How fast a machine turns: from the pulses of a tachometer, or from a table of speeds.

What is kept is the angle over time, as a smooth curve, so that speed and angle agree everywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sonograph.checks import number, numbers, whole
from sonograph.errors import SettingsError
from sonograph.io.sources import Sound, of_files
from sonograph.settings.arguments import answered
from sonograph.sounds.derived import checked_source

HYSTERESIS = 0.2
"""Of the way from the lowest to the highest: a pulse ends so far below the height at which it began."""
AT_ONCE = 1 << 22


class Speed:
    """How fast something turns, from one moment to another; made by `speed` and `tacho`.

    times : (n,) what it was made of, seconds
    """

    def __init__(self, times: np.ndarray, angle: Any) -> None:
        self.times, self._angle = times, angle

    @property
    def span(self) -> tuple[float, float]:
        """From when to when it is known, seconds."""
        return float(self.times[0]), float(self.times[-1])

    def hertz(self, times: Any) -> Any:
        """Revolutions per second at these times; NaN where nothing is known."""
        return self._within(times, self._angle.derivative()(np.asarray(times, float)))

    def rpm(self, times: Any) -> Any:
        """Revolutions per minute at these times; NaN where nothing is known."""
        return 60 * self.hertz(times)

    def revolutions(self, times: Any) -> Any:
        """Revolutions since the first time; NaN where nothing is known."""
        return self._within(times, self._angle(np.asarray(times, float)))

    def _within(self, times: Any, values: np.ndarray) -> Any:
        first, last = self.span
        at = np.asarray(times, float)
        found = np.where((at >= first) & (at <= last), values, np.nan)
        return found if found.ndim else float(found)

    def __repr__(self) -> str:
        speeds = self.rpm(np.linspace(*self.span, 1000))
        first, last = self.span
        return f"<Speed: {speeds.min():.6g} to {speeds.max():.6g} rpm, {first:.6g} to {last:.6g} s>"


@answered
def speed(times: Any, rpm: Any) -> Speed:
    """How fast something turns, from a table.

    Parameters
    ----------
    times : (n,)
        Seconds, rising.
    rpm : (n,)
        Revolutions per minute at these; between, straight from one to the next.

    Returns
    -------
    Speed

    Raises
    ------
    SettingsError
        Fewer than two, not as many of both, times that do not rise, a speed below 0.

    Examples
    --------
    >>> run_up = speed([0.0, 10.0], [600.0, 3000.0])
    >>> print(run_up.hertz(5.0), run_up.revolutions(10.0), run_up)
    30.0 300.0 <Speed: 600 to 3000 rpm, 0 to 10 s>
    """
    from scipy.interpolate import PPoly

    at, speeds = np.array(numbers("times", times)), np.array(numbers("rpm", rpm, 0.0)) / 60
    if len(at) < 2 or len(at) != len(speeds) or not (np.diff(at) > 0).all():
        raise SettingsError(
            f"times are {len(at)} and rpm {len(speeds)}; they must be two or more, as many of both, and times rise"
        )
    slopes = np.diff(speeds) / np.diff(at)
    return Speed(at, PPoly(np.array([slopes, speeds[:-1]]), at).antiderivative())


@of_files
def tacho(source: Sound, *, channel: int = 0, pulses: int = 1, level: float | None = None) -> Speed:
    """How fast a machine turns, from a channel with a pulse, or several, for each revolution.

    Parameters
    ----------
    source
        A path or a Source; the times of its pulses are held in memory.
    channel
        The one with the pulses.
    pulses
        For each revolution.
    level
        What a pulse begins by rising above, in the samples' unit; None: halfway between the lowest and the highest.

    Returns
    -------
    Speed
        From the first pulse to the last; a pulse begins between the two samples where it crosses the level.

    Raises
    ------
    SettingsError
        A channel that is not there; fewer than three pulses.

    Examples
    --------
    >>> from sonograph import Signal
    >>> tacho(Signal(np.sin(2 * np.pi * 25 * np.arange(8000) / 8000.0 - 0.1), 8000.0))
    <Speed: 1500 to 1500 rpm, 0.0406366 to 0.960637 s>
    """
    source = checked_source(source)
    channel = whole("channel", channel, 0, source.n_channels - 1)
    pulses = whole("pulses", pulses, 1)
    blocks = [range(first, min(first + AT_ONCE, source.n_samples)) for first in range(0, source.n_samples, AT_ONCE)]
    low, high = np.inf, -np.inf
    for block in blocks:
        x = source.read(block)[channel]
        low, high = np.fmin(low, np.fmin.reduce(x)), np.fmax(high, np.fmax.reduce(x))
    above = (low + high) / 2 if level is None else number("level", level)
    rearmed = above - HYSTERESIS * max(0.0, high - low)
    found: list[np.ndarray] = []
    armed, before = False, np.nan
    for block in blocks:
        x = np.concatenate([[before], source.read(block)[channel]]).astype(float)
        crossings = np.flatnonzero((x[:-1] <= above) & (x[1:] > above)) + 1
        lows = np.flatnonzero(x <= rearmed)
        kept, last = [], -1
        for at in crossings.tolist():
            since = np.searchsorted(lows, at) - np.searchsorted(lows, last, side="right")
            if armed or since > 0:
                kept.append(at - 1 + (above - x[at - 1]) / (x[at] - x[at - 1]))
            armed, last = False, at
        armed = armed or len(lows) > int(np.searchsorted(lows, last, side="right"))
        found.append((np.array(kept, float) + block.start - 1) / source.sample_rate)
        before = x[-1]
    times = np.concatenate(found) if found else np.zeros(0)
    if len(times) < 3:
        raise SettingsError(
            f"channel {channel} has {len(times)} pulses above {above:.4g} {source.unit}; a speed needs three or more: "
            f"name the channel, and the level that pulses rise above"
        )
    from scipy.interpolate import CubicSpline

    return Speed(times, CubicSpline(times, np.arange(len(times)) / pulses))
