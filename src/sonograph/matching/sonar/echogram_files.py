"""Echograms into files, and to xarray, under the names that echopype has: Sv, ping_time, range, sound_speed …"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.atomic import check_output, written
from sonograph.errors import MissingExtra, SettingsError

if TYPE_CHECKING:
    from sonograph.matching.sonar.echograms import Echogram

TABLES = (".csv", ".jsonl", ".npz", ".parquet")
FORMS = (".nc", ".zarr", *TABLES)
LONG_NAMES = {
    "Sv": "Volume backscattering strength (Sv re 1 m-1)",
    "TS": "Target strength (TS re 1 m^2)",
    "level": "Level of what came back",
}


def form_of(path: str | os.PathLike[str]) -> str:
    """Which of `FORMS` a name ends in.

    Raises
    ------
    SettingsError
        None of them.
    """
    ending = Path(path).suffix.lower()
    if ending not in FORMS:
        raise SettingsError(f"the output is {os.fspath(path)!r}; an echogram's must end in {', '.join(FORMS)}")
    return ending


def check(path: str | os.PathLike[str], *, overwrite: bool = True, keep: tuple[Any, ...] = ()) -> None:
    """Refuse an output that could not be written, before any work is done.

    Raises
    ------
    SettingsError, MissingExtra, OutputError
        As `Echogram.write`.
    """
    ending = form_of(path)
    if ending in TABLES:
        from sonograph.tables.formats import check_out

        check_out(os.fspath(path), overwrite=overwrite, keep=keep)
        return
    if ending == ".zarr":
        _zarr()
    check_output(path, overwrite=overwrite, keep=keep, folder=ending == ".zarr")


def write(echogram: Echogram, path: str | os.PathLike[str], *, overwrite: bool = True) -> None:
    """As `Echogram.write` says."""
    ending = form_of(path)
    check(path, overwrite=overwrite)
    if ending in TABLES:
        from sonograph.tables.formats import write as write_table

        write_table(echogram.table(), os.fspath(path), overwrite=overwrite)
        return
    into: Callable[[Echogram, Path], None] = _into_netcdf if ending == ".nc" else _into_zarr
    with written(path, overwrite=overwrite, folder=ending == ".zarr") as part:
        into(echogram, part)


def to_xarray(echogram: Echogram) -> Any:
    """As `Echogram.to_xarray` says."""
    try:
        import xarray
    except ImportError:
        raise MissingExtra("a Dataset needs xarray: pip install xarray") from None
    data, coordinates, attributes = _variables(echogram)
    if echogram.start is not None:
        moments = _moments(echogram).astype("datetime64[ns]")
        coordinates["ping_time"] = (("ping_time",), moments, {"long_name": "Ping time", "standard_name": "time"})
    return xarray.Dataset(data, coordinates, attributes)


def _variables(echogram: Echogram) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Data, coordinates and attributes: (dimensions, values, attributes) by name."""
    quantity = echogram.quantity
    long = LONG_NAMES[quantity] + (f", {echogram.gain} gain" if quantity == "level" else "")
    unit = _plain(echogram.unit) if quantity == "level" else "dB"  # its reference is in the long name, as echopype's
    data: dict[str, Any] = {quantity: (("ping_time", "range"), echogram.values.T, {"long_name": long, "units": unit})}
    if echogram.bottom is not None:
        data["bottom"] = (("ping_time",), echogram.bottom, {"long_name": "Range of the bottom", "units": "m"})
    facts = echogram.described()
    for name, unit in (
        ("sound_speed", "m s-1"), ("sound_absorption", "dB m-1"), ("tau_effective", "s"), ("frequency_nominal", "Hz"),
        ("transmit_duration_nominal", "s"),
    ):  # fmt: skip
        data[name] = ((), np.float64(facts.pop(name)), {"units": unit})
    coordinates: dict[str, Any] = {
        "ping_time": (("ping_time",), echogram.times, _time_attributes(echogram)),
        "range": (("range",), echogram.ranges, {"long_name": "Range distance", "units": "m"}),
    }
    attributes = {name: _plain(value) for name, value in facts.items() if value is not None}
    return data, coordinates, attributes | {"written_by": "Sonograph"}


def _time_attributes(echogram: Echogram) -> dict[str, Any]:
    if echogram.start is None:
        return {"long_name": "Ping time, from the start of the recording", "units": "s"}
    since = echogram.start.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return {
        "long_name": "Ping time",
        "standard_name": "time",
        "units": f"seconds since {since}",
        "calendar": "standard",
    }


def _moments(echogram: Echogram) -> np.ndarray:
    assert echogram.start is not None  # noqa: S101  # asked where there is one
    began = np.datetime64(echogram.start.astimezone(UTC).replace(tzinfo=None), "ns")
    return began + np.round(echogram.times * 1e9).astype("timedelta64[ns]")


def _plain(value: Any) -> Any:
    """A value as NetCDF 3 holds it: a number, or words in plain letters."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float | np.number):
        return value
    text = str(value).replace("m⁻¹", "m-1").replace("m²", "m2").replace("µ", "u")
    return text.encode("ascii", "replace").decode("ascii")


def _into_netcdf(echogram: Echogram, path: Path) -> None:
    from scipy.io import netcdf_file

    data, coordinates, attributes = _variables(echogram)
    with path.open("wb") as opened, netcdf_file(opened, "w", version=2) as file:
        for name, (_, values, _) in coordinates.items():
            file.createDimension(name, len(values))
        for name, (dimensions, values, own) in (coordinates | data).items():
            values = np.asarray(values)
            variable = file.createVariable(name, values.dtype.newbyteorder(">"), dimensions)
            if dimensions:
                variable[:] = values
            else:
                variable.data[()] = values
            if values.dtype.kind == "f" and dimensions and name not in coordinates:
                own = own | {"_FillValue": values.dtype.type(np.nan)}
            for key, value in own.items():
                setattr(variable, key, value)
        for key, value in attributes.items():
            setattr(file, key, value)


def _zarr() -> Any:
    try:
        import zarr
    except ImportError:
        raise MissingExtra("Zarr needs the package zarr: pip install '.[zarr]'") from None
    return zarr


def _into_zarr(echogram: Echogram, path: Path) -> None:
    data, coordinates, attributes = _variables(echogram)
    zarr = _zarr()
    group = zarr.open_group(path, mode="w", attributes=attributes)
    for name, (dimensions, values, own) in (coordinates | data).items():
        values = np.asarray(values, order="C")  # one that is no array stays without dimensions
        chunks = tuple(min(size, 1024) for size in values.shape) or ()
        fill = np.nan if values.dtype.kind == "f" else 0
        array = group.create_array(
            name, shape=values.shape, dtype=values.dtype, chunks=chunks, fill_value=fill,
            dimension_names=dimensions, attributes=own,
        )  # fmt: skip
        array[...] = values
