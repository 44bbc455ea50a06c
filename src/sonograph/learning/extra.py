"""scikit-learn where it is needed: to train what is more than a linear discriminant."""

from __future__ import annotations

import importlib
from typing import Any

from sonograph.errors import MissingExtra


def scikit_learn(module: str) -> Any:
    """A module of scikit-learn.

    Raises
    ------
    MissingExtra
        It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtra("this training needs scikit-learn: pip install '.[learn]'") from error
