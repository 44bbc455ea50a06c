"""Files of arrays of every kind, as others write them, for the tests."""

import h5py
import nptdms
import numpy as np
import pyarrow
import pyarrow.parquet
import scipy.io

X = np.sin(np.arange(1000) / 10)
RATE = 8000.0


def h5(path, *, unit="V", **arrays):
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            file[name] = values
            file[name].attrs["sample_rate"] = RATE
            file[name].attrs["units"] = unit


def tdms(path, values, rate=RATE, groups="g", unit="V"):
    more = {"wf_increment": 1 / rate, "unit_string": unit, "wf_start_time": np.datetime64("2024-01-01T00:00:00")}
    with nptdms.TdmsWriter(path) as writer:
        writer.write_segment(
            [nptdms.ChannelObject(g, f"c{i}", v, properties=more) for g in groups for i, v in enumerate(values)]
        )


def parquet(path, columns, **metadata):
    pyarrow.parquet.write_table(pyarrow.table(columns).replace_schema_metadata(metadata), path)


WRITERS = {
    "npz": lambda p: np.savez(p, samples=X, sample_rate=RATE, unit="V", start="2024-01-01T00:00:00+00:00"),
    "mat": lambda p: scipy.io.savemat(p, {"x": X[:, None], "Fs": RATE, "unit": "V"}),
    "h5": lambda p: h5(p, x=X),
    "parquet": lambda p: parquet(p, {"x (V)": X}, sample_rate="8000"),
    "tdms": lambda p: tdms(p, [X]),
}
