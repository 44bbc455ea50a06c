"""Loudness, peaks and crossings of the samples of each frame.

Overlapping frames share their hops: each hop is summed once, and a frame adds its hops in order, so its bits are its
own while the sound is gone through once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sonograph.engines import Engine
from sonograph.features.samples import Samples, blocks, cut

SILENT = 1e-10
"""What is no further from zero than this has no sign, as in librosa."""


def temporal(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, features): rms, peak, crest, zero_crossings, envelope, as `work.stage.features` lists them."""
    wanted = work.stage.features
    for frames in blocks(work, len(out)):
        first = frames.start * work.hop
        x = samples[first : first + (len(frames) - 1) * work.hop + work.window_length]
        rows = _block(x, work, len(frames), wanted)
        if "envelope" in wanted:
            rows["envelope"] = _envelope(cut(samples, work, frames))
        missing = ~over_frames(np.isfinite(x), work, len(frames), np.logical_and)
        for column, name in enumerate(wanted):
            values = rows[name]
            values[missing] = np.nan
            out[frames.start : frames.stop, column] = values


def _block(x: np.ndarray, work: Samples, n_frames: int, wanted: tuple[str, ...]) -> dict[str, np.ndarray]:
    rows: dict[str, np.ndarray] = {}
    real = x.dtype.type
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        if "rms" in wanted or "crest" in wanted:
            rows["rms"] = np.sqrt(over_frames(x * x, work, n_frames, np.add) / real(work.window_length))
        if "peak" in wanted or "crest" in wanted:
            rows["peak"] = over_frames(np.abs(x), work, n_frames, np.maximum)
        if "crest" in wanted:
            rows["crest"] = np.where(rows["rms"] > 0, rows["peak"] / rows["rms"], real(np.nan))
        if "zero_crossings" in wanted:
            rows["zero_crossings"] = _crossings(x, work, n_frames).astype(x.dtype) / real(work.window_length)
    return rows


def _crossings(x: np.ndarray, work: Samples, n_frames: int) -> np.ndarray:
    """(frames,) how often neighbouring samples of a frame lie on different sides of zero."""
    below = x < -SILENT
    changes = np.empty(len(x), bool)
    changes[0] = False
    np.not_equal(below[1:], below[:-1], out=changes[1:])
    outside = changes[: (n_frames - 1) * work.hop + 1 : work.hop]  # from the sample before the frame to its first
    return over_frames(changes, work, n_frames, np.add, np.intp) - outside


def over_frames(
    x: np.ndarray, work: Samples, n_frames: int, function: np.ufunc, dtype: type | None = None
) -> np.ndarray:
    """(frames,) of a sum, a maximum or an "all" over each frame of x."""
    n, hop = work.window_length, work.hop
    whole, rest = divmod(n, hop)
    over: Callable[..., np.ndarray] = function.reduce
    parts = []
    if whole:
        hops = over(x[: (n_frames - 1 + whole) * hop].reshape(-1, hop), axis=1, dtype=dtype)
        parts = [hops[k : k + n_frames] for k in range(whole)]
    if rest:
        step = x.strides[0]
        tails = np.lib.stride_tricks.as_strided(x[whole * hop :], (n_frames, rest), (hop * step, step))
        parts.append(over(tails, axis=1, dtype=dtype))
    total = parts[0].copy()
    for part in parts[1:]:
        function(total, part, out=total)
    return total


def _envelope(frames: np.ndarray) -> np.ndarray:
    """(frames,) mean magnitude of the analytic signal: the frame with its negative frequencies left out, doubled."""
    from scipy.fft import fft, ifft

    n = frames.shape[1]
    with np.errstate(invalid="ignore"):
        spectrum = fft(frames, axis=1)
        spectrum[:, 1 : (n + 1) // 2] *= 2
        spectrum[:, n // 2 + 1 :] = 0
        size = np.abs(ifft(spectrum, axis=1, overwrite_x=True))
        return np.asarray(np.add.reduce(size, axis=1) / size.dtype.type(n))
