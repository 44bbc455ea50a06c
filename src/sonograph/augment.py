"""More sounds from few, for training: masks, shifts, gains, mixtures and noise. Pure functions of a seed.

The same seed gives the same answer on every machine; nothing that is given is changed. What goes in as an array, a
Signal or a Spectrogram comes out as one. `learning.augment` does the same, with the same draws, to Torch tensors.
"""

from __future__ import annotations

import dataclasses
from typing import TypeVar

import numpy as np

from sonograph.checks import generator
from sonograph.errors import SettingsError
from sonograph.signals.noise import shaped
from sonograph.sounds.source import Signal
from sonograph.spectrograms import Spectrogram

__all__ = ["gain", "mask_frequency", "mask_time", "mix", "noise", "shift"]

Rows = TypeVar("Rows", np.ndarray, Spectrogram)
Samples = TypeVar("Samples", np.ndarray, Signal)

COLOURS = {"brown": -2.0, "pink": -1.0, "white": 0.0, "blue": 1.0, "violet": 2.0}
"""Noise by the power of frequency that its power spectral density follows."""


def mask_frequency(values: Rows, *, widest: int, seed: int, count: int = 1, fill: float = 0.0) -> Rows:
    """Rows of numbers with neighbouring rows blotted out: SpecAugment's frequency masking (Park et al. 2019).

    Parameters
    ----------
    values : (..., rows, frames)
        A Spectrogram or its values. All channels are masked alike.
    widest
        F: each mask has a width drawn evenly from 0 to F and a place drawn evenly from where it fits.
    seed
        Of the draws.
    count
        How many masks; they may overlap.
    fill
        What stands there instead: 0, or the mean if the values are not centred on it.

    Raises
    ------
    SettingsError
        `widest` out of 0 to the rows there are, a count below 0.

    Examples
    --------
    >>> mask_frequency(np.ones((4, 3)), widest=2, seed=4)[:, 0]
    array([1., 1., 0., 0.])
    """
    return _masked(values, -2, widest, seed, count, fill)


def mask_time(values: Rows, *, longest: int, seed: int, count: int = 1, fill: float = 0.0) -> Rows:
    """Rows of numbers with neighbouring frames blotted out: SpecAugment's time masking (Park et al. 2019).

    Parameters and errors as in `mask_frequency`; `longest` is T, in frames.

    Examples
    --------
    >>> mask_time(np.ones((2, 5)), longest=2, seed=1)[0]
    array([1., 1., 0., 1., 1.])
    """
    return _masked(values, -1, longest, seed, count, fill)


def shift(samples: Samples, *, most: int, seed: int) -> Samples:
    """A sound moved in time by up to `most` samples either way, drawn evenly; silence comes in, the end is lost.

    samples : (..., n), an array or a Signal

    Raises
    ------
    SettingsError
        `most` out of 0 to the samples there are.

    Examples
    --------
    >>> shift(np.array([1.0, 2.0, 3.0]), most=1, seed=0)
    array([0., 1., 2.])
    """
    x = _numbers(samples)
    n = x.shape[-1]
    by = drawn_shift(n, most=most, seed=seed)
    moved = np.zeros_like(x)
    moved[..., max(0, by) : n + min(0, by)] = x[..., max(0, -by) : n - max(0, by)]
    return _like(samples, moved)


def gain(samples: Samples, *, decibels: tuple[float, float], seed: int) -> Samples:
    """A sound made louder or softer by a gain drawn evenly from a span of decibels.

    Raises
    ------
    SettingsError
        A span that ends before it begins.

    Examples
    --------
    >>> gain(np.array([1.0, -1.0]), decibels=(20.0, 20.0), seed=0)
    array([ 10., -10.])
    """
    factor = drawn_gain(decibels=decibels, seed=seed)
    x = _numbers(samples)
    return _like(samples, x * x.dtype.type(factor))


def mix(samples: Samples, other: np.ndarray | Signal, *, snr: float, seed: int) -> Samples:
    """A sound with another added to it at a given signal-to-noise ratio.

    Parameters
    ----------
    samples : (..., n)
        An array or a Signal.
    other : (m,) or of as many channels
        What is added, from a place drawn evenly, over again where it is too short. Of a Signal's own sample rate.
    snr
        The mean square of the sound over that of what is added to it, dB; over all channels. NaN are left out.
    seed
        Of the place.

    Raises
    ------
    SettingsError
        Another sample rate; either is silent, so that no ratio can be had; shapes that do not go together.

    Examples
    --------
    >>> mix(np.array([1.0, -1.0]), np.array([0.5]), snr=0.0, seed=0)
    array([2., 0.])
    """
    x, y = _numbers(samples), _numbers(other)
    if isinstance(samples, Signal) and isinstance(other, Signal) and samples.sample_rate != other.sample_rate:
        raise SettingsError(
            f"the other sound has {other.sample_rate:g} Hz; it must have {samples.sample_rate:g} Hz as the first: "
            f"resample it"
        )
    check_mixture(x.shape, y.shape, snr)
    first = drawn_place(y.shape[-1], seed=seed)
    added = np.take(y, range(first, first + x.shape[-1]), axis=-1, mode="wrap")
    ours, theirs = (float(np.nanmean(np.square(z, dtype=float))) if z.size else 0.0 for z in (x, added))
    factor = mixing_factor(ours, theirs, snr)
    return _like(samples, x + (added * factor).astype(x.dtype))


def noise(n_samples: int, *, colour: str = "white", seed: int, dtype: str = "float32") -> np.ndarray:
    """Normal noise of a mean square of 1, (n_samples,), whose power spectral density follows a power of frequency.

    colour : "brown" (1/f²), "pink" (1/f), "white" (even), "blue" (f) or "violet" (f²); all but white without 0 Hz

    Shaped in the frequency domain (Timmer and König 1995), so the slope holds down to the lowest bin.

    Raises
    ------
    SettingsError
        Another colour; fewer than 2 samples.

    Examples
    --------
    >>> float(np.mean(noise(1000, colour="pink", seed=0, dtype="float64") ** 2).round(12))
    1.0
    """
    if colour not in COLOURS:
        raise SettingsError(f"colour is {colour!r}; it must be one of {', '.join(COLOURS)}")
    if n_samples < 2:
        raise SettingsError(f"n_samples is {n_samples}; it must be 2 or more, or there is nothing to colour")
    density = np.ones(n_samples // 2 + 1)
    if COLOURS[colour]:
        density = np.concatenate([[0.0], np.arange(1.0, len(density)) ** COLOURS[colour]])
    samples = shaped(density, n_samples, seed)
    return (samples / np.sqrt(np.mean(samples**2))).astype(dtype)


def drawn_masks(length: int, name: str, widest: int, *, count: int, seed: int) -> list[range]:
    """What each mask blots out of so many rows or frames; `name` is what errors call `widest`."""
    _span(name, widest, length)
    if count < 0:
        raise SettingsError(f"count is {count}; it must be 0 or more")
    random = generator(seed)
    spans = []
    for _ in range(count):
        width = int(random.integers(widest, endpoint=True))
        first = int(random.integers(length - width, endpoint=True))
        spans.append(range(first, first + width))
    return spans


def drawn_shift(n_samples: int, *, most: int, seed: int) -> int:
    """By how many samples a sound is moved; below 0 to the left."""
    return int(generator(seed).integers(-_span("most", most, n_samples), most, endpoint=True))


def drawn_gain(*, decibels: tuple[float, float], seed: int) -> float:
    """What samples are multiplied by."""
    low, high = decibels
    if not (np.isfinite([low, high]).all() and low <= high):
        raise SettingsError(f"decibels is {low} to {high}; it must be two numbers, the lower first")
    return float(10 ** (generator(seed).uniform(low, high) / 20))


def drawn_place(n_samples: int, *, seed: int) -> int:
    """The sample at which what is added begins."""
    return int(generator(seed).integers(n_samples))


def mixing_factor(ours: float, theirs: float, snr: float) -> float:
    """What a sound of one mean square is multiplied by before it is added to one of another.

    Raises
    ------
    SettingsError
        Either is silent, so that no ratio can be had.
    """
    if not (ours > 0 and theirs > 0):
        raise SettingsError(f"the mean squares are {ours:g} and {theirs:g}; both must be above 0 to have a ratio")
    return float(np.sqrt(ours / theirs / 10 ** (snr / 10)))


def check_mixture(first: tuple[int, ...], other: tuple[int, ...], snr: float) -> None:
    """Refuse shapes that do not go together, and what is no ratio."""
    if len(other) > 1 and other[:-1] != first[:-1]:
        raise SettingsError(f"the other sound is of shape {other}; it must be (m,) or have the first's channels")
    if not (np.isfinite(snr) and other[-1]):
        raise SettingsError(f"snr is {snr} dB and the other sound has {other[-1]} samples; both must be there")


def _masked(values: Rows, axis: int, widest: int, seed: int, count: int, fill: float) -> Rows:
    given = values.values if isinstance(values, Spectrogram) else np.asarray(values)
    if given.ndim < 2:
        raise SettingsError(f"values have {given.ndim} axes; they must be (..., rows, frames)")
    spans = drawn_masks(given.shape[axis], "longest" if axis == -1 else "widest", widest, count=count, seed=seed)
    masked = np.swapaxes(np.array(np.swapaxes(given, -1, -2), order="C"), -1, -2)  # frame by frame, as all values are
    for span in spans:
        np.moveaxis(masked, axis, 0)[span.start : span.stop] = fill
    return dataclasses.replace(values, values=masked) if isinstance(values, Spectrogram) else masked


def _span(name: str, value: int, most: int) -> int:
    if not 0 <= value <= most:
        raise SettingsError(f"{name} is {value}; it must be 0 to {most}, which is all there is")
    return value


def _numbers(samples: np.ndarray | Signal) -> np.ndarray:
    x = samples.samples if isinstance(samples, Signal) else np.asarray(samples)
    if x.dtype.kind != "f" or x.ndim < 1:
        raise SettingsError(f"samples are {x.dtype} of shape {x.shape}; they must be float32 or float64, (..., n)")
    return x


def _like(given: Samples, samples: np.ndarray) -> Samples:
    return dataclasses.replace(given, samples=samples) if isinstance(given, Signal) else samples
