"""What filters by octaves are made of: the half-band filter, and a product of each frame by itself."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sonograph.engines.compiled import filters
from sonograph.settings.by_octaves import TAPS

SMALL = 1 << 13
"""Multiplications that OpenBLAS leaves to the thread that asks for them; more it would cut up for all cores."""


def product(frames: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """(frames, n) of (frames, 1, samples) times (samples, n): each frame by itself, so that its bits are its own."""
    step = max(1, SMALL // kernel.shape[1])
    total = frames[..., :step] @ kernel[:step]
    for first in range(step, len(kernel), step):
        total += frames[..., first : first + step] @ kernel[first : first + step]
    return np.asarray(total[:, 0])


Filters = np.ndarray | filters.Bank
"""Filters (samples, n), or as a program has them."""


def laid_out(table: np.ndarray) -> Filters:
    """Filters (samples, n) as they are multiplied with here."""
    return filters.bank_of(table) if filters.able() else table


def products(x: np.ndarray, hop: int, table: Filters, out: np.ndarray, quantity: str) -> None:
    """Fill (frames, n) with samples from frame * hop on times filters that were laid out, each frame by itself.

    quantity : "transform", "power" or "magnitude" of complex filters, whose table has the real parts first
    """
    if isinstance(table, filters.Bank):
        filters.products(np.ascontiguousarray(x), hop, table, out, quantity)
        return
    step = x.strides[0]
    shape, strides = (len(out), 1, len(table)), (hop * step, hop * step, step)
    values = product(np.lib.stride_tricks.as_strided(x, shape, strides), table)
    if quantity != "transform":
        values *= values
    real, imaginary = np.hsplit(values, 2)
    if quantity == "transform":
        out.real, out.imag = real, imaginary
        return
    np.add(real, imaginary, out=out)
    if quantity == "magnitude":
        np.sqrt(out, out=out)


def halved(x: np.ndarray, middle: int) -> tuple[np.ndarray, int]:
    """Every other sample of x behind a half-band filter, one of them at `middle`; and where that now is."""
    start = 2 * TAPS - 1 + (middle - (2 * TAPS - 1)) % 2
    if filters.able() and x.dtype.kind == "f":
        return filters.halved(x[start - (2 * TAPS - 1) :], half_band()), (middle - start) // 2
    count = (len(x) - start - 2 * TAPS) // 2 + 1
    odd = np.ascontiguousarray(x[start - (2 * TAPS - 1) :: 2])  # the neighbours of those that stay
    y = x[start : start + 2 * count - 1 : 2] * x.dtype.type(0.5)
    pair = np.empty_like(y)
    for k, weight in enumerate(half_band()):
        np.add(odd[TAPS - 1 - k : TAPS - 1 - k + count], odd[TAPS + k : TAPS + k + count], out=pair)
        pair *= x.dtype.type(weight)
        y += pair
    return y, (middle - start) // 2


def smoothed(x: np.ndarray, middle: int, apart: int) -> tuple[np.ndarray, int]:
    """The same filter over samples so far apart, none left away; and where the middle now is."""
    margin = (2 * TAPS - 1) * apart
    count = len(x) - 2 * margin
    y = x[margin : margin + count] * x.dtype.type(0.5)
    pair = np.empty_like(y)
    for k, weight in enumerate(half_band()):
        away = (2 * k + 1) * apart
        np.add(x[margin - away : margin - away + count], x[margin + away : margin + away + count], out=pair)
        pair *= x.dtype.type(weight)
        y += pair
    return y, middle - margin


@lru_cache(maxsize=1)
def half_band() -> np.ndarray:
    """The weights 1, 3, 5 … samples from the middle; a sinc under a Kaiser window for 100 dB (Kaiser 1974)."""
    away = np.arange(1, 2 * TAPS, 2)
    weights = np.sinc(away / 2) / 2 * np.i0(11.0 * np.sqrt(1 - (away / (2 * TAPS)) ** 2)) / np.i0(11.0)
    return np.asarray(weights / (4 * weights.sum()))  # so that a constant stays as it is
