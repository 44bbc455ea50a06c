"""Normalised correlation of whitened levels with templates, and with the same templates turned, by overlap-save.

The spectra of a stretch of the recording are computed once for all templates. What a template turned in time or with
its rows in another order would give comes from the same spectrum: turned in time is its conjugate, and rows in another
order are those of the recording in that order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

LOUDNESSES = (0.0, 10.0, 20.0)
"""dB over the recording's floor at which a template is tried."""

SILENT = 0.05
"""Of the variance that noise has, what is counted at least: a stretch that hardly moves correlates with nothing."""

ALIKE = 0.6
"""Correlation with the template itself from which on a turned one is no other sound."""

AGAINST = 3
"""Turned templates that are wanted."""

NEAR = 8
"""A template may lie this part of its rows higher or lower and still be like another: no two calls are the same."""

Turn = tuple[bool, bool, int]
"""In time, rows upside down, rows rolled by so many quarters of them."""

TURNS: tuple[Turn, ...] = (
    (True, False, 0), (False, True, 0), (True, True, 0),
    *((bool(time), bool(upside), quarters) for quarters in (2, 1, 3) for time in (0, 1) for upside in (0, 1)),
)  # fmt: skip
ITSELF: Turn = (False, False, 0)


@dataclass(eq=False)
class Shape:
    """A template as frames of levels.

    levels : (rows, frames) of the call alone; dB, or as they come
    rows : which of the recording's rows it is compared with
    decibels : whether they are levels, which can be put over a floor
    lead : frames from the first that is compared back to that of the template's first sample; may be below 0
    turns : what it is compared with besides itself
    spectra : (rows, loudnesses, frequencies), conjugate, over the floor that it was last put over
    """

    levels: np.ndarray
    rows: slice
    decibels: bool
    lead: float
    turns: tuple[Turn, ...] = ()
    spectra: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0), np.complex64))

    def __post_init__(self) -> None:
        self.turns = turns_of(self.levels)

    @property
    def n_frames(self) -> int:
        """Its length."""
        return self.levels.shape[1]

    def over(self, floor: np.ndarray, spread: np.ndarray) -> np.ndarray:
        """(loudnesses, rows, frames): what whitened levels look like where it is heard over a floor."""
        floor, spread = (np.asarray(x[self.rows], float)[:, None] for x in (floor, spread))
        if not self.decibels:
            rest = self.levels - self.levels.min(axis=1, keepdims=True)
            return np.clip(rest / spread, -3, 12)[None]
        call, ground = 10 ** (self.levels / 10), 10 ** (floor / 10)
        equal = 10 * np.log10(ground.sum() * self.n_frames / call.sum())
        each = []
        for loudness in LOUDNESSES:
            over = 10 * np.log10(1 + 10 ** ((self.levels - floor + equal + loudness) / 10))
            each.append(np.clip(over / spread, 0, 12))
        return np.stack(each)

    def put(self, floor: np.ndarray, spread: np.ndarray, size: int) -> None:
        """Put it over a floor."""
        self.take(self.over(floor, spread), size)

    def take(self, whole: np.ndarray, size: int) -> None:
        """Be compared as (loudnesses, rows, frames), in transforms of a size."""
        from scipy.fft import rfft

        whole = whole - whole.mean(axis=(1, 2), keepdims=True)
        length = np.sqrt((whole**2).sum(axis=(1, 2), keepdims=True))
        spectra = rfft((whole / np.maximum(length, 1e-12)).astype(np.float32), n=size, axis=-1)
        self.spectra = np.conj(np.ascontiguousarray(spectra.swapaxes(0, 1)))


def turns_of(levels: np.ndarray) -> tuple[Turn, ...]:
    """The turns of a template that are other sounds than itself and one another, however they are laid over each other.

    At most `AGAINST`. Where there is none, the one that is the least like the template.

    Examples
    --------
    >>> down = np.zeros((12, 20)); down[11 - np.arange(20) * 12 // 20, np.arange(20)] = 30
    >>> turns_of(down)[0]  # upwards; turned both ways it is downwards again
    (True, False, 0)
    """
    loud = np.maximum(levels - levels.max() + 25, 0)
    loud = loud - loud.mean()
    loud = loud / max(float(np.sqrt((loud**2).sum())), 1e-12)
    kept, chosen = [loud], []
    found: list[tuple[float, Turn]] = []
    for turn in TURNS:
        other = turned(loud, turn)
        found.append((_alike(loud, other), turn))
        if all(_alike(one, other) < ALIKE for one in kept):
            kept.append(other)
            chosen.append(turn)
        if len(chosen) == AGAINST:
            break
    return tuple(chosen) or (min(found)[1],)


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    """The highest correlation of two templates, wherever one is laid over the other and a little higher or lower."""
    from scipy.fft import irfft, rfft

    n_rows, n = len(one), 2 * one.shape[1]
    reach = n_rows // NEAR
    spectrum = np.pad(rfft(one, n=n, axis=1), ((reach, reach), (0, 0)))
    conjugate = np.conj(rfft(other, n=n, axis=1))
    sums = [(spectrum[shift : shift + n_rows] * conjugate).sum(axis=0) for shift in range(2 * reach + 1)]
    return float(irfft(np.stack(sums), n=n, axis=1).max())


def turned(levels: np.ndarray, turn: Turn) -> np.ndarray:
    """(rows, frames) turned."""
    if turn[0]:
        levels = levels[:, ::-1]
    return _rows(levels, turn[1:])


class Stretch:
    """Whitened levels of some frames, and what all templates ask of them: spectra and sums.

    frames : (rows, frames)
    missing : (frames,) which are not there
    size : of the transform, at least the frames
    n : positions that are scored
    """

    def __init__(self, frames: np.ndarray, missing: np.ndarray, size: int, n: int) -> None:
        from scipy.fft import rfft

        self.frames, self.size, self.n = frames, size, n
        self._spectra = rfft(frames, n=size, axis=-1)
        self._conjugate = np.conj(self._spectra)
        self._sums: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = {}
        self._missing = np.concatenate([[0], np.cumsum(missing)])

    def scores(self, shape: Shape) -> np.ndarray:
        """(1 + turns, positions): the correlation with a template itself and turned, at its best loudness; -1 to 1.

        A position whose frames are not all there has NaN.
        """
        from scipy.fft import irfft

        m = shape.n_frames
        n = min(self.n, self.frames.shape[1] - m + 1)
        if n < 1:
            return np.zeros((1 + len(shape.turns), 0), np.float32)
        back = np.exp(2j * np.pi * np.arange(self._spectra.shape[1]) * (m - 1) / self.size).astype(np.complex64)
        each = []
        for turn in (ITSELF, *shape.turns):
            product = _product(self._conjugate if turn[0] else self._spectra, shape, turn)
            each.append(np.conj(product) * back if turn[0] else product)
        top = irfft(np.stack(each), n=self.size, axis=-1)[..., :n].max(axis=1)
        top /= self._scale(shape.rows, m)[:n]
        gone = self._missing[m:][:n] > self._missing[:-m][:n]
        if gone.any():
            top[:, gone] = np.nan
        return top

    def _scale(self, rows: slice, m: int) -> np.ndarray:
        """(positions,): the root of the sum of squares about their mean of the levels under a template."""
        key = (rows.start, rows.stop)
        if key not in self._sums:
            part = self.frames[rows]
            first = np.concatenate([[0.0], np.cumsum(part.sum(axis=0, dtype=float))])
            second = np.concatenate([[0.0], np.cumsum(np.einsum("rf,rf->f", part, part, dtype=float))])
            self._sums[key] = first, second
        first, second = self._sums[key]
        count = m * (rows.stop - rows.start)
        total = (first[m:] - first[:-m])[: self.n]
        squares = (second[m:] - second[:-m])[: self.n]
        return np.asarray(np.sqrt(np.maximum(squares - total**2 / count, SILENT * count)), np.float32)


def _product(spectra: np.ndarray, shape: Shape, turn: Turn) -> np.ndarray:
    """(loudnesses, frequencies): the sum over rows, one after the other, which NumPy does four times as fast as all."""
    order = _rows(np.arange(shape.rows.start, shape.rows.stop), turn[1:])
    total = spectra[order[0]] * shape.spectra[0]
    part = np.empty_like(total)
    for row, place in enumerate(order[1:].tolist(), 1):
        np.multiply(spectra[place], shape.spectra[row], out=part)
        total += part
    return total


def _rows(values: np.ndarray, turn: Sequence[int]) -> np.ndarray:
    """Rows upside down, and rolled by quarters."""
    upside, quarters = turn
    if upside:
        values = values[::-1]
    return np.roll(values, len(values) * quarters // 4, axis=0) if quarters else values
