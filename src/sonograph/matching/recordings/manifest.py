"""What an index consists of: one small file, replaced in one rename, which is when a change has happened.

Segments never change. To add is to write one more and name it here; to remove is to name a recording here; to merge
is to write one for several and name that. Who reads goes on with the segments that were named when it began.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sonograph.atomic import written
from sonograph.errors import SettingsError, SourceError
from sonograph.io.status import shown
from sonograph.matching.recordings.landmark_settings import LandmarkSettings
from sonograph.matching.recordings.verdict import Constants

NAME = "manifest"
KIND = "Sonograph index of landmarks"
VERSION = 1
SUFFIX = ".segment"


@dataclass(frozen=True)
class Manifest:
    """What an index consists of.

    settings : of its landmarks
    segments : names of files, oldest first, each with the numbers of its recordings that were removed
    constants : by which the chance of a match is told, where the index was calibrated; None: those of this Sonograph
    n_written : how many segments have ever been written: no name is used twice
    """

    settings: LandmarkSettings
    segments: tuple[tuple[str, frozenset[int]], ...] = ()
    constants: Constants | None = None
    n_written: int = 0

    def but(self, **changes: Any) -> Manifest:
        """The same with other segments or constants."""
        return replace(self, **changes)

    @property
    def new_name(self) -> str:
        """A name for one more segment."""
        return f"{self.n_written + 1:08d}{SUFFIX}"

    def with_segments(self, *segments: tuple[str, frozenset[int]]) -> Manifest:
        """The same with other segments, of which one is new."""
        return replace(self, segments=segments, n_written=self.n_written + 1)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index.

    Raises
    ------
    SourceError
        There is none, or it is damaged or of another version.
    """
    path = folder / NAME
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        what = "is no index" if folder.exists() else "does not exist"
        raise SourceError(
            f"{shown(folder)}: {what}. Check the name, or make one: sonograph index FILES -o {shown(folder)}"
        ) from None
    except OSError as error:
        raise SourceError(f"{shown(path)}: could not be read ({error.strerror}).") from error
    check, _, body = text.partition(b"\n")
    if check != _check(body):
        raise SourceError(f"{shown(path)}: is damaged. Copy the index again, or index its recordings anew.")
    values = json.loads(body)
    if values.get("kind") != KIND or values.get("version") != VERSION:
        raise SourceError(
            f"{shown(path)}: is of version {values.get('version')} of the format, and this Sonograph reads version "
            f"{VERSION}. Index the recordings anew, or use the Sonograph that wrote it."
        )
    try:
        settings = LandmarkSettings.from_values(values["settings"])
    except SettingsError as error:
        raise SourceError(f"{shown(path)}: has settings that this Sonograph does not know ({error}).") from None
    segments = tuple((entry["file"], frozenset(entry["removed"])) for entry in values["segments"])
    return Manifest(settings, segments, values["constants"] and Constants(**values["constants"]), values["made"])


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make it so: what the manifest names is the index from now on.

    Raises
    ------
    OutputError
        It cannot be written; the index is then as before.
    """
    values = {
        "kind": KIND,
        "version": VERSION,
        "settings": manifest.settings.to_dict(),
        "segments": [{"file": name, "removed": sorted(removed)} for name, removed in manifest.segments],
        "constants": manifest.constants and vars(manifest.constants),
        "made": manifest.n_written,
    }
    body = json.dumps(values, indent=1).encode()
    with written(folder / NAME) as part, part.open("wb") as file:
        file.write(_check(body) + b"\n" + body)
        file.flush()
        os.fsync(file.fileno())
    sync(folder)


def sync(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path, manifest: Manifest) -> None:
    """Remove what runs that were killed have left, and segments that are named no more."""
    named = {name for name, _ in manifest.segments}
    for path in folder.iterdir():
        if (path.suffix == SUFFIX and path.name not in named) or ".part" in path.name:
            path.unlink(missing_ok=True)


def _check(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
