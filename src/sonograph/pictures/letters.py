"""Letters that our font has not: a font of the machine that has them, or a word that there is none."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

FONT = "DejaVu Sans"
"""Ours, which comes with Matplotlib."""
LIKELY = ("noto sans cjk", "source han", "wenquanyi", "noto", "droid", "unifont", "gothic", "pingfang", "hiragino",
          "malgun", "yahei", "simsun", "symbol", "emoji", "symbola", "dejavu", "freesans", "stix")  # fmt: skip
"""Parts of names of fonts that have many letters, and so are looked into first."""
LISTED = 8
"""Letters that are named."""


def missing(words: Iterable[str]) -> str:
    """The letters of some words that our font has not, each once."""
    words = [text for text in words if not text.isascii()]
    there = _letters(_path(FONT)) if words else frozenset()
    return "".join(dict.fromkeys(c for text in words for c in text if c.isprintable() and ord(c) not in there))


def found_for(letters: str) -> tuple[list[str], str]:
    """Families of fonts on this machine that have letters, and those letters that none has."""
    families: list[str] = []
    for entry in _fonts() if letters else ():
        if not letters:
            break
        there = _letters(entry.fname)
        if any(ord(c) in there for c in letters):
            families.append(entry.name)
            letters = "".join(c for c in letters if ord(c) not in there)
    return families, letters


def note(words: Iterable[str]) -> str:
    """What is said of letters that no font here has; "" where all can be drawn."""
    without = found_for(missing(words))[1]
    if not without:
        return ""
    listed = " ".join(f"U+{ord(c):04X}" for c in without[:LISTED])  # the letters themselves would be boxes here too
    return f"no font here has {listed}{' …' if len(without) > LISTED else ''}: install one, as Noto Sans CJK"


def with_letters(lines: list[str], words: Iterable[str]) -> list[str]:
    """Small lines, and behind the last what is said of letters."""
    more = note(words)
    return [*lines[:-1], "; ".join(filter(None, (lines[-1], more)))] if lines else []


def families_for(words: Iterable[str]) -> list[str]:
    """Families that have what our font has not of some words."""
    return found_for(missing(words))[0]


def _fonts() -> list[Any]:
    """The fonts of this machine that are outlines, likely ones first."""
    from matplotlib.font_manager import fontManager

    def rank(entry: Any) -> int:
        name = entry.name.lower()
        return next((i for i, part in enumerate(LIKELY) if part in name), len(LIKELY))

    plain = [one for one in fontManager.ttflist if one.style == "normal" and not _is_unfit(one.name.lower())]
    return sorted(
        plain, key=lambda one: (rank(one), abs(int(one.weight if isinstance(one.weight, int) else 400) - 400))
    )


def _is_unfit(name: str) -> bool:
    """Whether a font is one of pixels in colour, or one that has a box for each letter, as the last resort."""
    return "color" in name or "last resort" in name or "lastresort" in name


def _path(family: str) -> str:
    from matplotlib.font_manager import findfont

    return str(findfont(family))


@cache
def _letters(path: str) -> frozenset[int]:
    """What a font has, as code points; nothing where it cannot be read."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
