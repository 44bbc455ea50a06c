"""The transform with its bands and logarithm, on TensorFlow's tensors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import tensorflow as tf

from sonograph.engines import Work
from sonograph.learning.tensorflow.frames import Heard


def transformed(work: Work, heard: Heard, tables: Any) -> Any:
    """(..., frames, rows) of what an engine computes of every frame."""
    values = powers(conditioned(heard.frames, work), work)
    if work.bands is not None:
        values = tf.matmul(values, tf.constant(_dense(work), values.dtype))
    return values if work.log is None else logarithm(values, work.log.factor, work.log.floor)


def powers(frames: Any, work: Work) -> Any:
    """The transform of frames, its power or its magnitude."""
    weighed = frames * tf.constant(work.window, frames.dtype)
    # padded here, as rfft does not pad where there are no frames, and then refuses
    padding = [[0, 0]] * (len(weighed.shape) - 1) + [[0, work.n_fft - len(work.window)]]
    transform = tf.signal.rfft(tf.pad(weighed, padding), [work.n_fft])
    ends = np.ones(work.n_bins)
    ends[[0, -1] if work.n_fft % 2 == 0 else [0]] = work.ends if work.quantity == "power" else work.ends**0.5
    if work.quantity == "transform":
        return transform * tf.constant(ends, transform.dtype)
    values = square(transform) if work.quantity == "power" else tf.abs(transform)
    return values * tf.constant(ends, values.dtype)


def conditioned(frames: Any, work: Any) -> Any:
    """Frames without their mean and pre-emphasised, where the work says so."""
    if work.remove_dc:
        frames = frames - tf.reduce_mean(frames, -1, keepdims=True)
    if work.preemphasis:
        frames = frames - work.preemphasis * tf.concat([frames[..., :1], frames[..., :-1]], -1)
    return frames


def square(transform: Any) -> Any:
    """|X|² of complex numbers."""
    return tf.square(tf.math.real(transform)) + tf.square(tf.math.imag(transform))


def logarithm(values: Any, factor: float, floor: float) -> Any:
    """factor log10 max(value, floor)."""
    return tf.math.log(tf.maximum(values, floor)) * (factor / math.log(10))


def _dense(work: Work) -> np.ndarray:
    """(bins, bands) float64."""
    assert work.bands is not None  # noqa: S101  # the caller knows
    matrix = np.zeros((work.n_bins, work.n_rows))
    for q, first in enumerate(work.bands.first):
        weights = work.bands.weights[work.bands.start[q] : work.bands.start[q + 1]]
        matrix[first : first + len(weights), q] = weights
    return matrix
