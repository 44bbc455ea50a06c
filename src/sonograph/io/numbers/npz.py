"""NPZ: several NumPy arrays in one file, as numpy.savez writes them."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import BinaryIO

import numpy as np

from sonograph.io.numbers.series import Series
from sonograph.io.numbers.variables import Variable, choose, words_of


def read(opened: BinaryIO, inside: str) -> Series:
    """The sound among the arrays: the one that is named, or the only one.

    `samples`, `sample_rate`, `unit` and `start` are how a Signal is kept: np.savez(path, samples=signal.samples, …).
    """
    variables, start = [], None
    with np.load(opened, allow_pickle=False) as arrays:
        for name in arrays.files:
            try:
                values = arrays[name]
            except ValueError:  # objects
                values = np.empty(0, object)
                variables.append(Variable(f"/{name}", (2,), values.dtype, lambda: None))
                continue
            variables.append(Variable(f"/{name}", values.shape, values.dtype, partial(_same, values)))
            if name == "start":
                start = _moment(words_of(values))
    found = choose(variables, inside, time_first=False)
    text = f"NPZ, {found.samples.dtype.name}"
    return Series(found.samples, text, found.sample_rate, found.unit, start, {"array": found.name})


def _same(values: np.ndarray) -> np.ndarray:
    return values


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
