"""Files of arrays: NPY, NPZ, MAT, HDF5, Parquet and TDMS give their numbers, rate, unit and start, or one sentence."""

import datetime as dt
import io
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import nptdms
import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import scipy.io
from hypothesis import given
from hypothesis import strategies as st

from sonograph import tables
from sonograph.errors import MissingExtra, SettingsError, SonographError, SourceError
from sonograph.io.audio import open as open_sound
from sonograph.io.numbers import apart

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


@pytest.mark.parametrize("keep", [0.5, 0.98])
def test_a_file_that_was_cut_is_never_ok(written, keep):
    data = written.read_bytes()
    written.write_bytes(data[: int(len(data) * keep)])
    try:
        with open_sound(written) as sound:
            assert sound.check().word == "partial"
            got = sound.read(range(sound.n_samples))[0]
            np.testing.assert_array_equal(got, X[: len(got)])
    except SourceError as error:
        assert f"{written.name}: " in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("seed", range(3))
def test_damage_is_a_sentence_or_a_sound_and_never_more(written, seed):
    rng, data = np.random.default_rng(seed), bytearray(written.read_bytes())
    for place in rng.integers(8, len(data), 12):
        data[place] = rng.integers(256)
    written.write_bytes(bytes(data))
    try:
        with open_sound(written, sample_rate=RATE) as sound:
            sound.check()
    except SourceError as error:
        assert written.name in str(error) and "Error" not in str(error)


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


def test_a_reader_that_crashes_takes_nothing_with_it(written, monkeypatch, tmp_path):
    (tmp_path / "dies").write_text("#!/bin/sh\nkill -ABRT $$\n")
    (tmp_path / "dies").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "dies"))
    with pytest.raises(SourceError, match=r"that cannot be read: its reader crashed or took too long"):
        open_sound(written)


# several arrays in a file


@pytest.mark.parametrize("ending", ["npz", "mat", "h5"])
def test_of_several_arrays_one_is_named_behind_a_colon(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    arrays = {"one": X, "two": -X, "fs": np.array(RATE)}
    {
        "npz": lambda: np.savez(path, **arrays),
        "mat": lambda: scipy.io.savemat(path, arrays),
        "h5": lambda: h5(path, one=X, two=-X),
    }[ending]()
    with pytest.raises(
        SourceError, match=rf"a\.{ending}: holds several arrays: /one \(.*1000\), /two .*as .*a\.{ending}:/one"
    ):
        open_sound(path)
    with open_sound(f"{path}:/two") as sound:
        assert sound.sample_rate == RATE
        np.testing.assert_array_equal(sound.read(range(1000))[0], -X)
        assert str(path) + ":/two" in repr(sound)
    with pytest.raises(SourceError, match=r":/three: holds no array '/three'; it holds /one"):
        open_sound(f"{path}:/three")


def test_a_place_in_a_group_a_structure_or_a_channel(tmp_path):
    h5(tmp_path / "a.h5", **{"run/x": X, "other/y": -X})
    scipy.io.savemat(tmp_path / "a.mat", {"data": {"x": X, "y": -X, "Fs": RATE}})
    tdms(tmp_path / "a.tdms", [X, -X], groups="gh")
    for place, sign in (("a.h5:/run/x", 1), ("a.h5:/other", -1), ("a.mat:/data/y", -1), ("a.tdms:/h/c1", -1)):
        with open_sound(tmp_path / place) as sound:
            np.testing.assert_array_equal(sound.read(range(1000))[0], sign * X)
            assert sound.sample_rate == RATE


def test_a_file_of_the_whole_name_goes_first(tmp_path):
    (tmp_path / "a.npz:").mkdir()
    np.savez(tmp_path / "a.npz", x=X, fs=RATE)
    np.savez(tmp_path / "a.npz:" / "x", y=-X, fs=RATE)
    (tmp_path / "a.npz:" / "x.npz").rename(tmp_path / "a.npz:" / "x")
    with open_sound(f"{tmp_path}/a.npz:/x") as sound:
        np.testing.assert_array_equal(sound.read(range(1000))[0], -X)


def test_a_place_in_a_file_that_has_none_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", X)
    with pytest.raises(SourceError, match=r"a\.npy:/x: has no place /x in it"):
        open_sound(f"{tmp_path}/a.npy:/x", sample_rate=1)


def test_the_calibration_beside_a_file_counts_for_its_places(tmp_path):
    h5(tmp_path / "a.h5", x=X)
    (tmp_path / "a.h5.toml").write_text("end_to_end = 176.0")
    with open_sound(f"{tmp_path}/a.h5:/x") as sound:
        assert sound.unit == "µPa"


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


# numbers that are no samples


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


def test_nothing_is_unpickled_and_no_other_file_is_reached(tmp_path):
    class Bomb:
        def __reduce__(self):
            return open, (str(tmp_path / "ran"), "w")

    np.savez(tmp_path / "a.npz", x=np.array([Bomb(), Bomb()], object))
    with pytest.raises(SourceError, match="Python objects"):
        open_sound(tmp_path / "a.npz", sample_rate=1)
    assert not (tmp_path / "ran").exists()
    X.tofile(tmp_path / "secret")
    h5(tmp_path / "other.h5", x=X)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["link"] = h5py.ExternalLink("other.h5", "/x")
        file.create_dataset("outside", (1000,), "f8", external=[(str(tmp_path / "secret"), 0, 8000)])
        layout = h5py.VirtualLayout((1000,), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", (1000,))
        file.create_virtual_dataset("virtual", layout)
    for place in ("", ":/link", ":/outside", ":/virtual"):
        with pytest.raises(SourceError, match="holds no array"):
            open_sound(f"{tmp_path}/a.h5{place}", sample_rate=1)


def test_a_table_of_features_is_no_sound(tmp_path):
    np.savez(
        tmp_path / "a.npz", values=np.zeros((10, 3)), channel=np.zeros(10), files=np.array(["a.wav"]), sample_rate=RATE
    )
    with pytest.raises(SourceError, match="is a table of features that 'sonograph features' wrote, not a sound"):
        open_sound(tmp_path / "a.npz")


# whole numbers


@pytest.mark.parametrize("kind", ["npy", "npz", "csv", "parquet"])
@pytest.mark.parametrize(
    ("dtype", "scale", "word"),
    [("i8", 1, "warn"), ("i4", 1, "warn"), ("f8", 1, "warn"), ("f4", 300, "warn"), ("f8", 1e-4, "ok"), ("i2", 1, "ok")],
)
def test_counts_are_warned_of_in_the_status_and_not_by_python(tmp_path, kind, dtype, scale, word):
    values, path = (np.arange(-500, 500) * scale).astype(dtype), tmp_path / f"a.{kind}"
    if kind == "csv":
        np.savetxt(path, values)
        word = "ok" if scale < 1 else "warn"  # in a text no number has a width
    {
        "npy": lambda: np.save(path, values),
        "npz": lambda: np.savez(path, values),
        "parquet": lambda: parquet(path, {"x": values}),
        "csv": int,
    }[kind]()
    with open_sound(path, sample_rate=100) as sound:
        status = sound.check()
        assert (status.word, status.reason) == (word, "counts" if word == "warn" else "")
    with open_sound(path, sample_rate=100, unit="counts") as sound:
        assert sound.check().word == "ok"
        np.testing.assert_array_equal(sound.read(range(1000))[0], values)  # as they are


def test_a_unit_from_a_file_beside_it_counts_as_one_that_is_given(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(1000))
    (tmp_path / "a.npy.toml").write_text('unit = "counts"')
    with open_sound(tmp_path / "a.npy", sample_rate=100) as sound:
        assert sound.check().word == "ok"
        np.testing.assert_array_equal(sound.read(range(1000))[0], np.arange(1000))


# units


def test_a_unit_that_is_not_known_is_refused_unless_in_quotes(tmp_path):
    np.save(tmp_path / "a.npy", X)
    with pytest.raises(
        SettingsError,
        match=r"unit is 'furlong', which is not known; known are V, A, .*counts.*quotes with it: '\"furlong\"'",
    ):
        open_sound(tmp_path / "a.npy", sample_rate=1, unit="furlong")
    for typed, unit in (
        ('"furlong"', "furlong"),
        ("uPa", "µPa"),
        ("Volt", "V"),
        ("m/s^2", "m/s²"),
        ("mV", "mV"),
        ("FS", "FS"),
    ):
        with open_sound(tmp_path / "a.npy", sample_rate=1, unit=typed) as sound:
            assert sound.unit == unit
            assert pickle.loads(pickle.dumps(sound)).unit == unit


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


@given(st.binary(max_size=60), st.integers(10, 127), st.integers(0, 60))
def test_a_header_of_numpy_with_anything_in_it_is_one_sentence_or_a_sound(junk, at, cut):
    """It is read as Python is, whose parser and tokenizer have errors of many kinds."""
    file = io.BytesIO()
    np.save(file, X.astype("float32"))
    data = file.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.npy"
        path.write_bytes(data[:at] + junk + data[at + cut :])
        try:
            with open_sound(path, sample_rate=100) as sound:
                sound.check()
        except SonographError as error:
            assert "a.npy" in str(error)
            assert "\n" not in str(error)


@pytest.mark.parametrize("junk", [b"(\0", b"\0(", b"\x02", b"{{"])
def test_an_array_whose_header_no_parser_takes_is_one_sentence(tmp_path, junk):
    file = io.BytesIO()
    np.save(file, X)
    data = file.getvalue()
    (tmp_path / "a.npy").write_bytes(data[:10] + junk + data[10 + len(junk) :])
    with pytest.raises(SourceError, match=r"a\.npy: has a broken header of NumPy"):
        open_sound(tmp_path / "a.npy", sample_rate=100)


@pytest.mark.parametrize("junk", [b"(\0", b"\0(", b"\x02", b"{{"])
def test_a_table_whose_arrays_have_broken_headers_is_one_sentence(tmp_path, junk):
    whole = io.BytesIO()
    np.savez(whole, values=X)
    data = whole.getvalue()
    at = data.index(b"{'descr'")
    (tmp_path / "a.npz").write_bytes(data[:at] + junk + data[at + len(junk) :])
    with pytest.raises(SourceError, match=r"a\.npz: is not a whole table of Sonograph\. Write it again\."):
        tables.read(tmp_path / "a.npz")
