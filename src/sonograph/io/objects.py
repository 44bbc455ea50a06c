"""Buckets: objects by URL, read by ranges and listed in order; `object_writing` writes them. All that uses obstore.

Keys and endpoints are found by obstore in the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_REGION,
AWS_SKIP_SIGNATURE … and their like for Google and Azure) and are never asked for or stored here. What other schemes
name is read, and not written, through fsspec (`fsspec_stores`), which answers the same calls.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sonograph.errors import SettingsError
from sonograph.io.object_stores import load, store_of
from sonograph.io.object_tries import Cut, Replaced, again, missing
from sonograph.io.object_urls import SERVERS, name_in, parts
from sonograph.io.status import shown
from sonograph.io.threads import in_threads

PART = 1 << 24
"""Bytes that are asked for at a time where an object is read whole."""
NAMES = 1000
"""Of a list that come at a time."""


@dataclass(frozen=True)
class Object:
    """What a store says of an object.

    name : behind the bucket's prefix
    etag : what changes with its bytes; "" where the store says none
    mtime_ns : when it was written, ns since 1970
    version : what a store counts its writings with, where it does
    """

    name: str
    size: int
    etag: str
    mtime_ns: int
    version: str = ""

    def is_same(self, other: Object) -> bool:
        """Whether two looks saw the same bytes."""
        if self.etag or other.etag:
            return self.etag == other.etag
        return (self.size, self.mtime_ns) == (other.size, other.mtime_ns)


class Bucket:
    """A bucket, or what lies in it below a prefix: s3://bucket/prefix, gs://…, az://container/…, https://host/….

    Also a file system of fsspec's: memory://…, sftp://host/…. Names are relative to the prefix. Nothing is asked of the
    store when it is made.

    Raises
    ------
    SettingsError
        It is no such URL.
    MissingExtra
        obstore is not there, or fsspec.
    """

    def __init__(self, url: str) -> None:
        self.scheme, self._place, prefix = parts(url)
        self._prefix = prefix.strip("/")
        self.url = f"{self.scheme}://{self._place}".removesuffix("/") + (f"/{self._prefix}" if self._prefix else "")
        self._obstore = load(self.scheme)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (f"{self.url}/",)

    def __repr__(self) -> str:
        return f"<{shown(self.url)}>"

    @property
    def has_list(self) -> bool:
        """Whether what lies there can be listed."""
        return self.scheme not in SERVERS

    def url_of(self, name: str) -> str:
        """The URL of an object."""
        return f"{self.url}/{name}" if name else self.url

    def head(self, name: str) -> Object | None:
        """What the store says of an object; None where there is none."""
        try:
            return self._object(
                name, again(lambda _: self._obstore.head(self._store, self._path(name)), self._at(name))
            )
        except FileNotFoundError:
            return None

    def list(self, prefix: str = "", after: str = "") -> Iterator[Object]:
        """What lies below a prefix, at any depth, in the order of the names' bytes, as it comes.

        after : names up to this one are left out

        Raises
        ------
        SourceError
            The store says no, or does not answer.
        """
        self._check_list()
        below, pages, behind = self._path(prefix.strip("/")), None, None
        last = self._path(after) if after else None

        def page(_: int) -> Any:
            nonlocal pages, behind
            try:
                if pages is None:
                    behind = last
                    pages = iter(self._obstore.list(self._store, below or None, offset=behind, chunk_size=NAMES))
                return next(pages, [])
            except Exception:
                pages = None  # a broken one begins anew behind what came
                raise

        while found := again(page, self._at(prefix)):
            for one in found:
                if behind is None or one["path"] > behind:  # Azure begins at the first name nevertheless
                    last = one["path"]
                    yield self._object(self._name(one["path"]), one)

    def folders(self, prefix: str = "") -> tuple[str, ...]:
        """The parts of names up to the next "/" below a prefix, as folders lie in a folder."""
        self._check_list()
        below = self._path(prefix.strip("/")) or None
        found = again(lambda _: self._obstore.list_with_delimiter(self._store, below), self._at(prefix))
        return tuple(sorted(self._name(one) for one in found["common_prefixes"]))

    def read(self, name: str, start: int, length: int, same: Object | None = None) -> bytes:
        """So many bytes of an object from `start` on; an object that holds fewer is a fault.

        same : the object as it was seen; bytes of another are not given

        Raises
        ------
        SourceError
            There is none, the store says no, it does not answer, its answers are cut.
        Replaced
            The object is not `same` any more.
        """
        return self.first(name, length, start=start, same=same, whole=True)[0] if length else b""

    def first(
        self, name: str, most: int, *, start: int = 0, same: Object | None = None, whole: bool = False
    ) -> tuple[bytes, Object]:
        """Up to so many bytes of an object, and what it is, by one request; `whole`: that many."""
        options: dict[str, Any] = {"range": (start, start + most)}
        if same is not None and same.etag:
            options["if_match"] = same.etag

        def ask(_: int) -> tuple[bytes, Object]:
            try:
                got = self._obstore.get(self._store, self._path(name), options=options)
            except self._obstore.exceptions.PreconditionError:
                raise Replaced(name) from None
            what, data = self._object(name, got.meta), bytes(got.bytes())
            if same is not None and not what.is_same(same):
                raise Replaced(name)
            if len(data) != (most if whole else min(most, what.size - start)):
                raise Cut
            return data, what

        try:
            return again(ask, self._at(name))
        except FileNotFoundError:
            raise missing(self._at(name)) from None
        except Exception:
            if not start and not whole and (what := self.head(name)) is not None and not what.size:
                return b"", what  # of no bytes there is no range
            raise

    def read_many(self, ranges: Iterable[tuple[str, int, int]], *, at_once: int = 32) -> Iterator[bytes]:
        """`read` of many (name, start, length), so many at a time, in their order."""
        return in_threads(lambda one: self.read(*one), ranges, at_once)

    def read_whole(self, name: str) -> bytes:
        """All bytes of an object."""
        return self.read_version(name)[0]

    def read_version(self, name: str) -> tuple[bytes, Object]:
        """All bytes of an object, and which version of it they are, for `put_if_same`."""
        while True:
            head, what = self.first(name, PART)
            starts = range(len(head), what.size, PART)
            try:
                rest = in_threads(partial(self._part, name, what), starts, 4)
                return b"".join([head, *rest]), what
            except Replaced:
                continue

    def _part(self, name: str, same: Object, start: int) -> bytes:
        return self.read(name, start, min(PART, same.size - start), same)

    def _object(self, name: str, meta: Any) -> Object:
        modified: datetime = meta["last_modified"]
        ns = int(modified.timestamp()) * 10**9 + modified.microsecond * 1000
        tag = meta["e_tag"] or ""
        if self.scheme == "az" and tag and not tag.startswith('"'):
            tag = f'"{tag}"'  # as it is in headers; Azure's lists have none
        return Object(name, meta["size"], tag, ns, meta["version"] or "")

    def _path(self, name: str) -> str:
        return "/".join(filter(None, (self._prefix, name)))

    def _name(self, path: str) -> str:
        return path[len(self._prefix) + 1 :] if self._prefix else path

    def _at(self, name: str) -> str:
        return shown(self.url_of(name))

    def _check_list(self) -> None:
        if not self.has_list:
            raise SettingsError(f"{shown(self.url)}: {NO_CHANGE.format('listed')}")

    @property
    def _store(self) -> Any:
        return store_of(self.scheme, self._place)


NO_CHANGE = "what lies on a server of files cannot be {}; name a bucket or files."


def bucket_of(url: Any) -> tuple[Bucket, str]:
    """The bucket, server or file system of a URL, and the object's name in it."""
    found = parts(os.fsdecode(url))
    return Bucket(f"{found.scheme}://{found.place}"), name_in(found)
