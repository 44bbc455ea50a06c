"""From what people name to the files that are meant, in an order that does not change."""

from __future__ import annotations

import os
from pathlib import Path

from sonograph.errors import SourceError
from sonograph.io.containers.content import SUFFIXES
from sonograph.io.status import cause


def sound_files(paths: list[str]) -> list[str]:
    """The files named, whatever they are called, and the sounds in the folders named: folder by folder, each file once.

    Raises
    ------
    SourceError
        A folder that cannot be read, or holds no sound at all.
    """
    found: dict[str, None] = {}
    for path in paths:
        if not Path(path).is_dir():
            found[path] = None
            continue
        inside = list(_in_folder(path))
        if not inside:
            raise SourceError(f"{path}: holds no sound file. Name a folder of {', '.join(SUFFIXES[:4])} ….")
        found.update(dict.fromkeys(inside))
    return list(found)


def _in_folder(folder: str) -> list[str]:
    def refuse(error: OSError) -> None:
        raise SourceError(f"{error.filename}: the folder may not be read ({cause(error)}).") from None

    files = []
    for where, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                files.append(os.path.join(where, name))  # noqa: PTH118  # keeps a leading ./ as it was typed
    return sorted(files)
