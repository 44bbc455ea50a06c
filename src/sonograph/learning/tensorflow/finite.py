"""Formulas whose gradients stay finite where they have none of their own, and what is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf


def root(values: Any) -> Any:
    """The square root of 0 or more; its gradient at 0 is 0."""
    above = values > 0
    return tf.where(above, tf.sqrt(tf.where(above, values, tf.ones_like(values))), tf.zeros_like(values))


def raised(values: Any, power: float) -> Any:
    """A power of 0 or more; its gradient at 0 is 0, also below the first power."""
    above = values > 0
    return tf.where(above, tf.where(above, values, tf.ones_like(values)) ** power, tf.zeros_like(values))


def over(values: Any, size: Any) -> Any:
    """values / size, NaN where the size is not above 0."""
    above = size > 0
    return holes(values / tf.where(above, size, tf.ones_like(size)), ~above)


def filled(values: Any) -> tuple[Any, Any]:
    """Values with 0 for what is missing, and where that is; a NaN would spoil the gradients of all that it met."""
    missing = tf.math.is_nan(values)
    return tf.where(missing, tf.zeros_like(values), values), missing


def holes(values: Any, missing: Any) -> Any:
    """Values, NaN where `missing` says."""
    hole = complex(np.nan, np.nan) if values.dtype.is_complex else np.nan
    return tf.where(missing, tf.constant(hole, values.dtype), values)


def tiny(values: Any) -> float:
    """The smallest number above 0 that is as exact as others."""
    return float(np.finfo(values.dtype.as_numpy_dtype).tiny)
