"""Pitch by YIN, and the candidates of pYIN, on TensorFlow's tensors; see `learning.torch.measures`."""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from sonograph.features.samples import Samples
from sonograph.learning.tensorflow.finite import holes, tiny
from sonograph.learning.tensorflow.frames import Heard
from sonograph.learning.tensorflow.lags import lags_of


def yin(work: Samples, heard: Heard, tables: Any) -> Any:
    """(..., frames, 2): pitch and aperiodicity."""
    shortest, difference = _differences(heard.frames, tables)
    n_lags = difference.shape[-1]
    deep = _troughs(difference) & (difference < work.stage.threshold)
    first = tf.reduce_min(tf.where(deep, tf.range(n_lags), n_lags), -1, keepdims=True)
    deepest = tf.argmin(difference, -1, output_type=tf.int32)[..., None]
    at = tf.where(first < n_lags, first, deepest)
    depth = _taken(difference, at)
    period = tf.cast(shortest + at, depth.dtype) + _taken(_bottoms(difference), at)
    return tf.concat([holes(work.sample_rate / period, depth >= 1), depth], -1)


def candidates(work: Samples, heard: Heard, tables: Any) -> Any:
    """(..., frames, 2 n_pitches): the probability of each pitch, and what was measured near it, Hz."""
    stage, n = work.stage, work.stage.n_pitches
    shortest, difference = _differences(heard.frames, tables)
    n_lags = difference.shape[-1]
    probability, is_candidate = _probabilities(stage, tf.stop_gradient(difference), tables.thresholds)
    lags = tf.range(n_lags)
    pitch = work.sample_rate / (tf.cast(shortest + lags, difference.dtype) + _bottoms(difference))
    octaves = tf.math.log(tf.stop_gradient(pitch) / stage.low) / math.log(2)
    place = tf.cast(tf.clip_by_value(tf.round(12 * stage.per_semitone * octaves), 0, n), tf.int32)
    place = tf.where(is_candidate, place, n)  # n is where what is no candidate goes
    # of several in one place the one at the longest lag
    lead = tf.shape(place)[:-1]
    count = tf.reduce_prod(lead)
    segments = tf.reshape(place, [count, n_lags]) + (n + 1) * tf.range(count)[:, None]
    lag = tf.broadcast_to(lags + 1, tf.shape(segments))
    winner = tf.maximum(tf.math.unsorted_segment_max(lag, segments, count * (n + 1)), 0)
    winner = tf.reshape(winner, tf.concat([lead, [n + 1]], 0))[..., :n]
    found, at = winner > 0, tf.maximum(winner - 1, 0)
    rows = [_taken(values, at) for values in (probability, pitch)]
    return tf.concat([tf.where(found, values, tf.zeros_like(values)) for values in rows], -1)


def _taken(values: Any, at: Any) -> Any:
    """The values of each frame at these places of it."""
    return tf.gather(values, at, axis=-1, batch_dims=len(values.shape) - 1)


def _differences(frames: Any, tables: Any) -> tuple[int, Any]:
    """The shortest period, and the normalised difference (..., frames, lags) from it on; 1 in silence."""
    shortest, longest = tables.periods
    alike = lags_of(frames, longest + 1, tables.n_fft)
    lost = tf.cumsum(tf.square(frames[..., :longest]), -1)
    difference = 2 * (alike[..., :1] - alike[..., 1:]) - lost
    mean = tf.cumsum(difference, -1) / tf.range(1, longest + 1, dtype=frames.dtype) + tiny(frames)
    difference, mean = difference[..., shortest - 1 :], mean[..., shortest - 1 :]
    silent, one = alike[..., :1] <= 0, tf.ones_like(mean)
    return shortest, tf.where(silent, one, difference / tf.where(silent, one, mean))


def _troughs(difference: Any) -> Any:
    falls = difference[..., 1:] < difference[..., :-1]
    inner = falls[..., :-1] & (difference[..., 1:-1] <= difference[..., 2:])
    return tf.concat([difference[..., :1] < difference[..., 1:2], inner, falls[..., -1:]], -1)


def _bottoms(difference: Any) -> Any:
    before, middle, after = difference[..., :-2], difference[..., 1:-1], difference[..., 2:]
    a, b = after + before - 2 * middle, (after - before) / 2
    inside = tf.abs(b) < tf.abs(a)
    shift = tf.where(inside, -b / tf.where(inside, a, tf.ones_like(a)), tf.zeros_like(a))
    return tf.concat([tf.zeros_like(difference[..., :1]), shift, tf.zeros_like(difference[..., :1])], -1)


def _probabilities(stage: Any, difference: Any, thresholds: tuple[tuple[float, float], ...]) -> tuple[Any, Any]:
    """How probable each trough is, over all thresholds that it is chosen of those below; and which lags can be."""
    here = _troughs(difference)
    height = tf.where(here, difference, tf.constant(math.inf, difference.dtype))
    none = tf.zeros_like(height)
    probability, unreached = none, none
    for limit, weight in thresholds:
        below = height < limit
        number = tf.cumsum(tf.cast(below, height.dtype), -1)
        chance = tf.exp(-stage.decay * (number - 1)) / -tf.math.expm1(-stage.decay * tf.maximum(number[..., -1:], 1))
        probability = probability + tf.where(below, weight * -math.expm1(-stage.decay) * chance, none)
        unreached = unreached + tf.where(below, none, weight * tf.ones_like(none))
    deepest = here & (tf.range(height.shape[-1]) == tf.argmin(height, -1, output_type=tf.int32)[..., None])
    if stage.no_trough:
        below = below | deepest
    return probability + tf.where(deepest, stage.no_trough * unreached, none), below
