"""The guide to levels runs, and prints what it says."""

import re

import pytest

from tests.guides import DOCS, check_printed, run_page


def test_the_page_runs_and_prints_what_it_says(tmp_path):
    pytest.importorskip("zarr")
    ran = run_page("levels.md", tmp_path)
    assert check_printed(ran) == 2
    [printed] = [out for code, out in ran if code == "sonograph summary site.archive --every day"]
    text = (DOCS / "guide" / "levels.md").read_text("utf-8")
    shown = re.search(r"^    mean of power.*?(?=\n\n- )", text, re.MULTILINE | re.DOTALL)[0]
    assert printed.splitlines() == [line.removeprefix("    ") for line in shown.splitlines()]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "all.parquet", "bands.csv", "days.csv", "days.png", "may2.parquet", "spectrum.png"]  # fmt: skip
    assert len(list((tmp_path / "days").iterdir())) == len(list((tmp_path / "tables").glob("*.csv"))) == 3
