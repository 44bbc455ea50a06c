"""Which of the arrays in a file are the sound, and what the others say: its rate, its times, its unit."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sonograph.io.numbers import rate

LARGEST = 1 << 30
"""Bytes of samples that are read at once."""

_RATE = re.compile(
    r"(?:sampl\w*|frame|scan|audio)?_?(?:rate|freq\w*)(?:_?hz)?|fs|sr|sampling|fsamp|f_?s", re.IGNORECASE
)
_INTERVAL = re.compile(r"dt|ts|delta_?t|(?:sampl\w*|time)_?(?:interval|period|step|time)|wf_increment", re.IGNORECASE)
_TIME = re.compile(r"t|times?|time_?(?:stamps?|s|sec|vec(?:tor)?|axis)|timestamps?|seconds|tt", re.IGNORECASE)
_UNIT = re.compile(r"units?|unit_string|y_?units?|ni_unitdescription", re.IGNORECASE)
_SPECTROGRAM = {"values", "times", "about"}
_FEATURES = {"values", "channel", "files"}


class RefusedError(Exception):
    """A file of arrays that is no sound; `reason` is a code that does not change, `what` a sentence."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason, self.what = reason, what


@dataclass
class Variable:
    """An array in a file, not read yet.

    name : its place, as "/run/x"
    said : what is said of it, by name, as its sample rate
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    load: Callable[[], Any]
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def last(self) -> str:
        """The last part of its name."""
        return self.name.rpartition("/")[2]

    @property
    def size(self) -> int:
        """Numbers in it."""
        return math.prod(self.shape)


@dataclass
class Found:
    """The sound among arrays: samples (channels, n), samples per second where that is said, unit, name."""

    samples: np.ndarray
    sample_rate: float | None
    unit: str
    name: str


def kind_of_fault(dtype: np.dtype) -> tuple[str, str] | None:
    """Why numbers of a type are no samples, and what to do; None for those that are.

    >>> kind_of_fault(np.dtype(complex))[0], kind_of_fault(np.dtype(np.int16)) is None
    ('complex', True)
    """
    if dtype.names:
        return "records", f"holds records of several fields ({', '.join(dtype.names[:5])}). Save one of them alone"
    if dtype.kind == "c":
        what = f"holds complex numbers ({dtype.name}). Save their real and imaginary parts as two channels"
        return "complex", what
    if dtype.kind == "u":
        half = 2 ** (8 * dtype.itemsize - 1)
        what = f"holds unsigned integers ({dtype.name}), which do not say where zero is. Save them as signed ones"
        return "unsigned", f"{what}: a.astype(float) / {half} - 1 where the middle, {half}, is zero"
    if dtype.kind == "b":
        return "boolean", "holds true and false, not numbers. Save numbers"
    if dtype.kind == "O":
        return "objects", "holds Python objects, which could run code and are not read. Save numbers alone"
    if dtype.kind in "USV":
        return "texts", "holds texts, not numbers. Save numbers"
    if dtype.kind in "Mm":
        return "times", "holds times, not samples. Save numbers"
    if dtype.kind == "f" and dtype.itemsize not in (4, 8):
        return "precision", f"holds {dtype.name}; float32 and float64 are read. Save it as float32: a.astype('float32')"
    return None if dtype.kind in "if" else ("bad-format", f"holds {dtype.name}, which are no samples. Save float32")


def choose(variables: list[Variable], wanted: str, *, time_first: bool) -> Found:
    """The sound: what is wanted, or the only array that can be one.

    time_first : whether (n, channels) is how such files lie; either way the axis that is much longer is time

    Raises
    ------
    RefusedError
        There is none, or more than one.
    """
    names = {variable.last for variable in variables}
    if names >= _FEATURES:
        what = "is a table of features that 'sonograph features' wrote, not a sound. Give it to 'sonograph listen'."
        raise RefusedError("no-sound", what)
    if names >= _SPECTROGRAM:
        what = "is a saved spectrogram, not a sound. Spectrogram.load reads it."
        raise RefusedError("no-sound", what)
    scalars = {v.last: v for v in variables if v.size == 1}
    arrays = [v for v in variables if v.size > 1 and sum(length > 1 for length in v.shape) <= 2]
    plain = wanted.strip("/")
    if wanted:
        inside = [v for v in arrays if v.name.strip("/") == plain or v.name.strip("/").startswith(f"{plain}/")]
        if not inside:
            have = _listed(arrays or variables)
            raise RefusedError("no-array", f"holds no array {wanted!r}; it holds {have}. Name one of them.")
    else:
        inside = [v for v in arrays if v.dtype.kind not in "OUSVbM"] or arrays
    exact = [v for v in inside if v.name.strip("/") == plain]
    times = [v for v in arrays if _TIME.fullmatch(v.last) and v not in exact]
    candidates = exact or [v for v in inside if not (v in times and _has_fellow(v, inside))]
    if len(candidates) > 1:
        one = candidates[0].name
        what = f"holds several arrays: {_listed(candidates)}. Name one of them behind a colon, as FILE:{one}."
        raise RefusedError("several", what)
    if not candidates:
        raise RefusedError(
            "no-sound", f"holds no array of numbers{_what_else(variables)}. Nothing can be read from it."
        )
    chosen = candidates[0]
    samples = _samples(chosen, time_first)
    sample_rate = _rate(chosen, scalars, times, samples.shape[1])
    attributes = {**{name: v.load() for name, v in scalars.items() if _UNIT.fullmatch(name)}, **chosen.attributes}
    unit = next((words_of(value) for name, value in reversed(attributes.items()) if _UNIT.fullmatch(name)), "")
    return Found(samples, sample_rate, unit, chosen.name)


def words_of(value: Any) -> str:
    """A text in a file, whether it is bytes, an array of one, or a text.

    >>> words_of(np.array([b"V"])), words_of("Pa"), words_of(3.0)
    ('V', 'Pa', '')
    """
    if isinstance(value, np.ndarray):
        value = value.reshape(-1)[0] if value.size == 1 else ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value) if isinstance(value, str) else ""


def number_of(value: Any) -> float | None:
    """One number in a file, or None."""
    try:
        values = np.asarray(value).reshape(-1)
        return float(values[0]) if values.size == 1 and values.dtype.kind in "iuf" else None
    except (TypeError, ValueError):
        return None


def _listed(variables: list[Variable]) -> str:
    names = [f"{v.name} {v.shape}".replace(",)", ")") for v in variables[:10]]
    return ", ".join(names) + (f" and {len(variables) - 10} more" if len(variables) > 10 else "") or "none"


def _what_else(variables: list[Variable]) -> str:
    return f" but {_listed(variables)}" if variables else ""


def _long(variable: Variable) -> int:
    return max(variable.shape, default=0)


def _has_fellow(times: Variable, variables: list[Variable]) -> bool:
    """Whether something has a sample for each of the times."""
    return any(v is not times and times.size in v.shape for v in variables)


def _samples(variable: Variable, time_first: bool) -> np.ndarray:
    fault = kind_of_fault(variable.dtype)
    if fault:
        raise RefusedError(fault[0], f"{fault[1]} ({variable.name}).")
    if variable.size * variable.dtype.itemsize > LARGEST:
        what = f"holds {variable.size:,} numbers in {variable.name}; {LARGEST:,} bytes can be read at once"
        raise RefusedError("too-large", f"{what}. Save it as WAV.")
    values = np.asarray(variable.load())
    shape = [length for length in values.shape if length > 1]
    values = values.reshape(shape or [1, -1][:1])
    if values.ndim < 2:
        return values.reshape(1, -1)
    rows, columns = values.shape
    turned = rows > columns if time_first else rows > max(64, 8 * columns)
    return values.T if turned else values


def _rate(chosen: Variable, scalars: dict[str, Variable], times: list[Variable], n: int) -> float | None:
    for attributes in (chosen.attributes, {name: v.load() for name, v in scalars.items()}):
        for pattern, of in ((_RATE, lambda x: x), (_INTERVAL, lambda x: 1 / x)):
            for name, value in attributes.items():
                found = number_of(value) if pattern.fullmatch(str(name)) else None
                if found is not None and found > 0 and math.isfinite(found):
                    return float(of(found))
    fitting = [v for v in times if v.size == n and v.dtype.kind in "if"]
    if len(fitting) != 1:
        return None
    moments = np.asarray(fitting[0].load()).reshape(-1)
    digits = rate.precision(moments) if moments.dtype.kind == "f" else np.ones(n)
    try:
        return rate.rate_of(moments.astype(float), digits * 2, np.arange(n)).value
    except rate.UnevenError as error:
        raise RefusedError(error.reason, f"holds times in {fitting[0].name}, but {error.what}") from None
