"""The guide to archives runs, prints what it says, and its commands say what it shows."""

import re
import shlex

import pytest

from sonograph import cli
from tests.guides import DOCS, check_printed, run_page


def test_the_page_of_an_archive_that_is_kept_runs_and_prints_what_it_says(tmp_path):
    ran = run_page("archive_kept.md", tmp_path, elsewhere=("sonograph view",))
    assert check_printed(ran) == 11
    said = [out for code, out in ran if code.startswith("sonograph archive verify")]
    assert said[0].endswith("1 fault made good\n") and said[1] == "all is whole\n"


def test_the_page_of_clips_runs_and_prints_what_it_says(tmp_path):
    pytest.importorskip("torch", reason="Torch is not installed")
    assert check_printed(run_page("clips.md", tmp_path)) == 4


def test_the_page_runs_and_prints_what_it_says(tmp_path, monkeypatch, capsys):
    ran = run_page("archives.md", tmp_path, elsewhere=("archive scan", "--joined"))
    assert check_printed(ran) == 7
    text = (DOCS / "guide" / "archives.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^    (sonograph [^\n]*)$", text, re.MULTILINE)
    for command in commands:
        assert cli.main(shlex.split(command)[1:]) == 3, command  # one of its files is broken
        out, err = capsys.readouterr()
        assert "A1_20240503_043000.wav: is empty" in err
        if "scan" in command:
            shown = re.search(r"^    47 files.*?(?=\n\nThe)", text, re.MULTILINE | re.DOTALL)[0]
            assert out.splitlines() == [line.removeprefix("    ") for line in shown.splitlines()]
    assert {path.name for path in tmp_path.glob("*.*")} == {
        "all.parquet",
        "coverage.png",
        "two_days.png",
        "periods.toml",
        "site.toml",
    }
