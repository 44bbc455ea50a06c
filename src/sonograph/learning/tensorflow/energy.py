"""The energy of each frame beside its rows, on TensorFlow's tensors."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from sonograph.learning.tensorflow.common import Seen
from sonograph.learning.tensorflow.finite import holes
from sonograph.learning.tensorflow.transform import conditioned
from sonograph.settings import EnergySettings


def energy(settings: EnergySettings, values: Any, tables: Any, seen: Seen) -> Any:
    """ln of each frame's energy in place of the first row, or as a further one."""
    stft, frames = seen.pipeline.stft, seen.heard.frames
    if settings.measure == "frame":
        weighed = frames - tf.reduce_mean(frames, -1, keepdims=True) if stft.remove_dc else frames
    else:
        weighed = conditioned(frames, seen.pipeline.work) * tf.constant(tables.window, frames.dtype)
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
