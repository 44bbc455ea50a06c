"""The text of a file that a person wrote: settings, a calibration, marks."""

from __future__ import annotations

from typing import Any

from sonograph.errors import TextError
from sonograph.io.opened_files import opened_file
from sonograph.io.status import Unreadable, cause
from sonograph.texts import LONGEST


def text_of(path: Any) -> str:
    """All of a file of TOML, which is a regular file, in UTF-8, and no longer than such files are.

    Raises
    ------
    TextError
        It is not; with the name.
    """
    try:
        file = opened_file(path)
    except Unreadable as error:
        raise TextError(str(error)) from None
    try:
        data = file.at(0, LONGEST + 1)
        if len(data) > LONGEST:
            raise TextError(f"{file.name}: has {file.size:,} bytes; a file of TOML must have at most {LONGEST:,}.")
        return data.decode()
    except UnicodeDecodeError:
        raise TextError(f"{file.name}: is not text; it must be TOML in UTF-8.") from None
    except OSError as error:
        if isinstance(error, TextError):
            raise
        raise TextError(f"{file.name}: could not be read ({cause(error)}).") from None
    finally:
        file.close()
