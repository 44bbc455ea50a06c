"""Files of arrays: NPY, NPZ, MAT, HDF5, Parquet and TDMS give their numbers, rate, unit and start, or one sentence."""

import datetime as dt
import pickle
import subprocess
import sys

import h5py
import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import scipy.io

from sonograph.errors import MissingExtra, SourceError
from sonograph.io.audio import open as open_sound
from sonograph.io.numbers import apart
from tests.io.array_files import RATE, WRITERS, X, h5, parquet, tdms


@pytest.fixture(params=WRITERS)
def written(request, tmp_path):
    """One array at 8 kHz in volts, in each kind of file."""
    path = tmp_path / f"a.{request.param}"
    WRITERS[request.param](str(path))
    return path


def test_the_only_array_is_the_sound(written):
    with open_sound(written) as sound:
        assert (sound.sample_rate, sound.n_channels, sound.unit) == (RATE, 1, "V")
        np.testing.assert_array_equal(sound.read(range(1000))[0], X)
        assert sound.check().word == "ok"
        starts = written.suffix in (".npz", ".tdms")
        assert sound.start == (dt.datetime(2024, 1, 1, tzinfo=dt.UTC) if starts else None)


def test_blocks_and_ranges_agree_and_the_source_travels(written):
    with open_sound(written) as sound:
        whole = np.concatenate(list(sound.blocks(77)), axis=1)
        np.testing.assert_array_equal(sound.read(range(13, 700)), whole[:, 13:700])
        again = pickle.loads(pickle.dumps(sound))
        np.testing.assert_array_equal(again.read(range(1000)), whole)
        again.close()


def test_a_rate_that_is_given_goes_before_the_files(written):
    with open_sound(written, sample_rate=10) as sound:
        assert sound.sample_rate == 10


def test_all_kinds_are_known_by_content_not_by_name(written):
    other = written.with_name("sound.wav")
    written.rename(other)
    with open_sound(other) as sound:
        assert sound.n_samples == 1000


def test_the_extra_that_reads_it_is_named(written, monkeypatch):
    monkeypatch.setattr(apart.importlib.util, "find_spec", lambda name: None)
    package, extra, _ = next(need for need in apart.NEEDS.values() if need[2] in str(_missing(written)))
    assert f"reading it needs {package}: pip install '.[{extra}]'" in str(_missing(written))


def _missing(path):
    with pytest.raises(MissingExtra) as error:
        open_sound(path)
    return error.value


def test_channels_side_by_side(tmp_path):
    both = np.stack([X, -X])
    np.savez(tmp_path / "a.npz", x=both, fs=RATE)
    scipy.io.savemat(tmp_path / "a.mat", {"x": both.T, "fs": RATE})
    h5(tmp_path / "a.h5", x=both.T)
    parquet(tmp_path / "a.parquet", {"l": X, "r": -X}, sample_rate="8000")
    tdms(tmp_path / "a.tdms", both)
    for path in sorted(tmp_path.iterdir()):
        with open_sound(path) as sound:
            np.testing.assert_array_equal(sound.read(range(1000)), both)


def test_times_beside_the_samples_give_the_rate(tmp_path):
    times = np.arange(1000) / 50
    np.savez(tmp_path / "a.npz", t=times, x=X)
    scipy.io.savemat(tmp_path / "a.mat", {"time": times, "x": X})
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["t"], file["x"] = times.astype(np.float32), X
    parquet(tmp_path / "a.parquet", {"time (ms)": times * 1000, "x": X})
    stamps = pyarrow.array((times * 1e6).astype(np.int64) + 1_700_000_000_000_000, pyarrow.timestamp("us", "UTC"))
    parquet(tmp_path / "b.parquet", {"when": stamps, "x": X})
    for path in sorted(tmp_path.iterdir()):
        with open_sound(path) as sound:
            assert sound.sample_rate == pytest.approx(50.0, rel=1e-6)
            np.testing.assert_array_equal(sound.read(range(1000)), [X])
            if path.name == "b.parquet":
                assert sound.start == dt.datetime.fromtimestamp(1_700_000_000, dt.UTC)
    np.savez(tmp_path / "uneven.npz", t=times**2, x=X)
    with pytest.raises(SourceError, match=r"holds times in /t, but the time in row 1 is"):
        open_sound(tmp_path / "uneven.npz")


def test_an_interval_is_a_rate_too(tmp_path):
    np.savez(tmp_path / "a.npz", x=X, dt=1 / 50)
    with open_sound(tmp_path / "a.npz") as sound:
        assert sound.sample_rate == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            X.astype(complex),
            r"holds complex numbers \(complex128\)\. Save their real and imaginary parts as two channels",
        ),
        (np.arange(10, dtype=np.uint16), r"holds unsigned integers \(uint16\), which do not say where zero is"),
        (X.astype(np.float16), r"holds float16; float32 and float64 are read"),
        (np.array([print] * 2, object), r"holds Python objects, which could run code and are not read"),
        (np.array(["a", "b"]), r"holds texts, not numbers"),
        (np.zeros(4, [("a", "f4"), ("b", "f4")]), r"holds records of several fields \(a, b\)"),
        (np.array([True, False]), r"holds true and false, not numbers"),
        (np.zeros((2, 3, 4)), r"has the shape \(2, 3, 4\); it must be \(n,\) or \(channels, n\)"),
        (np.zeros((2000, 2)), r"holds 2,000 channels of 2 samples; .* python3 -c \"import numpy as np; np\.save\('"),
    ],
)
def test_an_array_that_is_no_sound_is_told_what_it_is(tmp_path, values, message):
    np.save(tmp_path / "a.npy", values)
    with pytest.raises(SourceError, match=r"a\.npy: " + message):
        open_sound(tmp_path / "a.npy", sample_rate=100)


def test_the_way_out_of_a_turned_array_is_one(tmp_path):
    np.save(tmp_path / "a b.npy", np.stack([X, -X], axis=1))
    with pytest.raises(SourceError) as error:
        open_sound(tmp_path / "a b.npy", sample_rate=100)
    command = str(error.value).partition("Turn it round: ")[2].replace("python3", sys.executable)
    subprocess.run(command, shell=True, check=True)  # noqa: S602
    with open_sound(tmp_path / "a b.npy", sample_rate=100) as sound:
        np.testing.assert_array_equal(sound.read(range(1000)), [X, -X])


def test_a_table_of_features_is_no_sound(tmp_path):
    np.savez(
        tmp_path / "a.npz", values=np.zeros((10, 3)), channel=np.zeros(10), files=np.array(["a.wav"]), sample_rate=RATE
    )
    with pytest.raises(SourceError, match="is a table of features that 'sonograph features' wrote, not a sound"):
        open_sound(tmp_path / "a.npz")


@pytest.mark.parametrize("order", "<>")
def test_a_matlab_file_of_version_4_is_told_by_its_first_numbers(tmp_path, order):
    """As MATLAB wrote it: type, rows, columns, imaginary, length of the name; the name; column by column."""
    x = np.random.default_rng(0).standard_normal(500)
    header = np.array([1000 if order == ">" else 0, 500, 1, 0, 5], f"{order}i4")
    (tmp_path / "old.mat").write_bytes(header.tobytes() + b"wave\0" + x.astype(f"{order}f8").tobytes())
    source = open_sound(tmp_path / "old.mat", sample_rate=100.0)
    np.testing.assert_array_equal(source.read(range(500)), x[None])
    (tmp_path / "zeros.mat").write_bytes(bytes(400))
    with pytest.raises(SourceError, match="only zeros"):
        open_sound(tmp_path / "zeros.mat", sample_rate=100.0)
