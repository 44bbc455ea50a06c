"""Per-channel energy normalisation, on TensorFlow's tensors."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from sonograph.learning.tensorflow.common import Seen
from sonograph.learning.tensorflow.finite import holes, raised
from sonograph.settings import PcenSettings


def pcen(settings: PcenSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """Loudness against its own recent past; the low-pass is a scan, of which a round holds twice as many frames."""
    newest = settings.smoothing(seen.pipeline.frames_per_second)
    missing = tf.reduce_any(tf.math.is_nan(values), -1, keepdims=True)
    clean = tf.where(missing, tf.zeros_like(values), values)
    one = tf.ones_like(clean[..., :1])
    keep = tf.where(missing, one, (1 - newest) * one)  # a missing frame leaves no trace
    level, n_frames = newest * clean, tf.shape(values)[-2]

    def further(step: Any, level: Any, keep: Any) -> tuple[Any, Any, Any]:
        level = level + keep * _moved(level, step, 0)
        return 2 * step, level, keep * _moved(keep, step, 1)

    shapes = (tf.TensorShape([]), level.shape, keep.shape)
    loop = (tf.constant(1), level, keep)
    _, level, keep = tf.while_loop(lambda step, *_: step < n_frames, further, loop, shape_invariants=shapes)
    level = level + keep  # it was 1 before the sound
    gained = tf.exp(-settings.gain * tf.math.log(level + settings.eps)) * clean
    bias, power = settings.bias, settings.power
    # without bias a power below 1 would have no gradient at 0
    eased = bias**power * tf.math.expm1(power * tf.math.log1p(gained / bias)) if bias else raised(gained, power)
    return holes(eased, missing)


def _moved(values: Any, step: Any, first: float) -> Any:
    """Values so many frames later, `first` before them."""
    before = tf.fill(tf.shape(values[..., :step, :]), tf.cast(first, values.dtype))
    return tf.concat([before, values[..., :-step, :]], -2)
