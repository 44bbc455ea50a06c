"""What the links share: what was seen of each frame, and the frames before."""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf

from sonograph.computing.pipeline import Pipeline
from sonograph.learning.tensorflow.frames import Heard


class Seen(NamedTuple):
    """A sound as its frames see it, and what is computed of it."""

    heard: Heard
    pipeline: Pipeline


def earlier(values: Any, lag: int, first: Any) -> Any:
    """The frames so many before, `first` before the first."""
    return tf.concat([tf.fill(tf.shape(values[..., :lag, :]), tf.cast(first, values.dtype)), values[..., :-lag, :]], -2)
