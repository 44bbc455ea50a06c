"""The harmonic and the percussive part of a spectrum, on TensorFlow's tensors."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from sonograph.learning.tensorflow.common import Seen
from sonograph.learning.tensorflow.finite import filled, holes, raised, tiny
from sonograph.learning.tensorflow.frames import mirrored
from sonograph.settings import SeparationSettings


def separation(settings: SeparationSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """The values times the share of one part; medians hold `width` times the memory of the values."""
    known, missing = filled(values)
    lasting, broad = _medians(known, settings.width, -2), _medians(known, settings.width, -1)
    wanted, other = (lasting, broad) if settings.part == "harmonic" else (broad, lasting)
    other = other * settings.margin
    larger = tf.maximum(wanted, other)
    silent, one = larger < tiny(values), tf.ones_like(larger)
    larger = tf.where(silent, one, larger)
    ours, theirs = raised(wanted / larger, settings.exponent), raised(other / larger, settings.exponent)
    share = ours / tf.where(silent, one, ours + theirs)
    share = tf.where(silent, (0.5 if settings.margin == 1 else 0.0) * one, share)
    return holes(known * share, missing)


def _medians(values: Any, width: int, axis: int) -> Any:
    """The median of each value and its neighbours along an axis, mirrored at its ends; width is odd."""
    half = width // 2
    around = tf.signal.frame(mirrored(values, half, half, axis), width, 1, axis=axis)
    if axis == -2:
        around = tf.linalg.matrix_transpose(around)
    return tf.math.top_k(around, half + 1).values[..., -1]
