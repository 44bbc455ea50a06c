"""What full scale is of which samples of a source, so that those at it can be counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from sonograph.sounds.source import Source

SHARE = 1 - 2.0**-15
"""Of full scale: a sample is at it to a step of 16 bits."""


class FullScale:
    """Of the samples of one source.

    least : the lowest that a magnitude at full scale can be, anywhere; infinite where it is not known
    """

    def __init__(self, source: Source) -> None:
        parts: Any = getattr(source, "parts", None)
        if parts is not None:
            self.starts = np.array([part.start for part in parts], np.int64)
            self.scales = np.array([part.scale or 1.0 for part in parts])
        else:
            calibration = source.calibration
            scale = calibration.scale if calibration is not None and calibration.scale != 1 else np.inf  # not known
            self.starts, self.scales = np.zeros(1, np.int64), np.array([1.0 if source.unit == "FS" else scale])
        self.least = float(np.abs(self.scales).min(initial=np.inf)) * SHARE

    def count(self, samples: np.ndarray, first: int) -> int:
        """How many of the samples (n,) from number `first` on are at full scale."""
        at, begin = 0, max(0, int(np.searchsorted(self.starts, first, side="right")) - 1)
        end = int(np.searchsorted(self.starts, first + len(samples)))
        for part in range(begin, min(len(self.starts), max(begin + 1, end))):
            stop = int(self.starts[part + 1]) if part + 1 < len(self.starts) else first + len(samples)
            here = samples[max(0, int(self.starts[part]) - first) : max(0, stop - first)]
            at += int((np.abs(here) >= abs(self.scales[part]) * SHARE).sum())
        return at
