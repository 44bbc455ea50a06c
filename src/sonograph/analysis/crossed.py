"""What two channels have in common: the cross-spectrum, coherence and phase of a whole sound (Welch 1967)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from sonograph import units
from sonograph.analysis.spectrum import AT_ONCE, within
from sonograph.computing.run import filtered, without_filters
from sonograph.computing.spectrogram import spectrogram
from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.frames import split
from sonograph.io.sources import Sound, of_files
from sonograph.named.given import settings_of
from sonograph.settings import StftSettings
from sonograph.sounds.derived import checked_source
from sonograph.spectrograms.described import describe
from sonograph.windows import power_scale


@dataclass(frozen=True, eq=False)
class CrossSpectrum:
    """What two channels have in common, over frequency.

    values      : (bins,) complex, the mean of conj(X₁)·X₂; its angle is the phase of the second channel after the first
    powers      : (2, bins), the mean power of each, of the same frames
    frequencies : (bins,) Hz
    n_frames    : frames that were averaged
    scaling     : "spectrum", "density" or "raw", as in StftSettings
    unit        : what the samples were in; `value_unit` says what `values` and `powers` are in
    """

    values: np.ndarray
    powers: np.ndarray
    frequencies: np.ndarray
    n_frames: int
    scaling: str
    unit: str = "FS"

    @property
    def value_unit(self) -> str:
        """The unit of `values` and `powers`: "FS²", "V²/Hz" …"""
        return units.power_unit(self.unit, self.scaling)

    @property
    def coherence(self) -> np.ndarray:
        """(bins,) 0 to 1: the share of the second channel's power that is the first's through a linear system.

        Of two channels with nothing in common it is not 0 but about one divided by the number of frames, or more where
        frames overlap. NaN where a channel is silent.

        Raises
        ------
        SettingsError
            Of one frame, or none, it is 1 whatever they hold.
        """
        if self.n_frames < 2:
            raise SettingsError(
                f"coherence is over frames, and of {self.n_frames} it says nothing; shorten the window or the hop"
            )
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.minimum(np.abs(self.values) ** 2 / (self.powers[0] * self.powers[1]), 1.0)

    @property
    def phase(self) -> np.ndarray:
        """(bins,) radians, -π to π: below 0 where the second channel comes later. Of little coherence it is chance."""
        return np.angle(self.values)

    @property
    def response(self) -> np.ndarray:
        """(bins,) complex: what the first channel passed to become the second (H₁), whose noise it does not see."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.values / self.powers[0]

    def __repr__(self) -> str:
        return f"<CrossSpectrum: {len(self.values)} bins to {self.frequencies[-1]:g} Hz, {self.n_frames:,} frames>"


@of_files
def cross_spectrum(
    source: Sound,
    settings: StftSettings | str | None = None,
    *,
    channels: tuple[int, int] = (0, 1),
    engine: Engine | None = None,
) -> CrossSpectrum:
    """The cross-spectrum of two channels, and with it their coherence, phase and the response from one to the other.

    Parameters
    ----------
    source
        A path or a Source of two channels or more, of any length: means are taken in bounded memory.
    settings
        Frames, window and scaling; by default a density with frames wholly inside of the sound.
    channels
        Which two, from 0 on.
    engine
        Where to compute.

    Returns
    -------
    CrossSpectrum
        Frames that reach over an end of the sound, or hold missing samples of either channel, are left out; NaN if all
        others are. In float64.

    Raises
    ------
    SettingsError
        A channel that there is not, or one twice; settings that are no power; a sound shorter than a frame; a
        calibration with a response, which has no phase.

    Notes
    -----
    As scipy.signal.csd: Bendat and Piersol, Random Data, 4th edition 2010, chapters 5 and 6.

    Examples
    --------
    >>> import numpy as np
    >>> from sonograph import Signal
    >>> noise = np.random.default_rng(0).standard_normal(48_001)
    >>> late = cross_spectrum(Signal(np.stack([noise[1:], noise[:-1]]), 48_000.0))
    >>> float(late.coherence.min().round(2)), float(late.phase[512].round(2))
    (1.0, -1.57)
    """
    both = Both(source, settings, channels, engine)
    n_bins = both.stft.n_bins
    cross, powers, count = np.zeros(n_bins, complex), np.zeros((2, n_bins)), 0
    for part in split(both.frames, both.at_once):
        first, second = both.of(part)
        here = ~np.isnan(first[0]) & ~np.isnan(second[0])
        first, second, count = first[:, here], second[:, here], count + int(here.sum())
        cross += (first.conj() * second).sum(axis=1)
        powers += [(one.real**2 + one.imag**2).sum(axis=1) for one in (first, second)]
    per_bin = both.scales / count if count else np.full(n_bins, np.nan)
    return CrossSpectrum(
        cross * per_bin, powers * per_bin, both.frequencies, count, both.stft.scaling, both.source.unit
    )


class Both:
    """Frames of two channels, to be multiplied with each other.

    source, stft, frames : what they are of: settings without filters, and the frames that lie within the sound
    scales               : (bins,) what products are multiplied by
    frequencies          : (bins,) Hz
    at_once              : frames that are transformed together
    """

    def __init__(
        self, sound: Sound, settings: StftSettings | str | None, channels: tuple[int, int], engine: Engine | None
    ) -> None:
        source = checked_source(sound)
        known = all(type(one) is int and 0 <= one < source.n_channels for one in channels)
        if len(channels) != 2 or not known or channels[0] == channels[1]:
            raise SettingsError(
                f"channels is {channels!r}, and the sound has {source.n_channels}; give two different ones, from 0 on"
            )
        given = settings_of(settings, StftSettings(edges="inside", scaling="density"))
        if not isinstance(given, StftSettings) or given.quantity != "power":
            raise SettingsError(
                'settings are not StftSettings of quantity "power"; a cross-spectrum is a mean of products'
            )
        self.source = filtered(source, given)  # once, for all its parts
        self.stft, self.frames = within(without_filters(given), self.source.n_samples)
        scale, ends = power_scale(self.stft, self.source.sample_rate)
        self.scales = np.full(self.stft.n_bins, scale)
        self.scales[0] *= ends
        if self.stft.n_fft % 2 == 0:
            self.scales[-1] *= ends
        self.frequencies = describe(self.stft, self.source.sample_rate).frequencies
        self.at_once = max(1, AT_ONCE // self.stft.n_bins // self.source.n_channels)
        self._transform = dataclasses.replace(self.stft, quantity="transform", scaling="raw")
        self._channels, self._engine = channels, engine

    def of(self, frames: range) -> tuple[np.ndarray, np.ndarray]:
        """The transforms of frames of either channel, (bins, frames) complex128; NaN where samples are missing."""
        values = spectrogram(self.source, self._transform, frames=frames, engine=self._engine).values
        first, second = (values[one].astype(complex) for one in self._channels)
        return first, second
