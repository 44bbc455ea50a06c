"""A file by its path, or an object by its URL, open: what all that reads files begins with."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any

from sonograph.io.door import OpenFile
from sonograph.io.object_urls import is_url
from sonograph.io.objects import bucket_of


def opened_file(path: Any, beside: Collection[str] | None = None, head: int | None = None) -> OpenFile:
    """The file that a path or a URL names, open.

    beside : names that lie in its folder, where a list of a bucket told
    head : how many bytes of an object are asked for at first

    Raises
    ------
    SourceError
        It is not there, or cannot be read.
    MissingExtra
        It is in a bucket, and obstore is not there.
    """
    if not is_url(path):
        return OpenFile(path)
    from sonograph.io.remote import RemoteFile

    return RemoteFile(path, beside=beside, head=head)


def state_of(path: Any) -> tuple[int, int]:
    """Bytes of a file and when it was last changed, ns since 1970, as `OpenFile` has them.

    Raises
    ------
    OSError
        It is not there (FileNotFoundError), or cannot be looked at.
    """
    if not is_url(path):
        found = os.stat(path)  # noqa: PTH116  # paths may be bytes that are no text
        return found.st_size, found.st_mtime_ns
    from sonograph.io.remote import state_ns

    bucket, name = bucket_of(path)
    there = bucket.head(name)
    if there is None:
        raise FileNotFoundError(path)
    return there.size, state_ns(there)


def is_there(path: Any) -> bool:
    """Whether a path or a URL leads to anything."""
    if not is_url(path):
        return os.path.lexists(path)
    bucket, name = bucket_of(path)
    return bucket.head(name) is not None
