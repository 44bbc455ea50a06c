"""The guide to sonar runs, says what it says, and its commands do what they say."""

import contextlib
import io
import re
import shlex

import numpy as np
import pytest
from PIL import Image

from sonograph.cli import main
from tests.matching.test_guide import DOCS, PIECES

GUIDE = DOCS / "guide" / "sonar.md"
NOT_HERE = ("pulses survey",)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """(folder, [(code or command, what was printed)]) of the whole page, in its order."""
    here = tmp_path_factory.mktemp("sonar")
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
        if said := re.findall(r"print\(.*\)  # (.*)$", code, re.MULTILINE):
            assert out.splitlines() == said


def test_its_commands_answer(ran):
    out = {command: out for command, out in ran[1] if command.startswith("sonograph")}
    assert "30 pulses and 60 echoes, every 1 s" in out["sonograph pulses pings.wav"]
    assert out["sonograph pulses pings.wav --json"].count("\n") == 90
    assert (ran[0] / "pings.txt").is_file()
    assert (ran[0] / "survey.png").is_file()
    assert (ran[0] / "survey.nc").is_file()


def test_its_picture_is_as_it_is_drawn_now(ran):
    with Image.open(ran[0] / "survey.png") as drawn, Image.open(DOCS / "guide" / "pictures" / "echogram.webp") as kept:
        assert drawn.size == kept.size
        apart = np.abs(np.asarray(drawn.convert("L"), float) - np.asarray(kept.convert("L"), float))
    assert apart.mean() < 6
