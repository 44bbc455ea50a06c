"""Files that a library parses, read in a process of its own: it can crash, hang or grow, and takes nothing with it."""

from __future__ import annotations

import importlib.util
import json
import struct
import subprocess
from datetime import datetime
from typing import Any

import numpy as np

from sonograph.errors import MissingExtra
from sonograph.io.decoders.spawned import Spawned
from sonograph.io.decoders.tracks import Opened
from sonograph.io.door import OpenFile
from sonograph.io.numbers.series import Series, opened_series
from sonograph.io.status import Fault, shown
from sonograph.units import known_unit

MEGABYTES, PROCESSOR_SECONDS, SECONDS = 4096, 300, 900.0
"""What the process may use, and how long it may take."""

NEEDS = {
    "mat": ("scipy", "", "a MATLAB file"),
    "npz": ("numpy", "", "an archive of NumPy arrays"),
    "hdf5": ("h5py", "hdf5", "an HDF5 file"),
    "parquet": ("pyarrow", "parquet", "a Parquet table"),
    "tdms": ("nptdms", "tdms", "a TDMS file of LabVIEW"),
}
"""The package that reads each kind, the extra that installs it, and what such a file is called."""


def open_apart(file: OpenFile, kind: str, sample_rate: float | None) -> Opened:
    """The array in a file that is named behind its path, or the only one.

    Raises
    ------
    MissingExtra
        The package that reads such files is not installed.
    SourceError
        It is damaged, holds no sound, or several arrays and none is named.
    """
    package, extra, name = NEEDS[kind]
    if importlib.util.find_spec(package) is None:
        raise MissingExtra(f"{file.name}: is {name}, and reading it needs {package}: pip install '.[{extra}]'")
    head, data = _answer(file, kind)
    if head is None:
        what = f"is {name} that cannot be read: its reader crashed or took too long."
        raise file.error("damaged", f"{what} Copy it again if you have the original.")
    if "error" in head:
        reason, what = head["error"]
        raise file.error(reason, what.replace("FILE:", f"{shown(file.path)}:"))
    samples = np.frombuffer(data, head["dtype"]).reshape(head["shape"])
    start = datetime.fromisoformat(head["start"]) if head["start"] else None
    faults = [Fault(*fault) for fault in head["faults"]]
    unit = known_unit(head["unit"])
    series = Series(samples, head["text"], head["rate"], unit, start, head["fields"], faults, head["decoder"])
    return opened_series(file, series, sample_rate)


def _answer(file: OpenFile, kind: str) -> tuple[dict[str, Any] | None, bytes]:
    limits = (MEGABYTES, PROCESSOR_SECONDS)
    child = Spawned("sonograph.io.numbers.child", file, limits, kind, file.inside, HDF5_PLUGIN_PATH="::")
    try:
        answer = child.process.communicate(timeout=SECONDS)[0]
    except subprocess.TimeoutExpired:
        return None, b""
    finally:
        child.end()
    if child.process.returncode or len(answer) < 4:
        return None, b""
    (size,) = struct.unpack("<I", answer[:4])
    return json.loads(answer[4 : 4 + size]), answer[4 + size :]
