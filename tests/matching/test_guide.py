"""The guide to finding runs, says what it says, and its commands do what they say."""

import json

import pytest
from PIL import Image

from tests.guides import DOCS, check_printed, run_page

GUIDE = DOCS / "guide" / "finding.md"


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """(folder, [(code or command, what was printed)]) of the whole page, in its order."""
    here = tmp_path_factory.mktemp("guide")
    return here, run_page("finding.md", here, elsewhere=("whales/",))


def test_what_is_printed_is_what_the_page_says(ran):
    assert check_printed(ran[1]) == 7


def test_its_commands_answer(ran):
    out = {command: out for command, out in ran[1] if command.startswith("sonograph")}
    assert "tunes/3.wav" in out["sonograph find heard.wav --index tunes.index"]
    foreign, heard = map(
        json.loads, out["sonograph find foreign.wav heard.wav --index tunes.index --json"].splitlines()
    )
    assert foreign == {"query": "foreign.wav", "matches": []}
    assert [match["recording"] for match in heard["matches"]] == ["tunes/3.wav"]
    duplicates = out["sonograph find tunes --index tunes.index --duplicates"]
    assert "tunes/5.wav:" in duplicates
    assert "tunes/copy of 5.wav" in duplicates
    assert "tunes/late 6.wav" in duplicates
    assert out["sonograph index -o tunes.index --list"].count("\n") == 9
    assert out["sonograph find programme.wav --index tunes.index"].count("  is  ") == 2


def test_its_picture_is_as_it_is_drawn_now(ran):
    with Image.open(ran[0] / "match.png") as drawn, Image.open(DOCS / "guide" / "pictures" / "match.webp") as kept:
        assert drawn.size == kept.size
    assert (ran[0] / "heard.png").is_file()
