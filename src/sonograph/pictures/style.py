"""Our pictures look the same whatever a matplotlibrc or a style sheet says; only axes of the reader follow those."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import matplotlib

from sonograph.pictures.letters import FONT

OTHERS = ("backend", "interactive", "toolbar", "timezone", "date.", "keymap.", "webagg", "tk.", "macosx.", "font.")
"""Beginnings of what is about windows, or of fonts, which a title may need."""
OWN = {
    "text.hinting": "none",  # evenly thick letters, the same with every version of FreeType
    "font.size": 10.0,
    "svg.hashsalt": "sonograph",  # the same bytes each time
    "pdf.fonttype": 42,
}


def ours(words: Iterable[str] = ()) -> AbstractContextManager[None]:
    """While this lasts, Matplotlib has its own defaults and ours; other fonts help where ours has no letter.

    words : what is written, for which a font is looked for that has all its letters
    """
    now: Any = matplotlib.rcParams
    plain = {k: v for k, v in matplotlib.rcParamsDefault.items() if not k.startswith(OTHERS)} | OWN
    fonts = [FONT, *(name for name in now["font.family"] if name not in (FONT, "sans-serif"))]
    if any(not word.isascii() for word in words):
        from sonograph.pictures.letters import families_for

        fonts += [name for name in families_for(words) if name not in fonts]
    wanted = plain | {"font.family": fonts, "font.weight": "normal", "font.style": "normal", "font.stretch": "normal"}
    changed: Any = {k: v for k, v in wanted.items() if now[k] != v}
    return matplotlib.rc_context(changed)
