"""Summary: kinds of summary side by side, as a value with a digest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonograph.analysis.summaries.heard import FLOOR, Heard
from sonograph.analysis.summaries.kinds import KINDS
from sonograph.checks import number, one_of
from sonograph.computing.spectrogram import spectrogram
from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.io.sources import Sound, of_files
from sonograph.jobs.identity import digest
from sonograph.settings import BandSettings, LogSettings, MelBank, StftSettings
from sonograph.settings.common import put
from sonograph.sounds.mono import mono
from sonograph.spectrograms import Spectrogram

KERNELS, EXCERPT = "kernels", "excerpt"
ALL = tuple(kind for kind in KINDS if kind not in (KERNELS, EXCERPT))
"""All kinds that are taken by default: kernels cost twice the rest together, and an excerpt is for networks."""
N_BANDS = 64
WINDOW, HOP = 0.025, 0.010
"""Of the log-mel, seconds."""
LOWEST = 50.0
"""Of the mel bands, Hz; a fortieth of the sample rate where that is less."""
COARSEST = 16.0
"""Between bins, Hz, at the most where the lowest bands are narrow."""
VERSION = 1
"""Changes when a number does."""


@dataclass(frozen=True)
class Summary:
    """A sound of any length as a row of numbers, each with a name; a pure function of one log-mel.

    Frames of digital silence and frames with a missing sample (NaN) count for nothing; no band counts that is 80 dB
    and more below the loudest. `settings(sample_rate)` is the log-mel: 64 bands from 50 Hz to half the rate, windows
    of 25 ms every 10 ms, log10 of power.

    Parameters
    ----------
    kinds
        One or several, in this order, of: "mfcc" (means and deviations of cepstra and their slopes, 80 numbers),
        "bands" (percentiles, moments and change of bands, 240), "modulation" (how fast bands change, in octaves from
        0.5 to 50 Hz, 112), "tangent" (logarithm of the covariance of cepstra and slopes, 351), "envelope" (the
        loudness in time, 44), "tonal" (how far bands stand out of their neighbours, 50); and, not by default, "kernels"
        (how often random patterns over time stand out, 1500) and "excerpt" (the loudest 5.12 s of the log-mel itself,
        64 bands of 256 frames, 16384: what a network looks at).

    Raises
    ------
    SettingsError
        No kind, one that is none, or one twice.

    Examples
    --------
    >>> from sonograph import signals
    >>> summary = Summary(("envelope", "tonal"))
    >>> summary.of_sound(signals.tone(440.0, 1.0)).shape, len(summary.names), summary.names[-1]
    ((94,), 94, 'tonal_over_p95')
    """

    kinds: tuple[str, ...] = ALL

    def __post_init__(self) -> None:
        listed = (self.kinds,) if isinstance(self.kinds, str) else tuple(self.kinds)
        if not listed:
            raise SettingsError(f"kinds is empty; it must be one or several of {', '.join(KINDS)}")
        for kind in listed:
            one_of("kind of summary", kind, tuple(KINDS))
        if len(set(listed)) < len(listed):
            raise SettingsError(f"kinds is {', '.join(listed)}; name each once")
        put(self, kinds=listed)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each number."""
        return tuple(name for kind in self.kinds for name in KINDS[kind].names)

    @property
    def digest(self) -> str:
        """A name of this value: 16 hexadecimal digits."""
        return digest("summary", VERSION, self.kinds)

    def settings(self, sample_rate: float) -> LogSettings:
        """The log-mel of sounds of a rate, Hz.

        Raises
        ------
        SettingsError
            A rate that is not above 0.
        """
        rate = number("sample_rate", sample_rate, 0.0, above=True)
        length = max(2, round(WINDOW * rate))
        lowest = min(LOWEST, rate / 40)
        n_fft = 1 << int(np.ceil(np.log2(2 * length)))
        while rate / n_fft > COARSEST * lowest / LOWEST:
            n_fft *= 2
        stft = StftSettings(window_length=length, hop=max(1, round(HOP * rate)), n_fft=n_fft)
        bank = MelBank(n_bands=N_BANDS, low=lowest, high=rate / 2)
        return LogSettings(of=BandSettings(of=stft, bands=bank), base="10", floor=10.0**FLOOR)

    def of(self, log_mel: Spectrogram | np.ndarray, *, frame_rate: float = 1 / HOP) -> np.ndarray:
        """The row of a log-mel, or of some of its frames.

        Parameters
        ----------
        log_mel : (bands, frames)
            By `settings`; of an array `frame_rate` tells the frames a second.

        Returns
        -------
        (numbers,)
            NaN where every frame has a missing sample.

        Raises
        ------
        SettingsError
            No frame at all; several channels.
        """
        if isinstance(log_mel, Spectrogram):
            stft = log_mel.settings.of.of if isinstance(log_mel.settings, LogSettings) else None
            frame_rate = log_mel.sample_rate / stft.hop if isinstance(stft, StftSettings) else frame_rate
            log_mel = log_mel.values
        if log_mel.ndim != 2 or not log_mel.shape[1]:
            raise SettingsError(f"log_mel has shape {log_mel.shape}; it must be (bands, frames) with at least a frame")
        heard = Heard(log_mel, frame_rate)
        if not heard.levels.shape[1]:
            return np.full(len(self.names), np.nan)
        return np.concatenate([KINDS[kind].function(heard) for kind in self.kinds])

    def of_sound(self, source: Sound, *, engine: Engine | None = None) -> np.ndarray:
        """The row of a sound at its own rate: (numbers,). Of several channels the mean is taken.

        Raises
        ------
        SettingsError
            A sound without samples.
        SourceError
            A file that cannot be read.
        """
        return _of_sound(source, self, engine=engine)


@of_files
def _of_sound(source: Sound, summary: Summary, *, engine: Engine | None = None) -> np.ndarray:
    one = mono(source)  # type: ignore[arg-type]  # opened by `of_files`
    return summary.of(spectrogram(one, summary.settings(one.sample_rate), engine=engine))
