"""What an engine is given to do, in numbers, and on how many threads it does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np


class Bands(NamedTuple):
    """A sparse (n_bands, n_bins) matrix: band q weighs consecutive bins from first[q] on."""

    first: np.ndarray  # (n_bands,) int64: the first bin
    start: np.ndarray  # (n_bands + 1,) int64: where the band's weights begin in `weights`
    weights: np.ndarray  # float64, band after band; a band may have none and then is 0


class Log(NamedTuple):
    """factor * log10(max(value, floor)) of every value; NaN stays NaN."""

    factor: float
    floor: float


@dataclass(frozen=True, eq=False)
class Work:
    """What to compute of every frame, in numbers."""

    window: np.ndarray
    """(window_length,) float64. The scale of the result is already in it, so |X|² is the power wanted."""
    hop: int
    n_fft: int
    """Zeros follow the window up to here; at least window_length. Samples beyond the window are not the frame's."""
    quantity: str = "power"
    """'transform' (complex X), 'power' (|X|²) or 'magnitude' (|X|)."""
    ends: float = 1.0
    """Factor on the power of bin 0 and, for even n_fft, of bin n_fft / 2: 0.5 where all others were doubled."""
    bands: Bands | None = None
    """Sums over bins of the power or magnitude, in a fixed order."""
    log: Log | None = None
    remove_dc: bool = False
    """Whether each frame's mean is taken off before it is weighed."""
    preemphasis: float = 0.0
    """Then each sample less so much of the one before it in the frame; the first stands for the one before it."""
    two_sided: bool = False
    """Samples are complex, and bins rise from minus half the sample rate: numpy.fft.fftshift of the whole transform."""

    @property
    def n_bins(self) -> int:
        """Bins of the transform, one-sided or not."""
        return self.n_fft if self.two_sided else self.n_fft // 2 + 1

    @property
    def n_rows(self) -> int:
        """Numbers per frame."""
        return self.n_bins if self.bands is None else len(self.bands.first)


def n_threads(threads: int | None) -> int:
    """How many threads to use: as asked, else every core that this process may use, one inside a worker process."""
    import os
    import sys

    if threads is not None:
        return threads
    processes = sys.modules.get("multiprocessing")  # a worker process has it loaded
    if processes is not None and processes.parent_process() is not None:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
