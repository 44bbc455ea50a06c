"""What a shell needs to complete our commands: options, files, and the names that options take (shtab)."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from sonograph.errors import MissingExtra

SHELLS = ("bash", "zsh")
FILES = ("FILE", "PATH", "OUT", "QUERY")
FOLDERS = ("DIR", "INDEX")


def script(top: argparse.ArgumentParser, commands: Iterable[argparse.ArgumentParser], shell: str) -> str:
    """The script for a shell.

    Raises
    ------
    MissingExtra
        shtab is not here.
    """
    try:
        import shtab
    except ImportError as error:
        raise MissingExtra("completion needs shtab: pip install shtab") from error
    names = _names()
    for command in commands:
        for action in command._actions:
            if action.metavar in FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
            elif action.metavar in FOLDERS:
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
            elif action.dest in names and (action.option_strings or action.dest == "name"):
                action.choices = names[action.dest]
    text: str = shtab.complete(top, shell)
    return text


def _names() -> dict[str, tuple[str, ...]]:
    """The names that options take, by what the parsed arguments call them."""
    from sonograph.named.features import feature_names
    from sonograph.named.presets import preset_names
    from sonograph.pictures.colours import PERCEPTUAL
    from sonograph.pictures.settings import AXES, VIEWS
    from sonograph.pictures.themes import THEMES
    from sonograph.settings.stft import EDGES, SCALINGS

    return {
        "preset": preset_names(),
        "name": preset_names(),
        "feature": feature_names(),
        "view": VIEWS,
        "axis": AXES,
        "theme": tuple(THEMES),
        "edges": EDGES,
        "scaling": SCALINGS,
        "colours": PERCEPTUAL,
    }
