"""What a run reads and what it writes: nothing is written over an input, over another output, or over a sound.

Names are compared by the file that they lead to (its device and number), so a link, a hard link, a detour through
another folder or other letters on a disk that does not tell them apart are all the same file. A file that is not there
yet is known by its folder and its name.
"""

from __future__ import annotations

import filecmp
import json
import os
import stat
import unicodedata
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sonograph.atomic import name_of
from sonograph.errors import OutputError, SonographError
from sonograph.io.calibrations import places
from sonograph.io.containers.content import kind_of
from sonograph.io.door import OpenFile, split
from sonograph.io.status import shown

STANDARD = "-"
_STREAMS = {"input": 0, "output": 1}


@dataclass(frozen=True)
class Input:
    """Something that is read.

    path : where it is; "-" for standard input
    what : what it is called in a sentence
    """

    path: Any
    what: str = "the input"


@dataclass(frozen=True)
class Output:
    """Something that is written.

    path      : where; "-" for standard output
    name      : how it is asked for, as an option is called
    overwrite : whether a sound that is there may be replaced; an input may never be
    folder    : whether it is a folder, in which nothing else may lie
    report    : whether it is a report, which replaces nothing but a report
    wav       : whether it is a WAV of 32-bit floats, which may replace one that holds the same
    """

    path: Any
    name: str = "-o"
    overwrite: bool = False
    folder: bool = False
    report: bool = False
    wav: bool = False


def sound_input(sound: Any) -> list[Input]:
    """A sound that is read, and the files of calibration that are looked for with it.

    It is a path, a descriptor, "-", or a source that may be of a file, itself or by the sources that it is made of.
    """
    while not isinstance(sound, str | bytes | os.PathLike | int):
        sound = getattr(sound, "path", None) or getattr(sound, "source", None) or getattr(sound, "_source", None)
        if sound is None:
            return []
    if sound == STANDARD or isinstance(sound, int):
        return [Input(sound)]
    return [Input(split(sound)[0]), *(Input(place, f"a calibration of {shown(sound)}") for place in places(sound))]


def check_outputs(outputs: Iterable[Output], inputs: Iterable[Input]) -> None:
    """Refuse outputs that would destroy something, before any work is done.

    Raises
    ------
    OutputError
        An output is an input or another output, lies in a folder that is written, or is a sound that is there already.
    """
    outputs = list(outputs)
    if not outputs:
        return
    written: dict[Hashable, Output] = {}
    for output in outputs:
        place = place_of(output.path, "output")
        if place in written:
            raise OutputError(
                f"{name_of(output.path)}: would be written twice, for {written[place].name} and for {output.name}. "
                "Name two files."
            )
        written[place] = output
    around_of = _Around({place: output for place, output in written.items() if output.folder})
    looked_at: set[Any] = set()
    for input in inputs:
        if input.path in looked_at:  # as the calibration of a folder, which is one for all its sounds
            continue
        looked_at.add(input.path)
        if over := written.get(place_of(input.path, "input")):
            rest = "Name another file for the output." if over.name == "-o" else f"Name another file for {over.name}."
            raise OutputError(f"{name_of(over.path)}: is {input.what}. {rest}")
        if around := around_of(input.path):
            raise OutputError(
                f"{name_of(around.path)}: {shown(input.path)} is {input.what} and lies in it. "
                f"Name another for {around.name}."
            )
    for output in outputs:
        if folder := around_of(output.path):
            raise OutputError(
                f"{name_of(output.path)}: lies in {name_of(folder.path)}, which is written as a whole. "
                f"Name another for {output.name}."
            )
        if not (output.wav and _is_float_wav(output.path)):
            keep_sound(output)


def keep_sound(output: Output) -> None:
    """Refuse an output that would replace a sound, or a report that would replace something else than a report.

    Raises
    ------
    OutputError
        It is there, and may not be replaced.
    """
    path = output.path
    if path == STANDARD or not Path(path).is_file():
        return
    if not output.overwrite and is_sound(path):
        way = "" if output.report else ", or allow it with --overwrite"
        raise OutputError(f"{name_of(path)}: is a sound that is there already. Name another file{way}.")
    if output.report and not _is_report(path):
        raise OutputError(f"{name_of(path)}: is there already and is no report. Name another file.")


def keep_other(output: Output) -> Callable[[Path, Path], None]:
    """The same for `written`, when the new file is whole: a sound that it holds itself may be replaced by it."""

    def judge(part: Path, final: Path) -> None:
        if not filecmp.cmp(part, final, shallow=False):
            keep_sound(output)

    return judge


def is_sound(path: Any) -> bool:
    """Whether a file holds a sound, or numbers that can be read as one, by its content; also where it is damaged.

    >>> is_sound(__file__)
    False
    """
    try:
        file = OpenFile(path)
    except SonographError:
        return False
    try:
        kind = kind_of(file)
        return kind not in ("", "text") or (kind == "text" and _is_table(file))
    except (SonographError, OSError):
        return False
    finally:
        file.close()


def place_of(path: Any, stream: str = "output") -> Hashable:
    """Which file is meant, the same whatever way leads to it; of one that is not there, its folder and its name."""
    if path == STANDARD:
        try:
            found = os.fstat(_STREAMS[stream])
        except OSError:
            return (STANDARD, stream)
        return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else (STANDARD, stream)
    try:
        found = os.stat(path)  # noqa: PTH116  # paths may be bytes that are no text
    except (OSError, ValueError):
        return _place_to_be(os.fsdecode(path))
    return (found.st_dev, found.st_ino) if found.st_ino else _place_to_be(os.fsdecode(path))


def _leads_elsewhere(path: str) -> bool:
    """Whether the folder that a path names may not be the one that the file lies in."""
    name = os.path.basename(path)  # noqa: PTH119
    return name in ("", os.curdir) or os.pardir in path or os.path.islink(path)  # noqa: PTH114


def _place_to_be(path: str) -> Hashable:
    try:
        where = os.path.realpath(path) if _leads_elsewhere(path) else os.path.abspath(path)  # noqa: PTH100
        folder, name = os.path.split(where)
        # letters that some disks do not tell apart: such names are refused on all
        return (place_of(folder) if folder != where else where, unicodedata.normalize("NFC", name).casefold())
    except (OSError, ValueError):
        return path


class _Around:
    """Tells the folder that is written in which a file lies; each folder is looked at once."""

    def __init__(self, folders: dict[Hashable, Output]) -> None:
        self._folders = folders
        self._known: dict[str, Output | None] = {}

    def __call__(self, path: Any) -> Output | None:
        """The folder that is written around a file; None where there is none."""
        if not self._folders or path == STANDARD or isinstance(path, int):
            return None
        name = os.fsdecode(path)
        folder = os.path.dirname(os.path.realpath(name) if _leads_elsewhere(name) else name)  # noqa: PTH120
        if folder not in self._known:
            where = Path(os.path.realpath(folder))
            places = map(place_of, (where, *where.parents))
            self._known[folder] = next((self._folders[place] for place in places if place in self._folders), None)
        return self._known[folder]


def _is_float_wav(path: Any) -> bool:
    """Whether a file begins as `sonograph.io.writing` begins one."""
    if path == STANDARD or not Path(path).is_file():
        return False
    try:
        with Path(path).open("rb") as file:
            head = file.read(54)
    except OSError:
        return False
    return head[:4] == b"RIFF" and head[8:22] == b"WAVEfmt \x12\0\0\0\3\0" and head[38:42] + head[50:] == b"factdata"


def _is_table(file: OpenFile) -> bool:
    from sonograph.io.numbers.text_table import open_table

    try:
        open_table(file, 1.0, None)
    except SonographError:
        return False
    return True


def _is_report(path: Any) -> bool:
    """Whether a file is empty or begins as a report does."""
    try:
        with Path(path).open("rb") as file:
            line = file.readline(1 << 20)
        record = json.loads(line) if line.strip() else {"status": ""}
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "status" in record
