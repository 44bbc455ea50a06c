"""The colours of paper, ink and what is no data."""

from __future__ import annotations

from typing import NamedTuple


class Theme(NamedTuple):
    """Colours that go together.

    wave    : of a waveform
    missing, hatch : of what is no data, and of the lines across it
    marks   : of labels drawn over a panel
    """

    paper: str
    ink: str
    faint: str
    wave: str
    missing: str
    hatch: str
    marks: str


THEMES = {
    "light": Theme("#ffffff", "#1a1a1a", "#5c5c5c", "#3b4a6b", "#dadada", "#a8a8a8", "#ffffff"),
    "dark": Theme("#16161a", "#ececec", "#a0a0a4", "#9db4e0", "#46464c", "#6c6c73", "#ffffff"),
}
