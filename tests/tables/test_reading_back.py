"""Tables come back as they were written, from every format, with their settings, units and frequencies."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sonograph import preset, tables
from sonograph.cli import main
from sonograph.errors import OutputError, SettingsError, SourceError
from sonograph.settings import from_dict
from sonograph.tables import npzs, zarrs
from sonograph.tables.formats import FORMATS, beside, write
from sonograph.tables.rows import held

ENDINGS = list(FORMATS)
NEEDS = {".parquet": "pyarrow", ".zarr": "zarr"}
FILES = ("'q'.wav", "=1+1.wav", "a.wav", "b, c.wav")
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)


def needed(ending):
    if ending in NEEDS:
        pytest.importorskip(NEEDS[ending])


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in FILES:
        soundfile.write(name, 0.1 * rng.standard_normal((3000, 2)), 16_000)
    return tmp_path


def same(a, b, *, infinite=True, bits=True):
    """Every part of two tables; times to the microsecond where they went through text."""
    for name in ("files", "names", "units", "frequencies", "unit", "settings", "columns", "dtype", "n_rows"):
        assert getattr(a, name) == getattr(b, name), name
    values = b.values if infinite else np.where(np.isinf(b.values), np.nan, b.values)
    np.testing.assert_array_equal(a.values, values)
    for name, column in a.before.items():
        assert column.dtype == b.before[name].dtype
        np.testing.assert_allclose(column, b.before[name], rtol=0, atol=0 if bits else 1e-6)


@st.composite
def any_table(draw):
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    names = [f"x{name}" for name in names]
    files = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    counts = [draw(st.integers(1, 5)) for _ in files]
    n, summary = sum(counts), draw(st.booleans())
    dtype = draw(st.sampled_from(["float32", "float64"]))
    numbers = st.floats(width=32 if dtype == "float32" else 64)
    values = np.array([[draw(numbers) for _ in names] for _ in range(n)], dtype).reshape(n, len(names))
    whole, times = np.arange(n), np.arange(n) / 8
    before = {"file": np.repeat(np.arange(len(files)), counts)}
    if summary:
        before |= {"n_channels": whole % 2, "n_frames": whole * 10**6, "n_valid": whole, "seconds": times}
    else:
        before |= {"channel": whole % 2, "frame": whole * 10**6, "time": times, "valid": whole % 3 == 1}
    before["sample_rate"] = np.full(n, 44_100.5)
    columns = [
        {
            "name": name,
            "unit": draw(st.sampled_from(["", "Hz", "dB re 20 µPa"])),
            "frequency": draw(st.none() | st.floats(0, 1e5)),
        }
        for name in names
    ]
    said = {
        "columns": columns,
        "unit": draw(st.sampled_from(["FS", "µPa"])),
        "settings": draw(st.none() | st.just({"a": [1.5]})),
    }
    return held(values, before, files, names, said)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=any_table())
def test_any_table_comes_back(tmp_path, ending, table):
    needed(ending)
    path = f"{tmp_path}/a{ending}"
    write(table, path, overwrite=True)
    same(tables.read(path), table, infinite=ending != ".jsonl", bits=ending not in (".csv", ".jsonl"))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    "how", [["--preset", "kaldi.fbank"], ["--feature", "rms,pitch,mel"], ["--preset", "htk.mfcc", "--summary"]]
)
def test_what_the_command_writes_says_what_it_is(here, ending, how):
    needed(ending)
    assert main(["features", *FILES, "-o", f"t{ending}", *how, "-q"]) == 0
    assert main(["features", *FILES, "-o", "want.npz", *how, "-q"]) == 0
    got, want = tables.read(f"t{ending}"), tables.read("want.npz")
    same(got, want, bits=ending not in (".csv", ".jsonl"))
    assert got.files == FILES
    if how[1] == "kaldi.fbank":
        assert from_dict(got.settings) == preset("kaldi.fbank")
        assert got.frequencies[0] > 20 and list(got.frequencies) == sorted(got.frequencies)
    elif how[0] == "--feature":
        units = dict(zip(got.names, got.units, strict=True))
        assert units["rms"] == "FS" and units["pitch"] == "Hz" and units["mel_band_0"].startswith("dB")
        frequencies = dict(zip(got.names, got.frequencies, strict=True))
        assert frequencies["rms"] is None and frequencies["mel_band_5"] > frequencies["mel_band_4"] > 0
        assert got.settings["features"] == ["rms", "pitch", "mel"] and len(got.settings["settings"]) == 3


def test_other_readers_find_it_too(here):
    """pandas and the like: a header row without comments, metadata where each format has its place for them."""
    for ending in ENDINGS:
        needed(ending)
        assert main(["features", "a.wav", "-o", f"t{ending}", "--preset", "kaldi.fbank", "-q"]) == 0
    import zarr
    from pyarrow import parquet

    assert Path("t.csv").read_text().startswith("file,channel,frame,time,valid,sample_rate,band_0,")
    said = json.loads(Path("t.csv.json").read_text())
    assert said == json.loads(parquet.read_schema("t.parquet").metadata[b"sonograph"])
    field = parquet.read_schema("t.parquet").field("band_3")
    assert float(field.metadata[b"frequency"]) == said["columns"][3]["frequency"]
    attributes = zarr.open_group("t.zarr", mode="r").attrs
    assert attributes["settings"] == said["settings"] and attributes["columns"] == said["columns"]


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_without_the_file_beside_it_the_numbers_are_read(here, ending):
    assert main(["features", "a.wav", "-o", f"t{ending}", "--preset", "kaldi.fbank", "-q"]) == 0
    whole = tables.read(f"t{ending}")
    beside(f"t{ending}").unlink()
    bare = tables.read(f"t{ending}")
    assert (bare.names, bare.files, bare.columns) == (whole.names, whole.files, whole.columns)
    np.testing.assert_array_equal(bare.values.astype(np.float32), whole.values)
    assert bare.settings is None and set(bare.frequencies) == {None}


def test_a_file_beside_it_that_is_not_ours_is_kept(here, capsys):
    Path("t.csv.json").write_text('{"mine": 1}')
    assert main(["features", "a.wav", "-o", "t.csv", "--preset", "kaldi.fbank", "-q"]) == 4
    assert "t.csv.json: is there and was not written by Sonograph" in capsys.readouterr().err
    assert Path("t.csv.json").read_text() == '{"mine": 1}' and not Path("t.csv").exists()


def test_a_table_that_could_not_be_replaced_keeps_what_is_beside_it(here, monkeypatch):
    assert main(["features", "a.wav", "-o", "t.csv", "--preset", "kaldi.fbank", "-q"]) == 0
    before = {path.name: path.read_bytes() for path in Path().glob("t.*")}
    table = tables.read("t.csv")
    real = os.replace

    def fails(source, target, **how):
        if os.fspath(target).endswith("t.csv"):
            raise OSError(28, "No space left on device", os.fspath(target))
        return real(source, target, **how)

    monkeypatch.setattr(os, "replace", fails)
    monkeypatch.setattr(Path, "replace", lambda self, target: fails(self, target))
    with pytest.raises(OutputError):
        write(held(table.values * 2, table.before, table.files, table.names, {"unit": "V"}), "t.csv", overwrite=True)
    assert {path.name: path.read_bytes() for path in Path().glob("t.*")} == before


def test_what_is_no_table_is_said(here):
    with pytest.raises(SettingsError, match=r"it must end in \.csv"):
        tables.read("a.wav")
    for ending in (".csv", ".jsonl", ".npz", ".parquet"):
        needed(ending)
        Path(f"bad{ending}").write_bytes(b"")
        with pytest.raises(SourceError, match=f"bad{ending}: is not a whole table of Sonograph"):
            tables.read(f"bad{ending}")


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100])
def test_chunks_of_any_length_hold_the_same(here, monkeypatch, rows):
    pytest.importorskip("zarr")
    assert main(["features", *FILES, "-o", "a.npz", "--preset", "htk.mfcc", "-q"]) == 0
    monkeypatch.setattr(zarrs, "CHUNK", rows)
    table = tables.read("a.npz")
    write(table, "a.zarr", overwrite=False)
    same(tables.read("a.zarr"), table)


def test_an_array_that_is_written_in_many_steps_is_the_same(here, monkeypatch):
    how = ["features", *FILES, "--preset", "htk.mfcc", "-q"]
    assert main([*how, "-o", "whole.npz"]) == 0
    monkeypatch.setattr(npzs, "AT_ONCE", 100)
    assert main([*how, "-o", "steps.npz"]) == 0
    whole, steps = np.load("whole.npz"), np.load("steps.npz")
    assert whole.files == steps.files
    for name in whole.files:
        np.testing.assert_array_equal(steps[name], whole[name])
