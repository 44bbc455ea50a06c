"""The guide to finding runs, says what it says, and its commands do what they say."""

import contextlib
import io
import json
import re
import shlex
from pathlib import Path

import pytest
from PIL import Image

from sonograph.cli import main

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = DOCS / "guide" / "finding.md"
PIECES = re.compile(r"```python\n(.*?)```|^    (sonograph [^\n]*)$", re.DOTALL | re.MULTILINE)
NOT_HERE = ("whales/",)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """(folder, [(code or command, what was printed)]) of the whole page, in its order."""
    here = tmp_path_factory.mktemp("guide")
    names, told = {}, []
    with contextlib.chdir(here):
        for code, command in PIECES.findall(GUIDE.read_text("utf-8")):
            if any(word in command for word in NOT_HERE):
                continue
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                if code:
                    exec(code, names)  # noqa: S102
                else:
                    assert main(shlex.split(command)[1:]) == 0, command
            told.append((code or command, out.getvalue()))
    return here, told


def test_what_is_printed_is_what_the_page_says(ran):
    for code, out in ran[1]:
        said = re.findall(r"print\(.*\)  # (.*)$", code, re.MULTILINE) + re.findall(r"^# (.*)$", code, re.MULTILINE)
        if said:
            assert out.splitlines() == said


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
