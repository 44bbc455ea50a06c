"""Which part of a sound a picture shows: seconds to samples, samples to frames.

A file that was cut is as long as it promised to be: what is missing at its end is no data, and shown as that.
"""

from __future__ import annotations

import math

from sonograph.errors import LimitError, SettingsError, SourceError
from sonograph.frames import centre_sample, frames_of
from sonograph.settings import Settings, stft_of
from sonograph.sounds.derived import n_promised, recorded
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram

LONGEST = 1 << 25
"""Samples of a transform, some 1.3 GB; its frames are longer than eleven minutes of 48 kHz."""


def refuse_too_long(settings: Settings | None) -> None:
    """Refuse a transform that a picture has no memory for.

    Raises
    ------
    SettingsError
        It has more than `LONGEST` samples.
    """
    n_fft = 0 if settings is None else stft_of(settings).n_fft
    if n_fft > LONGEST:
        name = "n_fft" if n_fft > stft_of(settings).window_length else "window_length"
        raise SettingsError(f"{name} is {n_fft:,} samples; for a picture it must be {LONGEST:,} or fewer")


def length(sound: Source) -> int:
    """Samples of each channel that a sound has, or that its file promises."""
    recording, promised = recorded(sound), n_promised(sound)
    if recording is None or promised == sound.n_samples:
        return sound.n_samples
    try:
        recording.limits.check_sound("", promised, sound.n_channels, sound.sample_rate)
    except LimitError:
        return sound.n_samples  # more than any sound may have is no promise
    return promised


def whole_span(sound: Source | Spectrogram) -> range:
    """The samples of a sound; of a spectrogram those around the middles of its frames."""
    if not isinstance(sound, Spectrogram):
        return range(length(sound) if sound.n_samples else 0)
    if not sound.frames:
        raise SettingsError("the spectrogram has no frames; there is nothing to draw")
    stft = stft_of(sound.settings)
    before, after = stft.hop // 2, stft.hop - stft.hop // 2
    first, last = (centre_sample(stft, frame) for frame in (sound.frames[0], sound.frames[-1]))
    return range(first - before if first < 0 else max(0, first - before), last + after)  # a matrix may begin before 0


def span(sound: Source | Spectrogram, seconds: tuple[float | None, float | None]) -> range:
    """The samples from one time to another; a time past the end is refused, with where the end is."""
    whole = whole_span(sound)
    if not whole:
        raise SourceError("the sound has no samples; there is nothing to draw")
    rate = sound.sample_rate
    start = whole.start if seconds[0] is None else round(seconds[0] * rate)
    stop = whole.stop if seconds[1] is None else round(seconds[1] * rate)
    if start >= whole.stop:
        raise SettingsError(f"the start is {seconds[0]:g} s; this sound ends at {whole.stop / rate:g} s")
    if seconds[1] is not None and stop > whole.stop and stop > math.ceil(whole.stop * (1 + 1e-9)) + rate / 1000:
        raise SettingsError(f"the end is {seconds[1]:g} s; this sound ends at {whole.stop / rate:g} s")
    return range(max(start, whole.start), max(start + 1, min(stop, whole.stop)))


def frames_in(settings: Settings, frames: range, samples: range) -> range:
    """Those of `frames` whose middle lies in `samples`, the end of the sound with them; else the nearest one."""
    if not frames:
        raise SettingsError("the sound has no frames; there is nothing to draw")
    stft = stft_of(settings)
    middle = centre_sample(stft, 0)
    first = -((middle - samples.start) // stft.hop)
    last = (samples.stop - middle) // stft.hop
    if last < first:
        nearest = round(((samples.start + samples.stop) / 2 - middle) / stft.hop)
        first = last = nearest
    first = min(max(first, frames.start), frames.stop - 1)
    return range(first, max(first, min(last, frames.stop - 1)) + 1)


def shown_and_there(settings: Settings, sound: Source, samples: range) -> tuple[range, range]:
    """The frames that a picture of `samples` has columns for, and those of them that the sound has."""
    shown = frames_in(settings, frames_of(settings, length(sound)), samples)
    stop = min(shown.stop, frames_of(settings, sound.n_samples).stop)
    return shown, range(shown.start, max(shown.start, stop))
