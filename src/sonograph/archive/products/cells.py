"""Cells of a product over a stretch of time, with times, units and axes: what an archive gives to work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sonograph.archive.products.product import ArrayFacts
from sonograph.archive.segments.segment import SECOND
from sonograph.errors import MissingExtra


@dataclass(frozen=True, eq=False)
class Cells:
    """Arrays of cells of UTC, or of columns of frames, a row of each for a cell.

    utc_ns : (cells,) int64, when each begins, ns since 1970 UTC; a column begins in the middle of its first frame
    seconds : of a cell, a whole number; of a column, by the sample rate
    arrays : by name, (cells, …): as they are stored; what was not recorded is NaN, 0 of counts
    units : of each array; "" for counts
    dims : what the axes of each array are called behind that of the cells
    coordinates : what those axes are
    about : recorder, sample rate, and what else is known of each array, by its name
    """

    utc_ns: np.ndarray
    seconds: float
    arrays: Mapping[str, np.ndarray]
    units: Mapping[str, str]
    dims: Mapping[str, tuple[str, ...]]
    coordinates: Mapping[str, np.ndarray]
    about: Mapping[str, Any]

    @staticmethod
    def of(utc_ns: np.ndarray, seconds: float, arrays: Mapping[str, np.ndarray], facts: Mapping[str, ArrayFacts],
           coordinates: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> Cells:  # fmt: skip
        """Those of arrays whose facts are known."""
        more = {name: dict(fact.attributes) for name, fact in facts.items() if fact.attributes}
        units = {name: fact.unit for name, fact in facts.items()}
        dims = {name: fact.dims for name, fact in facts.items()}
        return Cells(utc_ns, seconds, arrays, units, dims, coordinates, dict(about) | more)

    @property
    def times(self) -> np.ndarray:
        """When each begins, s since 1970 UTC: int64 of cells, float64 (to 0.3 µs) of columns of frames."""
        return self.utc_ns // SECOND if isinstance(self.seconds, int) else self.utc_ns / SECOND

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    def __len__(self) -> int:
        return len(self.utc_ns)

    def to_xarray(self) -> Any:
        """An xarray Dataset over time (datetime64, UTC) and the axes of the product, with units as attributes.

        Raises
        ------
        MissingExtra
            xarray is not installed.
        """
        try:
            import xarray
        except ImportError:
            raise MissingExtra("to_xarray needs xarray: pip install '.[xarray]'") from None
        variables = {
            name: (("time", *self.dims[name]), values, {"units": self.units[name]} if self.units[name] else {})
            for name, values in self.arrays.items()
        }
        along: dict[str, Any] = {"time": ("time", self.utc_ns.astype("datetime64[ns]"))}
        for name, values in self.coordinates.items():
            axis = name.removesuffix("_bounds")
            unit = {"units": "Hz"} if axis == "frequency" else {}
            along[name] = ((axis, "bounds")[: values.ndim], values, unit)
        for name, facts in self.about.items():
            if isinstance(facts, dict) and name in self.dims:
                along |= {dim: (dim, facts[f"{dim}s"]) for dim in self.dims[name] if f"{dim}s" in facts}
        plain = {name: value for name, value in self.about.items() if not isinstance(value, dict)}
        return xarray.Dataset(variables, along, plain | {"seconds": self.seconds})

    def __repr__(self) -> str:
        arrays = ", ".join(f"{name} {values.shape[1:]}" for name, values in self.arrays.items())
        return f"<Cells: {len(self)} of {self.seconds:.6g} s: {arrays}>"
