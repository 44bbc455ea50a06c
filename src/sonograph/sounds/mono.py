"""One channel of several: their mean, or one of them. Nothing is mixed unless this is asked for."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from sonograph.checks import whole
from sonograph.sounds.source import Source, check_source


def mono(source: Source, *, channel: int | None = None) -> Source:
    """A sound of one channel.

    Parameters
    ----------
    source
        A Signal, an open file, or anything that is a Source.
    channel
        Which one, from 0 on; None: the mean of all.

    Returns
    -------
    Source
        `source` itself where it has one channel. The mean is missing (NaN) where any channel is.

    Raises
    ------
    SettingsError
        A channel that the sound does not have.

    Examples
    --------
    >>> from sonograph import Signal
    >>> mono(Signal(np.array([[0.0, 1.0], [1.0, 0.0]]), 8000.0)).read(range(2))
    array([[0.5, 0.5]])
    """
    check_source(source)
    if channel is not None:
        whole("channel", channel, 0, source.n_channels - 1, f"the sound has {source.n_channels}, counted from 0; ")
    return source if source.n_channels == 1 else Mono(source, channel)


class Mono:
    """A source of one channel."""

    n_channels = 1

    def __init__(self, source: Source, channel: int | None) -> None:
        self._source, self._channel = source, channel
        self.sample_rate, self.unit = source.sample_rate, source.unit
        self.start: datetime | None = source.start
        self.calibration = getattr(source, "calibration", None)

    @property
    def n_samples(self) -> int:
        """Samples."""
        return self._source.n_samples

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.n_samples / self.sample_rate

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range, (1, n)."""
        values = self._source.read(samples)
        if self._channel is not None:
            return values[self._channel : self._channel + 1]
        with np.errstate(invalid="ignore"):
            return np.asarray(values.mean(axis=0, keepdims=True))
