"""Whether every sample of a sound lies in some frame with a weight that counts.

A window is small at its ends, and frames may lie so far apart, or end so early, that a click between them or at the
end is in none. What lies between frames is a matter of the settings alone; what lies at the ends, of the length too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sonograph.errors import SettingsError
from sonograph.frames import frames_of, samples_for
from sonograph.settings import Settings, StftSettings, stages, stft_of
from sonograph.units import duration
from sonograph.windows import window_of

SMALL = 0.1
"""Of a window's largest weight. A click under less reads 20 dB or more below one in the middle of a frame: as a
picture spans 80 dB and a quiet one may use 30 of them, it would be lost beside what it is as loud as."""


@dataclass(frozen=True)
class Coverage:
    """How well the frames of a sound see its samples.

    start, end : samples at its beginning and at its end whose weight, in all frames, is under `SMALL` of the largest
    share      : of the weights of that frame which holds most of the sound, those that lie on samples: 1 where a
                 frame lies within the sound, or is filled by mirroring; below it a tone reads less than its level
    """

    start: int
    end: int
    share: float


def weights_of(settings: Settings) -> np.ndarray:
    """(window_length,) how much each sample of a frame counts, of the largest; 1 for what is measured on samples."""
    return _weights(stft_of(settings), _are_measured(settings))


def _are_measured(settings: Settings) -> bool:
    """Whether rows are measured on samples, each of which counts alike."""
    return any(getattr(stage, "from_samples", False) for stage in stages(settings))


@lru_cache(maxsize=16)
def _weights(stft: StftSettings, measured: bool) -> np.ndarray:
    size = np.ones(stft.window_length) if measured else np.abs(window_of(stft))
    weights = np.asarray(size / size.max())
    weights.flags.writeable = False  # it is kept
    return weights


def least_between(weights: np.ndarray, hop: int) -> float:
    """The least that any sample between frames a hop apart counts, in that frame in which it counts most.

    >>> least_between(np.array([0.1, 0.6, 1.0, 0.6]), 2), least_between(np.array([0.1, 0.6, 1.0, 0.6]), 4)
    (0.6, 0.1)
    """
    n = len(weights)
    padded = np.zeros(-(-n // hop) * hop)
    padded[:n] = weights
    return float(padded.reshape(-1, hop).max(axis=0).min())


def refuse_unseen(settings: Settings) -> None:
    """Refuse settings whose frames lie so far apart that samples between them hardly count.

    Raises
    ------
    SettingsError
        With the longest hop that would do.
    """
    stft, weights = stft_of(settings), weights_of(settings)
    if stft.unseen or least_between(weights, stft.hop) >= SMALL:
        return
    enough, too_long = 0, stft.hop
    while too_long - enough > 1:
        middle = (enough + too_long) // 2
        enough, too_long = (middle, too_long) if least_between(weights, middle) >= SMALL else (enough, middle)
    way = f"it must be at most {enough}" if enough else "take another window"
    raise SettingsError(
        f"hop is {stft.hop}; with the {name_of(stft)} window of {stft.window_length} samples {way}, or what lies "
        f"between two frames is in neither"
    )


def between(settings: Settings) -> str:
    """That samples lie between frames, where the settings let them; "" where each counts.

    >>> between(StftSettings(window_length=300, hop=400, window="boxcar", unseen=True))
    '25 % of the samples lie between frames, and are hardly seen'
    """
    stft, weights = stft_of(settings), weights_of(settings)
    if not stft.unseen:
        return ""
    padded = np.zeros(-(-len(weights) // stft.hop) * stft.hop)
    padded[: len(weights)] = weights
    share = float(np.mean(padded.reshape(-1, stft.hop).max(axis=0) < SMALL))
    return f"{100 * share:.0f} % of the samples lie between frames, and are hardly seen" if share else ""


def name_of(stft: StftSettings) -> str:
    """What the window of settings is called."""
    return stft.window if isinstance(stft.window, str) else stft.window[0]


def coverage(settings: Settings, n_samples: int) -> Coverage:
    """How well the frames of a sound of so many samples see them.

    >>> coverage(StftSettings(window_length=2048, hop=512), 10_000)
    Coverage(start=0, end=0, share=1.0)
    """
    return _coverage(stft_of(settings), _are_measured(settings), n_samples)


@lru_cache(maxsize=64)
def _coverage(stft: StftSettings, measured: bool, n_samples: int) -> Coverage:
    weights, frames = _weights(stft, measured), frames_of(stft, n_samples)
    if not frames:
        return Coverage(n_samples, 0, 0.0)
    n, hop, first = stft.window_length, stft.hop, samples_for(stft, range(1)).start
    reach = min(n_samples, n)
    last = first + frames[-1] * hop
    ahead = _counted(weights, [first + i * hop for i in range(min(len(frames), 2 * (n // hop) + 2))], range(reach))
    behind = _counted(
        weights,
        [last - i * hop for i in range(min(len(frames), 2 * (n // hop) + 2))],
        range(n_samples - reach, n_samples),
    )
    seen, seen_last = np.flatnonzero(ahead >= SMALL), np.flatnonzero(behind >= SMALL)
    start = int(seen[0]) if len(seen) else reach
    end = reach - 1 - int(seen_last[-1]) if len(seen_last) else 0
    return Coverage(start, end, _share(stft, weights, frames, first, n_samples))


def _counted(weights: np.ndarray, starts: list[int], samples: range) -> np.ndarray:
    """The most that each sample of a range counts in frames that start there."""
    most = np.zeros(len(samples))
    for start in starts:
        low, high = max(start, samples.start), min(start + len(weights), samples.stop)
        if low < high:
            here = slice(low - samples.start, high - samples.start)
            np.maximum(most[here], weights[low - start : high - start], out=most[here])
    return most


def _share(stft: StftSettings, weights: np.ndarray, frames: range, first: int, n_samples: int) -> float:
    n, hop = stft.window_length, stft.hop
    if n_samples >= n and any(0 <= first + i * hop <= n_samples - n for i in _near(frames, first, hop)):
        return 1.0
    if stft.edges in ("reflect", "kaldi"):
        return 1.0
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    starts = first + np.arange(frames.start, min(frames.stop, frames.start + 4 * n // hop + 4)) * hop
    low, high = (-starts).clip(0, n), (n_samples - starts).clip(0, n)
    return float(((sums[high] - sums[low]).max()) / sums[-1])


def _near(frames: range, first: int, hop: int) -> range:
    """The first frames that may begin within the sound."""
    i = max(frames.start, -(first // hop))
    return range(i, min(frames.stop, i + 2))


def padding(settings: Settings, n_samples: int) -> str:
    """That no frame lies within the sound, and what that does to levels; "" where one does.

    >>> padding(StftSettings(window_length=2048), 200)
    'the sound is shorter than its window (200 of 2048 samples): levels read up to 14.5 dB low'
    """
    n, found = stft_of(settings).window_length, coverage(settings, n_samples)
    if not n_samples or not found.share or (found.share > 1 - 1e-9 and n_samples >= n):
        return ""
    does = f"levels read up to {-20 * np.log10(found.share):.1f} dB low"
    if stft_of(settings).edges == "missing":
        does = "all of it is no data"
    elif found.share > 1 - 1e-9:
        does = "the rest is the sound mirrored, or of no weight"
    if n_samples < n:
        return f"the sound is shorter than its window ({n_samples} of {n} samples): {does}"
    return f"no window of {n} samples lies within the sound: {does}"


def unseen_ends(settings: Settings, n_samples: int, sample_rate: float) -> str:
    """Which ends of the sound no frame lies near enough to, and what lies between frames; "" where each sample counts.

    >>> unseen_ends(StftSettings(edges="inside"), 48_000, 48_000.0)
    'the first 4.38 ms and the last 12.4 ms are hardly seen, as no frame lies over them'
    """
    found = coverage(settings, n_samples)
    if not n_samples or not found.share:
        return ""
    ends = [
        f"the {words} {duration(count / sample_rate)}"
        for words, count in (("first", found.start), ("last", found.end))
        if count
    ]
    words = f"{' and '.join(ends)} are hardly seen, as no frame lies over them" if ends else ""
    return "; ".join(filter(None, (between(settings), words)))
