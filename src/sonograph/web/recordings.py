"""The recordings that are viewed: known by opaque ids, opened when asked for, never shown as what they no longer are.

A recording's digest is another whenever its file, how it is opened or its calibration is. Everything that is computed
goes by that digest, so what was made of an old file is never taken for a new one.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sonograph.archive.runs.plans import ABOUT, LEDGER
from sonograph.errors import SonographError, SourceError
from sonograph.io.door import split
from sonograph.io.filesource import FileSource
from sonograph.io.object_urls import is_url
from sonograph.io.opening import Opening
from sonograph.io.status import shown
from sonograph.jobs.identity import digest
from sonograph.sounds.source import Source

AT_HAND = 32
"""Recordings that stay open; a file is opened again where more are looked at."""


class Unknown(SourceError):
    """An address of no recording, or of nothing in it."""


class Changed(SourceError):
    """A recording that is no longer what it was."""


Stamp = tuple[int, int, int, int]
"""Device, file, bytes, and when it was last changed."""


@dataclass(frozen=True, eq=False)
class Sound:
    """A recording as it is in its file now.

    recording : which one
    digest : of its file, how it is opened, and its calibration
    source : its samples, as they are taken
    stamp : its file when it was opened; None of a sound in memory
    """

    recording: Recording
    digest: str
    source: Source
    stamp: Stamp | None

    def check(self) -> None:
        """Raise unless the file is still what it was.

        Raises
        ------
        Changed
            It is not.
        """
        if self.stamp is not None and (what := self.recording.change(self.stamp)):
            raise Changed(f"{self.recording.name}: {what} since it was opened. Open it again.")


@dataclass(frozen=True, eq=False)
class Recording:
    """One of the sounds on the list.

    id : opaque, the same each time that this file is viewed
    name : what people call it, on one line
    path, opening : where it lies and how it is opened; None of a sound in memory
    memory : the sound in memory
    place : its path within the folder that was named, or its file's name
    """

    id: str
    name: str
    path: str | None = None
    opening: Opening | None = None
    memory: Source | None = None
    place: str = ""

    def open(self) -> Sound:
        """Open it.

        Raises
        ------
        SourceError, LimitError, SettingsError
            As `sonograph.open`.
        """
        if self.path is None:
            assert self.memory is not None  # noqa: S101  # one of the two
            return Sound(self, digest("memory", self.id), self.memory, None)
        opening = self.opening or Opening()
        file = FileSource(self.path, opening)
        stamp = self.stamp() or (0, 0, 0, 0)
        name = digest("recording", os.path.abspath(self.path), list(stamp), file.opening.digest)  # noqa: PTH100
        return Sound(self, name, opening.taken(file), stamp)

    def stamp(self) -> Stamp | None:
        """Its file as it is now; None where there is none."""
        try:
            now = os.stat(split(self.path)[0])  # noqa: PTH116
        except (OSError, ValueError):
            return None
        return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns

    def change(self, before: Stamp) -> str:
        """What happened to its file since, as half a sentence; "" for nothing."""
        now = self.stamp()
        if now is None:
            return "was removed"
        if now == before:
            return ""
        if now[:2] != before[:2]:
            return "was replaced"
        return "was cut" if now[2] < before[2] else "grew" if now[2] > before[2] else "was written to"


def _is_archive(path: str) -> bool:
    if is_url(path):
        from sonograph.archive.stores.files import files_of

        return files_of(path).stamp(ABOUT) is not None
    return (Path(path) / ABOUT).is_file()


def _of_archive(path: str) -> Iterator[Recording]:
    """The timelines of an archive; each has another id when the archive has been extended."""
    from sonograph.archive.reading.opened import Archive

    archive = Archive(path)
    where = str(archive.folder.resolve() if isinstance(archive.folder, Path) else archive.folder)
    stamps = [list(one) for one in map(archive.files.stamp, (ABOUT, LEDGER)) if one is not None]
    for sound in archive.sounds():
        key = digest("archive", where, stamps, sound.name, digits=12)
        yield Recording(key, shown(sound.name), memory=sound, place=sound.name)


class Recordings:
    """All that are viewed, in their order. Any thread may ask."""

    def __init__(self, recordings: Iterable[Recording]) -> None:
        self._all = {one.id: one for one in recordings}
        self._open: OrderedDict[str, Sound] = OrderedDict()  # by id
        self._ids: dict[str, str] = {}  # by digest, also those that are no more
        self._lock = threading.Lock()
        self._opening: dict[str, threading.Lock] = {}

    @classmethod
    def of_paths(cls, paths: Iterable[str], opening: Opening | None = None) -> Recordings:
        """The files that are named, and the sounds in the folders that are named.

        Raises
        ------
        SourceError
            A folder that cannot be read, or holds no sound at all.
        """
        from sonograph.io.folders import RADIO, sound_files

        found: dict[str, Recording] = {}
        for path in paths:
            if _is_archive(path):
                found |= {one.id: one for one in _of_archive(path)}
                continue
            is_folder = Path(path).is_dir()
            for file in sound_files([path], suffixes=RADIO):
                name = os.path.relpath(file, path) if is_folder else os.path.basename(file)  # noqa: PTH119
                key = digest("recording", os.path.abspath(file), digits=12)  # noqa: PTH100
                found.setdefault(key, Recording(key, shown(name), file, opening, place=name))
        return cls(found.values())

    @classmethod
    def of_sounds(cls, sounds: Iterable[tuple[str, Any]]) -> Recordings:
        """Sounds in memory, or open files, by their names."""
        from secrets import token_hex

        return cls(Recording(token_hex(6), shown(name), memory=sound) for name, sound in sounds)

    def __iter__(self) -> Iterator[Recording]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def recording(self, key: str) -> Recording:
        """By its id, or a digest that it has or had.

        Raises
        ------
        Unknown
            It is none.
        """
        found = self._all.get(self._ids.get(key, key))
        if found is None:
            raise Unknown("there is no such recording here. Look it up in the list.")
        return found

    def sound(self, key: str) -> Sound:
        """A recording, opened, by its id or its digest.

        Raises
        ------
        Unknown
            There is none.
        Changed
            The digest is that of a file that is no longer so.
        SourceError, LimitError, SettingsError
            It cannot be opened.
        """
        recording = self.recording(key)
        with self._lock:
            alone = self._opening.setdefault(recording.id, threading.Lock())
        with alone:
            sound = self._at_hand(recording)
            if sound is None:
                try:
                    sound = recording.open()
                except SonographError:
                    if key != recording.id:  # it was opened once
                        raise Changed(f"{recording.name}: was removed or replaced since it was opened.") from None
                    raise
                self._keep(sound)
        if key not in (recording.id, sound.digest):
            raise Changed(f"{recording.name}: changed since it was opened. Open it again.")
        return sound

    def opened(self) -> list[Sound]:
        """Those that are at hand."""
        with self._lock:
            return list(self._open.values())

    def forget(self, recording: Recording) -> None:
        """Open it anew when it is asked for next."""
        with self._lock:
            self._open.pop(recording.id, None)

    def know(self, sound: Sound) -> None:
        """Remember whose a digest is."""
        with self._lock:
            self._ids[sound.digest] = sound.recording.id

    def _at_hand(self, recording: Recording) -> Sound | None:
        with self._lock:
            sound = self._open.get(recording.id)
            if sound is None:
                return None
            if sound.stamp is not None and recording.change(sound.stamp):
                del self._open[recording.id]
                return None
            self._open.move_to_end(recording.id)
            return sound

    def _keep(self, sound: Sound) -> None:
        self.know(sound)
        with self._lock:
            self._open[sound.recording.id] = sound
            while len(self._open) > AT_HAND:  # its file is closed when nobody reads it any more
                self._open.popitem(last=False)
