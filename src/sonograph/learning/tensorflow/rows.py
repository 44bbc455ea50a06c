"""Logarithms, levels, norms, cepstra, deltas and pitch classes, on TensorFlow's tensors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import tensorflow as tf

from sonograph.learning.tensorflow.common import Seen
from sonograph.learning.tensorflow.finite import filled, holes, over, root, tiny
from sonograph.settings import (
    AffineSettings,
    DeltaSettings,
    LevelSettings,
    LogSettings,
    NormSettings,
    RangeSettings,
    StandardSettings,
)

LN_10 = math.log(10)


def logarithm(settings: LogSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """ln or log10 of max(value + add, floor)."""
    moved = tf.math.log(tf.maximum(values + settings.add, settings.floor))
    return moved if settings.base == "e" else moved / LN_10


def level(settings: LevelSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """Decibels re the largest power of each sound; of silence re 1."""
    clean, missing = filled(values)
    largest = tf.reduce_max(clean, [-2, -1], keepdims=True)
    ratio = clean / tf.where(largest > 0, largest, tf.ones_like(largest))
    return holes((10 / LN_10) * tf.math.log(tf.maximum(ratio, 10 ** (settings.floor / 10))), missing)


def limited(settings: RangeSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """Nothing more than so far below the largest value of each sound."""
    lowest = tf.constant(-np.inf, values.dtype)
    largest = tf.reduce_max(tf.where(tf.math.is_nan(values), lowest, values), [-2, -1], keepdims=True)
    return tf.maximum(values, largest - settings.span)


def affine(settings: AffineSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """(value + add) * multiply."""
    return (values + settings.add) * settings.multiply


def norm(settings: NormSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """Each frame by its own size; a frame of zeros stays."""
    if settings.norm == "max":
        size = tf.reduce_max(tf.abs(values), -1, keepdims=True)
    elif settings.norm == "l1":
        size = tf.reduce_sum(tf.abs(values), -1, keepdims=True)
    else:
        size = root(tf.reduce_sum(tf.square(values), -1, keepdims=True))
    return values / tf.where(size < tiny(values), tf.ones_like(size), size)


def standard(settings: StandardSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """Each row less its mean over the sound and, if asked, by its deviation."""
    clean, missing = filled(values)
    count = tf.maximum(tf.reduce_sum(tf.cast(~missing, values.dtype), -2, keepdims=True), 1)
    clean = tf.where(missing, tf.zeros_like(clean), clean - tf.reduce_sum(clean, -2, keepdims=True) / count)
    if settings.deviation:
        variance = tf.reduce_sum(tf.square(clean), -2, keepdims=True) / count
        clean = clean / tf.sqrt(tf.where(variance > 0, variance, tf.ones_like(variance)))
    return holes(clean, missing)


def weighed(settings: Any, values: Any, tables: Any, seen: Seen) -> Any:
    """Cepstra, or pitch classes: sums of rows."""
    return tf.matmul(values, tf.constant(tables.matrix, values.dtype))


def tonnetz(settings: Any, values: Any, tables: Any, seen: Seen) -> Any:
    """Tonal centroids of pitch classes, NaN in silence."""
    shares = over(values, tf.reduce_sum(tf.abs(values), -1, keepdims=True))
    return weighed(settings, shares, tables, seen)


def deltas(settings: DeltaSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """Rows, their regression over neighbouring frames, and that of the regression."""
    reach, n_frames = settings.width * settings.order, tf.shape(values)[-2]
    ends = [tf.repeat(end, reach, axis=-2) for end in (values[..., :1, :], values[..., -1:, :])]
    far = tf.concat([ends[0], values, ends[1]], -2)
    parts = [values]
    for weights in tables.orders:
        begin = reach - len(weights) // 2
        parts.append(sum(w * far[..., begin + m : begin + m + n_frames, :] for m, w in enumerate(weights) if w))
    return tf.concat(parts, -1)
