"""`sonograph.augment` for Torch tensors: the same seed draws the same masks, shifts, gains and places.

Nothing leaves the device but the two mean squares of `mix`. Where a function takes a seed it takes one for each sound
of a batch too: each is then what it would be by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sonograph import augment
from sonograph.errors import MissingExtra, SettingsError

try:
    import torch
except ImportError as error:
    raise MissingExtra("augmentation of tensors needs Torch: pip install '.[torch]'") from error

Seeds = int | Sequence[int]


def mask_frequency(
    values: torch.Tensor, *, widest: int, seed: Seeds, count: int = 1, fill: float = 0.0
) -> torch.Tensor:
    """Rows of numbers with neighbouring rows blotted out: SpecAugment's frequency masking (Park et al. 2019).

    Parameters
    ----------
    values : (..., rows, frames)
        Of any real type, on any device; gradients flow through what is left.
    widest, count, fill
        As in `sonograph.augment.mask_frequency`.
    seed
        Of the draws, for all alike; or one for each item of the first axis.

    Raises
    ------
    SettingsError
        `widest` out of 0 to the rows there are, a count below 0, as many seeds as there are no items.

    Examples
    --------
    >>> mask_frequency(torch.ones(4, 3), widest=2, seed=4)[:, 0]
    tensor([1., 1., 0., 0.])
    """
    return _each(values, seed, lambda one, seed: _masked(one, -2, "widest", widest, seed, count, fill), 2)


def mask_time(values: torch.Tensor, *, longest: int, seed: Seeds, count: int = 1, fill: float = 0.0) -> torch.Tensor:
    """Rows of numbers with neighbouring frames blotted out: SpecAugment's time masking (Park et al. 2019).

    Parameters and errors as in `mask_frequency`; `longest` is T, in frames.

    Examples
    --------
    >>> mask_time(torch.ones(2, 2, 5), longest=2, seed=(1, 2))[:, 0]
    tensor([[1., 1., 0., 1., 1.],
            [1., 0., 0., 1., 1.]])
    """
    return _each(values, seed, lambda one, seed: _masked(one, -1, "longest", longest, seed, count, fill), 2)


def shift(samples: torch.Tensor, *, most: int, seed: Seeds) -> torch.Tensor:
    """A sound moved in time by up to `most` samples either way, drawn evenly; silence comes in, the end is lost.

    samples : (..., n)

    Raises
    ------
    SettingsError
        `most` out of 0 to the samples there are.

    Examples
    --------
    >>> shift(torch.tensor([1.0, 2.0, 3.0]), most=1, seed=0)
    tensor([0., 1., 2.])
    """

    def moved(one: torch.Tensor, seed: int) -> torch.Tensor:
        n = one.shape[-1]
        by = augment.drawn_shift(n, most=most, seed=seed)
        remaining = one[..., max(0, -by) : n - max(0, by)]
        return torch.nn.functional.pad(remaining, (max(0, by), max(0, -by)))

    return _each(_numbers(samples), seed, moved, 1)


def gain(samples: torch.Tensor, *, decibels: tuple[float, float], seed: Seeds) -> torch.Tensor:
    """A sound made louder or softer by a gain drawn evenly from a span of decibels.

    Raises
    ------
    SettingsError
        A span that ends before it begins.

    Examples
    --------
    >>> gain(torch.tensor([1.0, -1.0]), decibels=(20.0, 20.0), seed=0)
    tensor([ 10., -10.])
    """
    return _each(_numbers(samples), seed, lambda one, seed: one * augment.drawn_gain(decibels=decibels, seed=seed), 1)


def mix(samples: torch.Tensor, other: torch.Tensor, *, snr: float, seed: Seeds) -> torch.Tensor:
    """A sound with another added to it at a given signal-to-noise ratio.

    Parameters
    ----------
    samples : (..., n)
        Of one sample rate with the other. With a seed for each, each sound of the batch has the ratio by itself.
    other : (m,) or of as many channels
        What is added, from a place drawn evenly, over again where it is too short; on the same device.
    snr
        The mean square of the sound over that of what is added to it, dB; over all channels. NaN are left out. To
        gradients the factor that it leads to is a constant.
    seed
        Of the place, or of each.

    Raises
    ------
    SettingsError
        Either is silent, so that no ratio can be had; shapes that do not go together.

    Examples
    --------
    >>> mix(torch.tensor([1.0, -1.0]), torch.tensor([0.5]), snr=0.0, seed=0)
    tensor([2., 0.])
    """

    def mixed(one: torch.Tensor, seed: int) -> torch.Tensor:
        augment.check_mixture(tuple(one.shape), tuple(other.shape), snr)
        first = augment.drawn_place(other.shape[-1], seed=seed)
        places = (first + torch.arange(one.shape[-1], device=other.device)) % other.shape[-1]
        added = other[..., places]
        ours, theirs = (
            float(part.detach().double().square().nanmean()) if part.numel() else 0.0 for part in (one, added)
        )
        return one + (added * augment.mixing_factor(ours, theirs, snr)).to(one.dtype)

    return _each(_numbers(samples), seed, mixed, 1)


def noise(
    n_samples: int,
    *,
    colour: str = "white",
    seed: int,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> torch.Tensor:
    """Normal noise of a mean square of 1, (n_samples,): that of `sonograph.augment.noise`, put on a device.

    Raises
    ------
    SettingsError
        Another colour; fewer than 2 samples.
    """
    noise = augment.noise(n_samples, colour=colour, seed=seed, dtype="float64")
    return torch.from_numpy(noise).to(dtype=dtype).to(device)


def _masked(
    values: torch.Tensor, axis: int, name: str, widest: int, seed: int, count: int, fill: float
) -> torch.Tensor:
    masked = values.clone()
    for span in augment.drawn_masks(values.shape[axis], name, widest, count=count, seed=seed):
        masked.narrow(axis, span.start, len(span)).fill_(fill)
    return masked


def _each(
    values: torch.Tensor, seed: Seeds, run: Callable[[torch.Tensor, int], torch.Tensor], axes: int
) -> torch.Tensor:
    """All with one seed, or each item of the first axis with its own."""
    one = isinstance(seed, int | np.integer)
    if values.ndim < axes + (not one):
        shape = "(..., rows, frames)" if axes == 2 else "(..., n)"
        raise SettingsError(
            f"values are of shape {tuple(values.shape)}; they must be {shape}, of a batch with many seeds"
        )
    if isinstance(seed, int | np.integer):
        return run(values, int(seed))
    if len(seed) != len(values):
        raise SettingsError(f"seed holds {len(seed)} seeds; it must hold {len(values)}, one for each item of the batch")
    return torch.stack([run(item, int(own)) for item, own in zip(values, seed, strict=True)]) if len(seed) else values


def _numbers(samples: torch.Tensor) -> torch.Tensor:
    if not samples.dtype.is_floating_point:
        raise SettingsError(f"samples are {samples.dtype}; they must be of a floating-point type, (..., n)")
    return samples
