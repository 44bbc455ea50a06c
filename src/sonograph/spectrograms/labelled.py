"""A spectrogram as a table of pandas or an array of xarray; the one place that uses them."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.errors import MissingExtra, SettingsError

if TYPE_CHECKING:
    from sonograph.spectrograms.values import Spectrogram

HERTZ = ("bin", "band")


def to_xarray(spectrogram: Spectrogram) -> Any:
    """A DataArray over time and frequency, as `Spectrogram.to_xarray` says."""
    try:
        import xarray
    except ImportError:
        raise MissingExtra("to_xarray needs xarray: pip install '.[xarray]'") from None
    across = _axis(spectrogram)
    dims = (*(("channel",) if spectrogram.values.ndim == 3 else ()), across, "time")
    coords: dict[str, Any] = {"time": ("time", spectrogram.times, {"units": "s", "long_name": "Time"})}
    coords["valid"] = ("time", np.array([frame in spectrogram.valid for frame in spectrogram.frames], bool))
    if across == "frequency":
        coords[across] = (across, spectrogram.frequencies, {"units": "Hz", "long_name": "Frequency"})
    else:
        coords[across] = (across, list(spectrogram.names))
    if spectrogram.values.ndim == 3:
        coords["channel"] = ("channel", np.arange(spectrogram.n_channels))
    if spectrogram.start is not None:
        began = np.datetime64(spectrogram.start.astimezone(UTC).replace(tzinfo=None), "ns")
        since = np.rint(spectrogram.times * 1e9).astype("timedelta64[ns]")
        coords["datetime"] = ("time", began + since, {"long_name": "Time (UTC)"})
    facts = {"long_name": spectrogram.label.partition(" (")[0], "units": spectrogram.value_unit} | _facts(spectrogram)
    return xarray.DataArray(spectrogram.values, coords, dims, name=spectrogram.quantity, attrs=facts)


def to_dataframe(spectrogram: Spectrogram) -> Any:
    """A DataFrame of frames and rows, as `Spectrogram.to_dataframe` says."""
    try:
        import pandas
    except ImportError:
        raise MissingExtra("to_dataframe needs pandas: pip install '.[pandas]'") from None
    across = _axis(spectrogram)
    rows = spectrogram.frequencies if across == "frequency" else list(spectrogram.names)
    values = spectrogram.values
    if values.ndim == 2:
        columns = pandas.Index(rows, name=across)
    else:
        columns = pandas.MultiIndex.from_product([range(len(values)), rows], names=["channel", across])
    table = values.reshape(-1, values.shape[-1]).T
    frame = pandas.DataFrame(table, index=pandas.Index(spectrogram.times, name="time"), columns=columns)
    frame.attrs.update({"unit": spectrogram.value_unit} | _facts(spectrogram))
    return frame


def _axis(spectrogram: Spectrogram) -> str:
    if spectrogram.quantity == "transform" and not np.iscomplexobj(spectrogram.values):
        raise SettingsError("the values of a transform are complex, and these are not; one of them is wrong")
    return "frequency" if spectrogram.rows in HERTZ else spectrogram.rows.replace(" ", "_")


def _facts(spectrogram: Spectrogram) -> dict[str, Any]:
    """What is known of it, as attributes that any file format can hold."""
    facts: dict[str, Any] = {
        "sample_rate": spectrogram.sample_rate,
        "quantity": spectrogram.quantity,
        "samples_unit": spectrogram.unit,
        "settings": json.dumps(spectrogram.settings.to_dict()),
        "first_frame": spectrogram.frames.start,
        "engine": spectrogram.engine,
    }
    if spectrogram.start is not None:
        facts["start"] = spectrogram.start.isoformat()
    if spectrogram.centre:
        facts["centre"] = spectrogram.centre
    if spectrogram.reference is not None:
        facts["reference"] = spectrogram.reference
    return facts
