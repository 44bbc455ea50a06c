"""A sound from its power alone: phases found by going there and back (Griffin and Lim 1984; Perraudin et al. 2013).

Each round visits the frames once, a block in the cache at a time: forward, one step, back, added up.
"""

from __future__ import annotations

import numpy as np

from sonograph.checks import generator, number, whole
from sonograph.engines import Engine, Work
from sonograph.errors import SettingsError
from sonograph.inverse.overlap import (
    Overlap,
    frame_by_frame,
    invertible,
    refuse_part,
    samples_before,
    signal_of,
    work_of,
)
from sonograph.settings.arguments import answered
from sonograph.sounds.source import Signal
from sonograph.spectrograms import Spectrogram


@answered
def griffin_lim(
    spectrogram: Spectrogram,
    *,
    iterations: int = 32,
    momentum: float = 0.99,
    seed: int = 0,
    n_samples: int | None = None,
    engine: Engine | None = None,
) -> Signal:
    """A sound whose power or magnitude is near the one given: phases are found by going there and back.

    The fast Griffin-Lim algorithm (Perraudin, Balazs and Søndergaard 2013); with momentum 0 that of Griffin and Lim
    (1984).

    Parameters
    ----------
    spectrogram : (bins, frames) or (channels, bins, frames), 0 or more
        Of quantity "power" or "magnitude". Frames that are NaN are taken for silence.
    iterations
        How often to go there and back.
    momentum
        How far each step goes on in the direction of the last: 0 to below 1.
    seed
        Of the phases that it begins with.
    n_samples
        As in `istft`.
    engine
        Where to compute; `engines.default()` by default.

    Returns
    -------
    Signal
        The samples, in the precision and the unit of the spectrogram.

    Raises
    ------
    SettingsError
        It is no power or magnitude of a transform; what `istft` refuses; no iteration; momentum out of range.

    Examples
    --------
    >>> from sonograph import signals, spectrogram
    >>> power = spectrogram(signals.tone(440.0, 0.5))
    >>> again = spectrogram(griffin_lim(power))
    >>> int(again.values[:, 20].argmax()) == int(power.values[:, 20].argmax())
    True
    """
    if spectrogram.quantity not in ("power", "magnitude"):
        raise SettingsError(
            f"the spectrogram is a {spectrogram.quantity}; griffin_lim needs a power or a magnitude of a transform"
        )
    stft = invertible(spectrogram.settings)
    refuse_part(spectrogram)
    iterations = whole("iterations", iterations, 1)
    if not 0 <= number("momentum", momentum) < 1:
        raise SettingsError(f"momentum is {momentum}; it must be 0 to below 1, or the sound would run away")
    random = generator(seed)
    values = frame_by_frame(spectrogram)
    rounds = _Rounds(work_of(stft, spectrogram.sample_rate), values.shape[1], values.dtype, engine)
    samples = np.empty((len(values), rounds.overlap.n_samples), values.dtype)
    for channel, power in enumerate(values):
        magnitude = np.nan_to_num(np.sqrt(power) if spectrogram.quantity == "power" else power, nan=0.0)
        samples[channel] = rounds.run(magnitude, iterations, momentum, random, samples_before(stft, spectrogram.frames))
    return signal_of(spectrogram, samples / values.dtype.type(stft.input_scale), n_samples)


class _Rounds:
    """Rounds of Griffin-Lim over one kind of frames: each visits the frames once, a batch or a block at a time.

    A step goes to the transform of the last sound, and on from the one before. A transform is linear, so that is the
    transform of the last sound less a part of the one before, and no transform need be kept.
    """

    def __init__(self, work: Work, n_frames: int, real: np.dtype, engine: Engine | None) -> None:
        self.work, self.real = work, real
        self.overlap = Overlap(work, n_frames, real, engine)
        self._kernel = self.overlap.compiled("round")
        total = self.overlap.total()
        covered = total > self.overlap.least
        self._share = (covered / np.where(covered, total, 1)).astype(real)

    def run(
        self, magnitude: np.ndarray, iterations: int, momentum: float, random: np.random.Generator, before: int
    ) -> np.ndarray:
        """The samples that frames of `magnitude` (frames, bins) see, after so many rounds."""
        loudest = magnitude.max(initial=0) or self.real.type(1)  # so that no product leaves the range of numbers
        magnitude = magnitude / loudest
        transform = _random_phases(random, magnitude.shape, np.result_type(self.real, np.complex64))
        transform *= magnitude
        sound = self.overlap.sums(transform)
        del transform
        share = self._share.copy()
        share[:before] = 0
        sound *= share
        pull = np.array([momentum / (1 + momentum)], self.real)
        sound = (self._in_blocks if self._kernel is None else self._by_kernel)(
            sound, magnitude, iterations, share, pull
        )
        return sound * loudest

    def _by_kernel(
        self, sound: np.ndarray, magnitude: np.ndarray, iterations: int, share: np.ndarray, pull: np.ndarray
    ) -> np.ndarray:
        kernel, n = self._kernel, self.overlap.n_samples
        assert kernel is not None  # noqa: S101  # the caller saw to it
        room = kernel.hops(len(magnitude)) - n
        sound, share = np.pad(sound, (0, room)), np.pad(share, (0, room))
        by_batch = kernel.by_batch(magnitude, float(self.work.ends) ** -0.5)
        toward, following = sound.copy(), np.empty_like(sound)
        for _ in range(iterations):
            tables = {"magnitudes": by_batch, "sound": sound, "share": share, "pull": pull}
            kernel.call(toward, len(magnitude), following, self.overlap.engine.threads, **tables)
            toward, following = following, toward
        return sound[:n]

    def _in_blocks(
        self, sound: np.ndarray, magnitude: np.ndarray, iterations: int, share: np.ndarray, pull: np.ndarray
    ) -> np.ndarray:
        hop, n, tiny = self.work.hop, len(self.work.window), np.finfo(self.real).tiny
        complex_kind = np.result_type(self.real, np.complex64)
        toward = sound
        for _ in range(iterations):
            sums = np.zeros_like(sound)
            for frames in self.overlap.blocks():
                step = np.empty((1, len(frames), magnitude.shape[1]), complex_kind)
                span = toward[frames.start * hop : (frames.stop - 1) * hop + n]
                self.overlap.engine.compute(span[None], self.work, step, reused=True)
                size = np.abs(step[0])
                np.divide(magnitude[frames.start : frames.stop], np.maximum(size, tiny, out=size), out=size)
                self.overlap.add(step[0] * size, frames, sums)
            sums *= share
            toward, sound = sums - pull * sound, sums
        return sound


def _random_phases(random: np.random.Generator, shape: tuple[int, int], dtype: np.dtype) -> np.ndarray:
    phases = np.empty(shape, dtype)
    angles = random.random(shape, phases.real.dtype)
    angles *= 2 * np.pi
    np.cos(angles, out=phases.real)
    np.sin(angles, out=phases.imag)
    return phases
