"""Where a time and a frequency lie among the frames and rows of a spectrogram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.checks import pair, short
from sonograph.errors import SettingsError
from sonograph.notes import in_hertz
from sonograph.settings import stft_of
from sonograph.units import rate

if TYPE_CHECKING:
    from sonograph.spectrograms.values import Spectrogram


def nearest_frames(spectrogram: Spectrogram, seconds: Any) -> np.ndarray:
    """Which of its frames has its middle nearest to each time; refused where none looks at it.

    Raises
    ------
    SettingsError
        With the span that there is.
    """
    stft, times, asked = stft_of(spectrogram.settings), spectrogram.times, _numbers("seconds", seconds)
    if not len(times):
        raise SettingsError("the spectrogram has no frames; there is no value at any time")
    reach = stft.window_length / 2 / spectrogram.sample_rate
    low, high = times[0] - reach, times[-1] + reach
    _refuse_outside("seconds", asked, low, high, f"{max(0.0, low):g} to {high:g} s")
    return _nearest(times, asked)


def nearest_rows(spectrogram: Spectrogram, hertz: Any) -> np.ndarray:
    """Which of its rows has its centre nearest to each frequency; refused beyond the outermost rows.

    Raises
    ------
    SettingsError
        With the range that there is; or the rows have no frequency.
    """
    centres, edges, asked = spectrogram.frequencies, spectrogram.edges, _numbers("hertz", in_hertz(hertz))
    there = spectrogram.described
    low, high = max(there.lowest, float(edges.min())), min(float(edges.max()), there.highest)
    _refuse_outside("hertz", asked, low, high, f"{rate(low)} to {rate(high)}")
    return _nearest(centres, asked)


def rows_between(spectrogram: Spectrogram, hertz: Any) -> range:
    """The rows whose centre lies from one frequency to another, both with them.

    Raises
    ------
    SettingsError
        None does; the rows have no frequency.
    """
    low, high = _pair("hertz", in_hertz(hertz))
    centres = spectrogram.frequencies
    inside = np.flatnonzero((centres >= low) & (centres <= high))
    if not len(inside):
        raise SettingsError(
            f"hertz is {low:g} to {high:g}; no {spectrogram.rows} has its centre there: they lie from "
            f"{rate(float(centres[0]))} to {rate(float(centres[-1]))}"
        )
    return range(int(inside[0]), int(inside[-1]) + 1)


def frames_between(spectrogram: Spectrogram, seconds: Any) -> range:
    """The frames whose middle lies in [from, to) seconds, perhaps none.

    Raises
    ------
    SettingsError
        A span that ends before it begins.
    """
    first, last = np.searchsorted(spectrogram.times, _pair("seconds", seconds)) + spectrogram.frames.start
    return range(int(first), int(last))


def _pair(name: str, span: Any) -> tuple[float, float]:
    low, high = pair(name, span)
    if not low <= high:
        raise SettingsError(f"{name} is {span}; it must begin before it ends")
    return low, high


def _numbers(name: str, given: Any) -> np.ndarray:
    try:
        values = np.asarray(given, float)
    except (TypeError, ValueError, OverflowError):
        values = np.array(np.nan)
    if np.isnan(values).any():
        raise SettingsError(f"{name} is {short(repr(given))}; it must be a number, or several")
    return values


def _refuse_outside(name: str, asked: np.ndarray, low: float, high: float, there: str) -> None:
    outside = asked[(asked < low) | (asked > high)] if asked.ndim else asked[()]
    if asked.ndim == 0 and low <= asked <= high:
        return
    if asked.ndim == 0 or outside.size:
        raise SettingsError(f"{name} is {np.ravel(outside)[0]:g}; this spectrogram has {there}")


def _nearest(places: np.ndarray, asked: np.ndarray) -> np.ndarray:
    after = np.clip(np.searchsorted(places, asked), 1, max(1, len(places) - 1))
    if len(places) == 1:
        return np.zeros(asked.shape, int)
    return np.asarray(after - (asked - places[after - 1] <= places[after] - asked))
