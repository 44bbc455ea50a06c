"""The numbers of `spectrogram` as a TensorFlow function, and windows of files as a tf.data source.

compute = sonograph.learning.tensorflow.function(settings, sample_rate)
data = sonograph.learning.tensorflow.source(items, windows).batch(32).map(lambda x, label: (compute(x), label))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count as numbers_from
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np

from sonograph.checks import whole
from sonograph.engines import Work
from sonograph.errors import MissingExtra, SettingsError
from sonograph.learning.crops import Windows
from sonograph.learning.sounds import Sounds
from sonograph.learning.stage_tables import OF_MEASURES, numbers_of
from sonograph.learning.taken_apart import sound_like, taken_apart
from sonograph.settings import Settings
from sonograph.sounds.calibration import Calibration

try:
    import tensorflow as tf
except ImportError as error:
    raise MissingExtra("the TensorFlow function needs TensorFlow: pip install '.[tensorflow]'") from error

from sonograph.learning.tensorflow.common import Seen
from sonograph.learning.tensorflow.finite import holes
from sonograph.learning.tensorflow.frames import heard
from sonograph.learning.tensorflow.links import LINKS, MEASURES
from sonograph.learning.tensorflow.transform import logarithm, transformed


def source(
    items: Iterable[Any],
    windows: Windows,
    *,
    mono: bool = False,
    broken: str = "raise",
    sample_rate: float | None = None,
    calibration: Calibration | Literal[False] | None = None,
    epoch: int = 0,
) -> Any:
    """Windows of sound files as a tf.data.Dataset of (samples, label), in order.

    Parameters
    ----------
    items, windows, mono, broken, sample_rate, calibration
        As `learning.SoundDataset` has them; the same windows come out.
    epoch
        Whose random crops come first; each further pass over the data is the next epoch.

    Returns
    -------
    tf.data.Dataset
        Of float32 (channels, length), or (length,) with mono, and int64 labels, -1 for none.

    Raises
    ------
    SourceError
        With broken "raise" a file that cannot be used; no usable file at all.
    SettingsError
        Files of several sample rates, and no `sample_rate` that they are to be brought to.
    """
    sounds = Sounds(items, windows, mono=mono, broken=broken, sample_rate=sample_rate, calibration=calibration)
    epochs = numbers_from(whole("epoch", epoch, 0))

    def one_pass() -> Iterator[tuple[np.ndarray, int]]:
        now = next(epochs)
        for index in range(len(sounds)):
            yield sounds.window(index, now)

    shape = (windows.length,) if mono else (sounds.n_channels, windows.length)
    kinds = tf.TensorSpec(shape, tf.float32), tf.TensorSpec((), tf.int64)
    return tf.data.Dataset.from_generator(one_pass, output_signature=kinds).apply(
        tf.data.experimental.assert_cardinality(len(sounds))
    )


def function(
    settings: Settings,
    sample_rate: float,
    *,
    unit: str | None = None,
    calibration: Calibration | None = None,
) -> Callable[[Any], Any]:
    """A function from samples (..., n) to (..., rows, frames), float32 or float64, for use alone or in a tf.function.

    Every axis before the last is a batch, as in `learning.SpectrogramModule`, whose other arguments these are. A frame
    that holds a NaN or an infinite sample is NaN in every row. Where n is not known before it runs, a sound that is too
    short for a frame is not refused by name.

    Raises
    ------
    SettingsError
        Settings that this rate cannot have, or with a stage that TensorFlow is not given here.
    """
    like = sound_like(sample_rate, unit, calibration)
    whole, stages = taken_apart(settings, like, {*MEASURES, *LINKS}, "the TensorFlow function")
    links = [(LINKS[type(stage)], stage, SimpleNamespace(**numbers_of(stage, before))) for stage, before in stages]
    first = transformed if isinstance(whole.work, Work) else MEASURES[type(whole.work.stage)]
    numbers = {} if isinstance(whole.work, Work) else OF_MEASURES[type(whole.work.stage)](whole.work)
    tables = SimpleNamespace(**numbers)

    def compute(samples: Any) -> Any:
        samples = tf.convert_to_tensor(samples)
        if samples.dtype not in (tf.float32, tf.float64):
            raise SettingsError(f"samples are {samples.dtype.name}; they must be float32 or float64")
        sound = heard(samples, settings)
        if sound.frames.shape[-2] == 0:
            kind = tf.complex(samples, samples).dtype if settings.quantity == "transform" else samples.dtype
            return tf.zeros([*tf.unstack(tf.shape(samples)[:-1]), whole.n_rows, 0], kind)
        values = first(whole.work, sound, tables)
        if first is not transformed and whole.work.log is not None:
            values = logarithm(values / whole.work.reference, *whole.work.log)
        values = holes(values, sound.missing)
        for run, stage, needed in links:
            values = run(stage, values, needed, Seen(sound, whole))
        return tf.linalg.matrix_transpose(values)

    return compute
