"""Pulses of a sound that goes on."""

from __future__ import annotations

from typing import Any

import numpy as np

from sonograph.errors import SettingsError
from sonograph.matching.hits import Hits
from sonograph.matching.pulses.bursts import Burst
from sonograph.matching.pulses.pulse_seeking import ECHOES, Label, Seeker, Sought, Wanted
from sonograph.matching.pulses.pulse_train import Train
from sonograph.sounds.source import checked_rate


class PulseStream:
    """Pulses of a sound that goes on: blocks in, rows out, as `pulses` has them.

    A row comes `delay` seconds after its pulse. What the noise is like is learnt while it goes by, so that the
    first rows rest on little of it; the period is not known ahead, so that a pulse far weaker than the one before may
    be called its echo.

    Parameters
    ----------
    band, length, pulse, per_hour, echoes
        As `pulses`; band and length, or pulse, must be given.
    sample_rate, n_channels, unit
        Of the sound.

    Raises
    ------
    SettingsError
        A band, a length or a pulse that the sound cannot have.

    Examples
    --------
    >>> from sonograph import signals
    >>> sound = signals.pings(6.0)
    >>> stream = PulseStream(band=(11_800, 12_200), length=0.01, sample_rate=sound.sample_rate)
    >>> found = [hit for i in range(6) for hit in stream.push(sound.samples[i * 48_000 : (i + 1) * 48_000])]
    >>> found += stream.finish()
    >>> sum(hit.name == "pulse" for hit in found), round(stream.delay, 2)
    (6, 2.27)
    """

    def __init__(
        self,
        *,
        sample_rate: float,
        band: tuple[float, float] | None = None,
        length: float | None = None,
        pulse: Any = None,
        per_hour: float = 1.0,
        echoes: float = ECHOES,
        n_channels: int = 1,
        unit: str = "FS",
    ) -> None:
        wanted = Wanted(band, length, pulse, per_hour, echoes)
        if pulse is None and (band is None or length is None):
            raise SettingsError("band and length, or pulse, must be given; of a sound that goes on they are not found")
        rate = checked_rate(sample_rate)
        of = Sought.given(rate, wanted.band, wanted.length, wanted.pulse)
        self.n_channels, self._per_hour = n_channels, per_hour
        self._seekers = [Seeker(of, per_hour) for _ in range(n_channels)]
        self._labels = [Label(of, unit, "", channel) for channel in range(n_channels)]
        self._trains = [Train(echoes) for _ in range(n_channels)]
        self._n_samples, self._finished = 0, False

    @property
    def delay(self) -> float:
        """Seconds after which a pulse comes out, at most, beside the length of a block."""
        return self._seekers[0].delay

    def push(self, block: np.ndarray) -> Hits:
        """Rows that are known with a further block, (n,) or (channels, n).

        Raises
        ------
        SettingsError
            A block of another number of channels, or after `finish`.
        """
        samples = np.atleast_2d(np.asarray(block))
        if self._finished:
            raise SettingsError("the stream is finished; begin another")
        if len(samples) != self.n_channels:
            raise SettingsError(f"the block has {len(samples)} channels; the stream has {self.n_channels}")
        self._n_samples += samples.shape[1]
        return self._rows([seeker.push(one) for seeker, one in zip(self._seekers, samples, strict=True)])

    def finish(self) -> Hits:
        """Rows of what is left."""
        self._finished = True
        return self._rows([seeker.finish(self._n_samples) for seeker in self._seekers])

    def _rows(self, bursts: list[list[Burst]]) -> Hits:
        hits = []
        for i, some in enumerate(bursts):
            if not some:
                continue
            spread = self._seekers[i].spread
            least = spread.over_at(self._per_hour)
            for burst in some:
                if burst.over >= least:
                    hits.append(self._labels[i].hit(burst, self._trains[i].role(burst), spread, self._seekers[i].hours))
        return Hits(sorted(hits, key=lambda hit: hit.start))
