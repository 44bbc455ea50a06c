"""The colours of paper, ink and what is no data."""

from __future__ import annotations

from typing import NamedTuple


class Theme(NamedTuple):
    """Colours that go together.

    wave    : of a waveform
    missing, hatch : of what is no data, and of the lines across it
    marks   : of labels drawn over a panel
    lines   : of curves side by side, told apart by colour-blind readers too
    """

    paper: str
    ink: str
    faint: str
    wave: str
    missing: str
    hatch: str
    marks: str
    lines: tuple[str, ...]


# Wong, Nature Methods 8, 441 (2011): colours that stay apart with every kind of sight; the blues first
ON_LIGHT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c6d1f")
ON_DARK = ("#56b4e9", "#e69f00", "#1fc49b", "#e29dc4", "#f0e442", "#4f9fd6", "#ececec", "#ff7f3f")
THEMES = {
    "light": Theme("#ffffff", "#1a1a1a", "#5c5c5c", "#3b4a6b", "#dadada", "#a8a8a8", "#ffffff", ON_LIGHT),
    "dark": Theme("#16161a", "#ececec", "#a0a0a4", "#9db4e0", "#46464c", "#6c6c73", "#ffffff", ON_DARK),
}
