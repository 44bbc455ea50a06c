"""The multitaper spectrogram: several windows at once, for less scatter."""

from __future__ import annotations

from dataclasses import dataclass

from sonograph.checks import number, refuse_large, whole
from sonograph.errors import SettingsError
from sonograph.settings.common import put
from sonograph.settings.named import Measure, plain_frames
from sonograph.settings.stft import StftSettings


@dataclass(frozen=True, kw_only=True)
class MultitaperSettings(Measure, kind="multitaper"):
    """The mean power through several windows that share no noise: Slepian's tapers (Thomson 1982).

    Parameters
    ----------
    of
        Where frames lie, n_fft and scaling; its window is not used. "density" reads noise per hertz; "spectrum" the
        mean square of a tone on a bin; "raw" the mean of |X|² with tapers of unit energy.
    bandwidth
        Half the width of a line, in bins of 1 / window_length: NW. More smooths more.
    tapers
        How many; by default 2 bandwidth - 1, rounded down. Those beyond leak.

    Raises
    ------
    SettingsError
        A bandwidth that the window has no room for, no taper or more than 2 bandwidth.

    Examples
    --------
    >>> MultitaperSettings(of=StftSettings(window_length=512)).tapers
    7
    """

    of: StftSettings
    bandwidth: float = 4.0
    tapers: int = None  # type: ignore[assignment]  # filled in below

    def __post_init__(self) -> None:
        n = plain_frames(self).window_length
        if self.of.quantity != "power":
            raise SettingsError(f'quantity is "{self.of.quantity}"; MultitaperSettings average power: set "power"')
        bandwidth = number("bandwidth", self.bandwidth, 0.5)
        if bandwidth >= n / 2:
            raise SettingsError(f"bandwidth is {bandwidth:g}; with window_length {n} it must be below {n / 2:g}")
        tapers = max(1, int(2 * bandwidth) - 1) if self.tapers is None else self.tapers
        put(self, bandwidth=bandwidth, tapers=whole("tapers", tapers, 1, int(2 * bandwidth)))
        refuse_large("tapers", self.tapers, self.tapers * self.of.n_fft, f"weights of {self.of.n_fft:,} samples each")

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "power"

    @property
    def rows(self) -> str:
        """What a row is."""
        return "bin"

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return tuple(f"bin_{k}" for k in range(self.of.n_bins))
