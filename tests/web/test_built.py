"""The page as it is given out: made of the sources that lie beside it, small, and readable for everybody."""

import gzip
import importlib.util
import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "src" / "sonograph" / "web" / "page"
VIEWER = HOUSE / "viewer"


def test_it_is_at_most_60_kb_gzipped():
    assert sum(len(gzip.compress(file.read_bytes(), 9)) for file in PAGE.iterdir()) <= 60_000


def test_nothing_in_it_is_fetched_from_elsewhere():
    for file in PAGE.iterdir():
        addresses = set(re.findall(r"https?://[^\s\"'`)]+", file.read_text("utf-8")))
        assert addresses <= {"http://www.w3.org/2000/svg"}, file.name
    index = (PAGE / "index.html").read_text("utf-8")
    assert not re.search(r"<script(?![^>]*src=)|style=|\son\w+=", index)  # the content policy forbids them


def test_its_palettes_are_those_of_the_pictures():
    spec = importlib.util.spec_from_file_location("write_palettes", VIEWER / "write_palettes.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.OUTPUT.read_text("utf-8") == script.text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_their_grounds(theme):
    style = (VIEWER / "static" / "view.css").read_text("utf-8")
    rules = re.search(rf'\[data-theme="{theme}"\] {{(.*?)}}', style, re.DOTALL)[1]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", rules))
    for ink, ground in [
        *((ink, ground) for ink in ("ink", "faint") for ground in ("paper", "ground", "raised", "hover")),
        ("ink", "warn"),
        ("faint", "warn"),
        ("on-accent", "accent"),
    ]:
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 has it."""
    lights = sorted(luminance(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of sRGB."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_its_sources_are_short():
    for file in (VIEWER / "src").glob("*.ts"):
        assert len(file.read_text("utf-8").splitlines()) <= 250, file.name
