"""What bearings and gears do: shocks that ring in a band, how often they come, and where the sound is most spiky."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonograph.analysis.bands import band_pass
from sonograph.analysis.spectrum import Spectrum, welch
from sonograph.checks import number, pair, whole
from sonograph.errors import SettingsError
from sonograph.filterbanks.proportional import octaves
from sonograph.io.sources import Sound, of_files
from sonograph.settings import BandSettings, OctaveBank, StftSettings
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Signal, Source

BLOCK = 1 << 18  # samples of a channel at a time


@dataclass(frozen=True, eq=False)
class BandKurtosis:
    """How spiky a sound is in each band: 3 of noise, 1.5 of a tone, more of shocks.

    names   : "band_31.5Hz" …; centres: (bands,) Hz; edges: (bands, 2) Hz
    values  : (channels, bands) the mean fourth power over the square of the mean square; NaN in silence
    """

    names: tuple[str, ...]
    centres: np.ndarray
    edges: np.ndarray
    values: np.ndarray

    def __repr__(self) -> str:
        top = int(np.nanargmax(np.nanmax(self.values, axis=0))) if np.isfinite(self.values).any() else 0
        name = self.names[top].removeprefix("band_")
        return f"<BandKurtosis: {len(self.names)} bands, the highest {np.nanmax(self.values[:, top]):.1f} at {name}>"


@of_files
def envelope_spectrum(
    source: Sound, band: tuple[float, float], *, resolution: float = 0.5, channel: int = 0
) -> Spectrum:
    """How often something strikes: the spectrum of the envelope of a band in which it rings (McFadden and Smith 1984).

    The band is cut out by a symmetric filter; the envelope is the magnitude of its analytic signal, less its mean.

    Parameters
    ----------
    source
        A path or a Source; the channel is held in memory.
    band
        Hz, from the one to the other: where shocks ring, often a resonance of some kilohertz.
    resolution
        Hz, between the bins.
    channel
        Which one.

    Returns
    -------
    Spectrum
        Mean squares of the envelope, up to the width of the band, in the samples' unit². Frames with missing samples
        are left out.

    Raises
    ------
    SettingsError
        A band that is none; a sound shorter than 1 / resolution; a channel that is not there.

    Examples
    --------
    >>> from sonograph import Signal
    >>> t = np.arange(40_000) / 20_000.0
    >>> ringing = Signal((1 + 0.5 * np.sin(2 * np.pi * 87 * t)) * np.sin(2 * np.pi * 5000 * t), 20_000.0, "g")
    >>> found = envelope_spectrum(ringing, (4000.0, 6000.0), resolution=1.0)
    >>> print(found.frequencies[found.values.argmax()], found.values.max().round(3))
    87.0 0.125
    """
    from scipy.signal import hilbert

    source = checked_source(source)
    low, high = pair("band", band, "(2000, 6000)")
    channel = whole("channel", channel, 0, source.n_channels - 1)
    n = round(source.sample_rate / number("resolution", resolution, 0.0, above=True))
    if n > source.n_samples:
        raise SettingsError(
            f"resolution is {resolution:g} Hz; it needs {n} samples, and the sound has {source.n_samples}: ask for "
            f"{source.sample_rate / source.n_samples:.2g} Hz or more"
        )
    x, lost = _of_band(source, (low, high), channel)
    envelope = np.abs(hilbert(x))
    envelope -= envelope.mean()
    envelope[lost] = np.nan
    settings = StftSettings(window_length=max(2, n), edges="inside")
    found = welch(Signal(envelope, source.sample_rate, source.unit), settings)
    kept = found.frequencies <= high - low
    return Spectrum(found.values[kept], found.frequencies[kept], found.scaling, source.unit)


@of_files
def band_kurtosis(source: Sound, per_octave: int = 1, *, low: float = 100.0, high: float | None = None) -> BandKurtosis:
    """How spiky a sound is in each octave, or part of one: where shocks ring stands out.

    Parameters
    ----------
    source
        A path or a Source of any length: it is read in blocks.
    per_octave
        Bands in an octave: 1, 3 …
    low, high
        The lowest band holds low, the highest holds high, Hz; high None: all that end below half the sample rate.

    Returns
    -------
    BandKurtosis
        On the base-10 grid through 1 kHz (IEC 61260-1), of filters with slopes of a tenth of their width.

    Raises
    ------
    SettingsError
        Bands that the sound has not; a sound without samples.

    Examples
    --------
    >>> from sonograph import signals
    >>> float(band_kurtosis(signals.tone(1000.0, 1.0), 1).values[0, 3].round(1))
    1.5
    """
    source = checked_source(source)
    if source.n_samples == 0:
        raise SettingsError("the sound has 0 samples; a kurtosis needs some")
    bank = OctaveBank(per_octave=per_octave, low=low, high=high)
    centres, edges = octaves(bank, source.sample_rate)
    values = np.full((source.n_channels, len(centres)), np.nan)
    for band, (first, last) in enumerate(edges):
        squares, fourths = np.zeros(source.n_channels), np.zeros(source.n_channels)
        counts = np.zeros(source.n_channels)
        cut = band_pass((float(first), float(last)), source.sample_rate)
        assert cut is not None  # noqa: S101  # a band of octaves is not all there is
        for start in range(0, source.n_samples, BLOCK):
            here = range(start - cut.reach, min(start + BLOCK, source.n_samples) + cut.reach)
            x = source.read(here).astype(float)
            there = np.isfinite(x)[:, cut.reach : x.shape[1] - cut.reach]
            power = cut(np.where(np.isfinite(x), x, 0.0)) ** 2
            power[~there] = 0
            squares += power.sum(axis=1)
            fourths += (power**2).sum(axis=1)
            counts += there.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            values[:, band] = fourths * counts / squares**2
    names = BandSettings(of=StftSettings(), bands=bank).row_names(len(centres))
    return BandKurtosis(names, centres, edges, values)


def _of_band(source: Source, band: tuple[float, float], channel: int) -> tuple[np.ndarray, np.ndarray]:
    """(n,) samples of a channel in a band, and which are missing; those count as 0 for the filter."""
    cut = band_pass(band, source.sample_rate)
    reach = 0 if cut is None else cut.reach
    x = source.read(range(-reach, source.n_samples + reach))[channel : channel + 1].astype(float)
    lost = ~np.isfinite(x)
    x[lost] = 0
    return (x if cut is None else cut(x))[0], lost[0, reach : reach + source.n_samples]
