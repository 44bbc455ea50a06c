"""What is heard: samples at the listener's rate, by sample number, so that each part joins the next without a seam.

A part is resampled with the samples around it and from a place where the two rates meet, so that it is what the whole
recording would have there. Slower is another rate for the same samples: a bat at a tenth is a tenth as high.

Of complex samples the real part is heard, as in a receiver that mixes straight down: a tone f below what was tuned to
sounds as one f above it does, unless the band that is wanted lies on one side.
"""

from __future__ import annotations

import math
import struct
from fractions import Fraction
from typing import Any

import numpy as np

from sonograph.analysis.bands import band_pass
from sonograph.errors import LimitError, SettingsError
from sonograph.sounds.derived import is_complex
from sonograph.sounds.source import Source, checked_rate

MOST = 1 << 23
"""Samples of all channels of an answer: 32 MB."""
AROUND = 4096
"""Samples at the lower of the two rates that the filter is given before and after a part; it looks at some 200."""
SLOWEST = 1000.0
_HEADER = struct.Struct("<4sHHII")


def pcm(
    source: Source,
    samples: range,
    rate: float,
    *,
    slow: float = 1.0,
    band: tuple[float, float] | None = None,
    channel: int | None = None,
) -> bytes:
    """Octets: a header, then float32 samples of the channels in turn; silence where samples are missing.

    Parameters
    ----------
    samples
        Of the source, cut to those that there are.
    rate
        At which it is played, Hz.
    slow
        How many times slower.
    band
        Hz, of which alone it shall be.
    channel
        The one that is wanted; all by default.

    Raises
    ------
    SettingsError
        A rate, a band or a channel that cannot be.
    LimitError
        More samples than one answer has.
    """
    samples_out = resounded(source, samples, rate, slow=slow, band=band, channel=channel)
    header = _HEADER.pack(b"SGP1", len(samples_out), 0, round(rate), samples_out.shape[1])
    return header + np.ascontiguousarray(samples_out.T, "<f4").tobytes()


def resounded(
    source: Source,
    samples: range,
    rate: float,
    *,
    slow: float = 1.0,
    band: tuple[float, float] | None = None,
    channel: int | None = None,
) -> np.ndarray:
    """The same as (channels, n) float32."""
    rate = checked_rate(rate, "rate")
    if not 1 <= slow <= SLOWEST:
        raise SettingsError(f"slow is {slow:g}; it must be 1 to {SLOWEST:g}")
    if channel is not None and not 0 <= channel < source.n_channels:
        raise SettingsError(f"channel is {channel}; it must be 0 to {source.n_channels - 1}")
    samples = range(max(0, samples.start), max(0, samples.start, min(samples.stop, source.n_samples)))
    if not 1 / 256 < rate * slow / source.sample_rate < 256:
        raise SettingsError(
            f"rate is {rate:g}; from {source.sample_rate / slow:g} Hz it must be within 256 times: what is as slow, or "
            f"as fast, is heard of a copy at another rate, Signal(samples, {rate:g})"
        )
    ratio = Fraction(rate).limit_denominator(1000) * Fraction(slow).limit_denominator(1000)
    ratio = (ratio / Fraction(source.sample_rate).limit_denominator(1000)).limit_denominator(1 << 20)
    first, stop = math.ceil(samples.start * ratio), math.ceil(samples.stop * ratio)
    n_channels = 1 if channel is not None else source.n_channels
    if (stop - first) * n_channels > MOST or len(samples) * source.n_channels > 16 * MOST:
        raise LimitError(f"{stop - first:,} samples of {n_channels} channels are asked for at once; ask for fewer")
    read = _Read(source, band, channel)
    if ratio == 1:
        return read(samples)
    return _resampled(read, source.n_samples, range(first, stop), ratio)


class _Read:
    """Samples of a source, float32, of the wanted band and channel; silence where they are missing."""

    def __init__(self, source: Source, band: tuple[float, float] | None, channel: int | None) -> None:
        self._source, self._channel = source, channel
        self._filter = None if band is None else band_pass(band, source.sample_rate, two_sided=is_complex(source))

    def __call__(self, samples: range) -> np.ndarray:
        around = 0 if self._filter is None else self._filter.reach
        wide: Any = self._source.read(range(samples.start - around, samples.stop + around))
        if self._channel is not None:
            wide = wide[self._channel : self._channel + 1]
        wide = np.nan_to_num(wide, nan=0.0, posinf=0.0, neginf=0.0)
        return np.asarray((wide if self._filter is None else self._filter(wide)).real, np.float32)


def _resampled(read: _Read, n_samples: int, wanted: range, ratio: Fraction) -> np.ndarray:
    """Samples of the output, which go by its own numbers over the whole recording."""
    import soxr

    around = math.ceil(AROUND * max(Fraction(1), 1 / ratio))
    period = ratio.denominator  # every so many samples of the source, one of the output lies at the same time
    begin = max(0, (math.floor(wanted.start / ratio) - around) // period * period)
    end = min(math.ceil(wanted.stop / ratio) + around, n_samples)  # a stream begins and ends with the recording too
    before = int(begin * ratio)  # a whole number
    block = np.ascontiguousarray(read(range(begin, end)).T)
    made = soxr.resample(block, ratio.denominator, ratio.numerator).T
    part = made[:, wanted.start - before : wanted.stop - before]
    return np.pad(part, ((0, 0), (0, len(wanted) - part.shape[1])))
