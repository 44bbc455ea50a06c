"""A sound whose reading is counted, for a bar that shows how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from sonograph.cli.progress import Bar
    from sonograph.sounds.source import Source


class Watched:
    """A source whose reading is counted; in all else it is that source."""

    def __init__(self, source: Source, bar: Bar) -> None:
        self.source, self._bar = source, bar
        bar.total += source.n_samples

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)

    def again(self) -> Watched:
        """The same file from the beginning, counted too."""
        return Watched(self.source.again(), self._bar)  # type: ignore[attr-defined]  # only files change

    def read(self, samples: range) -> np.ndarray:
        """As the source reads."""
        values = self.source.read(samples)
        self._bar.add(len(samples))
        return values
