"""How a command ends: its exit code, and the one sentence on standard error that says why."""

from __future__ import annotations

import errno
import sys

from sonograph.cli.spoken import in_command
from sonograph.errors import LimitError, MissingExtra, OutputError, SettingsError, SourceError, TextError

DONE, BUG, USAGE, INPUT, OUTPUT, NO_MATCH, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 4, 5, 130, 143

TABLE = (
    "exit status: 0 done, 2 an option is wrong, 3 an input is at fault (the others\n"
    "             are done), 4 the output cannot be written, a package is missing or\n"
    "             there is no memory, 5 no match (find --must-match), 130 or 143\n"
    "             interrupted, 1 a fault of Sonograph"
)

# the first that fits; SourceError and OutputError are OSErrors as well
CODES: tuple[tuple[type[BaseException], int], ...] = (
    (TextError, INPUT),
    (SettingsError, USAGE),
    (LimitError, USAGE),
    (SourceError, INPUT),
    (OutputError, OUTPUT),
    (MissingExtra, OUTPUT),
    (MemoryError, OUTPUT),
)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF)  # the last: there is no standard output at all


def talk(words: str) -> None:
    """A line on standard error in the words of a shell, also where a name in it holds what would move the cursor."""
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in in_command(words))
    print(f"sonograph: {line}", file=sys.stderr)


def counted(count: int, noun: str) -> str:
    """So many of something.

    >>> counted(1, "file"), counted(2000, "row")
    ('1 file', '2,000 rows')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def code_of(error: BaseException) -> int | None:
    """The exit code of an error that is not our bug."""
    return next((code for kind, code in CODES if isinstance(error, kind)), None)


def code_of_input(error: BaseException) -> int:
    """The exit code of what was wrong with one file of several: one that is over a limit is at fault itself."""
    return INPUT if isinstance(error, LimitError) else code_of(error) or BUG


def report(error: BaseException) -> int:
    """Say what went wrong; return the exit code. A traceback is shown of our own faults only."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else BUG
    if isinstance(error, KeyboardInterrupt):
        talk("interrupted")
        return INTERRUPTED
    code = code_of(error)
    if code is not None:
        talk(str(error) or "there is not enough memory")
        return code
    if isinstance(error, OSError) and error.errno in NO_ROOM and error.filename is None:  # print knows no name
        talk(f"standard output: {error.strerror}. Make room there, or write to another place.")
        return OUTPUT
    import traceback

    traceback.print_exception(error)
    talk("this is a fault of Sonograph itself; please report it with the lines above")
    return BUG


def worst(codes: set[int]) -> int:
    """One code for several: a fault of an input says more than an option that did not suit it."""
    return max(codes, default=DONE)
