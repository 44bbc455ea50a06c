"""Where a file's calibration is found: as given, in a TOML beside it, or in its own metadata."""

from __future__ import annotations

import os
from typing import Any, Literal

from sonograph.errors import SettingsError, SourceError, TextError
from sonograph.io.containers.metadata import Metadata
from sonograph.io.door import OpenFile, split
from sonograph.io.plain_text import text_of
from sonograph.io.status import shown
from sonograph.jobs.identity import digest
from sonograph.sounds.calibration import Calibration
from sonograph.texts import LONGEST

BESIDE = ".toml"
IN_FOLDER = "calibration.toml"


def calibration_of(
    file: OpenFile, metadata: Metadata, given: Calibration | Literal[False] | None, unit: str | None
) -> Calibration | None:
    """The calibration of a file, or None. A unit that was given says that the numbers are what they are.

    Raises
    ------
    TextError
        A file beside it that cannot be read, or holds a calibration that cannot be.
    SettingsError
        A calibration that cannot be, or one besides a unit.
    """
    if isinstance(given, Calibration):
        if unit not in (None, given.unit):
            raise SettingsError(f"unit is {unit} and the calibration gives {given.unit}; leave one of them out")
        return given
    if given is False or unit is not None:
        return None
    for path in places(file.path):
        if os.path.lexists(path):  # a link that leads nowhere is a calibration that is lost, not none
            return _from_file(path)
    try:
        return Calibration.from_fields(metadata.fields)
    except SettingsError as error:
        raise SettingsError(f"{file.name}: {error} (in its metadata)") from None


def places(path: Any) -> tuple[bytes, bytes]:
    """Where a file's calibration is looked for, the first that is there: FILE.toml, then calibration.toml."""
    name = os.fsencode(split(path)[0])
    return name + BESIDE.encode(), os.path.join(os.path.dirname(name), IN_FOLDER.encode())  # noqa: PTH118, PTH120


def beside(
    path: Any, *, calibration: Calibration | Literal[False] | None = None, unit: str | None = None
) -> list[str] | None:
    """Which file of calibration is read with a sound that is opened so, and a digest of its content; None for none."""
    if calibration is not None or unit is not None:
        return None
    for place in places(path):
        if not os.path.lexists(place):
            continue
        try:
            file = OpenFile(place)
        except SourceError as error:
            return [os.fsdecode(place), getattr(error, "reason", "")]
        try:
            return [os.fsdecode(place), digest(file.at(0, LONGEST + 1))]
        except OSError as error:
            return [os.fsdecode(place), str(error.errno)]
        finally:
            file.close()
    return None


def _from_file(path: bytes) -> Calibration:
    text = text_of(path)
    try:
        return Calibration.from_toml(text)
    except SettingsError as error:
        raise TextError(f"{shown(path)}: {error}") from None
