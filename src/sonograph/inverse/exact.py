"""The sound of a complex transform, exactly: overlap-add by least squares (Griffin and Lim 1984)."""

from __future__ import annotations

import numpy as np

from sonograph.errors import SettingsError
from sonograph.inverse.overlap import Overlap, frame_by_frame, invertible, refuse_part, signal_of, work_of
from sonograph.settings.arguments import answered
from sonograph.sounds.source import Signal
from sonograph.spectrograms import Spectrogram


@answered
def istft(spectrogram: Spectrogram, *, n_samples: int | None = None) -> Signal:
    """The sound of a complex transform.

    The least-squares answer of Griffin and Lim (1984): overlapping frames are weighed and added, and divided by the
    sum of the squared weights.

    Parameters
    ----------
    spectrogram : (bins, frames) or (channels, bins, frames), complex
        Of quantity "transform". Frames that are NaN are left out.
    n_samples
        How many samples to give, from the first that the frames see and that is not before the sound. By default to
        where the last frame ends; with centred frames to its middle, after which the sound may have ended.

    Returns
    -------
    Signal
        The samples, in the precision and the unit of the transform. NaN where no frame says what they were: what only
        NaN frames saw, and under the feet of the window where no other frame helps, as at the ends with edges
        "inside". Elsewhere right to 1e-12 of the peak in float64, 1e-5 in float32.

    Raises
    ------
    SettingsError
        It is no transform; the squared windows add up to nothing somewhere; frames whose mean was taken off or that
        were pre-emphasised.

    Examples
    --------
    >>> from sonograph import StftSettings, signals, spectrogram
    >>> from sonograph.inverse import istft
    >>> sound = signals.tone(440.0, 0.1)
    >>> back = istft(spectrogram(sound, StftSettings(quantity="transform")), n_samples=sound.n_samples)
    >>> bool(np.abs(back.samples - sound.samples).max() < 1e-6)
    True
    """
    if spectrogram.quantity != "transform":
        raise SettingsError(
            f'the spectrogram is a {spectrogram.quantity}; istft needs phases: compute quantity="transform", or use '
            f"griffin_lim on a power or a magnitude"
        )
    stft = invertible(spectrogram.settings)
    refuse_part(spectrogram)
    work = work_of(stft, spectrogram.sample_rate)
    values = frame_by_frame(spectrogram)
    real = values.real.dtype
    overlap = Overlap(work, values.shape[1], real)
    samples = np.empty((len(values), overlap.n_samples), real)
    for channel, transform in enumerate(values):
        sums = overlap.sums(transform)
        total = overlap.total(~np.isnan(transform[:, 0].real))
        with np.errstate(invalid="ignore", divide="ignore"):
            samples[channel] = np.where(total > overlap.least, sums / total, np.nan)
    return signal_of(spectrogram, samples / real.type(stft.input_scale), n_samples)
