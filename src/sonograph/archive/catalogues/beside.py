"""What lies beside recordings and is read with them, in folders and in buckets: each is listed once."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass

from sonograph.archive.catalogues import soundtrap
from sonograph.io.calibrations import BESIDE, IN_FOLDER
from sonograph.io.object_urls import is_url, url_split
from sonograph.io.objects import Object
from sonograph.io.opened_files import is_there, state_of
from sonograph.io.remote_folders import Listing


@dataclass(frozen=True)
class Near:
    """What is known of a file before it is opened.

    beside : the files beside it that are read with it, with their sizes and times, to be kept with it
    log : the path of a SoundTrap's NAME.log.xml
    names : which of these lie beside it, where the list of a bucket told; None where nobody asked
    state : its bytes and when it was changed, likewise
    """

    beside: str = ""
    log: str | None = None
    names: tuple[str, ...] | None = None
    state: tuple[int, int] | None = None


NOTHING = Near()


class Beside:
    """What lies beside files.

    listing : what buckets said of all that lies in them
    """

    def __init__(self, listing: Listing) -> None:
        self._folders: dict[str, tuple[set[str], str]] = {}
        self._listed: dict[str, dict[str, Object]] = defaultdict(dict)
        for url, one in listing.items():
            folder, name = url_split(url)
            self._listed[folder][name] = one

    def of(self, file: str) -> Near:
        """The files beside one, and the SoundTrap's log among them."""
        folder, name = url_split(file) if is_url(file) else os.path.split(file)
        log = name.rpartition(".")[0] + soundtrap.ENDING
        own = (IN_FOLDER, name + BESIDE, log)
        if is_url(file):
            return self._near(folder, name, own) if folder in self._listed else self._alone(folder, own)
        if folder not in self._folders:
            try:
                names = set(os.listdir(folder or "."))  # noqa: PTH208
            except OSError:
                names = set()
            self._folders[folder] = names, _state(folder, IN_FOLDER) if IN_FOLDER in names else ""
        names, for_all = self._folders[folder]
        states = [for_all, *(_state(folder, one) for one in own[1:] if one in names)]
        path = os.path.join(folder, log) if log in names else None  # noqa: PTH118
        return Near(";".join(filter(None, states)), path)

    def _near(self, folder: str, name: str, own: tuple[str, ...]) -> Near:
        """In a bucket that was listed: no more is asked of it."""
        from sonograph.io.remote import state_ns

        there = self._listed[folder]
        found = {one: f"{one}:{there[one].size}:{state_ns(there[one])}" for one in own if one in there}
        log = f"{folder}/{own[-1]}" if own[-1] in there else None
        seen = there.get(name)
        return Near(";".join(found.values()), log, tuple(found), None if seen is None else (seen.size, state_ns(seen)))

    def _alone(self, folder: str, own: tuple[str, ...]) -> Near:
        """Of an object that was named itself."""
        found = tuple(one for one in own if is_there(f"{folder}/{one}"))
        log = f"{folder}/{own[-1]}" if own[-1] in found else None
        return Near(";".join(_state(folder, one) for one in found), log, found)


def _state(folder: str, name: str) -> str:
    try:
        size, mtime_ns = state_of(f"{folder}/{name}" if folder else name)
    except OSError:
        return name
    return f"{name}:{size}:{mtime_ns}"
