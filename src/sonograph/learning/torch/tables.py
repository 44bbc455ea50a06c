"""Tables of a module: numbers that follow from settings, in the precision that it computes in."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


class Tables(torch.nn.Module):
    """Numbers that follow from settings: computed in float64 and rounded once, whatever the module is turned into.

    Arrays are in float64 after `.double()` and in float32 otherwise, as bfloat16 would spoil them; all else stays.
    """

    def __init__(self, **exact: Any) -> None:
        super().__init__()
        self._exact = exact
        dtype = torch.float64 if torch.get_default_dtype() == torch.float64 else torch.float32
        for name, numbers in exact.items():
            if isinstance(numbers, np.ndarray):
                self.register_buffer(name, torch.tensor(numbers, dtype=dtype), persistent=False)
            else:
                setattr(self, name, numbers)

    def _apply(self, fn: Any, recurse: bool = True) -> Tables:
        was = dict(self.named_buffers())
        super()._apply(fn, recurse)
        for name, before in was.items():
            now = getattr(self, name)
            if now.dtype != before.dtype or now.is_meta != before.is_meta:
                dtype = torch.float64 if now.dtype == torch.float64 else torch.float32
                setattr(self, name, torch.tensor(self._exact[name], dtype=dtype, device=now.device))
        return self
