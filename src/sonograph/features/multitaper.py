"""The multitaper spectrogram: the mean of the powers through each of Slepian's tapers (Thomson 1982)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sonograph.engines import Engine, Work, serving
from sonograph.features.samples import Samples
from sonograph.frames import split
from sonograph.settings import MultitaperSettings

BLOCK = 1 << 18  # bytes of powers at a time


def multitaper(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, bins) with the mean power through the tapers."""
    works = works_of(work.stage, work.sample_rate)
    serves = serving(engine, works[0], samples.dtype)
    step = max(1, BLOCK // (works[0].n_bins * samples.itemsize))
    for frames in split(range(len(out)), step):
        span = samples[frames.start * work.hop :][: (len(frames) - 1) * work.hop + work.window_length]
        power = np.empty((1, len(frames), works[0].n_bins), samples.dtype)
        rows = out[frames.start : frames.stop]
        for k, one in enumerate(works):
            serves.compute(span[None], one, power, reused=True)
            if k:
                rows += power[0]
            else:
                rows[:] = power[0]


@lru_cache(maxsize=16)
def works_of(stage: MultitaperSettings, sample_rate: float) -> tuple[Work, ...]:
    """What each taper adds to the mean, as powers that an engine computes; the same objects for the same settings."""
    windows, ends = tapers(stage.of.window_length, stage.bandwidth, stage.tapers), 0.5
    if stage.of.scaling == "raw":
        scale, ends = 1.0, 1.0
    elif stage.of.scaling == "density":
        scale = 2 / sample_rate
    else:
        scale = 2 / float(np.mean(np.sum(windows, axis=1) ** 2))
    windows = windows * (scale / len(windows)) ** 0.5
    return tuple(Work(window, stage.of.hop, stage.of.n_fft, "power", ends) for window in windows)


@lru_cache(maxsize=16)
def tapers(length: int, bandwidth: float, count: int) -> np.ndarray:
    """(count, length) Slepian's tapers, each of unit energy (Slepian 1978)."""
    from scipy.signal.windows import dpss

    values = np.asarray(dpss(length, bandwidth, Kmax=count, sym=True, norm=2), float)
    values.setflags(write=False)
    return values
