"""What the pages for maintainers point at is there: files, folders and names of the code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ("CONTRIBUTING.md", "docs/how_it_works.md", "docs/words.md")
ROOMS = (
    *(ROOT / room for room in ("", "src/sonograph", "docs", "tests", "tests/io")),
    *ROOT.glob("src/sonograph/*/*/"),
)
MADE_UP = re.compile(r"NAME|FILE|[|*=… ]|^-|^Name")


def pointers(page):
    return sorted(set(re.findall(r"`([^`\n]+)`", (ROOT / page).read_text("utf-8"))))


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_is_there(page):
    named = [one for one in pointers(page) if re.search(r"^[\w/.]+(\.py|\.toml|\.txt|\.md|/\w+)$", one)]
    paths = [one for one in named if not MADE_UP.search(one)]
    assert paths
    missing = [
        one for one in paths if not any((room / one).exists() or (room / f"{one}.py").exists() for room in ROOMS)
    ]
    assert missing == []


def test_every_word_that_stands_in_the_code_is_there():
    code = "\n".join(
        file.read_text("utf-8") for file in (ROOT / "src/sonograph").rglob("*.py*") if file.suffix != ".pyc"
    )
    known = set(re.findall(r"\w+", code))
    rows = re.findall(
        r"^\|[^|]*\|([^|]*)\|", (ROOT / "docs/words.md").read_text("utf-8").partition("## Other")[0], re.MULTILINE
    )
    words = {
        word for cell in rows for name in re.findall(r"`([^`]+)`", cell) for word in re.findall(r"[A-Za-z_]\w+", name)
    }
    assert len(words) > 50
    assert words - known - {"pictures", "kinds", "py"} == set()
