"""Levels of octaves, thirds of an octave or finer bands of a whole sound (IEC 61260-1), one number a band.

Mean powers of bins, summed in the bands that they lie in: a bin that an edge cuts is shared in proportion. The window
is long enough for the lowest band, so noise and tones read right in all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sonograph.analysis.spectrum import welch
from sonograph.checks import number, whole
from sonograph.errors import SettingsError
from sonograph.filterbanks import filters_of
from sonograph.filterbanks.filters import Filters
from sonograph.io.sources import Sound, of_files
from sonograph.settings import BandSettings, OctaveBank, StftSettings
from sonograph.sounds.derived import checked_source
from sonograph.units import level_unit, reference_power

BINS = 4
"""In the lowest band, at least: where a tone at an edge leaks into its neighbour, as a filter of class 1 lets it."""
LOW = 20.0  # Hz
LONGEST = 1 << 22
"""Samples of a window."""


@dataclass(frozen=True, eq=False)
class BandLevels:
    """Levels of bands, one after the other.

    names   : "band_31.5Hz" …, the nominal frequencies
    centres : (bands,) Hz; edges: (bands, 2) Hz
    levels  : (channels, bands) of the mean square in each, dB, in `unit`; -inf in silence, NaN where nothing is known
    totals  : (channels,) of all bands together
    unit    : "dB re 20 µPa" where the sound is calibrated in Pa, else that of its samples
    """

    names: tuple[str, ...]
    centres: np.ndarray
    edges: np.ndarray
    levels: np.ndarray
    totals: np.ndarray
    unit: str

    def __repr__(self) -> str:
        first, last = (name.removeprefix("band_") for name in (self.names[0], self.names[-1]))
        return f"<BandLevels: {len(self.names)} bands from {first} to {last}, {self.unit}>"


@of_files
def band_levels(
    source: Sound, per_octave: int = 3, *, low: float | None = None, high: float | None = None, weighting: str = "Z"
) -> BandLevels:
    """The level of each octave, third of an octave or finer band of a whole sound.

    Parameters
    ----------
    source
        A path or a Source of any length: it is read in blocks.
    per_octave
        Bands in an octave: 1, 3, 12 …
    low, high
        The lowest band holds low, the highest holds high, Hz. low None: 20 Hz, or as low as a short sound goes; high
        None: all that end below half the sample rate.
    weighting
        "A", "C" or "Z" of IEC 61672-1.

    Returns
    -------
    BandLevels
        On the base-10 grid through 1 kHz.

    Raises
    ------
    SettingsError
        A sound that is too short for its lowest band, and how low it can go; bands that it has not.

    Examples
    --------
    >>> from sonograph import signals
    >>> thirds = band_levels(signals.tone(1000.0, 4.0, amplitude=1.0))
    >>> print(thirds, f"{thirds.levels[0, thirds.names.index('band_1kHz')]:z.2f}")
    <BandLevels: 31 bands from 20Hz to 20kHz, dBFS> 0.00
    """
    source = checked_source(source)
    rate, per_octave = source.sample_rate, whole("per_octave", per_octave, 1)
    share = 10 ** (0.15 / per_octave) - 10 ** (-0.15 / per_octave)
    longest = 1 << max(0, min(source.n_samples, LONGEST).bit_length() - 1)
    least = BINS * rate / (longest * share)
    low = max(LOW, math.ceil(least)) if low is None else number("low", low, 0.0, above=True)
    if low < least:
        raise SettingsError(
            f"low is {low:g} Hz; a band there needs {math.ceil(BINS * rate / (low * share))} samples at once, and of "
            f"{source.n_samples} the lowest that can be told is low={math.ceil(least)}"
        )
    length = 1 << max(4, math.ceil(math.log2(BINS * rate / (low * share))))
    stft = StftSettings(window_length=length, hop=length // 4, edges="inside", weighting=weighting)
    settings = BandSettings(of=stft, bands=OctaveBank(per_octave=per_octave, low=low, high=high))
    filters = filters_of(settings, rate)
    mean = np.atleast_2d(welch(source, stft).values)
    powers = np.stack([_in_band(mean, filters, band) for band in range(len(filters.first))], axis=1)
    reference = reference_power(source.unit, "spectrum")
    with np.errstate(divide="ignore"):
        levels, totals = (10 * np.log10(power / reference) for power in (powers, powers.sum(axis=1)))
    names = settings.row_names(len(filters.first))
    unit = level_unit(source.unit, "spectrum", reference, weighting)
    return BandLevels(names, filters.centres, filters.edges, levels, totals, unit)


def _in_band(powers: np.ndarray, filters: Filters, band: int) -> np.ndarray:
    """(channels,) the mean square in a band, of the powers (channels, bins)."""
    weights = filters.weights[filters.start[band] : filters.start[band + 1]]
    first = filters.first[band]
    return np.asarray(powers[:, first : first + len(weights)] @ weights)
