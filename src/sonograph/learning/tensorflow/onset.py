"""The strength of onsets and how regularly they come, on TensorFlow's tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from sonograph.learning.tensorflow.common import Seen, earlier
from sonograph.learning.tensorflow.finite import filled, holes, tiny
from sonograph.learning.tensorflow.lags import lags_of
from sonograph.settings import OnsetSettings, TempogramSettings


def onset(settings: OnsetSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """The mean over rows of how far they rose since `lag` frames ago; nothing has risen at the beginning."""
    before = earlier(values, settings.lag, np.inf)
    missing = tf.reduce_any(tf.math.is_nan(values) | tf.math.is_nan(before), -1, keepdims=True)
    none = tf.zeros_like(values)
    rises = tf.where(missing, none, values) - tf.where(missing, none, before)
    return holes(tf.reduce_mean(tf.maximum(rises, 0), -1, keepdims=True), missing)


def tempogram(settings: TempogramSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """The autocorrelation of the onset strength around each frame, over its largest value."""
    length = settings.length
    clean, missing = filled(values[..., 0])
    rise, fall = (tf.constant(ramp, values.dtype) for ramp in (tables.rise, tables.fall))
    around = tf.concat([clean[..., :1] * rise, clean, clean[..., -1:] * fall], -1)
    weighed = tf.signal.frame(around, length, 1) * tf.constant(tables.window, values.dtype)
    alike = lags_of(weighed, length, tables.n_fft)
    size = tf.reduce_max(tf.abs(alike), -1, keepdims=True)
    alike = alike / tf.where(size < tiny(values), tf.ones_like(size), size)
    # a window that reaches over an end holds the frame at that end too, and is missing with it
    gone = tf.pad(missing, [[0, 0]] * (len(missing.shape) - 1) + [[len(tables.rise), len(tables.fall)]])
    return holes(alike, tf.reduce_any(tf.signal.frame(gone, length, 1), -1, keepdims=True))
