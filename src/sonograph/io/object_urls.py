"""What is a URL of an object, and what its parts are. Which schemes obstore reads; all others are fsspec's."""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple
from urllib.parse import unquote

from sonograph.errors import SettingsError
from sonograph.io.status import shown

SERVERS = ("https", "http")
SCHEMES = ("s3", "gs", "az", *SERVERS)

_URL = re.compile(r"([a-z][a-z0-9+.-]+)://(.*)", re.DOTALL)
_OWN = re.compile(r"([^/]+)(?:/(.*))?", re.DOTALL)


class Parts(NamedTuple):
    """Of a URL, as "s3://bucket/folder/a.wav": "s3", "bucket" and "folder/a.wav"; of a server, "https" and its host."""

    scheme: str
    place: str
    name: str


def is_url(text: Any) -> bool:
    """Whether it names an object, or all below a prefix, in a bucket, on a server or in a file system of fsspec's.

    >>> is_url("s3://bucket/a.wav"), is_url("memory://a.wav"), is_url("C:/a.wav"), is_url("s3:/bucket")
    (True, True, False, False)
    """
    if not isinstance(text, str | bytes | os.PathLike):
        return False
    found = _URL.fullmatch(os.fsdecode(text))
    if not found or found[1] == "file":
        return False
    return found[1] not in SCHEMES or _OWN.fullmatch(found[2]) is not None


def is_only_here(text: Any) -> bool:
    """Whether it names what only this process has, so that another does not find it: fsspec's memory:// URLs."""
    return isinstance(text, str | bytes | os.PathLike) and os.fsdecode(text).startswith("memory://")


def url_split(url: str) -> tuple[str, str]:
    """The folder and the name, which joined by "/" are the URL again, as `os.path.split` does not leave "memory://a".

    >>> url_split("s3://bucket/x/a.wav"), url_split("memory://a.wav")
    (('s3://bucket/x', 'a.wav'), ('memory:/', 'a.wav'))
    """
    folder, _, name = url.rpartition("/")
    return folder, name


def parts(url: str) -> Parts:
    """The parts of a URL.

    Raises
    ------
    SettingsError
        It is no such URL; fsspec knows no such scheme.
    MissingExtra
        It is one of fsspec's, which is not there, or lacks what it needs for it.
    """
    if not is_url(url):
        raise SettingsError(f"{shown(url)} is no URL of an object; it must be as s3://bucket/folder/a.wav")
    scheme, rest = url.split("://", 1)
    if scheme not in SCHEMES:
        from sonograph.io.fsspec_stores import parted

        return Parts(scheme, *parted(scheme, rest))
    place, _, name = rest.partition("/")
    return Parts(scheme, place, name)


def name_in(url: Parts) -> str:
    """The name of an object; on a server as it is written in a browser, in buckets names are taken as they are."""
    if url.scheme not in SERVERS:
        return url.name
    if "?" in url.name:
        text = shown(f"{url.scheme}://{url.place}/{url.name}")
        raise SettingsError(f"{text} has a question in it (?…), which is not sent; name a plain file")
    return unquote(url.name)
