"""What the values of a spectrogram are: of which frames and rows, when, in what.

Axes are computed from integers when asked for, so pieces of one recording agree to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sonograph.frames import offset
from sonograph.settings import Settings, stft_of
from sonograph.spectrograms.described import Rows

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False, kw_only=True)
class Described:
    """Values and what they are of; `Spectrogram` says what each field is."""

    values: np.ndarray
    frames: range
    valid: range
    sample_rate: float
    settings: Settings
    quantity: str
    unit: str = "FS"
    reference: float | None = None
    start: datetime | None = None
    engine: str = ""
    first_row: int = 0
    centre: float = 0.0

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the values: (rows, frames), or (channels, rows, frames)."""
        return self.values.shape

    @property
    def n_channels(self) -> int:
        """Channels."""
        return 1 if self.values.ndim == 2 else self.values.shape[0]

    @property
    def described(self) -> Rows:
        """What its rows are."""
        return Rows(
            settings=self.settings,
            sample_rate=self.sample_rate,
            n_channels=self.n_channels,
            unit=self.unit,
            n_rows=self.values.shape[-2],
            quantity=self.quantity,
            reference=self.reference,
            first_row=self.first_row,
        )

    @property
    def rows(self) -> str:
        """What a row is: "bin", "band", "pitch class", "coefficient" or "feature"; `names` has a name for each."""
        return self.settings.rows

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row, as for the columns of a table: "bin_0", "band_0", "C", "c0", "delta_c0" …"""
        return self.described.names

    @property
    def units(self) -> tuple[str, ...]:
        """What each row is in, "" where it is a plain number: "Hz" of a pitch, the samples' unit of an rms …"""
        return self.described.units

    @property
    def frequencies(self) -> np.ndarray:
        """Centre of each row, Hz, (rows,) float64; of complex samples from `centre`, and below 0 too.

        Raises
        ------
        SettingsError
            The rows have no frequency: they are coefficients, pitch classes or features.
        """
        return self.described.frequencies

    @property
    def edges(self) -> np.ndarray:
        """Where each row begins and ends, Hz, (rows, 2) float64; half a bin either side for bins.

        Raises
        ------
        SettingsError
            The rows have no frequency.
        """
        return self.described.edges

    @property
    def times(self) -> np.ndarray:
        """Middle of each frame's window, seconds from sample 0 of the recording, (frames,) float64."""
        import numpy as np

        stft = stft_of(self.settings)
        middle = offset(stft) + stft.window_length // 2
        return (np.arange(self.frames.start, self.frames.stop) * stft.hop + middle) / self.sample_rate

    @property
    def value_unit(self) -> str:
        """The unit of the values, a level's with its reference: "FS²", "V²/Hz", "dBFS", "dB re 1 V" …"""
        return self.described.value_unit

    @property
    def label(self) -> str:
        """What a colour bar says: quantity and unit.

        "Level (dBFS)", "Spectral density level (dB re 1 V²/Hz)", "Power (FS²)" …
        """
        return self.described.label
