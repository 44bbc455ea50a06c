"""A part of the spectrum of a whole sound as if through a lens: as many bins as are wanted between two frequencies."""

from __future__ import annotations

import numpy as np

from sonograph.analysis.spectrum import Spectrum
from sonograph.checks import one_of, pair, whole
from sonograph.errors import SettingsError
from sonograph.io.sources import Sound, of_files
from sonograph.settings.stft import Window, check_window
from sonograph.sounds.derived import checked_source
from sonograph.windows import window_values


@of_files
def zoom(
    source: Sound, hertz: tuple[float, float], *, bins: int = 1000, window: Window = "hann", scaling: str = "spectrum"
) -> Spectrum:
    """The power spectrum of a whole sound between two frequencies, as fine as is wanted (chirp z-transform).

    The transform is that of all samples, so lines are as narrow as the sound is long: those nearer to each other than
    two bins of `fourier` stay one, however many bins are asked for.

    Parameters
    ----------
    source
        A path or a Source that fits in memory.
    hertz
        From the one to the other, both with them.
    bins
        How many.
    window, scaling
        As in StftSettings; with "spectrum" a tone reads its mean square.

    Returns
    -------
    Spectrum
        NaN throughout if a sample is missing.

    Raises
    ------
    SettingsError
        Frequencies that do not go up or lie beyond half the sample rate; a sound without samples.

    Examples
    --------
    >>> from sonograph import signals
    >>> near = zoom(signals.tone(1000.3, 2.0, amplitude=1.0), (995.0, 1005.0), bins=1001)
    >>> print(near.frequencies[near.values.argmax()].round(2), near.values.max().round(4))
    1000.3 0.5
    """
    from scipy.signal import zoom_fft

    source = checked_source(source)
    low, high = pair("hertz", hertz, "(90, 110)")
    half, n = source.sample_rate / 2, source.n_samples
    if not 0 <= low < high <= half:
        raise SettingsError(f"hertz is {low:g} to {high:g}; it must go up, within 0 to {half:g}")
    if n == 0:
        raise SettingsError("the sound has 0 samples; a spectrum needs one or more")
    bins = whole("bins", bins, 2, memory=1 << 24)
    one_of("scaling", scaling, ("spectrum", "density"))
    calibration = source.calibration
    if calibration is not None and calibration.response:
        raise SettingsError("the calibration has a response over frequency; use fourier or welch, which take it off")
    weights = window_values(check_window(window, n), n)
    scale = 2 / weights.sum() ** 2 if scaling == "spectrum" else 2 / (source.sample_rate * (weights**2).sum())
    frequencies = np.linspace(low, high, bins)
    x = source.read(range(n)).astype(float)
    with np.errstate(invalid="ignore"):
        values = scale * np.abs(zoom_fft(x * weights, (low, high), bins, fs=source.sample_rate, endpoint=True)) ** 2
    values[:, (frequencies == 0) | (frequencies == half)] /= 2
    values[~np.isfinite(x).all(axis=1)] = np.nan
    return Spectrum(values[0] if source.n_channels == 1 else values, frequencies, scaling, source.unit)
