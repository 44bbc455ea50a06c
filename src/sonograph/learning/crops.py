"""Which parts of a sound to learn from: windows on a grid, or crops at random that come out alike everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonograph.checks import whole
from sonograph.errors import SettingsError
from sonograph.settings.common import put


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Parts of equal length of every sound.

    Parameters
    ----------
    length
        Samples in each. Zeros follow a sound that is shorter, and the last window of a grid.
    hop
        Samples between the starts of neighbouring windows of a grid; `length` by default.
    random
        So many crops of each sound instead of a grid, anew in every epoch.
    seed
        Of the crops: they follow from it, the epoch and their number alone, so that neither workers nor the order in
        which they are asked for change them.

    Raises
    ------
    SettingsError
        Numbers that are not whole or too small; a hop of crops at random.

    Examples
    --------
    >>> grid = Windows(length=100)
    >>> [grid.start(i, 250) for i in range(grid.count(250))]
    [0, 100, 200]
    """

    length: int
    hop: int | None = None
    random: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        put(self, length=whole("length", self.length, 1), seed=whole("seed", self.seed, 0))
        if self.random is not None:
            put(self, random=whole("random", self.random, 1))
            if self.hop is not None:
                raise SettingsError(f"hop is {self.hop}; it must be None with random crops, which lie on no grid")
        elif self.hop is not None:
            put(self, hop=whole("hop", self.hop, 1))

    def count(self, n_samples: int) -> int:
        """How many windows a sound has; none if it has no samples."""
        if n_samples == 0:
            return 0
        if self.random is not None:
            return self.random
        return 1 - (-max(0, n_samples - self.length) // (self.hop or self.length))

    def start(self, index: int, n_samples: int, *, item: int = 0, epoch: int = 0) -> int:
        """The first sample of a window.

        index : its number in its sound
        item  : the sound's number in the list
        epoch : how often all have been seen
        """
        if self.random is None:
            return index * (self.hop or self.length)
        last = max(0, n_samples - self.length)
        return int(np.random.default_rng((self.seed, epoch, item, index)).integers(last + 1))
