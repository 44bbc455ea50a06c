"""What two channels have in common as time goes on: the cross-spectrogram, its coherence and its phase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonograph.analysis.crossed import Both, CrossSpectrum
from sonograph.checks import one_of, whole
from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.frames import offset, split
from sonograph.io.sources import Sound, of_files
from sonograph.settings import StftSettings
from sonograph.spectrograms import Spectrogram


@dataclass(frozen=True, eq=False)
class CrossSpectrogram:
    """What two channels have in common, over frequency and time.

    values      : (bins, columns) complex, the mean of conj(X₁)·X₂ over the frames of a column
    powers      : (2, bins, columns), the mean power of each, of the same frames
    frequencies : (bins,) Hz
    times       : (columns,) s, the middle of each column, of the last as if it were whole
    n_frames    : (columns,) frames that were averaged in each
    average     : frames that a column has where none is left out
    scaling     : "spectrum", "density" or "raw", as in StftSettings
    unit        : what the samples were in; `value_unit` says what `values` and `powers` are in
    """

    values: np.ndarray
    powers: np.ndarray
    frequencies: np.ndarray
    times: np.ndarray
    n_frames: np.ndarray
    average: int
    scaling: str
    unit: str = "FS"

    @property
    def value_unit(self) -> str:
        """The unit of `values` and `powers`: "FS²", "V²/Hz" …"""
        return self._one.value_unit

    @property
    def coherence(self) -> np.ndarray:
        """(bins, columns) 0 to 1, as of `CrossSpectrum`: of noise about one divided by the frames of a column.

        NaN where a channel is silent, and of columns of fewer than two frames.

        Raises
        ------
        SettingsError
            Of one frame it is 1 whatever the channels hold.
        """
        if self.average < 2:
            raise SettingsError("coherence is over frames, and average is 1; average 2 or more, as 16")
        return np.where(self.n_frames > 1, self._one.coherence, np.nan)

    @property
    def phase(self) -> np.ndarray:
        """(bins, columns) radians, -π to π: below 0 where the second channel comes later."""
        return self._one.phase

    @property
    def response(self) -> np.ndarray:
        """(bins, columns) complex: what the first channel passed to become the second (H₁)."""
        return self._one.response

    @property
    def _one(self) -> CrossSpectrum:
        """With the formulas of a whole sound."""
        return CrossSpectrum(self.values, self.powers, self.frequencies, self.average, self.scaling, self.unit)

    def spectrogram(self, of: str = "coherence") -> Spectrogram:
        """Its "coherence", "phase" (rad) or "magnitude" as a spectrogram, to be drawn, cut and saved.

        Raises
        ------
        SettingsError
            Another name; the coherence of single frames.
        """
        one_of("of", of, ("coherence", "phase", "magnitude"))
        values = np.abs(self.values) if of == "magnitude" else getattr(self, of)
        unit = {"coherence": "coherence", "phase": "rad", "magnitude": self.value_unit}[of]
        return Spectrogram.from_array(values, times=self.times, frequencies=self.frequencies, unit=unit)

    def __repr__(self) -> str:
        n_bins, columns = self.values.shape
        return f"<CrossSpectrogram: {n_bins} bins × {columns:,} columns of {self.average} frames>"


@of_files
def cross_spectrogram(
    source: Sound,
    settings: StftSettings | str | None = None,
    *,
    average: int = 16,
    channels: tuple[int, int] = (0, 1),
    engine: Engine | None = None,
) -> CrossSpectrogram:
    """The cross-spectrum of two channels over time, and with it their coherence and phase.

    Parameters
    ----------
    source
        A path or a Source of two channels or more.
    settings
        Frames, window and scaling; by default a density with frames wholly inside of the sound.
    average
        How many frames that follow each other are a column. More make coherence surer and time coarser; of 1 there is
        no coherence.
    channels
        Which two, from 0 on.
    engine
        Where to compute.

    Returns
    -------
    CrossSpectrogram
        In float64. The last column may have fewer frames. Frames that hold missing samples of either channel are left
        out; a column of which none is left is NaN.

    Raises
    ------
    SettingsError
        As `cross_spectrum`; an average below 1.

    Notes
    -----
    The average of each column is Welch's, as scipy.signal.csd of its samples alone.

    Examples
    --------
    >>> import numpy as np
    >>> from sonograph import Signal
    >>> shared, own = np.random.default_rng(0).standard_normal((2, 96_000))
    >>> both = np.stack([shared, np.where(np.arange(96_000) < 48_000, shared, own)])
    >>> found = cross_spectrogram(Signal(both, 48_000.0), StftSettings(window_length=512, hop=256, edges="inside"))
    >>> found
    <CrossSpectrogram: 257 bins × 24 columns of 16 frames>
    >>> found.coherence.mean(axis=0)[[3, 20]].round(1).tolist()
    [1.0, 0.1]
    """
    average = whole("average", average, 1)
    both = Both(source, settings, channels, engine)
    stft, frames = both.stft, both.frames
    columns = -(-len(frames) // average)
    cross, powers = np.zeros((stft.n_bins, columns), complex), np.zeros((2, stft.n_bins, columns))
    counts = np.zeros(columns, int)
    for part in split(range(len(frames)), both.at_once):
        first, second = both.of(frames[part.start : part.stop])
        missing = np.isnan(first[0]) | np.isnan(second[0])
        first[:, missing] = second[:, missing] = 0
        into, edges = np.unique(np.arange(part.start, part.stop) // average, return_index=True)
        counts[into] += np.add.reduceat(~missing, edges, dtype=int)
        cross[:, into] += np.add.reduceat(first.conj() * second, edges, axis=1)
        for i, one in enumerate((first, second)):
            powers[i][:, into] += np.add.reduceat(one.real**2 + one.imag**2, edges, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        per_cell = np.where(counts > 0, both.scales[:, None] / counts, np.nan)
    middle = frames.start * stft.hop + offset(stft) + stft.window_length / 2
    times = (middle + (np.arange(columns) + 0.5) * average * stft.hop - stft.hop / 2) / both.source.sample_rate
    return CrossSpectrogram(
        cross * per_cell, powers * per_cell, both.frequencies, times, counts, average, stft.scaling, both.source.unit
    )
