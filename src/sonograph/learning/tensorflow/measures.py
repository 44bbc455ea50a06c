"""What is measured on the samples of frames but pitch, on TensorFlow's tensors."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from sonograph.features.samples import Samples
from sonograph.features.temporal import SILENT
from sonograph.learning.tensorflow.finite import over, root
from sonograph.learning.tensorflow.frames import Heard
from sonograph.learning.tensorflow.lags import lags_of
from sonograph.learning.tensorflow.transform import powers
from sonograph.settings.by_octaves import TAPS


def temporal(work: Samples, heard: Heard, tables: Any) -> Any:
    """(..., frames, features), as `work.stage.features` lists them."""
    n, frames, wanted = work.window_length, heard.frames, work.stage.features
    rows: dict[str, Any] = {}
    if "rms" in wanted or "crest" in wanted:
        rows["rms"] = root(tf.reduce_mean(tf.square(frames), -1))
    if "peak" in wanted or "crest" in wanted:
        rows["peak"] = tf.reduce_max(tf.abs(frames), -1)
    if "crest" in wanted:
        rows["crest"] = over(rows["peak"], rows["rms"])
    if "zero_crossings" in wanted:
        below = frames < -SILENT
        changes = tf.cast(below[..., 1:] ^ below[..., :-1], frames.dtype)
        rows["zero_crossings"] = tf.reduce_sum(changes, -1) / n
    if "envelope" in wanted:
        rows["envelope"] = _envelope(frames, tf.constant(tables.quarter, frames.dtype))
    return tf.stack([rows[name] for name in wanted], -1)


def _envelope(frames: Any, quarter: Any) -> Any:
    """(..., frames) mean magnitude of the analytic signal: a frame, and itself a quarter of a period later."""
    spectrum = tf.signal.rfft(frames)
    turned = tf.complex(tf.math.imag(spectrum) * quarter, -tf.math.real(spectrum) * quarter)
    late = tf.signal.irfft(turned, [frames.shape[-1]])
    return tf.reduce_mean(root(tf.square(frames) + tf.square(late)), -1)


def autocorrelation(work: Samples, heard: Heard, tables: Any) -> Any:
    """(..., frames, lags) the sum of x[m] x[m + lag] over each frame."""
    values = lags_of(heard.frames, work.stage.lags, tables.n_fft)
    return over(values, values[..., :1]) if work.stage.normalised else values


def multitaper(work: Samples, heard: Heard, tables: Any) -> Any:
    """(..., frames, bins) the mean of the powers through each taper."""
    return tf.add_n([powers(heard.frames, one) for one in tables.works])


def constant_q(work: Samples, heard: Heard, tables: Any) -> Any:
    """(..., frames, bands), octave by octave; see `learning.torch.measures.constantq`."""
    samples, n_frames = heard.samples, tf.shape(heard.frames)[-2]
    middle, hop, halved = work.window_length // 2, work.hop, 0
    parts = []
    for number, octave in enumerate(tables.octaves):
        while halved < octave.halvings:
            samples, middle = _halved(samples, middle, tables.half_band)
            hop, halved = hop // 2, halved + 1
        cut = tf.signal.frame(samples[..., middle - octave.half :], 2 * octave.half + 1, hop)[..., :n_frames, :]
        product = tf.matmul(cut, tf.constant(getattr(tables, f"octave_{number}"), samples.dtype))
        parts.append(tf.split(product, 2, -1))
    real, imaginary = (tf.concat([part[k] for part in parts[::-1]], -1) for k in (0, 1))
    if work.quantity == "transform":
        return tf.complex(real, imaginary)
    power = tf.square(real) + tf.square(imaginary)
    return power if work.quantity == "power" else root(power)


def _halved(samples: Any, middle: int, weights: tuple[float, ...]) -> tuple[Any, int]:
    """Every other sample behind a half-band filter, one of them at `middle`; and where that now is."""
    reach = 2 * TAPS - 1
    start = reach + (middle - reach) % 2
    n_samples = (tf.shape(samples)[-1] - start - reach + 1) // 2
    beside = samples[..., start - reach :: 2]  # the neighbours of those that stay
    kept = 0.5 * samples[..., start::2][..., :n_samples]
    for k, weight in enumerate(weights):
        before, after = TAPS - 1 - k, TAPS + k
        kept = kept + weight * (beside[..., before:][..., :n_samples] + beside[..., after:][..., :n_samples])
    return kept, (middle - start) // 2
