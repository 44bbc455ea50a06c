"""The ends of a sound and the frames cut of it, on TensorFlow's tensors."""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf

from sonograph.frames import frames_of, refuse_too_short
from sonograph.learning.sizes import margins
from sonograph.settings import Settings, StftSettings, stft_of


class Heard(NamedTuple):
    """A sound as its frames see it.

    samples : (..., n) finite, frame i begins at sample i * hop
    frames  : (..., frames, window_length) of them
    missing : (..., frames, 1), whether a sample of the frame is missing
    """

    samples: Any
    frames: Any
    missing: Any


def heard(samples: Any, settings: Settings) -> Heard:
    """Samples (..., n), lengthened at their ends and cut into frames."""
    stft = stft_of(settings)
    if stft.preemphasis and stft.preemphasis_over == "sound":
        samples = samples - stft.preemphasis * tf.concat([tf.zeros_like(samples[..., :1]), samples[..., :-1]], -1)
    known = samples.shape[-1]
    if known is not None:
        refuse_too_short(settings, known)
    samples = _with_edges(samples, stft)
    if stft.drop_last:
        samples = samples[..., : -stft.hop]
    bad = ~tf.math.is_finite(samples)
    clean = tf.where(bad, tf.zeros_like(samples), samples)
    n, hop = stft.window_length, stft.hop
    return Heard(clean, tf.signal.frame(clean, n, hop), tf.reduce_any(tf.signal.frame(bad, n, hop), -1, keepdims=True))


def _with_edges(samples: Any, stft: StftSettings) -> Any:
    """Samples so lengthened and cut that frame i begins at sample i * hop."""
    known = samples.shape[-1]
    n_samples = tf.shape(samples)[-1] if known is None else known
    if known is not None and (known == 0 or len(frames_of(stft, known)) == 0):
        return samples[..., :0]
    before, after = margins(stft, n_samples, max if known is not None else tf.maximum)
    if stft.edges == "reflect":
        ahead, behind = samples[..., 1 : before + 1], samples[..., n_samples - 1 - after : n_samples - 1]
        return tf.concat([tf.reverse(ahead, [-1]), samples, tf.reverse(behind, [-1])], -1)
    if stft.edges == "kaldi":
        return mirrored(samples, before, after, -1)
    lead = tf.shape(samples)[:-1]
    fill = tf.constant(float("nan") if stft.edges == "missing" else 0.0, samples.dtype)
    around = [tf.fill(tf.concat([lead, [size]], 0), fill) for size in (before, after)]
    return tf.concat([around[0], samples, around[1]], -1)


def mirrored(values: Any, before: Any, after: Any, axis: int) -> Any:
    """Values with so many more at both ends of an axis: it turns just outside of its ends, as often as it takes."""
    size = tf.shape(values)[axis]
    place = tf.range(-before, size + after) % (2 * size)
    return tf.gather(values, tf.where(place < size, place, 2 * size - 1 - place), axis=axis)
