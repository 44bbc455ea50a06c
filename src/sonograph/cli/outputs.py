"""What a command reads and what it writes, from its options: the one check that nothing is destroyed."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli.streams import STANDARD

if TYPE_CHECKING:
    from sonograph.io.replacing import Input, Output

SOUNDS = ("files", "paths", "file", "queries")
"""What the sounds are called that a command reads."""

READ = {
    "settings": "--settings", "labels": "--labels", "index": "--index", "pulse": "--pulse", "pings": "--pings",
    "marks": "--templates", "hits": "--marks", "of": "--of", "sounds": "--sounds", "embedding": "--embedding",
    "times": "--times", "attributes": "--attributes", "quality": "--quality", "band_table": "--bands",
}  # fmt: skip
"""Options that name other files that are read, and what they are called."""

WRITTEN = {"output": "-o", "draw": "--draw", "report": "--report", "report_folder": "--report", "cache": "--cache"}
"""Options that name files that are written."""


def add_overwrite(out: Any) -> None:
    """The option that allows a sound to be replaced, in a group of options."""
    out.add_argument("--overwrite", action="store_true", help="replace OUT also where it is a sound [it is kept]")


def check(arguments: argparse.Namespace, outputs: Iterable[Output] | None = None) -> None:
    """Refuse outputs of a command that would destroy something; `outputs`: those that its options do not tell.

    Raises
    ------
    OutputError
        An output is an input, another output, or a sound that is there already.
    """
    from sonograph.io.replacing import check_outputs

    listed = list(of_options(arguments) if outputs is None else outputs)
    check_outputs(listed, _inputs(arguments) if any(map(_may_be_read, listed)) else ())


def of_options(arguments: argparse.Namespace, *, wav: bool = False, folder: bool = False) -> list[Output]:
    """What is written; `wav`: -o is a WAV of 32-bit floats, `folder`: it is a folder."""
    from sonograph.io.replacing import Output

    found = []
    if (path := getattr(arguments, "output", None)) is not None:
        found.append(Output(path, overwrite=getattr(arguments, "overwrite", False), wav=wav, folder=folder))
    for name in ("draw", "report_folder"):
        if (path := getattr(arguments, name, None)) is not None:
            found.append(Output(path, WRITTEN[name]))
    if (path := getattr(arguments, "report", None)) is not None:
        found.append(Output(path, WRITTEN["report"], report=True))
    return found


def _may_be_read(output: Output) -> bool:
    """Whether it can be a file that is read: one that is there, or that would be a calibration."""
    return output.path == STANDARD or os.path.lexists(output.path) or Path(output.path).suffix.lower() == ".toml"


def _inputs(arguments: argparse.Namespace) -> Iterator[Input]:
    from sonograph.io.folders import RADIO, sound_files
    from sonograph.io.replacing import Input, sound_input

    for name, flag in READ.items():
        if (path := getattr(arguments, name, None)) is not None:
            for one in path if isinstance(path, list) else [path]:
                yield Input(one, f"what {flag} reads")
    for path in _sounds(arguments):
        if path == STANDARD or not Path(path).is_dir():
            yield from sound_input(path)
            continue
        yield Input(path, "a folder of the input")
        for file in sound_files([path], suffixes=RADIO):
            yield from sound_input(file)


def _sounds(arguments: argparse.Namespace) -> list[Any]:
    given = [getattr(arguments, name) for name in SOUNDS if hasattr(arguments, name)]
    return [path for one in given for path in (one if isinstance(one, list) else [one])]
