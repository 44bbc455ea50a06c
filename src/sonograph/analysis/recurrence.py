"""Which moments of a sound are alike, and how two sounds go together in time.

Recurrence by nearest neighbours (Eckmann et al. 1987; Serrà et al. 2009); dynamic time warping (Sakoe and Chiba 1978).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sonograph.checks import one_of, whole
from sonograph.errors import SettingsError
from sonograph.settings.arguments import answered
from sonograph.spectrograms import Spectrogram

METRICS = ("euclidean", "cosine")
MOST = 1 << 27
"""Distances that are held, 1 GiB."""


@answered
def recurrence(
    spectrogram: Spectrogram,
    *,
    neighbours: int | None = None,
    apart: int = 1,
    metric: str = "euclidean",
    mutual: bool = False,
    values: str = "connectivity",
) -> Spectrogram:
    """Which frames are most like which: a square of times over times, ready to be drawn.

    As librosa.segment.recurrence_matrix: in column j, the frames that are among the nearest of frame j. (Of
    "connectivity" librosa 0.11 keeps any of the nearest, not the very nearest; its other two agree.)

    Parameters
    ----------
    spectrogram
        Of one channel: chroma, MFCC or any rows, without missing frames. Some thousand frames; a long sound wants a
        longer hop.
    neighbours
        How many of each frame; 2 √frames by default.
    apart
        Frames that are nearer in time than this are none; 1 leaves out the frame itself.
    metric
        "euclidean", or "cosine", which does not see how loud a frame is.
    mutual
        Whether both must be near to each other.
    values
        "connectivity": 1 or 0; "distance"; or "affinity": e^(-distance / the median of the distances to the furthest
        neighbour).

    Returns
    -------
    Spectrogram
        Of as many rows as columns; its rows are times.

    Raises
    ------
    SettingsError
        Several channels, missing frames, too few or too many of them; neighbours that there are not.

    Examples
    --------
    >>> import numpy as np
    >>> from sonograph import Spectrogram
    >>> twice = np.tile(np.random.default_rng(0).random((5, 20)), 2)
    >>> there = recurrence(Spectrogram.from_array(twice, times=np.arange(40.0)), neighbours=1)
    >>> float(there.values[23, 3]), float(there.values[24, 3])
    (1.0, 0.0)
    """
    rows = _frames(spectrogram, "spectrogram")
    n = len(rows)
    one_of("values", values, ("connectivity", "distance", "affinity"))
    apart = whole("apart", apart, 1)
    if n < 4 or apart >= (n - 1) // 2:
        raise SettingsError(f"the spectrogram has {n} frames; with apart {apart} there must be {max(4, 2 * apart + 3)}")
    count = 2 * math.ceil(math.sqrt(n - 2 * apart + 1)) if neighbours is None else neighbours
    count = min(whole("neighbours", count, 1), n - 2 * apart + 1)
    distances = _distances(rows, rows, metric)
    lag = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    distances[lag < apart] = np.inf
    near = np.argpartition(distances, count - 1, axis=1)[:, :count]
    chosen = np.zeros((n, n), bool)
    np.put_along_axis(chosen, near, values=True, axis=1)
    chosen &= np.isfinite(distances)
    chosen = chosen & chosen.T if mutual else chosen
    out = np.where(chosen, 1.0, 0.0)
    if values != "connectivity":
        held = np.where(chosen, distances, 0.0)
        furthest = held.max(axis=1)
        scale = float(np.median(furthest[chosen.any(axis=1)])) if chosen.any() else 1.0
        out = held if values == "distance" else np.where(chosen, np.exp(-held / (scale or 1.0)), 0.0)
    times = spectrogram.times
    return Spectrogram.from_array(out.T, times=times, rows=times, axis="Time (s)", start=spectrogram.start)


@dataclass(frozen=True, eq=False)
class Alignment:
    """How two sounds go together: the path of least cost through all pairs of their frames.

    path : (steps, 2) which frame of the first goes with which of the second, from the beginning
    times : (steps, 2) when those are, seconds
    cost : the sum of the distances along it
    """

    path: np.ndarray
    times: np.ndarray
    cost: float

    def __repr__(self) -> str:
        return f"<Alignment: {len(self.path)} steps, cost {self.cost:.4g}>"


@answered
def align(
    spectrogram: Spectrogram, other: Spectrogram, *, metric: str = "euclidean", anywhere: bool = False
) -> Alignment:
    """How two sounds go together in time, by dynamic time warping; the path and the cost are librosa.sequence.dtw's.

    Parameters
    ----------
    spectrogram, other
        Of one channel and the same rows: chroma, MFCC …, without missing frames.
    metric
        "euclidean", or "cosine", which does not see how loud a frame is.
    anywhere
        Whether the first may lie anywhere in the other, rather than go from its beginning to its end.

    Raises
    ------
    SettingsError
        Other rows; several channels; missing frames; too many of them.

    Examples
    --------
    >>> import numpy as np
    >>> from sonograph import Spectrogram
    >>> a = Spectrogram.from_array(np.array([[0.0, 1, 2, 3]]), times=np.arange(4.0))
    >>> b = Spectrogram.from_array(np.array([[0.0, 0, 1, 2, 2, 3]]), times=np.arange(6.0))
    >>> align(a, b).path.tolist()
    [[0, 0], [0, 1], [1, 2], [2, 3], [2, 4], [3, 5]]
    """
    first, second = _frames(spectrogram, "spectrogram"), _frames(other, "other")
    if first.shape[1] != second.shape[1]:
        raise SettingsError(
            f"the spectrograms have {first.shape[1]} and {second.shape[1]} rows; they must have the same"
        )
    total, came = _warped(_distances(first, second, metric), anywhere=anywhere)
    n, m = total.shape
    at = (n - 1, int(np.argmin(total[-1])) if anywhere else m - 1)
    path = [at]
    while at[0] > 0 or (at[1] > 0 and not anywhere):
        step = came[at]
        at = (at[0] - (step != 1), at[1] - (step != 2))
        path.append(at)
    there = np.array(path[::-1])
    times = np.stack([spectrogram.times[there[:, 0]], other.times[there[:, 1]]], axis=1)
    return Alignment(there, times, float(total[path[0]]))


def _warped(distances: np.ndarray, *, anywhere: bool) -> tuple[np.ndarray, np.ndarray]:
    """The least cost up to each pair, and by which step: 0 both, 1 the second alone, 2 the first alone.

    Pairs on one diagonal do not ask each other, so a diagonal is computed at once.
    """
    n, m = distances.shape
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0.0
    if anywhere:
        total[0, :] = 0.0
    came = np.zeros((n, m), np.int8)
    for diagonal in range(n + m - 1):
        i = np.arange(max(0, diagonal - m + 1), min(n, diagonal + 1))
        j = diagonal - i
        ways = np.stack([total[i, j], total[i + 1, j], total[i, j + 1]])
        best = ways.argmin(axis=0)
        came[i, j] = best
        total[i + 1, j + 1] = distances[i, j] + np.take_along_axis(ways, best[None], axis=0)[0]
    if anywhere:
        came[0] = 0
    return total[1:, 1:], came


def _frames(spectrogram: Spectrogram, name: str) -> np.ndarray:
    """(frames, rows) of real numbers."""
    if spectrogram.n_channels > 1:
        raise SettingsError(f"{name} has {spectrogram.n_channels} channels; one is looked at: select(channel=0)")
    values = np.asarray(spectrogram.values).reshape(spectrogram.values.shape[-2:]).T
    if np.iscomplexobj(values):
        raise SettingsError(f"{name} is a transform; frames are compared by their power, chroma or MFCC")
    if not np.isfinite(values).all():
        raise SettingsError(f"{name} has missing frames, which are like no other: take frames without, by select")
    return np.ascontiguousarray(values, float)


def _distances(first: np.ndarray, second: np.ndarray, metric: str) -> np.ndarray:
    from scipy.spatial.distance import cdist

    one_of("metric", metric, METRICS)
    if len(first) * len(second) > MOST:
        raise SettingsError(
            f"{len(first):,} by {len(second):,} frames are more than there is memory for, {MOST:,}; take a longer hop"
        )
    found: np.ndarray = np.asarray(cdist(first, second, metric))  # type: ignore[call-overload]  # checked above
    return np.nan_to_num(found, nan=1.0) if metric == "cosine" else found  # silence is like nothing
