"""The sharp spectrogram: the power of each bin and frame, put where it comes from (Auger and Flandrin 1995).

A window smears a tone over bins and a click over frames. How the phase changes from bin to bin and from frame to frame
says where in the window, and at which frequency, the power of a bin lies; two more transforms, one weighed by time and
one by the window's slope, tell.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from sonograph.computing.pipeline import pipeline
from sonograph.computing.run import Run, filtered
from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.frames import frames_of, refuse_too_short
from sonograph.io.sources import Sound, of_files
from sonograph.named.given import settings_of
from sonograph.settings import StftSettings
from sonograph.sounds.derived import checked_source, responses_of
from sonograph.spectrograms import Spectrogram
from sonograph.windows import slope_of


@dataclass(frozen=True, eq=False)
class Reassigned:
    """Where the power of each bin and frame lies.

    power       : the spectrogram, as without reassignment
    times       : of each value, seconds; in the shape of its values; NaN where there is no power
    frequencies : of each value, Hz
    """

    power: Spectrogram
    times: np.ndarray
    frequencies: np.ndarray

    def __repr__(self) -> str:
        return f"<Reassigned: {repr(self.power).removeprefix('<Spectrogram: ')}"

    def sharpened(self) -> Spectrogram:
        """The spectrogram with each value added to the bin and frame nearest to where it lies.

        What lies outside of the frames or of 0 to half the sample rate stays in the first or last of them. The sum of
        all values is that of the power; frames that are NaN stay NaN and give nothing.
        """
        power = self.power
        values = power.values.reshape(power.n_channels, *power.values.shape[-2:])
        n_bins, n_frames = values.shape[1:]
        settings = power.settings
        assert isinstance(settings, StftSettings)  # noqa: S101  # `reassigned` saw to it
        out = np.zeros((power.n_channels, n_frames, n_bins), values.dtype)
        if n_frames:
            step, begin = settings.hop / power.sample_rate, power.times[0]
            for channel, here in enumerate(
                zip(values, self._flat(self.times), self._flat(self.frequencies), strict=True)
            ):
                of_one, times, frequencies = here
                known = ~np.isnan(times)
                frame = np.clip(np.rint((times[known] - begin) / step), 0, n_frames - 1).astype(np.intp)
                place = np.rint(frequencies[known] * settings.n_fft / power.sample_rate)
                place = np.clip(place, 0, n_bins - 1).astype(np.intp)
                np.add.at(out[channel], (frame, place), of_one[known])
                out[channel, np.isnan(of_one[0])] = np.nan
        memory = np.swapaxes(out, 1, 2)
        return dataclasses.replace(power, values=memory[0] if power.values.ndim == 2 else memory)

    def _flat(self, values: np.ndarray) -> np.ndarray:
        return values.reshape(self.power.n_channels, *values.shape[-2:])


@of_files
def reassigned(
    source: Sound, settings: StftSettings | str | None = None, *, engine: Engine | None = None
) -> Reassigned:
    """The power of a sound, and when and at which frequency each of its values lies.

    t + Re(X_t / X) and f - Im(X_d / X) / 2π, where X_t is the transform with the window weighed by the time from its
    middle and X_d that with its slope (Flandrin, Auger and Chassande-Mottin 2002, 5.20 and 5.23). The slope is the
    difference of a window's neighbours, as in librosa.

    Parameters
    ----------
    source
        A path or a Source; all its frames are held in memory.
    settings
        Of quantity "power"; the window should go to 0 at its ends. By default StftSettings().
    engine
        Where to compute.

    Returns
    -------
    Reassigned
        A click lies at its sample, a steady tone at its frequency, wherever they dominate.

    Raises
    ------
    SettingsError
        Settings that are no power, or with pre-emphasis or frames without their mean.

    Examples
    --------
    >>> from sonograph import signals
    >>> sharp = reassigned(signals.tone(1010.0, 0.5))
    >>> loudest = sharp.power.values[:, 20].argmax()
    >>> round(float(sharp.frequencies[loudest, 20]), 2)
    1010.0
    """
    given = settings_of(settings)
    if not isinstance(given, StftSettings) or given.quantity != "power":
        raise SettingsError('settings are not StftSettings of quantity "power"; reassignment is of a power')
    settings = given
    if settings.remove_dc or settings.preemphasis:
        raise SettingsError("remove_dc or preemphasis is set; reassignment takes frames as they are")
    source = checked_source(source)
    if responses_of(source) or (source.calibration is not None and source.calibration.response):
        raise SettingsError(
            "the calibration has a response over frequency, and reassignment moves power from where that belongs: "
            "give a calibration without response"
        )
    source = filtered(source, settings)
    refuse_too_short(settings, source.n_samples)
    plain = dataclasses.replace(settings, quantity="transform")
    bound = pipeline(plain, source, source.read(range(0)).dtype, engine)
    frames = frames_of(settings, source.n_samples)
    window, n = bound.work.window, settings.window_length
    windows = (window, window * (np.arange(n) - n // 2), slope_of(window))
    transforms = []
    for weights in windows:
        one = dataclasses.replace(bound, work=dataclasses.replace(bound.work, window=weights))
        memory, reused = one.empty(len(frames))
        Run(one).advance(source, len(frames), memory, 0, finish=True, reused=reused)
        transforms.append(np.swapaxes(memory, -1, -2))
    by_value, by_time, by_slope = transforms
    values = by_value.real**2 + by_value.imag**2
    rate = source.sample_rate
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        inverse = by_value.conj() / np.where(values > 0, values, np.nan)
        moved = (by_time * inverse).real / rate
        higher = -(by_slope * inverse).imag * (rate / (2 * np.pi))
    power = dataclasses.replace(bound, settings=settings).label(
        source, frames, np.ascontiguousarray(np.swapaxes(values, -1, -2))
    )
    bins = np.arange(settings.n_bins) * rate / settings.n_fft
    times, frequencies = power.times + moved, bins[:, None] + higher
    if source.n_channels == 1:
        times, frequencies = times[0], frequencies[0]
    return Reassigned(power, times, frequencies)
