"""One channel of several: their mean, or one of them. Nothing is mixed unless this is asked for."""

from __future__ import annotations

import numpy as np

from sonograph.checks import whole
from sonograph.sounds.derived import Derived, checked_source
from sonograph.sounds.source import Source


def mono(source: Source, *, channel: int | None = None) -> Source:
    """A source of one channel: one of its channels, or the mean of all; `io.sources.mono` takes paths too."""
    source = checked_source(source, iq=True)
    if channel is not None:
        whole("channel", channel, 0, source.n_channels - 1, f"the sound has {source.n_channels}, counted from 0; ")
    return source if source.n_channels == 1 else Mono(source, channel)


class Mono(Derived):
    """A source of one channel."""

    def __init__(self, source: Source, channel: int | None) -> None:
        super().__init__(source)
        self._channel = channel

    @property
    def n_channels(self) -> int:
        """One."""
        return 1

    @property
    def in_memory(self) -> bool:
        """One channel of samples at hand is; a mean is made anew."""
        return self._channel is not None and self.source.in_memory

    def __repr__(self) -> str:
        return f"<{'mean' if self._channel is None else f'channel {self._channel}'} of {self.source!r}>"

    @property
    def words(self) -> str:
        """Which channel of which, for a caption."""
        count = self.source.n_channels
        return f"mean of {count} channels" if self._channel is None else f"channel {self._channel} of {count}"

    def over(self, source: Source) -> Mono:
        """The same of another source."""
        return Mono(source, self._channel)

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range, (1, n)."""
        values = self.source.read(samples)
        if self._channel is not None:
            return values[self._channel : self._channel + 1]
        with np.errstate(invalid="ignore"):
            return np.asarray(values.mean(axis=0, keepdims=True))
