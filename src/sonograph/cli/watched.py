"""A sound whose reading is counted, for a bar that shows how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonograph.sounds.derived import Derived

if TYPE_CHECKING:
    import numpy as np

    from sonograph.cli.progress import Bar
    from sonograph.sounds.source import Source


class Watched(Derived):
    """A source whose reading is counted; in all else it is that source."""

    def __init__(self, source: Source, bar: Bar) -> None:
        super().__init__(source)
        self._bar = bar
        bar.total += source.n_samples

    def over(self, source: Source) -> Watched:
        """Another source, counted too."""
        return Watched(source, self._bar)

    def read(self, samples: range) -> np.ndarray:
        """As the source reads."""
        values = self.source.read(samples)
        self._bar.add(len(samples))
        return values
