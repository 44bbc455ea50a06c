"""File systems of fsspec as stores of objects, by the calls that `objects` makes of obstore. Read, and not written:
fsspec knows no writing on condition, by which alone one run at a time has an archive, and nothing else goes to URLs.

A version of a file is told by what its file system says of it (a tag, a hash, a time), asked again behind each
range. Keys come from fsspec's own configuration (FSSPEC_… in the environment, ~/.config/fsspec).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, NoReturn, TypeVar

from sonograph.errors import MissingExtra, SettingsError

Made = TypeVar("Made")

TAGS = ("ETag", "etag", "e_tag", "sha", "md5Hash", "md5")
TIMES = ("mtime", "LastModified", "last_modified", "lastModified", "modified", "modify", "updated", "created")
"""What file systems call what changes with a file's bytes, and when it was written; the first that one has counts."""


class Changed(Exception):
    """A file is another than the one that was asked for."""


exceptions = SimpleNamespace(PreconditionError=Changed)


class Files:
    """A file system, connected when it is first asked and again once a connection broke.

    One that is not asynchronous is asked one thing at a time, as few of them may be used by several threads.

    root : "sftp://host/", which stands before the names
    """

    def __init__(self, scheme: str, place: str) -> None:
        self.root = f"{scheme}://{place}"
        self._files: Any = None
        self._turn = threading.Lock()

    def ask(self, work: Callable[[Any, str], Made], name: str) -> Made:
        """What `work` gives, called with the file system and the path of a name in it."""
        with self._turn:
            files = self._files = self._files or self._connected()
            if not files.async_impl:
                return self._asked(work, files, name)
        return self._asked(work, files, name)

    def _asked(self, work: Callable[[Any, str], Made], files: Any, name: str) -> Made:
        try:
            return work(files, files._strip_protocol(self.root + name))
        except Exception as error:
            self._tell(error)

    def _connected(self) -> Any:
        from fsspec.core import url_to_fs

        try:
            files = url_to_fs(self.root, skip_instance_cache=True)[0]
        except Exception as error:
            self._tell(error)
        if hasattr(files, "dircache"):
            files.dircache.use_listings_cache = False  # what was so is not what is
            files.invalidate_cache()
        return files

    def _tell(self, error: Exception) -> NoReturn:
        """An error as `object_tries` knows them: what a server said, who may not, what is broken."""
        said = getattr(error, "response", None)
        code = getattr(said, "status_code", None) or getattr(error, "status", None) or getattr(error, "code", None)
        if code in (401, 403) or isinstance(error, PermissionError):
            raise PermissionError(str(error)) from error
        if code == 404 or isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError):
            raise FileNotFoundError(str(error)) from error
        if isinstance(code, int):
            raise RuntimeError(f"status code: {code}") from error
        if isinstance(error, OSError | EOFError):
            self._files = None
            raise ConnectionError(str(error)) from error
        raise error


def head(store: Files, path: str) -> dict[str, Any]:
    """As `obstore.head`."""
    return store.ask(lambda files, at: _meta(_info(files, at), path), path)


def get(store: Files, path: str, *, options: dict[str, Any]) -> Any:
    """As `obstore.get` of a range: bytes of one version, or none."""

    def work(files: Any, at: str) -> tuple[dict[str, Any], bytes]:
        before = options.get("if_match") or _meta(_info(files, at), path)["e_tag"]
        data = files.cat_file(at, *options["range"])
        after = _meta(_info(files, at), path)
        if after["e_tag"] != before:
            raise Changed(path) if "if_match" in options else ConnectionError("it was written meanwhile")
        return after, data

    meta, data = store.ask(work, path)
    return SimpleNamespace(meta=meta, bytes=lambda: data)


def list(store: Files, prefix: str | None, *, offset: str | None, chunk_size: int) -> Iterator[Any]:
    """As `obstore.list`: all files below a folder, in the order of their names."""
    found = sorted(_below(store, prefix or ""), key=lambda one: one["path"])
    left = [one for one in found if offset is None or one["path"] > offset]
    return (left[first : first + chunk_size] for first in range(0, len(left), chunk_size))


def list_with_delimiter(store: Files, prefix: str | None) -> dict[str, Any]:
    """As `obstore.list_with_delimiter`."""
    return {"common_prefixes": [name for name, one in _entries(store, prefix or "") if one["type"] == "directory"]}


def _below(store: Files, folder: str) -> Iterator[dict[str, Any]]:
    """Each folder by one question, whose fault is one of the whole list: fsspec's own walk passes over it."""
    for name, one in _entries(store, folder):
        if one["type"] == "directory":
            yield from _below(store, name)
        elif one["type"] == "file":
            yield _meta(one, name)


def _entries(store: Files, folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    def work(files: Any, at: str) -> Any:
        found = files.ls(at, detail=True)
        return [one if one["type"] in ("file", "directory") else _linked(files, one) for one in found]

    try:
        found = store.ask(work, folder)
    except FileNotFoundError:
        return
    for one in found:
        name = one["name"].strip("/")
        if name != folder:  # some name the folder among what it holds
            yield name, one


def _linked(files: Any, entry: dict[str, Any]) -> dict[str, Any]:
    """The file that a link leads to; other folders are not entered by one."""
    try:
        found: dict[str, Any] = files.info(entry["name"])
    except FileNotFoundError:
        return entry
    return {**found, "name": entry["name"]} if found["type"] == "file" else entry


def _info(files: Any, at: str) -> dict[str, Any]:
    found: dict[str, Any] = files.info(at)
    if found["type"] == "directory":
        raise FileNotFoundError(at)
    return found


def _meta(info: dict[str, Any], path: str) -> dict[str, Any]:
    tag = next((str(info[key]).strip('"') for key in TAGS if info.get(key)), "")  # some have quotes, but not in lists
    time = next((info[key] for key in TIMES if info.get(key)), None)
    return {
        "path": path,
        "size": int(info["size"]),
        "e_tag": tag or f"{info['size']} {time}",
        "last_modified": _time(time),
        "version": None,
    }


def _time(told: Any) -> datetime:
    """A time as file systems tell it: a time, text of ISO 8601, or seconds; 1970 where they tell none we know."""
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    if isinstance(told, str):
        try:
            told = datetime.fromisoformat(told)
        except ValueError:
            told = None
    if not isinstance(told, datetime):
        return datetime.fromtimestamp(0, UTC)
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def class_of(scheme: str) -> Any:
    """The file system of a scheme.

    Raises
    ------
    SettingsError
        fsspec knows none.
    MissingExtra
        fsspec, or what it needs for that one, is not there.
    """
    try:
        import fsspec
    except ImportError:
        raise MissingExtra(f"{scheme}:// needs fsspec: pip install fsspec") from None
    try:
        return fsspec.get_filesystem_class(scheme)
    except ValueError:
        raise SettingsError(
            f"{scheme}:// is known neither here nor to fsspec; name a file, or s3://, gs://, az://, https://"
        ) from None
    except ImportError as error:
        raise MissingExtra(f"{scheme}:// needs more than fsspec: {error}") from None


def parted(scheme: str, rest: str) -> tuple[str, str]:
    """What stands before the names in a URL without its scheme ("host/" or nothing), and the name.

    >>> parted("memory", "folder/a.wav")
    ('', 'folder/a.wav')
    """
    name = class_of(scheme)._strip_protocol(f"{scheme}://{rest}").strip("/")
    bare = rest.rstrip("/")
    if "::" in rest or not bare.endswith(name):
        raise SettingsError(f"{scheme}://{rest} is read as {name!r} by fsspec; name one whole path without ? and ::")
    return bare[: len(bare) - len(name)] if name else rest, name + rest[len(bare) :] if name else ""
