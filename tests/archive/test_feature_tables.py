"""Features of windows as a table: every window that holds sound, once, with the numbers of the sound itself."""

import csv
import json
from datetime import datetime, timedelta

import numpy as np
import pytest

from sonograph import archive, cli
from sonograph.archive.products.features import FeaturesProduct
from sonograph.errors import SettingsError, SourceError
from sonograph.settings import StftSettings, TemporalSettings
from tests.archive.archives import record, scanned
from tests.archive.recordings import BEGAN

LOUD = FeaturesProduct(
    TemporalSettings(of=StftSettings(window_length=16, hop=16, edges="inside"), features=("rms",)), seconds=60
)
HOURS, SECONDS = (0, 1, 5), 150


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Three recordings of two minutes and a half."""
    folder = tmp_path_factory.mktemp("site")
    record(folder / "in", hours=HOURS, seconds=SECONDS)
    archive.run(archive.plan(scanned(folder / "in"), ["minutes", LOUD], at=folder / "a", hours=1), workers=0)
    return folder / "a"


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_window_with_sound_has_a_row_and_no_other(site, tmp_path):
    assert archive.feature_table(site, tmp_path / "t.csv", to="csv") == {}
    rows = rows_of(tmp_path / "t.csv")
    assert sum(float(row["effortSeconds"]) for row in rows) == len(HOURS) * SECONDS
    assert [row["UTC"] for row in rows] == sorted({row["UTC"] for row in rows})
    hours = {row["UTC"][:13] for row in rows}
    assert hours == {f"{BEGAN + timedelta(hours=hour):%Y-%m-%dT%H}" for hour in HOURS}


def test_its_numbers_are_those_of_the_sound(site, tmp_path):
    [timeline] = scanned(site.parent / "in").timelines()
    archive.feature_table(site, tmp_path / "t.csv", to="csv")
    whole = [row for row in rows_of(tmp_path / "t.csv") if float(row["effortSeconds"]) == 60.0]
    assert len(whole) >= len(HOURS)
    for row in whole:
        first = timeline.clock.sample_of(datetime.fromisoformat(row["UTC"]))
        samples = timeline.read(range(first, first + 60 * int(timeline.sample_rate)))[0]
        frames = samples[: len(samples) // 16 * 16].reshape(-1, 16).astype(float)
        mean = np.sqrt((frames**2).mean(axis=1)).mean()
        assert float(row["rms_mean"]) == pytest.approx(mean, rel=1e-5)


def test_a_row_is_where_the_array_has_it(site, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    zarr = pytest.importorskip("zarr")
    archive.feature_table(site, tmp_path / "t.parquet")
    archive.feature_table(site, tmp_path / "t.csv", to="csv")
    table = parquet.read_table(tmp_path / "t.parquet")
    about = json.loads(table.schema.metadata[b"sonograph"])
    assert about == json.loads((tmp_path / "t.csv.json").read_text())
    array = zarr.open_array(site / about["array"], mode="r")[:]
    means = np.array([array[row, 0, 0] for row in table["row"].to_pylist()])
    np.testing.assert_array_equal(means, table["rms_mean"].to_numpy())
    assert str(table.schema.field("UTC").type) == "timestamp[ms, tz=UTC]"
    assert [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in table["UTC"].to_pylist()] == [
        row["UTC"] for row in rows_of(tmp_path / "t.csv")
    ]


def test_of_a_stretch_it_has_the_windows_of_that(site, tmp_path):
    archive.feature_table(site, tmp_path / "all.csv", to="csv")
    start = BEGAN + timedelta(minutes=30)
    archive.feature_table(site, tmp_path / "some.csv", to="csv", start=start, end=start + timedelta(hours=1))
    rows = rows_of(tmp_path / "all.csv")
    assert rows_of(tmp_path / "some.csv") == [row for row in rows if row["UTC"][:13] == f"{BEGAN:%Y-%m-%d}T05"]


def test_the_command_writes_it_and_refuses_what_it_has_not(site, tmp_path, capsys):
    words = ["archive", "export", str(site), "-o", str(tmp_path), "--product", "features", "--to"]
    assert cli.main([*words, "csv", "--prefix", "x_"]) == 0
    [path] = tmp_path.glob("x_*_features.csv")
    assert capsys.readouterr().out == f"{path}\n"
    for more, told in (
        (["netcdf"], "of features it must be parquet or csv"),
        (["csv", "--long"], "--long is given with --product features"),
        (["csv", "--profile", "soundcoop"], "--profile is given with --product features"),
    ):
        assert cli.main([*words, *more]) == 2
        assert told in capsys.readouterr().err


def test_windows_that_are_not_computed_are_never_left_out_in_silence(tmp_path):
    record(tmp_path / "in", hours=(0, 1), seconds=70)
    archive.plan(scanned(tmp_path / "in"), [LOUD], at=tmp_path / "a", hours=1)
    with pytest.raises(SourceError, match="tasks are not done yet, from 2024-05-01T00:00"):
        archive.feature_table(tmp_path / "a", tmp_path / "t.csv", to="csv")
    assert not (tmp_path / "t.csv").exists()
    archive.plan(scanned(tmp_path / "in"), ["minutes"], at=tmp_path / "b")
    with pytest.raises(SettingsError, match="features"):
        archive.feature_table(tmp_path / "b", tmp_path / "t.csv", to="csv")
