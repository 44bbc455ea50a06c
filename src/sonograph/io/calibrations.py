"""Where a file's calibration is found: as given, in a TOML beside it, or in its own metadata."""

from __future__ import annotations

import os
from typing import Literal

from sonograph.errors import SettingsError, TextError
from sonograph.io.containers.metadata import Metadata
from sonograph.io.door import OpenFile
from sonograph.io.status import shown
from sonograph.io.text import text_of
from sonograph.sounds.calibration import Calibration

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
    name = os.fsencode(file.path)
    for beside in (name + BESIDE.encode(), os.path.join(os.path.dirname(name), IN_FOLDER.encode())):  # noqa: PTH118, PTH120
        if os.path.lexists(beside):  # a link that leads nowhere is a calibration that is lost, not none
            return _from_file(beside)
    try:
        return Calibration.from_fields(metadata.fields)
    except SettingsError as error:
        raise SettingsError(f"{file.name}: {error} (in its metadata)") from None


def _from_file(path: bytes) -> Calibration:
    text = text_of(path)
    try:
        return Calibration.from_toml(text)
    except SettingsError as error:
        raise TextError(f"{shown(path)}: {error}") from None
