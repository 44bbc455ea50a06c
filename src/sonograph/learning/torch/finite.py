"""Formulas whose gradients stay finite where they have none of their own."""

from __future__ import annotations

import torch


def root(values: torch.Tensor) -> torch.Tensor:
    """The square root of 0 or more; its gradient at 0 is 0.

    >>> root(torch.tensor([0.0, 9.0]))
    tensor([0., 3.])
    """
    above = values > 0
    return torch.where(above, torch.where(above, values, 1.0).sqrt(), 0.0)


def raised(values: torch.Tensor, power: float) -> torch.Tensor:
    """A power of 0 or more; its gradient at 0 is 0, also below the first power.

    >>> raised(torch.tensor([0.0, 16.0]), 0.25)
    tensor([0., 2.])
    """
    above = values > 0
    return torch.where(above, torch.where(above, values, 1.0) ** power, 0.0)


def over(values: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
    """values / size, NaN where the size is not above 0.

    >>> over(torch.tensor([1.0, 0.0]), torch.tensor([2.0, 0.0]))
    tensor([0.5000,    nan])
    """
    above = size > 0
    return torch.where(above, values / torch.where(above, size, 1.0), torch.nan)
