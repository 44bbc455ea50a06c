"""The guide to the viewer: its code runs, its pictures are there, and the keys on it are keys."""

import re

import pytest

from tests.guides import DOCS, run_page

PAGE = (DOCS / "guide" / "viewing.md").read_text("utf-8")


def test_the_code_on_the_page_runs(tmp_path):
    pytest.importorskip("anywidget", reason="the viewer in a notebook needs anywidget: pip install '.[jupyter]'")
    assert run_page("viewing.md", tmp_path, elsewhere=("sonograph view",))


def test_its_pictures_are_there_and_small():
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGE)
    files = [(DOCS / "guide" / name).resolve() for name in shown]
    assert len(files) > 4
    assert set(files) == set((DOCS / "pictures" / "viewing").iterdir())
    assert max(file.stat().st_size for file in files) < 100_000


def test_a_key_on_the_page_is_one_of_a_command(walk, morning):
    named = set(re.findall(r"`((?:(?:Shift|Ctrl|Alt) )?(?:Space|[^\s`]))`", PAGE))
    assert len(named) > 25
    on = walk(morning)
    keys = on.page.evaluate("() => document.body.sonograph.app.commands.all().flatMap(one => one.key)")
    arrows = {"ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓"}
    written = {" ".join(arrows.get(part, part) for part in re.split(r"\+(?=.)", key)) for key in keys}
    assert named - written - {"+"} == set()
