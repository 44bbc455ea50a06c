"""The numbers of `spectrogram` as a TensorFlow function, and windows of files as a tf.data source.

compute = sonograph.learning.tensorflow.function(settings, sample_rate)
data = sonograph.learning.tensorflow.source(items, windows).batch(32).map(lambda x, label: (compute(x), label))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count as numbers_from
from typing import Any

import numpy as np

from sonograph.engines import Work
from sonograph.errors import MissingExtra, SettingsError
from sonograph.features.cepstral import cepstra as cepstra_of
from sonograph.features.deltas import regression
from sonograph.frames import frames_of, refuse_too_short
from sonograph.learning.plans import planned, sound_like
from sonograph.learning.sizes import margins
from sonograph.learning.sounds import Sounds
from sonograph.learning.windows import Windows
from sonograph.settings import (
    AffineSettings,
    CepstralSettings,
    DeltaSettings,
    LevelSettings,
    LogSettings,
    NormSettings,
    RangeSettings,
    Settings,
    StandardSettings,
    StftSettings,
)
from sonograph.settings.common import whole
from sonograph.settings.norms import STEADY

try:
    import tensorflow as tf
except ImportError as error:
    raise MissingExtra("the TensorFlow function needs TensorFlow: pip install 'sonograph[tensorflow]'") from error

LN_10 = float(np.log(10))


def source(items: Iterable[Any], windows: Windows, *, mono: bool = False, broken: str = "raise", epoch: int = 0) -> Any:
    """Windows of sound files as a tf.data.Dataset of (samples, label), in order.

    Parameters
    ----------
    items, windows, mono, broken
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
    """
    sounds = Sounds(items, windows, mono=mono, broken=broken)
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
    settings: Settings | None = None, sample_rate: float = 48_000.0, *, unit: str = "FS"
) -> Callable[[Any], Any]:
    """A function from samples (..., n) to (..., rows, frames), float32 or float64, for use alone or in a tf.function.

    Every axis before the last is a batch, as in `learning.SpectrogramModule`. A frame that holds a NaN or an infinite
    sample is NaN in every row. Where n is not known before it runs, a sound that is too short is not refused.

    Raises
    ------
    SettingsError
        Settings that this rate cannot have, or with a stage that TensorFlow is not given here.
    """
    settings = StftSettings() if settings is None else settings
    plan, stages = planned(settings, sound_like(sample_rate, unit, None), LINKS, "the TensorFlow function")

    def compute(samples: Any) -> Any:
        samples = tf.convert_to_tensor(samples)
        if samples.dtype not in (tf.float32, tf.float64):
            raise SettingsError(f"samples are {samples.dtype.name}; they must be float32 or float64")
        values = _transformed(samples, plan.stft, plan.work)
        for stage, before in stages:
            values = LINKS[type(stage)](stage, values, before.n_rows)
        return tf.linalg.matrix_transpose(values)

    return compute


def _transformed(samples: Any, stft: StftSettings, work: Work) -> Any:
    """(..., frames, rows) of the transform, bands and logarithm, NaN where a frame misses a sample."""
    if stft.preemphasis and stft.preemphasis_over == "sound":
        samples = samples - stft.preemphasis * tf.concat([tf.zeros_like(samples[..., :1]), samples[..., :-1]], -1)
    samples = _with_edges(samples, stft)
    bad = ~tf.math.is_finite(samples)
    n, hop = stft.window_length, stft.hop
    cut = lambda x: tf.signal.frame(x, n, hop)[..., : -1 if stft.drop_last else None, :]  # noqa: E731
    missing = tf.reduce_any(cut(bad), -1, keepdims=True)
    frames = cut(tf.where(bad, tf.zeros_like(samples), samples))
    if work.remove_dc:
        frames = frames - tf.reduce_mean(frames, -1, keepdims=True)
    if work.preemphasis:
        frames = frames - work.preemphasis * tf.concat([frames[..., :1], frames[..., :-1]], -1)
    weighed = frames * tf.constant(work.window, frames.dtype)
    # padded here, as rfft does not pad where there are no frames, and then refuses
    padding = [[0, 0]] * (len(weighed.shape) - 1) + [[0, work.n_fft - n]]
    transform = tf.signal.rfft(tf.pad(weighed, padding), [work.n_fft])
    ends = np.ones(work.n_bins)
    ends[[0, -1] if work.n_fft % 2 == 0 else [0]] = work.ends if work.quantity == "power" else work.ends**0.5
    if work.quantity == "transform":
        return _holes(transform * tf.constant(ends, transform.dtype), missing)
    values = tf.abs(transform)
    if work.quantity == "power":
        values = tf.square(tf.math.real(transform)) + tf.square(tf.math.imag(transform))
    values = values * tf.constant(ends, values.dtype)
    if work.bands is not None:
        values = tf.matmul(values, tf.constant(_dense(work), values.dtype))
    if work.log is not None:
        values = tf.math.log(tf.maximum(values, work.log.floor)) * (work.log.factor / LN_10)
    return _holes(values, missing)


def _with_edges(samples: Any, stft: StftSettings) -> Any:
    """Samples so lengthened and cut that frame i begins at sample i * hop."""
    known = samples.shape[-1]
    n_samples = tf.shape(samples)[-1] if known is None else known
    if known is not None:
        refuse_too_short(stft, known)
        if known == 0 or len(frames_of(stft, known)) == 0:
            return samples[..., :0]
    before, after = margins(stft, n_samples, max if known is not None else tf.maximum)
    if stft.edges == "reflect":
        ahead, behind = samples[..., 1 : before + 1], samples[..., n_samples - 1 - after : n_samples - 1]
        return tf.concat([tf.reverse(ahead, [-1]), samples, tf.reverse(behind, [-1])], -1)
    if stft.edges == "kaldi":  # turns just outside of the first and the last sample, as often as it takes
        place = tf.range(-before, n_samples + after) % (2 * n_samples)
        return tf.gather(samples, tf.where(place < n_samples, place, 2 * n_samples - 1 - place), axis=-1)
    lead = tf.shape(samples)[:-1]
    around = [tf.zeros(tf.concat([lead, [size]], 0), samples.dtype) for size in (before, after)]
    return tf.concat([around[0], samples, around[1]], -1)


def _holes(values: Any, missing: Any) -> Any:
    """Values (..., frames, rows), NaN where `missing` says."""
    hole = complex(np.nan, np.nan) if values.dtype.is_complex else np.nan
    return tf.where(missing, tf.constant(hole, values.dtype), values)


def _filled(values: Any) -> tuple[Any, Any]:
    """Values with 0 for what is missing, and where that is; a NaN would spoil the gradients of all that it met."""
    missing = tf.math.is_nan(values)
    return tf.where(missing, tf.zeros_like(values), values), missing


def _dense(work: Work) -> np.ndarray:
    """(bins, bands) float64."""
    assert work.bands is not None  # noqa: S101  # the caller knows
    matrix = np.zeros((work.n_bins, work.n_rows))
    for q, first in enumerate(work.bands.first):
        weights = work.bands.weights[work.bands.start[q] : work.bands.start[q + 1]]
        matrix[first : first + len(weights), q] = weights
    return matrix


def logarithm(settings: LogSettings, values: Any, n_rows: int) -> Any:
    """ln or log10 of max(value + add, floor)."""
    moved = tf.math.log(tf.maximum(values + settings.add, settings.floor))
    return moved if settings.base == "e" else moved / LN_10


def level(settings: LevelSettings, values: Any, n_rows: int) -> Any:
    """Decibels re the largest power of each sound; of silence re 1."""
    clean, missing = _filled(values)
    largest = tf.reduce_max(clean, [-2, -1], keepdims=True)
    ratio = clean / tf.where(largest > 0, largest, tf.ones_like(largest))
    return _holes((10 / LN_10) * tf.math.log(tf.maximum(ratio, 10 ** (settings.floor / 10))), missing)


def limited(settings: RangeSettings, values: Any, n_rows: int) -> Any:
    """Nothing more than so far below the largest value of each sound."""
    lowest = tf.constant(-np.inf, values.dtype)
    largest = tf.reduce_max(tf.where(tf.math.is_nan(values), lowest, values), [-2, -1], keepdims=True)
    return tf.maximum(values, largest - settings.span)


def affine(settings: AffineSettings, values: Any, n_rows: int) -> Any:
    """(value + add) * multiply."""
    return (values + settings.add) * settings.multiply


def norm(settings: NormSettings, values: Any, n_rows: int) -> Any:
    """Each frame by its own size; a frame of zeros stays."""
    if settings.norm == "max":
        size = tf.reduce_max(tf.abs(values), -1, keepdims=True)
    elif settings.norm == "l1":
        size = tf.reduce_sum(tf.abs(values), -1, keepdims=True)
    else:
        squares = tf.reduce_sum(tf.square(values), -1, keepdims=True)
        size = tf.sqrt(tf.where(squares > 0, squares, tf.ones_like(squares)))
    return values / tf.where(size < np.finfo(values.dtype.as_numpy_dtype).tiny, tf.ones_like(size), size)


def standard(settings: StandardSettings, values: Any, n_rows: int) -> Any:
    """Each row less its mean over the sound and, if asked, by its deviation."""
    clean, missing = _filled(values)
    count = tf.maximum(tf.reduce_sum(tf.cast(~missing, values.dtype), -2, keepdims=True), 1)
    mean = tf.reduce_sum(clean, -2, keepdims=True) / count
    clean = tf.where(missing, tf.zeros_like(clean), clean - mean)
    if settings.deviation:
        variance = tf.reduce_sum(tf.square(clean), -2, keepdims=True) / count
        rounding = tf.square(STEADY * np.finfo(values.dtype.as_numpy_dtype).eps * mean)
        clean = clean / tf.sqrt(tf.where(variance > rounding, variance, tf.ones_like(variance)))
    return _holes(clean, missing)


def cepstra(settings: CepstralSettings, values: Any, n_rows: int) -> Any:
    """The first coefficients of a cosine transform over rows, liftered."""
    return tf.matmul(values, tf.constant(cepstra_of(settings, np.eye(n_rows)), values.dtype))


def deltas(settings: DeltaSettings, values: Any, n_rows: int) -> Any:
    """Rows, their regression over neighbouring frames, and that of the regression."""
    reach, n_frames = settings.width * settings.order, tf.shape(values)[-2]
    ends = [tf.repeat(end, reach, axis=-2) for end in (values[..., :1, :], values[..., -1:, :])]
    far = tf.concat([ends[0], values, ends[1]], -2)
    parts = [values]
    for weights in regression(settings.width, settings.order):
        begin = reach - len(weights) // 2
        parts.append(sum(w * far[..., begin + m : begin + m + n_frames, :] for m, w in enumerate(weights) if w))
    return tf.concat(parts, -1)


LINKS: dict[type, Callable[[Any, Any, int], Any]] = {
    LogSettings: logarithm,
    LevelSettings: level,
    RangeSettings: limited,
    AffineSettings: affine,
    NormSettings: norm,
    StandardSettings: standard,
    CepstralSettings: cepstra,
    DeltaSettings: deltas,
}
