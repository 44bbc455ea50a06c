"""`sonograph draw … -o FOLDER/`: a picture for each file, as the files lie to each other, under their whole names.

As `robin.wav` and `robin.flac` may lie side by side, the picture of a sound is `robin.wav.png`.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import NamedTuple

from sonograph.cli import streams
from sonograph.errors import OutputError, SourceError


class Place(NamedTuple):
    """A sound, and where its picture goes: what was named, the file, the output."""

    named: str
    file: str
    output: str


def is_folder(output: str | None) -> bool:
    """Whether an output is meant as a folder: it ends as one, or is one."""
    return output is not None and (output.endswith(("/", os.sep)) or Path(output).is_dir())


def refuse_folder(file: str) -> None:
    """Refuse a folder of sounds where one picture is drawn.

    Raises
    ------
    SourceError
        With the way to a picture of each.
    """
    if Path(file).is_dir():
        raise SourceError(
            f"{file}: is a folder. For a picture of each sound in it: -o pictures/. For one of all, in the order of "
            "their times: --joined."
        )


def places(named: list[str], folder: str, ending: str) -> list[Place]:
    """Where the pictures of all sounds go that are named, or lie in a folder that is named."""
    from sonograph.io.door import split
    from sonograph.io.folders import RADIO, sound_files

    bases = [_whole(name if _holds(name) else Path(name).parent) for name in named if name != streams.STANDARD]
    base = _common(bases)
    found = []
    for name in named:
        if name == streams.STANDARD:
            found.append(Place(name, name, os.path.join(folder, f"standard input.{ending}")))  # noqa: PTH118
    for file in sound_files([name for name in named if name != streams.STANDARD], suffixes=RADIO):
        path, inside = split(file)
        under = os.path.relpath(_whole(path), base) if base else Path(path).name
        under += inside.replace("/", " ")
        found.append(Place(file, file, os.path.join(folder, f"{under}.{ending}")))  # noqa: PTH118
    return found


def _holds(name: str) -> bool:
    """Whether sounds lie in what is named."""
    from sonograph.io.containers.content import SUFFIXES
    from sonograph.io.object_urls import is_url

    return not name.lower().endswith(SUFFIXES) if is_url(name) else Path(name).is_dir()


def _whole(path: str | os.PathLike[str]) -> str:
    return os.path.abspath(path)  # noqa: PTH100  # Path.absolute keeps a/../a


def _common(folders: list[str]) -> str:
    """The folder that all lie in; "" where there is none, as on two disks."""
    try:
        return os.path.commonpath(folders) if folders else ""
    except ValueError:
        return ""


def check(arguments: argparse.Namespace, found: list[Place]) -> None:
    """Refuse pictures that would lie over an input, over each other or over a sound, before any is drawn.

    Raises
    ------
    OutputError
        With the first.
    """
    from sonograph.cli import outputs
    from sonograph.io.replacing import Output

    written = [Output(one.output, f"the picture of {one.named}", overwrite=arguments.overwrite) for one in found]
    if arguments.report is not None:
        written.append(Output(arguments.report, "--report", report=True))
    outputs.check(arguments, written)


def make(output: str) -> None:
    """The folder that a picture goes to, where it is not there yet.

    Raises
    ------
    OutputError
        It cannot be made.
    """
    from sonograph.atomic import on_disk

    folder = on_disk(output).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise OutputError(f"{folder}: the folder cannot be made ({reason}). Name another: -o FOLDER/.") from None
