"""Objects of buckets written whole, in place of another version or of none where the store knows such conditions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sonograph.errors import OutputError
from sonograph.io.object_tries import again, meets_another
from sonograph.io.object_urls import SCHEMES
from sonograph.io.objects import NO_CHANGE, PART, Bucket, Object
from sonograph.io.status import shown


class WritableBucket(Bucket):
    """A bucket that is written too: s3://…, gs://…, az://…; of others each writing is refused."""

    def put(self, name: str, data: bytes) -> Object:
        """Write an object whole, in place of one that is there.

        Raises
        ------
        OutputError
            The store says no, or does not answer.
        """
        result = again(lambda _: self._put(name, data, "overwrite"), self._at(name), writing=True)
        return self._written(name, data, result)

    def put_file(self, name: str, path: Path) -> None:
        """Write an object of what a file holds, as `put`: in parts where it is large, which is there once all are."""

        def write(_: int) -> None:
            self._check_writing()
            self._obstore.put(self._store, self._path(name), path, use_multipart=path.stat().st_size > PART)

        again(write, self._at(name), writing=True)

    def put_if_absent(self, name: str, data: bytes) -> bool:
        """Write an object where there is none; whether that was so.

        An answer that is lost on its way is made up for by reading: where the object holds `data` it was written, so
        let `data` be what nobody else would write.

        Raises
        ------
        OutputError
            The store says no, does not answer, or knows no such condition.
        """
        return self._put_on_condition(name, data, "create") is not None

    def put_if_same(self, name: str, data: bytes, same: Object) -> Object | None:
        """Write an object in place of the version that is known, as `put_if_absent`; None where it is another now."""
        condition = {key: value for key, value in (("e_tag", same.etag), ("version", same.version)) if value}
        return self._put_on_condition(name, data, condition)

    def delete(self, name: str) -> None:
        """Take an object away, if it is there."""
        self._check_writing()
        try:
            again(lambda _: self._obstore.delete(self._store, self._path(name)), self._at(name), writing=True)
        except FileNotFoundError:
            return

    def check_conditions(self, name: str) -> None:
        """Refuse a store that writes over an object in spite of a condition; `name` is a trial, and taken away again.

        Raises
        ------
        OutputError
            It does, or cannot be written.
        """
        tag = os.urandom(16).hex()
        self.delete(name)
        self.put_if_absent(name, f"{tag} 1".encode())
        kept = not self.put_if_absent(name, f"{tag} 2".encode())
        self.delete(name)
        if not kept:
            raise OutputError(f"{self._at(name)}: {_NO_CONDITIONS}")

    def _put_on_condition(self, name: str, data: bytes, condition: Any) -> Object | None:
        self._check_writing()
        errors = self._obstore.exceptions

        def ask(tried: int) -> Object | None:
            try:
                return self._written(name, data, self._put(name, data, condition))
            except (errors.AlreadyExistsError, errors.PreconditionError) as error:
                if meets_another(error):
                    raise
                if not tried:
                    return None
            except (errors.NotSupportedError, NotImplementedError):
                raise OutputError(f"{self._at(name)}: {_NO_CONDITIONS}") from None
            except Exception as error:
                if "status code: 501" in str(error):
                    raise OutputError(f"{self._at(name)}: {_NO_CONDITIONS}") from None
                raise
            found, what = self.read_version(name)  # an answer was lost: was it that it is written?
            return what if found == data else None

        return again(ask, self._at(name), writing=True)

    def _put(self, name: str, data: bytes, mode: Any) -> Any:
        self._check_writing()
        return self._obstore.put(self._store, self._path(name), data, mode=mode, use_multipart=False)

    def _written(self, name: str, data: bytes, result: Any) -> Object:
        return Object(name, len(data), result["e_tag"] or "", 0, result["version"] or "")

    def _check_writing(self) -> None:
        if not self.has_list:
            raise OutputError(f"{shown(self.url)}: {NO_CHANGE.format('changed')}")
        if self.scheme not in SCHEMES:
            raise OutputError(f"{shown(self.url)}: {_NO_WRITING}")


_NO_WRITING = (
    "what fsspec reads is not written, as it knows no writing on condition, so that two runs could take the same "
    "archive. Write to a disk, or to a bucket of s3://, gs:// or az://; a copy of it there can be read."
)
_NO_CONDITIONS = (
    "the store knows no conditional writing (If-None-Match), so that two runs could take the same archive. Use a "
    "store that does, or write to a disk."
)
