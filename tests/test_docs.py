"""The code on the pages runs."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def blocks(page):
    return CODE.findall(page.read_text())


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p)], ids=lambda p: p.name)
def test_the_code_on_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    second = 0.1 * np.random.default_rng(0).standard_normal(44_100)
    for name in ("robin.wav", "a_day.flac"):
        soundfile.write(name, second, 44_100)
    names = {"microphone": np.split(second, 9)}
    for code in blocks(page):
        exec(code, names)  # noqa: S102


def test_the_pages_have_code():
    assert sum(len(blocks(page)) for page in PAGES) > 4


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_what_a_page_points_to_is_there(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
