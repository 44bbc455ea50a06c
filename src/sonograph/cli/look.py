"""The options of `sonograph draw` that say what a picture shows and how: a row of one table for each setting."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from sonograph.cli import options

if TYPE_CHECKING:
    from sonograph.pictures.settings import PictureSettings


class Flag(NamedTuple):
    """An option of the command for a field of `PictureSettings`.

    parse    : from one word to a value; of several metavars, each
    switches : what the field becomes by an option without words
    """

    field: str
    flags: tuple[str, ...]
    metavar: str | tuple[str, ...]
    help: str
    parse: Callable[[str], Any] = str
    switches: Any = None

    @property
    def name(self) -> str:
        """What the parsed arguments call it."""
        return self.flags[0].removeprefix("--").replace("-", "_")


SHOWN = (
    Flag("seconds", ("--start",), "TIME", "12.5 (s), 1:30 or 4410samples [the start]", options.moment),
    Flag("seconds", ("--end",), "TIME", "likewise [the end]", options.moment),
    Flag("channel", ("--channel",), "N", "one channel, 0 for the first [all, stacked]", int),
    Flag("view", ("--view",), "NAME", "spectrogram, waveform, both, spectrum, surface or difference [spectrogram]"),
    Flag("axis", ("--axis",), "NAME", "of the frequencies: linear, log, mel, bark, erb or musical (notes) [linear]"),
    Flag("frequencies", ("--frequencies",), ("LOW", "HIGH"), "Hz, as 4k, or notes as C2 [all]", options.frequency),
)
"""What to show."""
LOOKS = (
    Flag("vscale", ("--vscale",), "NAME", "of levels: level (dB), power or magnitude; of a spectrum log too [level]"),
    Flag("below", ("--below",), "DB", "how far below the loudest level shown [80]", float),
    Flag("range", ("--range",), ("LOW", "HIGH"), "levels of the colours, dB, instead of --below", float),
    Flag("colours", ("--colours", "--colors"), "NAME", "magma, viridis, cividis, grey …; grey_r reversed [magma]"),
    Flag("percentiles", ("--percentiles",), ("LOW", "HIGH"), "the same in percentiles of the pixels", float),
    Flag("theme", ("--theme",), "NAME", "light or dark [light]"),
    Flag("axes", ("--no-axes",), (), "the panels alone, to the edges", switches=False),
    Flag("reduction", ("--mean",), (), "a pixel is the mean of what it covers [its maximum]", switches="mean"),
    Flag("size", ("--size",), "WxH", "pixels [1200x720, taller for several panels]", options.size),
    Flag("dpi", ("--dpi",), "N", "pixels per inch: how large letters are [150, as suits the size]", float),
    Flag("title", ("--title",), "WORDS", "'' for none [the file's name]"),
)
"""How it looks."""
OF_A_SOUND = "seconds"
"""The field that each sound has of its own: a time in samples depends on its rate."""


def add(group: Any, flags: tuple[Flag, ...]) -> None:
    """Add options to a group of a parser."""
    for flag in flags:
        several = {"nargs": len(flag.metavar)} if isinstance(flag.metavar, tuple) else {}
        words = (
            {"action": "store_true"} if not flag.metavar else several | {"type": flag.parse, "metavar": flag.metavar}
        )
        group.add_argument(*flag.flags, help=flag.help, **words)


def look_of(arguments: argparse.Namespace, **fixed: Any) -> PictureSettings:
    """What the picture shows, and how; `fixed` by other options, whatever these say.

    Raises
    ------
    SettingsError
        Values that cannot be, in the words of the command.
    """
    from sonograph.pictures.settings import PictureSettings

    flags = [flag for flag in (*SHOWN, *LOOKS) if flag.field != OF_A_SOUND]
    given = {flag.field: getattr(arguments, flag.name) for flag in flags}
    given |= {flag.field: flag.switches if given[flag.field] else None for flag in flags if not flag.metavar}
    asked = {name: value for name, value in (given | fixed).items() if value is not None}
    with options.in_flags({flag.field: flag.flags[0] for flag in flags}):
        return PictureSettings(**asked)
