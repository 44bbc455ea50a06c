"""What Whisper looks at: thirty seconds, no more and no less, as its program cuts and fills them."""

from __future__ import annotations

from sonograph.checks import number, one_of
from sonograph.computing.spectrogram import spectrogram
from sonograph.io.sources import Sound, of_files
from sonograph.named.presets import preset
from sonograph.sounds.derived import checked_source
from sonograph.sounds.mono import mono
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Signal
from sonograph.spectrograms import Spectrogram

RATE, SECONDS = 16_000.0, 30.0


@of_files
def whisper(source: Sound, *, start: float = 0.0, bands: int = 80) -> Spectrogram:
    """Thirty seconds of a sound as Whisper takes them: one channel at 16 kHz, zeros after its end, 3000 frames.

    whisper.log_mel_spectrogram(whisper.pad_or_trim(audio)). The floor, 8 below the largest, is that of these thirty
    seconds.

    Parameters
    ----------
    source
        A path or a Source of any channels and rate.
    start
        Where the thirty seconds begin, seconds.
    bands
        80, or 128 for large-v3.

    Returns
    -------
    Spectrogram
        Values of (80, 3000), in single precision.

    Raises
    ------
    SettingsError
        A start below 0; other bands.

    Examples
    --------
    >>> from sonograph import signals
    >>> whisper(signals.tone(440.0, 2.0)).values.shape
    (80, 3000)
    """
    import numpy as np

    one_of("bands", str(bands), ("80", "128"))
    source = resample(mono(checked_source(source)), RATE)
    first = round(number("start", start, 0.0) * RATE)
    samples = source.read(range(first, first + round(SECONDS * RATE)))[0]
    return spectrogram(Signal(samples.astype(np.float32), RATE), preset(f"whisper.{bands}"))
