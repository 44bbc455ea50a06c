"""The guide to classifying runs, says what it says, and its commands do what they say."""

import csv
import shlex

import pytest

from tests.guides import DOCS, PIECES, check_printed, run_page

GUIDE = DOCS / "guide" / "classifying.md"
ELSEWHERE = ("spoken/", "esc50.csv", "perch.onnx")
"""Sets that are not made on the page."""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """(folder, [(code or command, what was printed)]) of the page, in its order."""
    here = tmp_path_factory.mktemp("guide")
    return here, run_page("classifying.md", here, elsewhere=ELSEWHERE)


def test_what_is_printed_is_what_the_page_says(ran):
    assert check_printed(ran[1]) == 2


def test_the_report_and_the_table_are_there(ran):
    here = ran[0]
    assert {path.name for path in (here / "report").iterdir()} == {
        "report.json", "files.jsonl", "mistakes.csv", "confusion.png", "reliability.png",
    }  # fmt: skip
    rows = list(csv.DictReader((here / "long.csv").read_text().splitlines()))
    assert (rows[0]["label"], rows[-1]["label"]) == ("kick", "string")
    assert "accuracy" in dict(ran[1])["sonograph train drums -o drums.model --report report"]


def test_commands_of_sets_that_are_elsewhere_have_their_options():
    from sonograph.cli import parser

    listed = [c for _, c in PIECES.findall(GUIDE.read_text("utf-8")) if any(name in c for name in ELSEWHERE)]
    assert len(listed) == 4
    for command in listed:
        words = shlex.split(command, comments=True)[1:]
        assert parser(words[0]).parse_args(words).command == words[0]
