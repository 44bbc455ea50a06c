"""A matrix of your own as a Spectrogram, so that pictures and tables take it like ours.

Columns are numbered on a raster of whole samples, as all frames are: a rate is found at which their times are such.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

import numpy as np

from sonograph.checks import short
from sonograph.errors import SettingsError
from sonograph.settings import StftSettings
from sonograph.settings.matrix import MatrixSettings

FINEST = 1 << 12
"""Parts of a column that the time of the first is told to."""
UNEVEN = 1e-3
"""Of a column, by which its time may be off an even raster: more than times in single precision are."""


def fields_of(
    values: Any,
    *,
    times: Any,
    frequencies: Any,
    rows: Any,
    axis: str,
    unit: str,
    start: datetime | None,
) -> dict[str, Any]:
    """The fields of a Spectrogram that holds a matrix, as `Spectrogram.from_array` says."""
    matrix = _matrix(values)
    n_rows, n_columns = matrix.shape[-2:]
    if not isinstance(unit, str) or not isinstance(axis, str):
        name, given = ("axis", axis) if isinstance(unit, str) else ("unit", unit)
        raise SettingsError(f"{name} is {short(repr(given))}; it must be words, as dBFS or bpm")
    if frequencies is not None and rows is not None:
        raise SettingsError("frequencies and rows are both given; one of them says what the rows are")
    stft, first, rate = _columns(_rising("times", times, n_columns, "columns"))
    told: dict[str, Any] = {}
    if frequencies is not None:
        told["frequencies"] = _rising("frequencies", frequencies, n_rows, "rows").tolist()
        if told["frequencies"][0] < 0:
            raise SettingsError(f"frequencies begin at {told['frequencies'][0]:g} Hz; they must be 0 or more")
    elif rows is not None:
        matrix, told = _rows(matrix, rows, n_rows, axis)
    frames = range(first, first + n_columns)
    settings = MatrixSettings(of=stft, n_rows_given=n_rows, values_in=unit, **told)
    return {
        "values": np.swapaxes(np.ascontiguousarray(np.swapaxes(matrix, -1, -2)), -1, -2),
        "frames": frames,
        "valid": frames,
        "sample_rate": rate,
        "settings": settings,
        "quantity": settings.quantity,
        "start": start,
    }


def _matrix(values: Any) -> np.ndarray:
    matrix = np.asarray(np.ma.filled(values.astype(float), np.nan) if isinstance(values, np.ma.MaskedArray) else values)
    if matrix.dtype.kind == "c":
        raise SettingsError("the matrix is complex; give what shall be seen, as abs(matrix) or 20 log10 of that, in dB")
    if matrix.dtype.kind not in "fiub":
        raise SettingsError(f"the matrix is of {matrix.dtype}; it must be numbers")
    if matrix.ndim not in (2, 3):
        raise SettingsError(
            f"the matrix has the shape {matrix.shape}; it must be (rows, columns) or (channels, rows, columns); "
            f"samples are drawn as Signal(samples, sample_rate)"
        )
    if not matrix.size:
        raise SettingsError(f"the matrix has the shape {matrix.shape}; there is nothing in it")
    return matrix if matrix.dtype in (np.float32, np.float64) else matrix.astype(float)


def _rising(name: str, given: Any, count: int, what: str) -> np.ndarray:
    """Numbers that rise, one for each row or column."""
    try:
        numbers = np.asarray(given, float)
    except (TypeError, ValueError):
        raise SettingsError(f"{name} is {short(repr(given))}; it must be a number for each of the {what}") from None
    if numbers.shape != (count,):
        turned = "; the matrix may lie on its side: give matrix.T" if numbers.ndim == 1 else ""
        raise SettingsError(f"{name} has the shape {numbers.shape}; the matrix has {count} {what}{turned}")
    if not np.isfinite(numbers).all():
        raise SettingsError(f"{name} holds {numbers[~np.isfinite(numbers)][0]}; it must be finite numbers")
    falls = np.flatnonzero(np.diff(numbers) <= 0)
    if falls.size:
        at = int(falls[0])
        raise SettingsError(
            f"{name} is {numbers[at]:g} and then {numbers[at + 1]:g} (number {at + 1}); each must be above the one "
            f"before: sort them, and the matrix with them"
        )
    return numbers


def _columns(times: np.ndarray) -> tuple[StftSettings, int, float]:
    """Frames that lie at these times: their settings, the first one's number, and the sample rate."""
    n = len(times)
    step = float(times[-1] - times[0]) / (n - 1) if n > 1 else 1.0
    off = np.abs(times - (times[0] + step * np.arange(n))) / step
    if (worst := int(off.argmax())) and off[worst] > UNEVEN:
        raise SettingsError(
            f"times are not even: column {worst} lies at {times[worst]:g} s, and evenly it would at "
            f"{times[0] + step * worst:g} s; repeat columns on an even raster, as "
            f"matrix[:, np.searchsorted(times, even, side='right') - 1]"
        )
    place = Fraction(float(times[0]) / step).limit_denominator(FINEST)
    hop = 2 * place.denominator  # even, so that half a column is whole samples too
    first, part = divmod(round(place * hop), hop)
    if not part:
        return StftSettings(window_length=hop, hop=hop, edges="zeros"), first, hop / step
    middle, first = (part, first) if 2 * part >= hop else (part + hop, first - 1)  # no window is shorter than a hop
    return StftSettings(window_length=2 * middle, hop=hop, edges="inside"), first, hop / step


def _rows(matrix: np.ndarray, rows: Any, n_rows: int, axis: str) -> tuple[np.ndarray, dict[str, Any]]:
    """Names, or numbers in rising order with the rows that belong to them."""
    listed = list(rows) if isinstance(rows, list | tuple | np.ndarray) else None
    if listed is None or len(listed) != n_rows:
        given = f"{len(listed)} values" if listed is not None else short(repr(rows))
        raise SettingsError(f"rows is {given}; it must be a name or a number for each of the {n_rows} rows")
    if all(isinstance(one, str) for one in listed):
        return matrix, {"labels": listed}
    falls = isinstance(listed[0], int | float | np.number) and listed[0] > listed[-1]
    listed, matrix = (listed[::-1], matrix[..., ::-1, :]) if falls else (listed, matrix)
    return matrix, {"places": _rising("rows", listed, n_rows, "rows").tolist(), "axis": axis}
