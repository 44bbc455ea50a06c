"""What lies below a prefix in a bucket, by the same rules as what lies in a folder (`folders`)."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from pathlib import PurePosixPath

from sonograph.errors import SourceError
from sonograph.io.containers.content import SUFFIXES
from sonograph.io.objects import Object, bucket_of
from sonograph.io.status import shown

Listing = MutableMapping[str, Object]
"""Objects by their URL."""


def sounds_below(url: str, is_aside: Callable[[str], bool], listing: Listing | None = None) -> list[str]:
    """The URLs that are meant by one: itself where it names a sound, else all sounds below it.

    is_aside : which names of files and folders are passed over
    listing : is given all that lies there, sounds or not

    Raises
    ------
    SourceError
        Nothing is there, or no sound is; it cannot be listed.
    """
    bucket, name = bucket_of(url)
    if not bucket.has_list or _is_sound(name):
        return [url]
    root, found = bucket.url_of(""), []
    for one in bucket.list(name):
        place = f"{root}/{one.name}"
        if listing is not None:
            listing[place] = one
        inside = one.name[len(name.strip("/")) :].strip("/").split("/")
        if _is_sound(one.name) and not any(map(is_aside, inside)):
            found.append(place)
    if found:
        return sorted(found)
    if name and not name.endswith("/") and bucket.head(name) is not None:
        return [url]
    raise SourceError(
        f"{shown(url)}: no sound file lies there or below it. Name a sound, or a prefix of {', '.join(SUFFIXES[:4])} …."
    )


def _is_sound(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in SUFFIXES and not name.endswith("/")
