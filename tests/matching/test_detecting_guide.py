"""The guide to detecting runs, says what it says, and its commands do what they say."""

import json
from pathlib import Path

import pytest
from PIL import Image

from sonograph.cli import main
from sonograph.io.marks import read_marks
from tests.guides import DOCS, check_printed, run_page

GUIDE = DOCS / "guide" / "detecting.md"
BEGINS = [12.0, 41.5, 77.0, 103.0, 140.2, 171.0]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """(folder, [(code or command, what was printed)]) of the whole page, in its order."""
    here = tmp_path_factory.mktemp("guide")
    return here, run_page("detecting.md", here)


def test_what_is_printed_is_what_the_page_says(ran):
    assert check_printed(ran[1]) == 5


def test_its_commands_write_and_draw_the_calls(ran):
    here, told = ran
    assert [round(mark.start, 1) for mark in read_marks(here / "hits.txt")] == BEGINS
    with Image.open(here / "pictures" / "night.png") as drawn:
        assert drawn.width > 1000
    (rows,) = [out for command, out in told if "--not" in command]
    assert [round(json.loads(row)["start"], 1) for row in rows.splitlines()] == BEGINS
    assert len((here / "night.csv").read_text().splitlines()) == 1 + len(BEGINS)
    with Image.open(here / "detecting.png") as drawn, Image.open(GUIDE.parent / "pictures" / "detecting.webp") as kept:
        assert drawn.size == kept.size


def test_the_real_birds_are_found_where_their_marks_are(capsys):
    birds = Path(__file__).parents[3] / "shared" / "data" / "birds_maad_bsd3"
    if not birds.exists():
        pytest.skip("shared/data is not here")
    sound, marks = str(birds / "spinetail.wav"), str(birds / "spinetail.txt")
    given = ["detect", "--templates", marks, "--of", sound, "--in", sound, "--per-hour", "60", "--json", "-q"]
    assert main(given) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = {(row["name"], round(row["start"])) for row in rows}
    assert len(rows) == len(read_marks(marks)) == 18
    assert all(any((mark.words, round(mark.start) + d) in found for d in (-1, 0, 1)) for mark in read_marks(marks))
