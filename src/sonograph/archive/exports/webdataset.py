"""The clips of an archive as tar files that WebDataset reads: each clip is NUMBER.npy, NUMBER.cls and NUMBER.json.

The same archive gives the same bytes: members come in the order of rows, and have no time and no owner.
"""

from __future__ import annotations

import glob
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.archive.reading.clip_rows import ClipRows, status_words
from sonograph.atomic import name_of, written
from sonograph.checks import whole
from sonograph.errors import OutputError

CLIPS = 1000
"""Clips of a tar file."""


def web_dataset(
    rows: ClipRows, folder: str | os.PathLike[str], *, prefix: str = "", clips: int = CLIPS
) -> tuple[list[Path], int]:
    """Write the clips of an archive as tar files of WebDataset: PREFIX000000.tar …, and PREFIXclasses.json.

    A clip is three members: its features as .npy, float32, (columns,) of a summary or (channels, columns, frames), as
    many frames as it has; the number of its label in the classes as .cls, where it has one; and .json of its file,
    label, fold, group, status, samples and row. Clips without numbers are left out.

    Returns
    -------
    The tar files, and how many clips are in them.

    Raises
    ------
    SettingsError
        Fewer clips in a file than one.
    OutputError
        Tar files of another export are there; a file cannot be written.
    """
    others = sorted(Path(folder).glob(f"{glob.escape(prefix)}[0-9][0-9][0-9][0-9][0-9][0-9].tar"))
    if others:
        raise OutputError(
            f"{name_of(others[0])}: is there from another export, and would be mixed in. Name another folder."
        )
    per_file, paths, count = whole("clips", clips, 1), list[Path](), 0
    waiting: list[tuple[str, bytes]] = []
    held = 0
    for numbers, found in rows.blocks():
        words = status_words(found["status"])
        for i, row in enumerate(numbers):
            members = _members(rows, row, words[i], {name: values[i] for name, values in found.items()})
            if not members:
                continue
            waiting += members
            held += 1
            count += 1
            if held == per_file:
                paths.append(_file(folder, prefix, len(paths), waiting))
                waiting, held = [], 0
    if waiting:
        paths.append(_file(folder, prefix, len(paths), waiting))
    with written(Path(folder) / f"{prefix}classes.json") as part:
        part.write_text(json.dumps(rows.about() | {"features": rows.names}, indent=1) + "\n", encoding="ascii")
    return paths, count


def _members(rows: ClipRows, row: int, status: str, found: dict[str, Any]) -> list[tuple[str, bytes]]:
    """The names and bytes of a clip; none where it has no number."""
    values, clip, key = found["features"], rows.clips[row], f"{row:09d}"
    if values.ndim > 1:
        values = values[..., : int(found["frames"])]
    if not np.isfinite(values).any():
        return []
    out = io.BytesIO()
    np.save(out, np.ascontiguousarray(values))
    about = {name: getattr(clip, name) for name in ("file", "label", "fold", "group")}
    about |= {"status": status, "samples": int(found["samples"]), "row": row}
    members = [(f"{key}.npy", out.getvalue())]
    if clip.label:
        members.append((f"{key}.cls", b"%d" % rows.labels[row]))
    return [*members, (f"{key}.json", json.dumps(about).encode())]


def _file(folder: str | os.PathLike[str], prefix: str, number: int, members: list[tuple[str, bytes]]) -> Path:
    path = Path(folder) / f"{prefix}{number:06d}.tar"
    with written(path) as part, tarfile.open(part, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path
