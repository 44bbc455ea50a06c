"""What lies beside a file and says what it does not say itself: its calibration and its start, in a TOML.

FILE.toml is for one file, calibration.toml for all in its folder; what the first does not say, the second may.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sonograph.errors import SettingsError, SourceError, TextError
from sonograph.io.containers.metadata import Metadata
from sonograph.io.door import OpenFile, split
from sonograph.io.object_urls import is_url, url_split
from sonograph.io.opened_files import is_there, opened_file
from sonograph.io.opening import Opening
from sonograph.io.plain_text import text_of
from sonograph.io.starts import checked_start, checked_zone, has_zone, in_zone, local_time, name_of_file, start_in_name
from sonograph.io.status import shown
from sonograph.jobs.identity import digest
from sonograph.sounds.calibration import Calibration
from sonograph.texts import LONGEST, toml_values
from sonograph.units import checked_unit

BESIDE = ".toml"
IN_FOLDER = "calibration.toml"
TIMES = ("start", "zone")


@dataclass(frozen=True)
class _Text:
    """What a TOML beside a file holds."""

    path: bytes
    values: Mapping[str, Any]
    for_all: bool

    def refuse(self, error: SettingsError) -> TextError:
        return TextError(f"{shown(self.path)}: {error}")


def known_of(file: OpenFile, metadata: Metadata, opening: Opening) -> tuple[Calibration | None, datetime | None]:
    """The calibration and the start of a file: as it is opened, as a TOML beside it says, as it says itself.

    A unit that is given says that the numbers are what they are, without calibration.

    Raises
    ------
    TextError
        A file beside it that cannot be read, or holds what cannot be.
    SettingsError
        A calibration that cannot be, or one besides a unit; a name that the pattern of times does not fit.
    """
    calibrated = opening.calibration is not None or opening.unit is not None
    texts = [] if calibrated and opening.start is not None else _texts(file)
    return _calibration(file, metadata, opening, texts), _start(file, metadata, opening, texts)


def places(path: Any) -> tuple[bytes, bytes]:
    """Where more about a file is looked for: FILE.toml, then calibration.toml."""
    name = os.fsencode(split(path)[0])
    own, for_all = name + BESIDE.encode(), IN_FOLDER.encode()
    if is_url(name):
        return own, os.fsencode(url_split(os.fsdecode(name))[0]) + b"/" + for_all
    return own, os.path.join(os.path.dirname(name), for_all)  # noqa: PTH118, PTH120


def beside(path: Any) -> list[list[str]]:
    """Which files say more about a sound, and a digest of the content of each."""
    found, is_there_too = [], is_there if is_url(path) else os.path.lexists
    for place in places(path):
        if not is_there_too(place):
            continue
        try:
            file = opened_file(place)
        except SourceError as error:
            found.append([os.fsdecode(place), getattr(error, "reason", "")])
            continue
        try:
            found.append([os.fsdecode(place), digest(file.at(0, LONGEST + 1))])
        except OSError as error:
            found.append([os.fsdecode(place), str(error.errno)])
        finally:
            file.close()
    return found


def _texts(file: OpenFile) -> list[_Text]:
    """What lies beside a file, the nearest first."""
    found = []
    there = places(file.path)
    names = [os.fsdecode(os.path.basename(place)) for place in there]  # noqa: PTH119
    for i, (place, is_one) in enumerate(zip(there, file.beside(names), strict=True)):
        if is_one:  # a link that leads nowhere is a calibration that is lost, not none
            try:
                found.append(_Text(place, toml_values(text_of(place)), bool(i)))
            except TextError as error:
                named = str(error).startswith(shown(place))
                raise error if named else TextError(f"{shown(place)}: it {error}") from None
    return found


def _calibration(file: OpenFile, metadata: Metadata, opening: Opening, texts: list[_Text]) -> Calibration | None:
    given, unit = opening.calibration, None if opening.unit is None else checked_unit(opening.unit)
    if isinstance(given, Calibration):
        if unit not in (None, given.unit):
            raise SettingsError(f"unit is {unit} and the calibration gives {given.unit}; leave one of them out")
        return given
    if given is False or unit is not None:
        return None
    for text in texts:
        values = {name: value for name, value in text.values.items() if name not in TIMES}
        if values or not text.values:
            try:
                return Calibration.from_values(values)
            except SettingsError as error:
                raise text.refuse(error) from None
    try:
        return Calibration.from_fields(metadata.fields)
    except SettingsError as error:
        raise SettingsError(f"{file.name}: {error} (in its metadata)") from None


def _start(file: OpenFile, metadata: Metadata, opening: Opening, texts: list[_Text]) -> datetime | None:
    assert opening.zone is None or isinstance(opening.zone, tzinfo)  # noqa: S101  # it checked itself
    start, zone = opening.start, opening.zone
    for text in texts:
        try:
            own = checked_zone(text.values["zone"]) if "zone" in text.values else None
            if start is None and "start" in text.values:
                start = checked_start(text.values["start"], own or (None if has_zone(text.values["start"]) else zone))
                zone = own or zone
                if text.for_all and isinstance(start, datetime):
                    raise SettingsError(
                        f"start is {start.isoformat()}, one time for all files of the folder; give a pattern of their "
                        f"names, or the time in a {BESIDE} beside each file"
                    )
            elif opening.start is None and zone is None:
                zone = own
        except SettingsError as error:
            raise text.refuse(error) from None
    try:
        if isinstance(start, str):
            return start_in_name(name_of_file(file.path), start, None if has_zone(start) else zone)
        if start is not None or metadata.start is not None or zone is None:
            return start or metadata.start
        local = local_time(metadata.fields)
        if local is None and opening.zone is None:
            return None  # a zone for all files of a folder, of which this one tells no time
        if local is None:
            raise SettingsError("zone is given, and the file says no time that is of it; give start, or leave zone out")
        return in_zone(local, zone)
    except SettingsError as error:
        raise SettingsError(f"{file.name}: {error}") from None
