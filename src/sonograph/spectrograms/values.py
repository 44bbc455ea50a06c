"""Spectrogram: numbers for every frame, with all that is needed to label them truthfully; cut, joined, kept."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sonograph import naming
from sonograph.checks import whole
from sonograph.errors import SettingsError
from sonograph.frames import check_frames
from sonograph.settings.arguments import answered
from sonograph.spectrograms.axes import Described
from sonograph.units import all_hertz

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False, kw_only=True)
class Spectrogram(Described):
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
    first_row   : which of the settings' rows the first is; 0 but where some were selected
    centre      : of complex samples, what the receiver was tuned to, Hz: `frequencies` are from there; 0: not known

    NumPy takes it for its values: `np.log10(power)`, `plt.pcolormesh(power.times, power.frequencies, power)`.
    """

    @answered
    def select(
        self,
        *,
        frames: range | None = None,
        seconds: tuple[float, float] | None = None,
        hertz: tuple[float, float] | None = None,
        channel: int | None = None,
    ) -> Spectrogram:
        """Part of it, without a copy; what is not said stays whole. Frames stay numbered over the recording.

        Parameters
        ----------
        frames
            Which, by number.
        seconds
            The frames whose middle lies in [from, to).
        hertz
            The rows whose centre lies from the one to the other, both with them.
        channel
            The one channel.

        Raises
        ------
        SettingsError
            Frames that are not here, a span that ends before it begins, no row between two frequencies, rows that have
            no frequency, a channel that is not there.

        Examples
        --------
        >>> from sonograph import signals, spectrogram
        >>> power = spectrogram(signals.tone(1000.0, 2.0, sample_rate=16_000.0))
        >>> part = power.select(seconds=(0.5, 1.0), hertz=(900, 1100))
        >>> part.values.shape, part.frames, float(part.frequencies[0])
        ((25, 16), range(16, 32), 906.25)
        """
        from sonograph.spectrograms.nearest import frames_between, rows_between

        if frames is not None and seconds is not None:
            raise SettingsError("frames and seconds are both given; one of them says which frames")
        if seconds is not None:
            frames = frames_between(self, seconds)
        frames = self.frames if frames is None else frames
        check_frames(frames, self.frames)
        rows = range(self.values.shape[-2]) if hertz is None else rows_between(self, hertz)
        values = self.values
        if channel is not None:
            channel = whole("channel", channel, 0, self.n_channels - 1)
            values = values if values.ndim == 2 else values[channel]
        skip = frames.start - self.frames.start
        return dataclasses.replace(
            self,
            values=values[..., rows.start : rows.stop, skip : skip + len(frames)],
            frames=frames,
            valid=_overlap(self.valid, frames),
            first_row=self.first_row + rows.start,
        )

    @answered
    def at(self, *, seconds: Any = None, hertz: Any = None) -> Any:
        """The values at times and frequencies: those of the nearest frame and row.

        Parameters
        ----------
        seconds
            A time or several; all frames by default. Each must lie in the window of some frame.
        hertz
            A frequency or several; all rows by default. Each must lie within the rows.

        Returns
        -------
        A number for one time and one frequency; else an array ([channels,] [frequencies,] [times]), without the axis of
        what is one alone.

        Raises
        ------
        SettingsError
            A time or a frequency that is not here; rows that have no frequency.

        Examples
        --------
        >>> from sonograph import signals, spectrogram
        >>> power = spectrogram(signals.tone(1000.0, 2.0, amplitude=1.0, sample_rate=16_000.0))
        >>> round(float(power.at(seconds=1.0, hertz=1000)), 6), power.at(hertz=1000).shape
        (0.5, (63,))
        """
        from sonograph.spectrograms.nearest import nearest_frames, nearest_rows

        values = self.values
        if seconds is not None:
            values = values[..., nearest_frames(self, seconds)]
        if hertz is not None:
            rows = nearest_rows(self, hertz)
            axis = self.values.ndim - 2
            values = values.take(rows, axis=axis)
        return values[()]

    def to_xarray(self) -> Any:
        """As an xarray DataArray over time and frequency, which plots with its labels.

        Coordinates are `time` (s), `frequency` (Hz) or the names of rows that have none, `valid`, `channel` of several,
        and `datetime` (UTC) where the start is known; settings, units and all else are attributes.

        Raises
        ------
        MissingExtra
            xarray is not installed.
        """
        from sonograph.spectrograms.labelled import to_xarray

        return to_xarray(self)

    def to_dataframe(self) -> Any:
        """As a pandas DataFrame: a row for each frame, indexed by its time in seconds, a column for each row.

        Columns are frequencies in Hz, or names of rows that have none; of several channels, the channel above them.

        Raises
        ------
        MissingExtra
            pandas is not installed.
        """
        from sonograph.spectrograms.labelled import to_dataframe

        return to_dataframe(self)

    @answered
    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write it to an .npz that says what it is: settings, unit, start. `load` reads it back, bit for bit.

        NumPy alone reads `values`, `times` and `frequencies` in it. A saved spectrogram is replaced; another file only
        with `overwrite`.

        Raises
        ------
        SettingsError
            A name that does not end in .npz.
        OutputError
            The file is there and is something else, or cannot be written.
        """
        from sonograph.spectrograms.saved import save

        save(self, path, overwrite=overwrite)

    @classmethod
    @answered
    def load(cls, path: str | os.PathLike[str]) -> Spectrogram:
        """One that was saved. Nothing in the file is run.

        Raises
        ------
        SourceError
            It is not there, is damaged, or is something else.

        Examples
        --------
        >>> import tempfile
        >>> from sonograph import signals, spectrogram
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     spectrogram(signals.tone(440.0, 1.0)).save(f"{folder}/a.npz")
        ...     Spectrogram.load(f"{folder}/a.npz")
        <Spectrogram: 1025 bins × 94 frames, Power (FS²), 48000 Hz>
        """
        from sonograph.spectrograms.saved import load

        return cls(**load(path))

    @classmethod
    @answered
    def from_array(
        cls,
        values: Any,
        *,
        times: Any,
        frequencies: Any = None,
        rows: Any = None,
        axis: str = "",
        unit: str = "",
        start: datetime | None = None,
    ) -> Spectrogram:
        """A matrix that was computed elsewhere, as a spectrogram that can be drawn, cut, saved and tabulated.

        Parameters
        ----------
        values : (rows, columns) or (channels, rows, columns), real
            The first row is the lowest. NaN is "no data".
        times : (columns,)
            The middle of each column, seconds, evenly spaced.
        frequencies : (rows,)
            The centre of each row, Hz, rising; evenly spaced or not.
        rows : (rows,)
            What the rows are where they are no frequencies: names, or numbers, as tempi or lags.
        axis
            What such numbers are, as the axis says it: "Tempo (bpm)".
        unit
            What the values are in. One that begins with dB ("dB", "dBFS", "dB re 1 V") makes them levels, of which a
            picture shows the loudest 80 dB; of others it shows the lowest to the highest.
        start
            When time 0 was, with its zone.

        Raises
        ------
        SettingsError
            A matrix that is complex or empty; axes of another length, that do not rise, or times that are not even.

        Examples
        --------
        >>> import numpy as np
        >>> Spectrogram.from_array(np.zeros((3, 5)), times=0.1 * np.arange(5), frequencies=[100, 200, 400], unit="dB")
        <Spectrogram: 3 bands × 5 frames, Level (dB), 20 Hz>
        """
        from sonograph.spectrograms.matrix import fields_of

        return cls(
            **fields_of(values, times=times, frequencies=frequencies, rows=rows, axis=axis, unit=unit, start=start)
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Its values, for NumPy and all that takes arrays."""
        import numpy as np

        if copy is None:
            return np.asarray(self.values, dtype)
        return np.array(self.values, dtype, copy=copy)

    @answered
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
        for name in (
            "settings",
            "sample_rate",
            "quantity",
            "unit",
            "reference",
            "start",
            "n_channels",
            "first_row",
            "centre",
        ):
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
            f"{self.label}, {all_hertz(self.sample_rate)}>"
        )


def _overlap(a: range, b: range) -> range:
    first = max(a.start, b.start)
    return range(first, max(first, min(a.stop, b.stop)))


def _union(a: range, b: range) -> range:
    if not a or not b:
        return a or b
    return range(min(a.start, b.start), max(a.stop, b.stop))
