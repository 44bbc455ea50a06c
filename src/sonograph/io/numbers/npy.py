"""NumPy arrays: (n,) or (channels, n) numbers behind a header that is parsed as data, never run."""

from __future__ import annotations

import io
import math

import numpy as np

from sonograph.errors import SettingsError
from sonograph.io.decoders.tracks import Opened
from sonograph.io.door import OpenFile
from sonograph.io.numbers.series import Series, opened_series
from sonograph.io.numbers.variables import kind_of_fault
from sonograph.sounds.source import refuse_turned

_HEADER = 1 << 16  # bytes


def open_array(file: OpenFile, sample_rate: float | None) -> Opened:
    """An array as samples; one that holds objects, which could run code, is refused."""
    head = io.BytesIO(file.at(0, _HEADER))
    try:
        version = np.lib.format.read_magic(head)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_column, dtype = read(head)
    except Exception:  # of many kinds: NumPy reads it as Python, and hands on what the parser or the tokenizer says
        raise file.error("bad-format", "has a broken header of NumPy. Save it again.") from None
    fault = kind_of_fault(dtype)
    if fault:
        raise file.error(fault[0], f"{fault[1]}.")
    if len(shape) not in (1, 2) or 0 in shape[:-1]:
        raise file.error("shape", f"has the shape {shape}; it must be (n,) or (channels, n). Save it so.")
    if sample_rate is None:
        raise file.error("no-rate", "does not say how many samples a second it has. Give sample_rate (--sample-rate).")
    count, first = math.prod(shape), head.tell()
    if count * dtype.itemsize > file.size - first:
        raise file.error("data-cut", f"promises {count:,} numbers and the file ends before. Save it again.")
    values = np.frombuffer(file.at(first, count * dtype.itemsize), dtype)
    values = values.reshape(shape[::-1]).T if by_column else values.reshape(shape)
    try:
        refuse_turned(values)
    except SettingsError:
        name = file.name if "'" not in file.name and "\\" not in file.name else "FILE"
        what = f"holds {shape[0]:,} channels of {shape[1]:,} samples; it must be (channels, n). Turn it round: "
        turn = f"""python3 -c "import numpy as np; np.save('{name}', np.load('{name}').T)\""""
        raise file.error("turned", what + turn) from None
    return opened_series(file, Series(np.atleast_2d(values), f"NPY, {dtype.name}"), sample_rate)
