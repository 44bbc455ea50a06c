"""How a file was: ok, warn, unread, partial, empty, failed or refused, why, and in one sentence.

Whatever is found on the way is a Fault; the worst of them is the Status.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sonograph.errors import SourceError

WORDS = ("ok", "warn", "unread", "empty", "partial", "refused", "failed")
"""From the best to the worst."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a file.

    word : how bad it makes the file, one of `WORDS`
    reason : a code that does not change, as "data-cut"
    what : what is wrong, and where; then what to do
    """

    word: str
    reason: str
    what: str


@dataclass(frozen=True)
class Status:
    """How a file was.

    word : one of `WORDS`
    reason : a code that does not change, as "data-cut"; "" when ok
    sentence : the file, what is wrong, what to do; "" when ok
    expected : samples of each channel that the file promises, or None where it promises nothing
    decoded : samples of each channel that were there, or None while nobody has looked
    """

    word: str = "ok"
    reason: str = ""
    sentence: str = ""
    expected: int | None = None
    decoded: int | None = None


class Unreadable(SourceError):
    """A file that cannot be read; `reason` is a code that does not change."""

    def __init__(self, sentence: str, reason: str = "unreadable") -> None:
        super().__init__(sentence)
        self.reason = reason


_CAUSES = {
    errno.EIO: "the disk or the network gave an error",
    errno.ETIMEDOUT: "the network did not answer",
    errno.ENOTCONN: "the network is not there",
    errno.ESTALE: "the file is no longer there on its server",
    errno.ENODEV: "the disk is no longer there",
    errno.ENXIO: "the disk is no longer there",
    errno.EACCES: "it may not be read",
    errno.EPERM: "it may not be read",
    errno.ENOMEM: "there is no memory left",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
    errno.EISDIR: "it is a folder",
    errno.EINTR: "it was interrupted",
}


def cause(error: OSError) -> str:
    """Why the system could not do it, in words that are the same on every system.

    >>> cause(OSError(5, "Input/output error")), cause(OSError(200, "what is this"))
    ('the disk or the network gave an error', "the system's error 200")
    """
    if error.errno is None:
        return str(error).rstrip(".") if isinstance(error, SourceError) else "the system says no more"
    return _CAUSES.get(error.errno, f"the system's error {error.errno}")


def read_error(sample: int, error: OSError) -> Fault:
    """The disk or the network failed on the way."""
    what = f"could not be read from sample {sample:,} on ({cause(error)})."
    return Fault("partial", "read-error", f"{what} What comes before was used; try again.")


def short(missing: int) -> Fault:
    """That so many samples are missing, where nothing else says why."""
    what = f"{missing:,} of its samples could not be decoded. What comes before was used; copy the file again."
    return Fault("partial", "short", what)


def worst(path: Any, faults: Iterable[Fault], expected: int | None, decoded: int | None) -> Status:
    """The worst of the faults as a Status; the first of them where several are as bad.

    >>> worst("a.wav", [Fault("warn", "riff-size", "the RIFF size is 0.")], 10, 10).sentence
    'a.wav: the RIFF size is 0.'
    """
    ranked = sorted(faults, key=lambda fault: -WORDS.index(fault.word))
    if not ranked:
        return Status(expected=expected, decoded=decoded)
    return Status(ranked[0].word, ranked[0].reason, f"{shown(path)}: {ranked[0].what}", expected, decoded)


def shown(path: Any) -> str:
    """A path as text of one line, whatever bytes it is made of.

    >>> shown(b"caf\\xe9.wav"), shown("two\\nlines.wav")
    ('caf\\\\xe9.wav', 'two\\\\nlines.wav')
    """
    text = os.fsencode(path).decode(errors="backslashreplace")
    line = text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return line if len(line) <= 200 else f"{line[:80]}…{line[-100:]}"
