"""A band of a sound as complex samples, at the few that it needs: what pulses and echoes are looked for in.

A filter of finite length is applied by transforms of overlapping blocks, so that the samples that come out are the same
however those that go in are cut, and memory does not grow with the sound. What comes out is analytic: half its squared
magnitude is the mean square of the sound in the band.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

OVERSAMPLED = 4.0
"""Complex samples that come out for each hertz of the band."""
STEEPNESS = 0.25
"""How wide the filter's slopes are, against the band."""
STOP = 60.0
"""What is let through of other frequencies, dB down."""
ROUNDED = 1e-5
"""Of what is around: less is what rounding left of it, not sound."""


@dataclass(frozen=True, eq=False)
class Narrow:
    """A filter, and how many samples are left.

    taps : (n,) complex, the filter's response to a pulse of one sample
    step : one sample in so many is kept
    sample_rate : of the sound, Hz
    delay : samples that the filter holds a sound back, which are taken off its times
    """

    taps: np.ndarray
    step: int
    sample_rate: float
    delay: int

    @classmethod
    def band(cls, low: float, high: float, sample_rate: float) -> Narrow:
        """A band from `low` to `high`, Hz; it is 6 dB down at its edges."""
        width = (high - low) / sample_rate
        n = 2 * math.ceil((STOP - 8) / (2.285 * 2 * np.pi * STEEPNESS * width) / 2) + 1
        middle = np.arange(n) - n // 2
        low_pass = width * np.sinc(width * middle) * np.kaiser(n, 0.1102 * (STOP - 8.7))
        low_pass /= low_pass.sum()
        taps = 2 * low_pass * np.exp(2j * np.pi * (low + high) / 2 / sample_rate * middle)
        return cls(taps, max(1, int(1 / (OVERSAMPLED * width))), sample_rate, n // 2)

    @classmethod
    def matched(cls, replica: np.ndarray, sample_rate: float, step: int = 1) -> Narrow:
        """The filter of a known pulse: an echo as strong as the replica (n,) reads 1 where the echo begins."""
        n = len(replica)
        transform = np.fft.fft(replica, n)
        transform[n // 2 + 1 :] = 0
        transform[1 : (n + 1) // 2] *= 2
        analytic = np.fft.ifft(transform)
        return cls(np.conj(analytic[::-1]) / float(np.sum(replica**2)), step, sample_rate, n - 1)

    @property
    def rate(self) -> float:
        """Complex samples a second that come out."""
        return self.sample_rate / self.step

    @property
    def autocorrelation(self) -> np.ndarray:
        """That of white noise behind the filter, at the samples that come out, from lag 0; 1 at lag 0."""
        n = 1 << (2 * len(self.taps) - 1).bit_length()
        spectrum = np.abs(np.fft.fft(self.taps, n)) ** 2
        lags = np.fft.ifft(spectrum)[: len(self.taps) : self.step]
        return lags / lags[0].real


class Narrowed:
    """The samples of a band, block by block: the k-th that comes out lies at k × step samples of the sound.

    Before its first sample and after its last a sound is taken to stay as it is there, so that an offset is no click. A
    missing sample (NaN) makes all that the filter reaches missing, and nothing else.
    """

    def __init__(self, narrow: Narrow) -> None:
        from scipy import fft

        self.narrow = narrow
        n, step = len(narrow.taps), narrow.step
        self._folds = 1 << max(1, math.ceil(math.log2(max(4 * n, 1 << 15) / step)))
        self._size = step * self._folds
        self._hop = (self._size - n + 1) // step * step
        ahead = np.exp(2j * np.pi * (n - 1) / self._size * np.arange(self._size))  # the first that saw n samples
        self._response = (fft.fft(narrow.taps, self._size) * ahead / step).astype(np.complex64)
        self._gain = float(np.sqrt(np.sum(np.abs(narrow.taps) ** 2)))  # of white noise
        self._held = np.zeros(0, np.float32)
        self._last = np.float32(0)
        self._n_in = self._n_out = 0

    @property
    def delay(self) -> float:
        """Seconds of sound that it waits for, at most."""
        return self._size / self.narrow.sample_rate

    def push(self, samples: np.ndarray) -> np.ndarray:
        """What is known of the band with these samples (n,) too: (k,) complex64."""
        samples = np.asarray(samples, np.float32)
        if not self._n_in and len(samples):
            before = len(self.narrow.taps) - 1 - self.narrow.delay
            self._held = np.full(before, np.nan_to_num(samples[0]), np.float32)
        if len(samples):
            self._n_in += len(samples)
            self._last = np.nan_to_num(samples[-1])
        self._held = np.concatenate([self._held, samples])
        blocks = []
        first = 0
        while len(self._held) - first >= self._size:
            blocks.append(self._block(self._held[first : first + self._size]))
            first += self._hop
        self._held = self._held[first:]
        found = np.concatenate(blocks) if blocks else np.zeros(0, np.complex64)
        self._n_out += len(found)
        return found

    def finish(self, n_samples: int) -> np.ndarray:
        """The rest of a sound of so many samples."""
        rest = -(-n_samples // self.narrow.step) - self._n_out
        return self.push(np.full(self._size + rest * self.narrow.step, self._last, np.float32))[:rest]

    def _block(self, samples: np.ndarray) -> np.ndarray:
        from scipy import fft

        n, step = len(self.narrow.taps), self.narrow.step
        lost = np.isnan(samples)
        if lost.any():
            samples = np.where(lost, np.float32(0), samples)
        half = fft.rfft(samples)
        whole = np.concatenate([half, np.conj(half[-2 if self._size % 2 == 0 else -1 : 0 : -1])])
        whole *= self._response
        found = fft.ifft(whole.reshape(step, self._folds).sum(axis=0))[: self._hop // step]
        least = self._gain * np.sqrt(np.mean(samples**2, dtype=float)) + np.sqrt(np.mean(np.abs(found) ** 2))
        found[np.abs(found) < ROUNDED * least] = 0
        if lost.any():
            count = np.concatenate([[0], np.cumsum(lost)])
            at = np.arange(len(found)) * step
            found[count[at + n] > count[at]] = np.nan
        return found
