"""Parts of an axis whose length is known only when a program runs.

A slice asks whether its end lies within; of some lengths torch.export cannot prove that for all there may be, and would
take those of its example alone. So an exported program picks by number what is else a view.
"""

from __future__ import annotations

from typing import Any

import torch


def first(values: torch.Tensor, count: Any, dim: int) -> torch.Tensor:
    """The first `count` along an axis that has as many or more.

    >>> first(torch.arange(5), 3, -1)
    tensor([0, 1, 2])
    """
    if not torch.compiler.is_exporting():
        return values.narrow(dim, 0, count)
    return values.index_select(dim, torch.arange(count, device=values.device))


def delayed(values: torch.Tensor, step: int, fill: float) -> torch.Tensor:
    """(..., frames, rows) of `step` frames before, and `fill` where there are none.

    >>> delayed(torch.tensor([[1.0], [2.0], [3.0]]), 2, 0.0).flatten()
    tensor([0., 0., 1.])
    """
    if not torch.compiler.is_exporting():
        return torch.nn.functional.pad(values[..., :-step, :], (0, 0, step, 0), value=fill)
    number = torch.arange(values.shape[-2], device=values.device) - step
    return values.index_select(-2, number.clamp_min(0)).masked_fill((number < 0)[:, None], fill)


def windows(values: torch.Tensor, length: int) -> torch.Tensor:
    """(..., windows, length) of `length` that follow each other, one further each time.

    >>> windows(torch.arange(4), 3).tolist()
    [[0, 1, 2], [1, 2, 3]]
    """
    if not torch.compiler.is_exporting():
        return values.unfold(-1, length, 1)
    number = torch.arange(values.shape[-1] - length + 1, device=values.device)
    return values[..., number[:, None] + torch.arange(length, device=values.device)]
