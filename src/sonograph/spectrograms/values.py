"""Spectrogram: numbers for every frame, with all that is needed to label them truthfully.

Axes are computed from integers when asked for, so pieces of one recording agree to the bit.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sonograph import naming
from sonograph.errors import SettingsError
from sonograph.frames import check_frames, offset
from sonograph.settings import Settings, stft_of
from sonograph.spectrograms.described import Rows

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False, kw_only=True)
class Spectrogram:
    """Rows of numbers for neighbouring frames of a recording.

    values      : (rows, frames), or (channels, rows, frames) of several channels; memory runs frame by frame
    frames      : which frames of the recording these are
    valid       : those of them that saw only samples of the recording
    sample_rate : of the sound, Hz
    settings    : what was computed
    quantity    : "transform", "power", "magnitude", "level", "log", "cepstrum" or "feature"
    unit        : what the samples were in; `value_unit` says what the values are in
    reference   : the power that reads 0 dB, of a level
    start       : when sample 0 of the recording was taken, or None
    engine      : the engine that ran
    """

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
        """Centre of each row, Hz, (rows,) float64.

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

    def select(
        self,
        *,
        frames: range | None = None,
        seconds: tuple[float, float] | None = None,
        channel: int | None = None,
    ) -> Spectrogram:
        """Part of it, without a copy: some frames, those whose middle lies in [from, to) seconds, or one channel.

        Raises
        ------
        SettingsError
            Frames that are not here, a span that ends before it begins, a channel that is not there.
        """
        import numpy as np

        if seconds is not None:
            if not seconds[0] <= seconds[1]:
                raise SettingsError(f"seconds is {seconds}; it must begin before it ends")
            first, last = np.searchsorted(self.times, seconds) + self.frames.start
            frames = range(int(first), int(last))
        frames = self.frames if frames is None else frames
        check_frames(frames, self.frames)
        values = self.values
        if channel is not None:
            if not 0 <= channel < self.n_channels:
                raise SettingsError(f"channel is {channel}; it must be 0 to {self.n_channels - 1}")
            values = values if values.ndim == 2 else values[channel]
        skip = frames.start - self.frames.start
        return dataclasses.replace(
            self,
            values=values[..., skip : skip + len(frames)],
            frames=frames,
            valid=_overlap(self.valid, frames),
        )

    def join(self, later: Spectrogram) -> Spectrogram:
        """This and the frames that follow it at once, as one.

        Raises
        ------
        SettingsError
            `later` does not begin where this ends, or is of another kind.
        """
        import numpy as np

        if later.frames.start != self.frames.stop:
            raise SettingsError(
                f"the frames from {later.frames.start} on do not follow frame {self.frames.stop - 1}; "
                f"join pieces in order and without gaps"
            )
        for name in ("settings", "sample_rate", "quantity", "unit", "reference", "start", "n_channels"):
            if getattr(self, name) != getattr(later, name):
                raise SettingsError(f"{name} is {getattr(self, name)} here and {getattr(later, name)} in what follows")
        frame_by_frame = [np.swapaxes(s.values, -1, -2) for s in (self, later)]
        return dataclasses.replace(
            self,
            values=np.swapaxes(np.concatenate(frame_by_frame, axis=-2), -1, -2),
            frames=range(self.frames.start, later.frames.stop),
            valid=_union(self.valid, later.valid),
        )

    def _repr_png_(self) -> bytes:
        """The picture that a notebook shows of it."""
        from sonograph.pictures.out.notebook import png_of

        return png_of(self)

    def __repr__(self) -> str:
        channels = "" if self.n_channels == 1 else f"{self.n_channels} channels of "
        return (
            f"<Spectrogram: {channels}{self.values.shape[-2]} {naming.plural(self.rows)} × {len(self.frames)} frames, "
            f"{self.label}, {self.sample_rate:g} Hz>"
        )


def _overlap(a: range, b: range) -> range:
    first = max(a.start, b.start)
    return range(first, max(first, min(a.stop, b.stop)))


def _union(a: range, b: range) -> range:
    if not a or not b:
        return a or b
    return range(min(a.start, b.start), max(a.stop, b.stop))
