"""The kurtogram: in which band, of which width, a sound is most impulsive (Antoni 2007).

Each band is halved, and cut in thirds, again and again, by filters that leave its positive frequencies alone: what
comes out are complex envelopes. Their fourth moment says how far they are from steady noise.

A block is filtered as a spectrum: where one sample of so many is kept, so many parts of the spectrum are added. One
transform back gives the envelopes of all bands of a row, of which those count that no end of the block reaches.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sonograph import units
from sonograph.checks import whole
from sonograph.errors import SettingsError
from sonograph.io.sources import Sound, of_files
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Source

TAPS = {2: 33, 3: 49}
"""Of the filters that halve a band or cut it in thirds: Hamming's window, neighbours meet halfway down (-6 dB)."""
MOST, FEWEST = 7, 7
"""Halvings at most by default; and that the narrowest band keeps 2 ** FEWEST samples, less what its filters reach."""
TOGETHER = 1.6
"""So many samples of an envelope count as one: the sum of the fourth powers of its autocorrelation, 1.4 to 1.8."""
BLOCK = 1 << 16  # samples of a channel at a time, about: what is made of them stays in the cache
BY_CHANCE = 6.0
"""Standard errors: the highest band of white noise is so high now and then, and higher in at most 4 of 100 sounds."""
ROUNDING = 1e-26  # of all power; what lies lower is no sound


@dataclass(frozen=True, eq=False)
class Kurtogram:
    """How impulsive a sound is in each band, level after level; in a level from the lowest to the highest.

    levels : (bands,) a band of level l is rate / 2 ** (l + 1) wide: 0, 1, 1.58 (thirds), 2, 2.58 …
    edges  : (bands, 2) Hz
    values : (bands,) spectral kurtosis: 0 of steady noise, -1 of a tone, above 0 of shocks; NaN where nothing sounds
    errors : (bands,) by how much that of white noise is off 0 (standard error): narrow bands have few samples
    """

    levels: np.ndarray
    edges: np.ndarray
    values: np.ndarray
    errors: np.ndarray

    @property
    def best(self) -> int:
        """Which band has the highest kurtosis.

        Raises
        ------
        SettingsError
            None has one: the sound is silent, or all of it is missing.
        """
        if not np.isfinite(self.values).any():
            raise SettingsError(
                "the kurtogram has no value in any band: channel (0 if none was given) is silent or missing"
            )
        return int(np.nanargmax(self.values))

    @property
    def band(self) -> tuple[float, float]:
        """From where to where that band reaches, Hz, as `envelope_spectrum` takes it."""
        low, high = self.edges[self.best]
        return float(low), float(high)

    @property
    def words(self) -> str:
        """The best band in words; also if white noise has as high a one now and then."""
        low, high = (units.hertz(edge) for edge in self.band)
        value, error, level = (of[self.best] for of in (self.values, self.errors, self.levels))
        digits = max(2, -math.floor(math.log10(error)))
        chance = "" if abs(value) > BY_CHANCE * error else ", which noise may have by chance"
        chance = chance if chance or value > 0 else ", less than noise has: nothing strikes"
        return f"highest {value:.{digits}f} ± {error:.{digits}f}, {low} to {high}, level {level:.3g}{chance}"

    def __repr__(self) -> str:
        said = self.words if np.isfinite(self.values).any() else "missing or silent"
        return f"<Kurtogram: {len(self.values)} bands, {said}>"


@of_files
def kurtogram(source: Sound, levels: int | None = None, *, channel: int = 0) -> Kurtogram:
    """In which band a sound is most impulsive, of bands of every width: where the shocks of a bearing ring.

    The fast kurtogram (Antoni 2007): the kurtosis E|c|⁴ / (E|c|²)² - 2 of the complex envelope c of each band. Of the
    whole sound, which is real, (E x⁴ / (E x²)² - 3) / 1.5, which is the same where x is narrow. The filters of his
    program overlap by more than half of a band and hear the mirror image below 0 Hz; these meet at the edges (-6 dB).

    Parameters
    ----------
    source
        A path or a Source of any length: it is read in blocks, twice.
    levels
        How often bands are halved; by default as often as 128 samples are left, at most 7 times.
    channel
        Which one.

    Returns
    -------
    Kurtogram
        The mean of the sound is taken off. Missing samples, and what a filter makes of them, are left out.

    Raises
    ------
    SettingsError
        A sound too short for the levels, or complex; a channel that is not there.

    Examples
    --------
    >>> from sonograph import Signal
    >>> x = 0.3 * np.random.default_rng(0).standard_normal(80_000)
    >>> ring = np.exp(-np.arange(200) / 25) * np.sin(2 * np.pi * 0.25 * np.arange(200))  # at 5 kHz
    >>> for at in range(100, 79_000, 229):  # 87.3 times a second
    ...     x[at : at + 200] += ring
    >>> kurtogram(Signal(x, 20_000.0, "g"))
    <Kurtogram: 444 bands, highest 1.62 ± 0.02, 3.33 kHz to 6.67 kHz, level 1.58>
    """
    source = checked_source(source)
    channel = whole("channel", channel, 0, source.n_channels - 1)
    deepest = source.n_samples.bit_length() - 1 - FEWEST
    if deepest < 1:
        raise SettingsError(
            f"n_samples is {source.n_samples}; a kurtogram needs {2 ** (1 + FEWEST)} at least: take a longer sound"
        )
    levels = min(MOST, deepest) if levels is None else whole("levels", levels, 1)
    if levels > deepest:
        raise SettingsError(
            f"levels is {levels}; it must be 1 to {deepest}, as 2 ** (levels + {FEWEST}) samples are needed and the "
            f"sound has {source.n_samples}: ask for fewer or take a longer sound"
        )
    counts = _counts(levels)
    sums = {count: np.zeros((3, count)) for count in counts}
    every, reach = 3 << levels, (TAPS[2] - 1) * (2**levels - 1)
    room = every  # of a transform: as long as a short sound, and else so that little of it is reach
    while room < min(BLOCK + 4 * reach, source.n_samples):
        room *= 2
    block = room if room >= source.n_samples else (room - reach) // every * every
    mean = _mean(source, channel)
    filters = [{parts: _filters(parts, room >> level) for parts in TAPS} for level in range(levels)]
    for x in _stretches(source, channel, block, reach):
        for count, power, lost in _rows(x - mean, filters, room):
            power = power[:, : min(block // count, len(lost))]
            if lost.any():
                power = power[:, ~lost[: power.shape[1]]]
            sums[count][0] += power.shape[1]
            sums[count][1:] += power.sum(axis=1), np.einsum("bn,bn->b", power, power)
    n, squares, fourths = np.concatenate(list(sums.values()), axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(squares / n > ROUNDING * (squares[0] / n[0] + mean**2), fourths * n / squares**2 - 2, np.nan)
        errors = np.sqrt(4 * TOGETHER / n)
        values[0], errors[0] = (values[0] - 1) / 1.5, np.sqrt(24 / n[0]) / 1.5
    edges = [np.arange(count)[:, None] / count + [[0, 1 / count]] for count in counts]
    return Kurtogram(
        np.concatenate([np.full(count, math.log2(count)) for count in counts]),
        source.sample_rate / 2 * np.concatenate(edges),
        values,
        errors,
    )


def _counts(levels: int) -> list[int]:
    """How many bands each row has: 1, 2, 3, 4, 6, 8 …

    >>> _counts(3)
    [1, 2, 3, 4, 6, 8]
    """
    return sorted({2**k for k in range(levels + 1)} | {3 * 2**k for k in range(levels - 1)})


def _rows(
    x: np.ndarray, filters: list[dict[int, np.ndarray]], room: int
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Of each row how many bands it has, their |c|² (bands, n), and which of the n heard of missing samples.

    Of the n only as many as the last array has are true; behind them the end of x runs into its beginning.
    """
    lost = ~np.isfinite(x)
    x = np.where(lost, 0.0, x)
    yield 1, x[None] ** 2, lost
    spectrum = np.fft.fft(x, room)[None]
    for level, those in enumerate(filters):
        count = 1 << level
        if level + 1 < len(filters):
            yield 3 * count, _power(_parts(spectrum, those[3])), _heard(lost, 3)
        spectrum, lost = _parts(spectrum, those[2]), _heard(lost, 2)
        spectrum[1::2] = np.fft.fftshift(spectrum[1::2], 1)  # from the upper half of what its rate has to the lower
        yield 2 * count, _power(spectrum), lost


def _parts(spectrum: np.ndarray, filters: np.ndarray) -> np.ndarray:
    """(bands * parts, n / parts) spectra of all parts of bands (bands, n), one sample of so many kept."""
    parts, n = filters.shape
    made = np.empty((len(spectrum), parts, n // parts), complex)
    for part, taken in enumerate(filters):
        (spectrum * taken).reshape(len(spectrum), parts, -1).sum(axis=1, out=made[:, part])
    return made.reshape(-1, n // parts)


def _power(spectrum: np.ndarray) -> np.ndarray:
    c = np.fft.ifft(spectrum)
    return np.asarray(c.real**2 + c.imag**2)


def _heard(lost: np.ndarray, parts: int) -> np.ndarray:
    """Which samples behind a filter heard of missing ones; the first is the first that needs none before x."""
    so_far = np.concatenate([[0], np.cumsum(lost)])
    return np.asarray(so_far[TAPS[parts] :: parts] > so_far[: -TAPS[parts] : parts])


def _filters(parts: int, n: int) -> np.ndarray:
    """(parts, n) spectra of the filters for each of so many parts of 0 to half the sample rate.

    The last tap stands at 0, so that sample 0 needs those from 0 on. Where one of so many is kept, that many parts of
    the spectrum are added, which is divided by their number here.
    """
    at = np.arange(TAPS[parts]) - TAPS[parts] // 2
    low = np.sinc(at / (2 * parts)) * np.hamming(TAPS[parts])
    taps = np.zeros((parts, n), complex)
    taps[:, np.arange(1 - TAPS[parts], 1)] = low / low.sum() / parts
    taps[:, np.arange(1 - TAPS[parts], 1)] *= np.exp(1j * np.pi / parts * (np.arange(parts)[:, None] + 0.5) * at)
    return np.fft.fft(taps)


def _stretches(source: Source, channel: int, block: int, reach: int) -> Iterator[np.ndarray]:
    """Blocks and so many samples behind each, if there are; each sample is read once."""
    held = np.zeros(0)
    for start in range(0, source.n_samples, block):
        new = range(start + len(held), min(start + block + reach, source.n_samples))
        x = np.concatenate([held, _read(source, channel, new)])
        yield x
        held = x[block:]


def _read(source: Source, channel: int, samples: range) -> np.ndarray:
    return source.read(samples)[channel].astype(float)


def _mean(source: Source, channel: int) -> float:
    """Of what is there; 0 of nothing."""
    total = count = 0.0
    for start in range(0, source.n_samples, BLOCK):
        x = _read(source, channel, range(start, min(start + BLOCK, source.n_samples)))
        x = x[np.isfinite(x)]
        total, count = total + float(x.sum()), count + len(x)
    return total / count if count else 0.0
