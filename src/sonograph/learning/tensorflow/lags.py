"""The autocorrelation of frames by way of their power spectrum, on TensorFlow's tensors."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from sonograph.learning.tensorflow.transform import square


def lags_of(frames: Any, n_lags: int, n_fft: int) -> Any:
    """(..., lags) of frames (..., n): their autocorrelation at the lags from 0 on."""
    padding = [[0, 0]] * (len(frames.shape) - 1) + [[0, n_fft - frames.shape[-1]]]
    power = square(tf.signal.rfft(tf.pad(frames, padding), [n_fft]))
    return tf.signal.irfft(tf.complex(power, tf.zeros_like(power)), [n_fft])[..., :n_lags]
