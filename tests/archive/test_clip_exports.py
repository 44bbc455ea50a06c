"""Clips as tables and as tar files of WebDataset: other programs read the numbers, the files and the labels."""

import csv
import json
import tarfile

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive, cli, learning
from sonograph.errors import OutputError, SettingsError, SourceError

MEL = sg.LogSettings(of=sg.BandSettings(of=sg.StftSettings(window_length=256, hop=128), bands=sg.MelBank(n_bands=8)))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Eleven clips of two labels and none, one cut; summaries and frames, in shards of four."""
    folder = tmp_path_factory.mktemp("exports")
    rng = np.random.default_rng(1)
    for i in range(11):
        path = folder / "in" / ("robin", "=wren, small")[i % 2] / f"{i:02}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        sg.write(path, sg.Signal((0.1 * rng.standard_normal((900, 1500)[i % 2])).astype(np.float32), 8000.0))
    cut = folder / "in" / "robin" / "04.wav"
    cut.write_bytes(cut.read_bytes()[:100])
    items = [*learning.from_folders(folder / "in")]
    items[0] = items[0]._replace(label=None)
    products = [archive.ClipFeatures(MEL)], [archive.ClipFeatures(MEL, "frames")]
    for name, one in zip(("rows", "frames"), products, strict=True):
        archive.run(archive.plan(archive.clips(items), one, at=folder / name, clips=4), workers=0)
    return folder


def test_parquet_has_files_labels_rows_units_and_features(made, tmp_path):
    from pyarrow import parquet

    rows = archive.ClipRows(made / "rows")
    archive.clip_table(rows, tmp_path / "a.parquet")
    table = parquet.read_table(tmp_path / "a.parquet")
    found = table.to_pydict()
    assert found["file"] == [one.file for one in rows.clips] and found["row"] == list(range(11))
    assert found["label"][0] is None and found["label"][-1] == "robin" and set(found["status"]) == {"ok", "partial"}
    stored = rows.held.read(rows.held.rows)
    np.testing.assert_array_equal(np.array([found[name] for name in rows.names]).T, stored["features"])
    facts = json.loads(table.schema.metadata[b"sonograph"])
    assert facts["product"] == rows.product.to_dict() and facts["array"].endswith("/features")
    archive.clip_table(rows, tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_table_of_frames_points_into_the_array(made, tmp_path):
    import zarr
    from pyarrow import parquet

    rows = archive.ClipRows(made / "frames")
    archive.clip_table(rows, tmp_path / "a.parquet")
    table = parquet.read_table(tmp_path / "a.parquet")
    assert table.column_names[-1] == "row" and rows.names[0] not in table.column_names
    array = zarr.open_array(made / "frames" / json.loads(table.schema.metadata[b"sonograph"])["array"], mode="r")
    for row in table.to_pylist():
        if row["status"] == "ok":
            expected = sg.spectrogram(sg.read(row["file"]), MEL).values
            np.testing.assert_array_equal(array[row["row"]][0, :, : row["frames"]], expected)


def test_csv_has_the_same_and_no_cell_is_a_formula(made, tmp_path):
    rows = archive.ClipRows(made / "rows")
    archive.clip_table(rows, tmp_path / "a.csv", to="csv")
    with (tmp_path / "a.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    stored = rows.held.read(rows.held.rows)["features"]
    values = np.array([[row[name] or "nan" for name in rows.names] for row in found]).astype(np.float32)
    np.testing.assert_array_equal(values, stored)
    assert found[0]["label"] == "" and found[1]["label"] == "'=wren, small"
    assert json.loads((tmp_path / "a.csv.json").read_text())["classes"] == ["=wren, small", "robin"]


@pytest.mark.filterwarnings("ignore")  # of the package that reads
def test_webdataset_reads_what_is_written_and_the_bytes_are_always_the_same(made, tmp_path):
    wds = pytest.importorskip("webdataset", reason="the package webdataset is not installed")
    rows = archive.ClipRows(made / "frames")
    for name in "ab":
        (tmp_path / name).mkdir()
        paths, count = archive.web_dataset(rows, tmp_path / name, prefix="x_", clips=4)
        assert [one.name for one in paths] == ["x_000000.tar", "x_000001.tar", "x_000002.tar"]
    for path in paths:
        assert path.read_bytes() == (tmp_path / "a" / path.name).read_bytes()
    classes = json.loads((tmp_path / "a" / "x_classes.json").read_text())["classes"]
    read = list(wds.WebDataset([str(path) for path in paths], shardshuffle=False).decode())
    assert len(read) == count == 11
    for one in read:
        about = one["json"]
        assert one["__key__"] == f"{about['row']:09d}"
        assert ("cls" in one) == bool(about["label"])
        assert not about["label"] or classes[one["cls"]] == about["label"]
        np.testing.assert_array_equal(one["npy"][0], sg.spectrogram(sg.read(about["file"]), MEL).values)
    with pytest.raises(OutputError, match="another export"):
        archive.web_dataset(rows, tmp_path / "a", prefix="x_")
    with tarfile.open(paths[0]) as tar:
        assert {(one.mtime, one.uid, one.uname, one.mode) for one in tar} == {(0, 0, "", 0o644)}


def test_the_command_exports_clips_and_names_what_was_at_fault(made, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for to, names in (("parquet", ["clips_8000Hz.parquet"]), ("csv", ["clips_8000Hz.csv", "clips_8000Hz.csv.json"]),
                      ("webdataset", ["000000.tar", "classes.json"])):  # fmt: skip
        assert cli.main(["archive", "export", str(made / "rows"), "-o", to, "--to", to]) == 3
        out, err = capsys.readouterr()
        assert "04.wav" in err and ("10 clips" if to == "webdataset" else "11 clips") in out
        assert sorted(one.name for one in (tmp_path / to).iterdir()) == names
    for words, reason in (
        ("netcdf", "is for recordings"), ("csv --long", "--long has no effect"),
        ("csv --clips 3", "--clips has no effect"), ("csv --from 2024-05-01", "--from has no"),
    ):  # fmt: skip
        assert cli.main(["archive", "export", str(made / "rows"), "-o", "x", "--to", *words.split()]) == 2
        assert reason in capsys.readouterr().err


def test_clips_that_are_not_computed_are_not_exported(made, tmp_path):
    plan = archive.plan(archive.clips(learning.from_folders(made / "in")), at=tmp_path / "a")
    with pytest.raises(SourceError, match="1 of its tasks are not done yet"):
        archive.ClipRows(plan.folder).check_computed()
    sound = tmp_path / "A_20240501_040000.wav"
    sg.write(sound, sg.Signal(np.zeros(8000), 8000.0))
    archive.plan(archive.scan(sound, zone="UTC"), at=tmp_path / "b")
    with pytest.raises(SettingsError, match="is an archive of recordings"):
        archive.ClipRows(tmp_path / "b")
