"""One spectrum of a whole sound: its Fourier transform, or the average of its frames (Welch 1967)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from sonograph import units
from sonograph.checks import one_of, short
from sonograph.computing.run import filtered, without_filters
from sonograph.computing.spectrogram import spectrogram
from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.frames import frames_of, refuse_too_short, split, valid_frames
from sonograph.io.sources import Sound, of_files
from sonograph.named.given import settings_of
from sonograph.settings import StftSettings
from sonograph.settings.common import power_kind
from sonograph.settings.levels import FLOORS
from sonograph.settings.stft import SCALINGS, Window, check_window
from sonograph.sounds.derived import centre_of, checked_source, responses_of
from sonograph.sounds.source import Source
from sonograph.spectrograms.described import describe, usual
from sonograph.windows import window_values

AT_ONCE = 1 << 20  # values that are averaged at a time


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Power over frequency.

    values      : (bins,), or (channels, bins) of several channels; NaN where nothing is known
    frequencies : (bins,) Hz
    scaling     : "spectrum", "density" or "raw", as in StftSettings
    unit        : what the samples were in; `value_unit` says what the values are in
    weighting   : "Z", or the weighting of IEC 61672-1 that the sound passed: "A", "C"
    sides       : "two" of complex samples: frequencies from minus half the sample rate on
    centre      : of complex samples, what the receiver was tuned to, Hz: frequencies are from there; 0: not known
    """

    values: np.ndarray
    frequencies: np.ndarray
    scaling: str
    unit: str = "FS"
    weighting: str = "Z"
    sides: str = "one"
    centre: float = 0.0

    @property
    def value_unit(self) -> str:
        """The unit of the values: "FS²", "V²/Hz" …"""
        return units.power_unit(self.unit, self.scaling)

    @property
    def label(self) -> str:
        """What an axis says: quantity and unit."""
        name = "Power spectral density" if self.scaling == "density" else "Power"
        return f"{units.weighted_words(name, self.weighting)} ({self.value_unit})"

    @property
    def levels(self) -> np.ndarray:
        """The values in decibels, shaped as they are, of the reference that `level_label` says; silence reads -370."""
        reference = units.reference_power(self.unit, power_kind(self.scaling, self.sides))
        with np.errstate(invalid="ignore"):
            return 10 * np.log10(np.maximum(self.values.astype(float) / reference, 10 ** (FLOORS[0] / 10)))

    @property
    def level_label(self) -> str:
        """What an axis says of `levels`: quantity and unit with its reference."""
        kind = power_kind(self.scaling, self.sides)
        return units.level_label(self.unit, kind, units.reference_power(self.unit, kind), self.weighting)

    def __repr__(self) -> str:
        return f"<Spectrum: {self.values.shape[-1]} bins to {self.frequencies[-1]:g} Hz, {self.label}>"


@of_files
def welch(
    source: Sound,
    settings: StftSettings | str | None = None,
    *,
    average: str | float = "mean",
    engine: Engine | None = None,
) -> Spectrum:
    """The average power of all frames that lie within a sound (Welch 1967).

    Parameters
    ----------
    source
        A path or a Source of any length: the mean is taken in bounded memory.
    settings
        Frames, window and scaling; by default a density with frames wholly inside of the sound. `remove_dc` is the
        detrending by which scipy.signal.welch begins.
    average
        "mean"; "median", divided by its bias so that noise reads as it does with the mean (Allen et al. 2012); or a
        percentile, 0 to 100, as it is. All but the mean hold all frames in memory.
    engine
        Where to compute.

    Returns
    -------
    Spectrum
        Frames that reach over an end of the sound, or hold missing samples, are left out; NaN if all others are.

    Raises
    ------
    SettingsError
        Settings that are no power; another average; a sound shorter than a frame.

    Examples
    --------
    >>> from sonograph import signals
    >>> spectrum = welch(signals.tone(1000.0, 1.0))
    >>> float(spectrum.frequencies[spectrum.values.argmax()].round())
    1008.0
    """
    source = checked_source(source, iq=True)
    sides = usual(source).sides
    given = settings_of(settings, StftSettings(edges="inside", scaling="density", sides=sides))
    if not isinstance(given, StftSettings) or given.quantity != "power":
        raise SettingsError('settings are not StftSettings of quantity "power"; welch averages the power of frames')
    stft: StftSettings = given
    named = isinstance(average, str) and average in ("mean", "median")
    if not named and not (isinstance(average, int | float) and 0 <= average <= 100):
        raise SettingsError(f"average is {short(repr(average))}; it must be mean, median or a percentile, 0 to 100")
    weighting = stft.weighting
    source, stft = filtered(source, stft), without_filters(stft)  # once, for all its parts
    stft, frames = within(stft, source.n_samples)
    if average == "mean":
        values = _mean(source, stft, frames, engine)
    else:
        power = spectrogram(source, stft, frames=frames, engine=engine).values
        values = _ranked(power.reshape(source.n_channels, *power.shape[-2:]), average)
    frequencies = describe(stft, source.sample_rate).frequencies
    values = values[0] if source.n_channels == 1 else values
    return Spectrum(values, frequencies, stft.scaling, source.unit, weighting, stft.sides, centre_of(source))


def within(stft: StftSettings, n_samples: int) -> tuple[StftSettings, range]:
    """The frames that lie within a sound, and the settings of whose they are: edges "inside" where there is none else.

    Raises
    ------
    SettingsError
        A sound shorter than a frame.
    """
    frames = valid_frames(stft, n_samples)
    if not frames:
        stft = dataclasses.replace(stft, edges="inside")
        refuse_too_short(stft, n_samples)
        frames = frames_of(stft, n_samples)
    return stft, frames


def _mean(source: Source, settings: StftSettings, frames: range, engine: Engine | None) -> np.ndarray:
    sums = np.zeros((source.n_channels, settings.n_bins))
    counts = np.zeros((source.n_channels, 1))
    dtype = np.dtype(float)
    at_most = max(1, AT_ONCE // settings.n_bins // source.n_channels)
    for part in split(frames, at_most):
        power = spectrogram(source, settings, frames=part, engine=engine)
        values = power.values.reshape(source.n_channels, settings.n_bins, -1)
        dtype = values.dtype
        here = ~np.isnan(values[:, :1])
        sums += np.where(here, values, 0).sum(axis=2, dtype=float)
        counts += here.sum(axis=2)
    with np.errstate(invalid="ignore"):
        return (sums / counts).astype(dtype)


def _ranked(values: np.ndarray, average: str | float) -> np.ndarray:
    found = np.full(values.shape[:2], np.nan, values.dtype)
    for channel, rows in enumerate(values):
        known = rows[:, ~np.isnan(rows[0])]
        n = known.shape[1]
        if not n:
            continue
        if average == "median":
            pairs = 2 * np.arange(1.0, (n - 1) // 2 + 1)
            found[channel] = np.median(known, axis=1) / (1 + np.sum(1 / (pairs + 1) - 1 / pairs))
        else:
            found[channel] = np.percentile(known, float(average), axis=1)
    return found


@of_files
def fourier(source: Sound, *, window: Window = "boxcar", scaling: str = "spectrum") -> Spectrum:
    """The power spectrum of a whole sound, from one transform of all its samples.

    Parameters
    ----------
    source
        A path or a Source that fits in memory.
    window, scaling
        As in StftSettings: with "spectrum" a tone on a bin reads its mean square.

    Returns
    -------
    Spectrum
        n // 2 + 1 bins, of the one-sided spectrum. NaN throughout if a sample is missing.

    Raises
    ------
    SettingsError
        A sound without samples; a window or scaling that is not known.

    Examples
    --------
    >>> from sonograph import signals
    >>> spectrum = fourier(signals.tone(1000.0, 1.0, amplitude=1.0))
    >>> round(float(spectrum.values[1000]), 6)
    0.5
    """
    from scipy.fft import rfft

    source = checked_source(source)
    n = source.n_samples
    one_of("scaling", scaling, SCALINGS)
    if n == 0:
        raise SettingsError("the sound has 0 samples; a spectrum needs one or more")
    weights = window_values(check_window(window, n), n)
    samples = source.read(range(n))
    scale = 1.0
    if scaling == "spectrum":
        scale = 2 / float(np.sum(weights)) ** 2
    elif scaling == "density":
        scale = 2 / (source.sample_rate * float(np.sum(weights**2)))
    with np.errstate(invalid="ignore"):
        transform = rfft(samples * weights.astype(samples.dtype), axis=1)
        values = (transform.real**2 + transform.imag**2) * samples.dtype.type(scale)
    values[~np.isfinite(samples).all(axis=1)] = np.nan
    if scaling != "raw":
        values[:, 0] /= 2  # 0 Hz, and half the sample rate, stand for themselves only
        if n % 2 == 0:
            values[:, -1] /= 2
    frequencies = np.arange(n // 2 + 1) * source.sample_rate / n
    calibration = source.calibration
    if responses_of(source):
        raise SettingsError("the response changes within the sound, and a transform of all of it has one: take a part")
    if calibration is not None:
        values *= calibration.correction(frequencies).astype(values.dtype)
    return Spectrum(values[0] if source.n_channels == 1 else values, frequencies, scaling, source.unit)
