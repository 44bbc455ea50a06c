"""The shape of each frame's spectrum, on TensorFlow's tensors. A roll-off is a bin's frequency, without gradient."""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from sonograph.features.spectral_shape import LEAST_POWER
from sonograph.learning.tensorflow.common import Seen, earlier
from sonograph.learning.tensorflow.finite import filled, holes, root, tiny
from sonograph.settings import ShapeSettings


def shape(settings: ShapeSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """The features of each frame, NaN where it is silent or missing."""
    values, _ = filled(values)
    total = tf.reduce_sum(values, -1, keepdims=True)
    sounding = total > 0
    total = tf.where(sounding, total, tf.ones_like(total))
    rows = []
    for name in settings.features:
        here = sounding
        if name == "flux":
            here = sounding & (earlier(tf.cast(sounding, values.dtype), 1, 0) > 0)
        rows.append(holes(_FEATURES[name](settings, values, total, tables), ~here))
    return tf.concat(rows, -1)


def _frequencies(values: Any, tables: Any) -> Any:
    return tf.constant(tables.frequencies, values.dtype)


def _logs(values: Any) -> Any:
    return tf.math.log(tf.maximum(values, tiny(values)))


def _decibels(values: Any) -> Any:
    return (10 / math.log(10)) * tf.math.log(tf.maximum(values, LEAST_POWER))


def _centroid(settings: ShapeSettings, values: Any, total: Any, tables: Any) -> Any:
    return tf.reduce_sum(values * _frequencies(values, tables), -1, keepdims=True) / total


def _bandwidth(settings: ShapeSettings, values: Any, total: Any, tables: Any) -> Any:
    away = _frequencies(values, tables) - _centroid(settings, values, total, tables)
    return root(tf.reduce_sum(tf.square(away) * values, -1, keepdims=True) / total)


def _rolloff(settings: ShapeSettings, values: Any, total: Any, tables: Any) -> Any:
    sums, n_bins = tf.cumsum(values, -1), values.shape[-1]
    reached = tf.where(sums >= settings.rolloff * sums[..., -1:], tf.range(n_bins), n_bins - 1)
    return tf.gather(_frequencies(values, tables), tf.reduce_min(reached, -1, keepdims=True))


def _flatness(settings: ShapeSettings, values: Any, total: Any, tables: Any) -> Any:
    is_power = settings.of.quantity == "power"
    logs, power = (_logs(values), values) if is_power else (2 * _logs(values), tf.square(values))
    geometric = tf.exp(tf.reduce_mean(tf.maximum(logs, math.log(LEAST_POWER)), -1, keepdims=True))
    return geometric / tf.reduce_mean(tf.maximum(power, LEAST_POWER), -1, keepdims=True)


def _contrast(settings: ShapeSettings, values: Any, total: Any, tables: Any) -> Any:
    rows = []
    for first, stop, count in tables.bands:
        band = values[..., first:stop]
        high = tf.reduce_mean(tf.math.top_k(band, count).values, -1, keepdims=True)
        low = tf.reduce_mean(-tf.math.top_k(-band, count).values, -1, keepdims=True)
        rows.append(_decibels(high) - _decibels(low))
    return tf.concat(rows, -1)


def _flux(settings: ShapeSettings, values: Any, total: Any, tables: Any) -> Any:
    shares = values / total
    return tf.reduce_sum(tf.square(shares - earlier(shares, 1, 0)), -1, keepdims=True)


def _entropy(settings: ShapeSettings, values: Any, total: Any, tables: Any) -> Any:
    mean_log = tf.reduce_sum(values * _logs(values), -1, keepdims=True) / total
    return (tf.math.log(total) - mean_log) / (math.log(values.shape[-1]) or 1.0)


def _slope(settings: ShapeSettings, values: Any, total: Any, tables: Any) -> Any:
    off = tables.frequencies - tables.frequencies.mean()
    return (_centroid(settings, values, total, tables) - tables.frequencies.mean()) / (off**2).sum()


_FEATURES = {
    "centroid": _centroid,
    "bandwidth": _bandwidth,
    "rolloff": _rolloff,
    "flatness": _flatness,
    "contrast": _contrast,
    "flux": _flux,
    "entropy": _entropy,
    "slope": _slope,
}
