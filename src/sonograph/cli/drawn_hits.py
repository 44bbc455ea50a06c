"""The pictures of `sonograph detect --draw`: a spectrogram with its hits, one a file or one a hit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sonograph.errors import OutputError, SonographError

if TYPE_CHECKING:
    from sonograph.matching.hits import Hit, Hits

BESIDE = 2.0
"""Lengths of a hit that are drawn before and after it, and a second at least."""


def check_folder(folder: str) -> None:
    """Refuse a folder that pictures could not be put into, before any work is done.

    Raises
    ------
    OutputError
        It is a file, or cannot be made.
    """
    from sonograph.atomic import check_output, name_of

    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise OutputError(f"{name_of(place)}: is a file, and --draw makes a folder of pictures. Name another.")
    check_output(place, folder=True)


def draw_hits(folder: str, hits: Hits, each: str) -> Iterator[tuple[str, SonographError]]:
    """Draw each file that has hits, or each hit; what could not be drawn, and why."""
    from sonograph.drawing.calls import draw
    from sonograph.pictures.settings import PictureSettings

    place = Path(folder)
    place.mkdir(exist_ok=True)
    taken: dict[str, str] = {}
    for file in dict.fromkeys(hit.file for hit in hits):
        own = [hit for hit in hits if hit.file == file]
        marks = [hit.to_mark() for hit in own]
        stem = _name(file, taken)
        try:
            if each == "file":
                draw(file, path=place / f"{stem}.png", labels=marks, overwrite=True)
                continue
            length = next(sound.seconds for sound in hits.sounds if sound.file == file)
            for number, hit in enumerate(own, 1):
                look = PictureSettings(seconds=_around(hit, length))
                draw(file, path=place / f"{stem}-{number:04}.png", labels=marks, look=look, overwrite=True)
        except SonographError as error:
            yield file, error


def _around(hit: Hit, length: float) -> tuple[float, float]:
    margin = max(1.0, BESIDE * (hit.end - hit.start))
    return max(0.0, hit.start - margin), min(length, hit.end + margin)


def _name(file: str, taken: dict[str, str]) -> str:
    """A file's name for a picture; of two of one name in different folders, the second is numbered."""
    stem = Path(file).stem
    name, number = stem, 2
    while name in taken and taken[name] != file:
        name, number = f"{stem}-{number}", number + 1
    taken[name] = file
    return name
