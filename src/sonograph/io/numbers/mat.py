"""MATLAB files up to version 7 (those of 7.3 are HDF5)."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any, BinaryIO, cast

import numpy as np

from sonograph.io.numbers.series import Series
from sonograph.io.numbers.variables import RefusedError, Variable, choose

_DEEPEST, _MOST = 16, 10_000


def read(opened: BinaryIO, inside: str) -> Series:
    """The sound among the variables: the one that is named, as /name or /struct/field, or the only one.

    A matrix is (samples, channels) or (channels, samples): its longer side is time.
    """
    import scipy
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            content = loadmat(cast(Any, opened), mat_dtype=True, simplify_cells=True)
        except (MatReadError, NotImplementedError):
            raise RefusedError(
                "damaged", "is a MATLAB file that cannot be read. Save it again, with save -v7."
            ) from None
    variables: list[Variable] = []
    _walk("", {name: value for name, value in content.items() if not name.startswith("__")}, variables, 0)
    found = choose(variables, inside, time_first=True)
    text = f"MAT, {found.samples.dtype.name}"
    decoder = f"SciPy {scipy.__version__}"
    return Series(found.samples, text, found.sample_rate, found.unit, None, {"array": found.name}, [], decoder)


def _walk(place: str, content: dict[str, Any], variables: list[Variable], depth: int) -> None:
    for name, value in content.items():
        here = f"{place}/{name}"
        if isinstance(value, dict):
            if depth < _DEEPEST:
                _walk(here, value, variables, depth + 1)
        elif len(variables) < _MOST and not isinstance(value, list):
            values = np.asarray(value)
            variables.append(Variable(here, values.shape, values.dtype, partial(np.asarray, value)))
