"""The guide to sonar runs, says what it says, and its commands do what they say."""

import numpy as np
import pytest
from PIL import Image

from tests.guides import DOCS, check_printed, run_page

GUIDE = DOCS / "guide" / "sonar.md"


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """(folder, [(code or command, what was printed)]) of the whole page, in its order."""
    here = tmp_path_factory.mktemp("sonar")
    return here, run_page("sonar.md", here, elsewhere=("pulses survey",))


def test_what_is_printed_is_what_the_page_says(ran):
    assert check_printed(ran[1]) == 7


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
