"""The doors to training: the numbers of `spectrogram` in Torch, from one settings value.

    SpectrogramModule     a torch.nn.Module     extra torch

Each is loaded when it is used, and says which extra is missing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sonograph.learning.module import SpectrogramModule as SpectrogramModule

_HOME = {"SpectrogramModule": "module"}

__all__ = [*_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sonograph.learning' has no attribute {name!r}")
    return getattr(importlib.import_module(f"sonograph.learning.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
