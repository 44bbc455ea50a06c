"""The strength of onsets and how regularly they come, and harmonic and percussive parts, on TensorFlow's tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from sonograph.learning.tensorflow.common import Seen, earlier
from sonograph.learning.tensorflow.finite import filled, holes, raised, tiny
from sonograph.learning.tensorflow.lags import lags_of
from sonograph.learning.tensorflow.sounds import mirrored
from sonograph.settings import OnsetSettings, SeparationSettings, TempogramSettings


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
