"""How a file is, without an exception: what `--report` writes and what many files are sorted by."""

from __future__ import annotations

import os
import sys
from typing import Any

from sonograph.errors import LimitError, MissingExtra, SettingsError, SonographError, TextError
from sonograph.io.audio import settled
from sonograph.io.filesource import FileSource
from sonograph.io.status import Status


def examine(path: str | bytes | os.PathLike[Any], **options: Any) -> Status:
    """Go through all of a file, and say how it is. Options as `open`.

    Examples
    --------
    >>> examine("no such file.wav").sentence
    'no such file.wav: does not exist. Check the name.'
    """
    try:
        return settled(path, FileSource.check, complex_too=True, **options)
    except SonographError as error:
        return status_of(error)


def status_of(error: SonographError) -> Status:
    """The status of a file that could not be opened."""
    word = "refused" if isinstance(error, LimitError | MissingExtra | SettingsError) else "failed"
    reason = {LimitError: "limit", MissingExtra: "extra", SettingsError: "settings", TextError: "settings"}.get(
        type(error), "unreadable"
    )
    return Status(word, getattr(error, "reason", reason), str(error))


def record(path: Any, status: Status, source: FileSource | None = None) -> dict[str, Any]:
    """A status as plain values, one line of JSON a file, whose name keeps its bytes (as surrogates).

    `peak`, `not_finite` and `first_bad`, the first sample that is missing or not finite, are known once all was read.
    """
    values: dict[str, Any] = {"file": os.fsdecode(path)}
    values |= {"status": status.word, "reason": status.reason, "sentence": status.sentence}
    values |= {"expected": status.expected, "decoded": status.decoded}
    values |= {"sonograph": sys.modules["sonograph"].__version__}
    if source is not None:
        values |= {"format": source.format, "decoder": source.decoder}
        values |= {"size": source.size, "modified_ns": source.modified_ns}
        tally = source.tally
        if tally is not None:
            values |= {"peak": tally.loudest, "not_finite": tally.odd, "first_bad": tally.first_bad}
    return values
