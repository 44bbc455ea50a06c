"""Minutes as tables that PAMscapes reads: its names, its two forms, and the numbers."""

import csv
import json
import re
from datetime import UTC, datetime

import numpy as np
import pytest

import sonograph as sg
from sonograph import archive
from sonograph.archive.exports.tables import columns_of, day_tables
from sonograph.errors import SettingsError

pandas = pytest.importorskip("pandas")
RATE = 2000
BEGAN = datetime(2024, 5, 1, 23, 58, tzinfo=UTC)
COLUMN = re.compile(r"^[A-z]+_[0-9.\-]+$")
"""What PAMscapes takes for a column of levels."""


@pytest.fixture(scope="module")
def source():
    samples = np.random.default_rng(0).standard_normal(200 * RATE)
    samples[60 * RATE : 120 * RATE] = np.nan
    samples[120 * RATE : 121 * RATE] = np.nan
    return sg.Signal(samples, float(RATE), "µPa", start=BEGAN)


def table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_wide_table_has_a_row_a_minute_and_a_column_a_band(source, tmp_path):
    paths = day_tables(source, tmp_path, prefix="A1_")
    assert [path.name for path in paths] == ["A1_20240501.csv", "A1_20240502.csv"]
    first, second = (table(path) for path in paths)
    assert [row["UTC"] for row in first + second] == [
        "2024-05-01T23:58:00Z", "2024-05-02T00:00:00Z", "2024-05-02T00:01:00Z"]  # fmt: skip
    names = list(first[0])
    assert names[:3] == ["UTC", "HMD_0", "HMD_1"]
    assert names[-1] == "effortSeconds"
    levels = [name for name in names if COLUMN.match(name)]
    assert len(levels) == len(set(levels)) == len(names) - 2
    found = archive.minutes(source)
    there = found.effort > 0
    values = [[float(row[name]) for name in levels] for row in first + second]
    np.testing.assert_allclose(values, found.levels[there], atol=6e-4)
    assert [float(row["effortSeconds"]) for row in first + second] == [60, 59, 20]
    about = json.loads((tmp_path / "A1_columns.json").read_text("utf-8"))
    assert about["unit"] == "dB re 1 µPa²/Hz"
    assert about["columns"][25] == {"name": "HMD_25", "low_hz": 24.5, "high_hz": 25.5}


@pytest.mark.parametrize(
    ("bands", "kind", "frequency"),
    [("decidecades", "TOL", "31.5"), ("broadband", "BB", "0-1000"), ([("ships", 50, 300)], "BB", "50-300")],
)
def test_a_long_table_has_a_row_for_each_band(source, tmp_path, bands, kind, frequency):
    [path, _] = day_tables(source, tmp_path, bands=bands, long=True)
    found = {row["frequency"]: row for row in table(path)}
    assert list(found[frequency]) == ["UTC", "type", "frequency", "value"]
    assert found[frequency]["type"] == kind
    levels = columns_of(archive.minutes(source), bands)
    assert float(found[frequency]["value"]) == pytest.approx(
        levels.levels[0, levels.frequencies.index(frequency)], abs=6e-4
    )


def test_decidecades_have_the_standards_frequencies_in_full(source):
    names = columns_of(archive.minutes(source), "decidecades").frequencies
    assert names[:6] == ("10", "12.5", "16", "20", "25", "31.5")
    assert names[-1] == "800"


@pytest.mark.parametrize("long", [False, True])
def test_parquet_holds_what_csv_does_with_true_times_and_units(source, tmp_path, long):
    arrow = pytest.importorskip("pyarrow.parquet")
    written = day_tables(source, tmp_path, long=long)[1]
    packed = day_tables(source, tmp_path, to="parquet", long=long)[1]
    text, numbers = pandas.read_csv(written), pandas.read_parquet(packed)
    assert str(numbers.UTC.dtype).startswith("datetime64") and "UTC" in str(numbers.UTC.dtype)
    assert pandas.to_datetime(text.UTC).tolist() == numbers.UTC.tolist()
    for name in text.columns[1:]:
        if name == "type":
            assert text[name].tolist() == numbers[name].tolist()
        else:
            np.testing.assert_allclose(numbers[name], text[name], atol=6e-4)
    schema = arrow.read_schema(packed)
    assert json.loads(schema.metadata[b"sonograph"])["unit"] == "dB re 1 µPa²/Hz"
    if not long:
        assert schema.field("HMD_25").metadata[b"low_hz"] == b"24.5"


def test_numbers_without_a_calibration_are_told_as_such(tmp_path):
    samples = np.random.default_rng(0).standard_normal(60 * RATE)
    day_tables(sg.Signal(samples, float(RATE), start=BEGAN), tmp_path)
    assert "µPa" not in "".join(path.read_text("utf-8") for path in tmp_path.iterdir())
    assert json.loads((tmp_path / "columns.json").read_text("utf-8"))["unit"] == "dB re 1 FS²/Hz"


def test_a_form_that_is_none_is_refused(source, tmp_path):
    with pytest.raises(SettingsError, match="to is"):
        day_tables(source, tmp_path, to="xlsx")
