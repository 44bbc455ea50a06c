"""How much is allowed: one value, passed in, checked from integers before any work is done.

What is limited is work and memory. A year of hourly values is little and a second of a thousand channels is much, so a
sound is measured by the samples of all its channels, however fast they were taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from sonograph.checks import short
from sonograph.errors import LimitError, SettingsError

NOUNS = {
    "channels": "channels",
    "samples": "samples of all channels",
    "seconds": "seconds",
    "pixels": "pixels",
    "bytes": "bytes",
}
"""What is limited, in words."""


@dataclass(frozen=True)
class Limits:
    """How much of everything is allowed. None is no limit.

    Parameters
    ----------
    channels
        Of a sound (`--max-channels`).
    samples
        Of all channels of a sound (`--max-samples`): by default so many as two channels at 48 kHz have in 29 hours,
        which take a minute or two to read.
    seconds
        Of a sound (`--max-seconds`).
    pixels
        Of a picture (`--max-pixels`).
    bytes
        Of what is held in memory at once, as by `read` (`--max-bytes`).

    Raises
    ------
    SettingsError
        A limit that is not above 0.

    Examples
    --------
    >>> Limits(seconds=60.0).check("a.wav", seconds=61.5)
    Traceback (most recent call last):
    sonograph.errors.LimitError: a.wav: has 61.5 seconds; it must be at most 60. Allow more with --max-seconds.
    """

    channels: int | None = 1024
    samples: int | None = 10_000_000_000
    seconds: float | None = None
    pixels: int | None = 100_000_000
    bytes: int | None = 4 << 30

    def __post_init__(self) -> None:
        for name in NOUNS:
            allowed = getattr(self, name)
            right = isinstance(allowed, int | float) and allowed == allowed and not isinstance(allowed, bool)
            if allowed is not None and not (right and allowed > 0):
                raise SettingsError(f"{name} is {short(allowed)}; a limit must be above 0, or None for none")

    def check(self, subject: str, **amounts: float) -> None:
        """Refuse what is more than allowed.

        Raises
        ------
        LimitError
            Naming the option that allows more.
        """
        for name, amount in amounts.items():
            allowed = getattr(self, name)
            if allowed is not None and amount > allowed:
                raise LimitError(
                    f"{subject}: has {_count(amount)} {NOUNS[name]}; it must be at most {_count(allowed)}. "
                    f"Allow more with --max-{name}."
                )

    def check_sound(self, subject: str, n_samples: int, n_channels: int, sample_rate: float) -> None:
        """Refuse a sound of so many samples of each channel.

        Raises
        ------
        LimitError
            Naming the option that allows more.
        """
        self.check(subject, samples=n_samples * n_channels, seconds=n_samples / sample_rate)


def _count(amount: float) -> str:
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.1f}"
