"""`archive export` and `summary`: from an archive to files, tables and pictures, and what they refuse."""

import csv
import json

import numpy as np
import pytest

from sonograph import archive, cli
from sonograph.archive.levels.summary import summarise
from sonograph.archive.reading.kept import Kept
from sonograph.archive.stores.marks import FAILED, Marks
from tests.archive.archives import HOURS, record, scanned
from tests.archive.recordings import BEGAN

pytest.importorskip("zarr")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """An archive of two and a half minutes in some hours of a day and the next, calibrated."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "in").mkdir()
    record(folder / "in", (*HOURS, 20))
    (folder / "in" / "calibration.toml").write_text("end_to_end = 170.0\n")
    archive.plan(scanned(folder / "in"), at=folder / "a")
    archive.run(folder / "a", workers=1)
    return folder / "a"


def of(site):
    """The minutes of the sound itself, from its first on."""
    return archive.minutes(Kept(site).sound, start=BEGAN)


def run(*words):
    return cli.main([str(word) for word in words])


def test_a_summary_of_an_archive_is_that_of_its_minutes(site, tmp_path, capsys):
    assert run("summary", site, "--every", "day", "-o", tmp_path / "a.csv", "--percentiles", 10, 90, "-q") == 0
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    want = summarise(of(site), every="day")
    assert [row["start"] for row in rows] == ["2024-05-01T00:00:00Z", "2024-05-02T00:00:00Z"]
    for row, one in zip(rows, want, strict=True):
        assert float(row["mean_db"]) == pytest.approx(one.mean_levels[0], abs=6e-4)
        assert float(row["p90"]) == pytest.approx(one.percentiles([90])[0, 0], abs=6e-4)
        assert float(row["sel_db"]) == pytest.approx(one.sel[0], abs=6e-4)
        assert (int(row["minutes"]), float(row["effort_s"])) == (one.minutes, one.effort)
    assert "sel_whole_db" not in rows[0]
    assert capsys.readouterr().out == ""


def test_what_is_printed_says_what_the_numbers_are(site, capsys):
    assert run("summary", site, "--every", "all", "--sel-of-whole", "-q") == 0
    words, _, head, row = capsys.readouterr().out.splitlines()
    assert "dB re 1 µPa; SEL" in words and "dB re 1 µPa² s" in words
    assert head.split("  ")[0] == "from (UTC)" and head.split()[-5:] == ["p95", "SEL", "SEL", "of", "whole"]
    [want] = summarise(of(site), every="all")
    assert row.split()[-1] == f"{want.sel_of_whole[0]:.1f}"


def test_a_part_of_the_time_and_bands_of_a_table(site, tmp_path, capsys):
    (tmp_path / "b.csv").write_text("name,low,high\nlow,10,20\nhigh,30,90\n")
    assert run("summary", site, "--from", "2024-05-02", "--bands", tmp_path / "b.csv", "--json", "-q") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["band"] for row in rows] == ["low", "high"]
    assert {row["minutes"] for row in rows} == {3}
    assert run("summary", site, "--to", "2024-05-01", "--every", "all", "--json", "-q") == 0
    [row] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert row["minutes"] == 3 * len(HOURS)
    assert run("summary", site, "--to", "2024-05-01T05:00", "--every", "all", "--json", "-q") == 0
    assert json.loads(capsys.readouterr().out)["minutes"] == 3


@pytest.mark.parametrize("view", ["spectrum", "levels", "spectrogram"])
def test_a_picture_of_each_view(site, tmp_path, view, capsys):
    assert run("summary", site, "--draw", tmp_path / "a.png", "--view", view, "-q") == 0
    assert (tmp_path / "a.png").stat().st_size > 10_000
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("ending", [".jsonl", ".parquet"])
def test_tables_of_other_kinds_hold_the_same(site, tmp_path, ending, capsys):
    pandas, out = pytest.importorskip("pandas"), tmp_path / f"a{ending}"
    assert run("summary", site, "--bands", "decidecades", "-o", out, "--json", "-q") == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    held = pandas.read_parquet(out) if ending == ".parquet" else pandas.read_json(out, lines=True)
    assert held.band.tolist() == [row["band"] for row in printed]
    np.testing.assert_allclose(held.mean_db, [row["mean_db"] for row in printed])
    if ending == ".parquet":
        schema = pytest.importorskip("pyarrow.parquet").read_schema(out)
        assert b"(L95), dB re 1" in schema.field("p5").metadata[b"long_name"]


def test_export_writes_days_in_each_form(site, tmp_path, capsys):
    xarray = pytest.importorskip("xarray")
    assert run("archive", "export", site, "-o", tmp_path / "nc", "--to", "netcdf", "--prefix", "A_") == 0
    assert capsys.readouterr().out.startswith("2 days: ")
    files = sorted((tmp_path / "nc").iterdir())
    assert [path.name for path in files] == ["A_20240501.nc", "A_20240502.nc"]
    day = xarray.load_dataset(files[0], engine="h5netcdf", decode_timedelta=False)
    found = of(site)
    first = int((found.times[0] % 86_400) // 60)
    want = found.levels[found.effort > 0][:3].astype(np.float32)
    np.testing.assert_allclose(day.psd.values[first : first + 3], want, atol=2e-5)
    assert day.sensitivity.values == pytest.approx(np.full(101, -170.0))
    assert day.time_coverage_start == "2024-05-01T04:30:00Z"
    words = ("archive", "export", site, "-o", tmp_path / "csv", "--to", "csv", "--bands", "broadband", "--long", "-q")
    assert run(*words, "--until", "2024-05-01") == 0
    assert sorted(path.name for path in (tmp_path / "csv").iterdir()) == ["20240501.csv", "columns.json"]


def test_an_archive_that_is_not_computed_yet_is_not_summed_up(site, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    record(folder, (0, 30))
    archive.plan(scanned(folder), at=tmp_path / "b", hours=24)
    archive.run(tmp_path / "b", workers=1)
    record(folder, (60,))
    archive.plan(scanned(folder), at=tmp_path / "b")
    assert run("summary", tmp_path / "b") == 3
    assert "are not done yet, from 2024-05-0" in capsys.readouterr().err
    assert run("summary", tmp_path / "b", "--to", "2024-05-01", "-q") == 0  # of what is there
    for to in ("csv", "netcdf"):
        assert run("archive", "export", tmp_path / "b", "-o", tmp_path / "x", "--to", to) == 3
    assert not (tmp_path / "x").exists()
    archive.run(tmp_path / "b", workers=1)
    marks = Marks(tmp_path / "b" / "ledger")
    marks.mark([next(marks.all())._replace(key="")])  # the first day is to be computed again
    assert run("summary", tmp_path / "b", "-q") == 3
    assert run("summary", tmp_path / "b", "--from", "2024-05-02", "-q") == 0


def test_a_day_that_got_more_files_is_not_summed_up_by_what_it_was(tmp_path, capsys):
    folder = tmp_path / "in"
    record(folder, (0,))
    archive.plan(scanned(folder), at=tmp_path / "b", hours=24)
    archive.run(tmp_path / "b", workers=1)
    record(folder, (3,))
    archive.plan(scanned(folder), at=tmp_path / "b")
    assert run("summary", tmp_path / "b") == 3
    assert "1 of its tasks are not done yet" in capsys.readouterr().err


def test_a_file_that_could_not_be_read_is_told_with_what_was_made_without_it(tmp_path, capsys):
    files = record(tmp_path / "in", (0, 1))
    archive.plan(scanned(tmp_path / "in"), at=tmp_path / "b", hours=24)
    archive.run(tmp_path / "b", workers=1)
    marks = Marks(tmp_path / "b" / "ledger")
    [mark] = marks.all()
    marks.mark([mark._replace(status=FAILED, faults={str(files[1]): "it ends the process that reads it"})])
    assert run("summary", tmp_path / "b", "-q") == 3
    out, err = capsys.readouterr()
    assert files[1].name in err and "what it holds is missing" in err
    assert out
    assert run("archive", "export", tmp_path / "b", "-o", tmp_path / "x", "--to", "csv", "-q") == 3
    assert len(list((tmp_path / "x").glob("*.csv"))) == 1


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["--from", "may"], 2, "--from is 'may'"),
        (["--from", "2024-05-02", "--to", "2024-05-01"], 2, "--to is 2024-05-01, not behind"),
        (["--from", "2030-01-01"], 3, "no sound was recorded"),
        (["--view", "levels"], 2, "without --draw"),
        (["--percentiles", "101"], 2, "--percentiles holds 101"),
        (["-o", "a.txt"], 2, "must end in .csv"),
        (["--draw", "a.html"], 2, "html"),
        (["--bands", "octaves"], 2, "--bands is 'octaves'"),
        (["--draw", "a.png", "--view", "levels", "--bands", "decidecades"], 2, "at most 8"),
        (["--timeline", "B"], 2, "timeline is"),
    ],
)
def test_a_summary_that_cannot_be_is_refused_before_any_work(site, tmp_path, monkeypatch, capsys, words, code, reason):
    monkeypatch.chdir(tmp_path)
    assert run("summary", site, *words) == code
    assert reason in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["--to", "csv", "--profile", "soundcoop"], 2, "--profile is given with --to csv"),
        (["--to", "netcdf", "--long"], 2, "--long is given with --to netcdf"),
        (["--to", "netcdf", "--attributes", "none.toml"], 3, "none.toml"),
        (["--to", "csv", "--from", "2030-01-01"], 3, "nothing is written"),
    ],
)
def test_an_export_that_cannot_be_is_refused(site, tmp_path, monkeypatch, capsys, words, code, reason):
    monkeypatch.chdir(tmp_path)
    assert run("archive", "export", site, "-o", "out", *words) == code
    assert reason in capsys.readouterr().err
    assert not list(tmp_path.glob("out/*"))


def test_an_export_is_not_written_into_the_archive(site, capsys):
    before = sorted(site.rglob("*"))
    for folder in (site, site / "days"):
        assert run("archive", "export", site, "-o", folder, "--to", "csv") == 4
        assert "is in the archive" in capsys.readouterr().err
    assert sorted(site.rglob("*")) == before


def test_the_span_of_an_archive_begins_with_its_sound(site):
    assert Kept(site).span == (BEGAN.timestamp(), of(site).times[-1] + 60)


def test_python_takes_an_archive_in_place_of_its_sound(site, tmp_path):
    opened = archive.open(site)
    found = summarise((day.minutes for day in archive.days(opened)), every="all")
    assert found[0].mean_levels[0] == pytest.approx(summarise(of(site), every="all")[0].mean_levels[0], abs=1e-5)
    assert [path.name for path in archive.day_tables(opened, tmp_path, bands="broadband")] == [
        "20240501.csv",
        "20240502.csv",
    ]


def test_a_calibration_that_was_corrected_is_in_levels_sensitivity_and_history(tmp_path, capsys):
    xarray = pytest.importorskip("xarray")
    record(tmp_path / "in", (0,))
    (tmp_path / "p.toml").write_text("[[period]]\nend_to_end = 170.0\n")
    archive.plan(scanned(tmp_path / "in"), at=tmp_path / "b", calibrations=tmp_path / "p.toml")
    archive.run(tmp_path / "b", workers=1)
    days = []
    for level in (170.0, 173.0):
        (tmp_path / "p.toml").write_text(f"[[period]]\nend_to_end = {level}\n")
        archive.plan(scanned(tmp_path / "in"), at=tmp_path / "b", calibrations=tmp_path / "p.toml")
        assert run("archive", "export", tmp_path / "b", "-o", tmp_path / "x", "--to", "netcdf", "-q") == 0
        days.append(xarray.load_dataset(tmp_path / "x" / "20240501.nc", engine="h5netcdf", decode_timedelta=False))
        assert np.unique(days[-1].sensitivity.values) == pytest.approx([-level])
    assert "corrected" not in days[0].history
    assert "calibration corrected by a factor" in days[1].history
    difference = days[1].psd.values - days[0].psd.values
    assert difference[np.isfinite(difference)] == pytest.approx(3, abs=1e-4)
