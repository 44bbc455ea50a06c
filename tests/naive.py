"""Each algorithm by its definition, in loops. Slow and plain: what the package is held against."""

import cmath
import math

import numpy as np


def dft(x, n_fft):
    """X[k] = Σ x[m] exp(-2πi k m / n_fft) for the bins of a one-sided transform."""
    return np.array(
        [sum(x[m] * cmath.exp(-2j * math.pi * k * m / n_fft) for m in range(len(x))) for k in range(n_fft // 2 + 1)]
    )


def sample(x, position, edges):
    """The sample at a position that may lie outside of the sound."""
    last = len(x) - 1
    if 0 <= position <= last:
        return x[position]
    if edges == "reflect":
        return x[-position] if position < 0 else x[2 * last - position]
    if edges == "kaldi":
        while not 0 <= position <= last:
            position = -position - 1 if position < 0 else 2 * last + 1 - position
        return x[position]
    return 0.0


def frame_starts(n_samples, n, hop, edges):
    """Where each frame starts: by walking, not by a formula."""
    if n_samples == 0:
        return []
    starts = []
    if edges in ("inside", "padded"):
        start = 0
        while start + n <= n_samples or (edges == "padded" and (not starts or starts[-1] + n < n_samples)):
            starts.append(start)
            start += hop
    elif edges in ("zeros", "reflect"):
        start = -(n // 2)
        while start + n <= n_samples + n // 2:
            starts.append(start)
            start += hop
    elif edges == "scipy":  # as "zeros", until a frame has reached the end
        start = -(n // 2)
        while not starts or starts[-1] + n < n_samples + n // 2:
            starts.append(start)
            start += hop
    else:  # Kaldi: as many as hops fit, rounded, each centred on the middle of its hop
        for i in range((n_samples + hop // 2) // hop):
            starts.append(i * hop + hop // 2 - n // 2)
    return starts


def stft(x, window, hop, n_fft, edges):
    """(bins, frames) complex."""
    n = len(window)
    columns = []
    for start in frame_starts(len(x), n, hop, edges):
        frame = [sample(x, start + m, edges) * window[m] for m in range(n)]
        columns.append(dft(frame, n_fft))
    return np.array(columns).T


def one_sided(power, n_fft):
    """Powers of positive frequencies, their negative twins added."""
    doubled = 2 * np.asarray(power, float)
    doubled[0] /= 2
    if n_fft % 2 == 0:
        doubled[-1] /= 2
    return doubled
