"""The energy of each frame beside its rows, and per-channel energy normalisation, on TensorFlow's tensors."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from sonograph.learning.tensorflow.common import Seen
from sonograph.learning.tensorflow.finite import holes, raised
from sonograph.learning.tensorflow.transform import conditioned
from sonograph.settings import EnergySettings, PcenSettings


def energy(settings: EnergySettings, values: Any, tables: Any, seen: Seen) -> Any:
    """ln of each frame's energy in place of the first row, or as a further one."""
    stft, frames = seen.plan.stft, seen.heard.frames
    if settings.measure == "frame":
        weighed = frames - tf.reduce_mean(frames, -1, keepdims=True) if stft.remove_dc else frames
    else:
        weighed = conditioned(frames, seen.plan.work) * tf.constant(tables.window, frames.dtype)
    total = tf.reduce_sum(tf.square(weighed), -1, keepdims=True)
    if settings.measure == "bins":
        # Parseval, as in features.energy: half of all bins' energy and half of what both ends hold
        ends = tf.square(tf.reduce_sum(weighed, -1, keepdims=True))
        if stft.n_fft % 2 == 0:
            signs = tf.constant(tables.signs, frames.dtype)
            ends = ends + tf.square(tf.reduce_sum(weighed * signs, -1, keepdims=True))
        total = 0.5 * (total * stft.n_fft + ends)
    total = holes(tf.math.log(tf.maximum(total * stft.input_scale**2, settings.floor)), seen.heard.missing)
    if settings.place == "replace":
        return tf.concat([total, values[..., 1:]], -1)
    return tf.concat([total, values] if settings.place == "first" else [values, total], -1)


def pcen(settings: PcenSettings, values: Any, tables: Any, seen: Seen) -> Any:
    """Loudness against its own recent past; the low-pass is a scan, of which a round holds twice as many frames."""
    newest = settings.smoothing(seen.plan.frames_per_second)
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
