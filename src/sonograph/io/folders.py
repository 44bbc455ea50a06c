"""From what people name to the files that are meant: the one walk through folders that every command and learner takes.

* A file that is named is meant, whatever it is called and whatever it holds.
* Of a folder, all files with the ending of a sound (`SUFFIXES`, in small letters or large) are meant, at any depth.
* Hidden files and folders (`.name`), and those that systems keep for themselves (`ASIDE`), are passed over.
* A link to a file is a file, also where it leads nowhere, so that a sound that is lost is told and not passed over. A
  link to a folder is not followed, as it may lead in a circle: name it.
* Of a URL that does not end as a sound does, all that lies below it in its bucket is meant, by the same rules.
* Files come in the order of their paths as text, folder after folder as named; one that is named twice, also in two
  ways of writing, comes where it is first.
* A folder that may not be read stops everything, as nobody could say what is in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from sonograph.errors import SourceError
from sonograph.io.containers.content import SUFFIXES
from sonograph.io.object_urls import is_url
from sonograph.io.remote_folders import Listing, sounds_below
from sonograph.io.status import cause, shown

ASIDE = ("$recycle.bin", "system volume information", "lost+found")
"""What was thrown away and what systems keep on a disk, in small letters."""


RADIO = (*SUFFIXES, ".sigmf-meta")
"""Endings of sounds and of what says what a radio has recorded, which is meant where complex samples can be seen."""


def sound_files(
    paths: Iterable[str], listing: Listing | None = None, suffixes: tuple[str, ...] = SUFFIXES
) -> list[str]:
    """The files that are named, and the sounds in the folders that are named.

    listing  : is given what buckets said of all that lies below the URLs that are named
    suffixes : how files in folders end that are meant, in small letters; in buckets `SUFFIXES`

    Raises
    ------
    SourceError
        A folder that cannot be read, or holds no sound at all.
    """
    found: dict[str, str] = {}
    for path in paths:
        files = [path]
        if is_url(path):
            files = sounds_below(path, _is_aside, listing)
        elif Path(path).is_dir():
            files = sounds_in(path, suffixes)
            if not files:
                raise SourceError(f"{shown(path)}: holds no sound file. Name a folder of {', '.join(SUFFIXES[:4])} ….")
        for file in files:
            key = file if is_url(file) else os.path.abspath(file)  # noqa: PTH100  # Path.absolute keeps a/../a
            found.setdefault(key, file)
    return list(found.values())


def sounds_in(folder: str | os.PathLike[str], suffixes: tuple[str, ...] = SUFFIXES) -> list[str]:
    """The sounds in a folder, perhaps none.

    suffixes : how files end that are meant, in small letters

    Raises
    ------
    SourceError
        The folder, or one in it, cannot be read.
    """
    files = []
    for where, folders, names in os.walk(os.fspath(folder), onerror=_refuse):
        folders[:] = [name for name in folders if not _is_aside(name)]
        for name in names:
            if Path(name).suffix.lower() in suffixes and not _is_aside(name):
                files.append(os.path.join(where, name))  # noqa: PTH118  # keeps a leading ./ as it was typed
    return sorted(files)


def folders_in(folder: str | os.PathLike[str]) -> list[str]:
    """The folders directly in a folder, and links to such, in the order of their names: those that a walk would enter.

    Raises
    ------
    SourceError
        The folder cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.path for entry in entries if entry.is_dir() and not _is_aside(entry.name))
    except OSError as error:
        _refuse(error)


def _is_aside(name: str) -> bool:
    return name.startswith(".") or name.lower() in ASIDE


def _refuse(error: OSError) -> NoReturn:
    raise SourceError(
        f"{shown(error.filename)}: the folder could not be read ({cause(error)}), so nobody knows what is in it. Ask "
        f"for the right to read it, or name the folders beside it."
    ) from None
