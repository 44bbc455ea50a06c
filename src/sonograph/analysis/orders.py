"""Order tracking: a vibration over the angle of the shaft instead of time, so that what turns with it stays in place.

Computed order tracking (Fyfe and Munck 1997): samples are put at equal angles, then frames of whole revolutions are
transformed. Samples lie so close that nothing is folded; between those that were taken a spline runs over eight times
as many.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sonograph import units
from sonograph.analysis.speed import Speed
from sonograph.checks import number, refuse_large, whole
from sonograph.errors import SettingsError
from sonograph.io.sources import Sound, of_files
from sonograph.sounds.derived import checked_source
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Source
from sonograph.windows import window_values

FINER = 8
OVERLAP = 4
"""Frames to a window."""


@dataclass(frozen=True, eq=False)
class Orders:
    """Mean squares of orders, frame after frame, or speed after speed.

    values : (orders, frames), or (channels, orders, frames): a tone of amplitude a reads a²/2, in unit²
    orders : (orders,) turns per revolution
    times  : (frames,) the middle of each, seconds; rpm: (frames,) how fast it turned then
    unit   : of the samples
    step   : rpm from column to column of `over_rpm`; 0 of frames in time
    """

    values: np.ndarray
    orders: np.ndarray
    times: np.ndarray
    rpm: np.ndarray
    unit: str
    step: float = 0.0

    @property
    def magnitude(self) -> np.ndarray:
        """Their roots: rms, in the samples' unit."""
        return np.asarray(np.sqrt(self.values))

    @property
    def label(self) -> str:
        """What a colour bar says of the values."""
        return f"Power ({units.power_unit(self.unit, 'spectrum')})"

    def order(self, number: float) -> np.ndarray:
        """(frames,) or (channels, frames): the rms of the order nearest to a number, in the samples' unit.

        Raises
        ------
        SettingsError
            A number above the highest order, or that is none.
        """
        _check_order(number, self.orders)
        return np.asarray(self.magnitude[..., int(np.argmin(np.abs(self.orders - number))), :])

    def over_rpm(self, step: float | None = None) -> Orders:
        """The same over speed instead of time: mean squares of the frames at each speed, whenever that was.

        Parameters
        ----------
        step
            rpm from one column to the next; by default 1, 2 or 5 times a power of ten that makes 25 to 60 columns.

        Returns
        -------
        Orders
            `rpm` are the middles of the columns, `times` the mean of their frames'. A speed at which it did not turn
            is NaN; a missing frame is left out.

        Raises
        ------
        SettingsError
            A step that is not above 0, or so small that there is no memory for its columns.
        """
        low, high = float(self.rpm.min()), float(self.rpm.max())
        step = _round_step(max(high - low, 1.0) / 60) if step is None else number("step", step, 0.0, above=True)
        first = math.floor(low / step)
        count = math.floor(high / step) - first + 1
        refuse_large("step", step, count * self.values[..., 0].size, "numbers")
        column = np.floor(self.rpm / step).astype(np.intp) - first
        values = np.full((*self.values.shape[:-1], count), np.nan)
        times = np.full(count, np.nan)
        for place in np.unique(column):
            here = column == place
            there = here & np.isfinite(self.values).all(axis=tuple(range(self.values.ndim - 1)))
            times[place] = self.times[here].mean()
            if there.any():
                values[..., place] = self.values[..., there].mean(axis=-1)
        return Orders(values, self.orders, times, step * (first + np.arange(count) + 0.5), self.unit, step)

    def __repr__(self) -> str:
        steps = f"steps of {self.step:g} rpm" if self.step else f"{len(self.times)} frames"
        return (
            f"<Orders: {len(self.orders)} to {self.orders[-1]:g}, {steps}, {self.rpm.min():.0f} to "
            f"{self.rpm.max():.0f} rpm, {self.label}>"
        )


@of_files
def orders(source: Sound, speed: Speed, *, highest: float = 20.0, revolutions: int = 8) -> Orders:
    """How strongly each order of a machine's speed vibrates, over time.

    Parameters
    ----------
    source
        A path or a Source; it is held in memory.
    speed
        How fast it turns: `speed(times, rpm)`, or `tacho(source, channel=1)`.
    highest
        Order.
    revolutions
        In a frame: orders are told apart that differ by more than 2 / revolutions.

    Returns
    -------
    Orders
        Frames lie within the sound and the speed; those with a missing sample are NaN.

    Raises
    ------
    SettingsError
        It stands still; an order above half the sample rate at the highest speed; fewer revolutions than a frame.

    Examples
    --------
    >>> from sonograph import Signal, speed
    >>> t = np.arange(40_000) / 4000.0
    >>> run_up = speed([0.0, 10.0], [600.0, 1800.0])
    >>> second = Signal(np.sin(2 * np.pi * 2 * run_up.revolutions(t)), 4000.0, "g")  # two turns for each of the shaft's
    >>> print(orders(second, run_up).order(2.0)[10].round(3))
    0.707
    """
    source, rate = checked_source(source), checked_source(source).sample_rate
    if not isinstance(speed, Speed):
        raise SettingsError(f"speed is {type(speed).__name__}; it must be that of speed(times, rpm) or of tacho")
    highest, revolutions = number("highest", highest, 0.0, above=True), whole("revolutions", revolutions, 1)
    begin, end = max(0.0, speed.span[0]), min((source.n_samples - 1) / rate, speed.span[1])
    if end <= begin:
        raise SettingsError(
            f"the speed is known from {speed.span[0]:g} s on; the sound ends at {source.n_samples / rate:g} s"
        )
    at = np.linspace(begin, end, max(2, math.ceil((end - begin) * rate / 16)))
    hertz = speed.hertz(at)
    if not hertz.min() > 0:
        raise SettingsError("the speed falls to 0 within the sound; orders need a shaft that turns: take a part")
    if highest * hertz.max() > rate / 2:
        raise SettingsError(
            f"highest is {highest:g}; at {60 * hertz.max():.0f} rpm it lies above half the sample rate: the highest "
            f"order that can be told is {rate / 2 / hertz.max():.4g}"
        )
    angles = speed.revolutions(at)
    per = 1 << math.ceil(math.log2(max(rate / hertz.min(), 2 * highest) * 1.05))
    length = per * revolutions
    count = math.floor((angles[-1] - angles[0]) * per)
    refuse_large("the sound", f"{angles[-1] - angles[0]:.0f} turns long", count, "samples at equal angles")
    if count < length:
        raise SettingsError(
            f"revolutions is {revolutions}; the sound has {angles[-1] - angles[0]:.4g} of them: ask for fewer"
        )
    even = np.interp(angles[0] + np.arange(count) / per, angles, at)
    samples = _at_times(source, np.clip(even, begin, end))
    hop = max(1, length // OVERLAP)
    window = window_values("hann", length)
    frames = np.lib.stride_tricks.sliding_window_view(samples, length, axis=1)[:, ::hop]
    bins = math.floor(highest * revolutions + 1e-9) + 1
    values = np.stack([_power(rows, window)[:, :bins] for rows in frames])
    middles = even[length // 2 :: hop][: frames.shape[1]]
    values = np.swapaxes(values, 1, 2)
    return Orders(
        values[0] if source.n_channels == 1 else values,
        np.arange(bins) / revolutions,
        middles,
        speed.rpm(middles),
        source.unit,
    )


def _check_order(order: float, orders: np.ndarray) -> None:
    """Refuse one that is none of them, nor between two, nor half a step above."""
    number("number", order, 0.0, float(orders[-1] + np.diff(orders[:2]).sum() / 2))


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is no less.

    >>> _round_step(0.3), _round_step(27.4)
    (0.5, 50.0)
    """
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= least)


def _at_times(source: Source, times: np.ndarray) -> np.ndarray:
    """(channels, n) what the sound is at times between its samples."""
    from scipy.interpolate import CubicSpline

    fine = resample(source, FINER * source.sample_rate)
    first = max(0, math.floor(times[0] * fine.sample_rate) - 64)
    last = min(fine.n_samples, math.ceil(times[-1] * fine.sample_rate) + 64)
    samples = fine.read(range(first, last)).astype(float)
    at = np.arange(first, last) / fine.sample_rate
    out = np.empty((len(samples), len(times)))
    for channel, x in enumerate(samples):
        there = np.isfinite(x)
        out[channel] = CubicSpline(at, np.where(there, x, 0.0))(times)
        if not there.all():
            nearest = np.clip(np.rint(times * fine.sample_rate).astype(np.intp) - first, 0, len(x) - 1)
            out[channel, ~there[nearest]] = np.nan
    return out


def _power(frames: np.ndarray, window: np.ndarray) -> np.ndarray:
    """(frames, bins) the one-sided mean square of each bin; frame by frame, as all at once would not fit."""
    from scipy.fft import rfft

    scale = 2 / window.sum() ** 2
    found = []
    for frame in frames:
        transform = rfft(frame * window)
        power = scale * (transform.real**2 + transform.imag**2)
        power[0] /= 2
        found.append(power)
    return np.array(found)
