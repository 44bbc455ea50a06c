"""What a sound that is written says of itself: names that WAV, FLAC and Ogg all have a place for, and its start."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sonograph.checks import short
from sonograph.errors import SettingsError

NAMES = {
    "title": b"INAM",
    "artist": b"IART",
    "comment": b"ICMT",
    "album": b"IPRD",
    "genre": b"IGNR",
    "copyright": b"ICOP",
    "software": b"ISFT",
}
"""The fields, and what a RIFF INFO list calls them (Microsoft's Multimedia Programming Interface 1.0); FLAC and Ogg
call them by the same words."""
START = b"ICRD"
LONGEST = 2000
"""Characters of a text, which is what readers take of one."""


def checked_texts(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """The fields that are given, checked.

    Raises
    ------
    SettingsError
        A name that is none of `NAMES`; what is no text of one line.
    """
    if metadata is None:
        return {}
    if not isinstance(metadata, Mapping):
        raise SettingsError(f"metadata is {type(metadata).__name__}; it must be a dictionary, as {{'title': 'Robin'}}")
    for name, text in metadata.items():
        if name == "date":
            raise SettingsError("metadata holds date; when a sound began is its start: Signal(…, start=…)")
        if name not in NAMES:
            raise SettingsError(f"metadata holds {short(repr(name))}; it may have {', '.join(NAMES)}")
        if not isinstance(text, str) or not text.isprintable() or len(text) > LONGEST:
            raise SettingsError(f"{name} is {short(repr(text))}; it must be a line of at most {LONGEST} letters")
    return {name: text for name, text in metadata.items() if text}


def riff_list(texts: Mapping[str, str], start: datetime | None) -> bytes:
    """The chunk of a WAV that says so; none where there is nothing to say."""
    entries = [(NAMES[name], text) for name, text in texts.items()]
    entries += [(START, start.isoformat())] if start is not None else []
    body = b"".join(_entry(name, text.encode() + b"\0") for name, text in entries)
    return struct.pack("<4sI4s", b"LIST", 4 + len(body), b"INFO") + body if entries else b""


def _entry(name: bytes, text: bytes) -> bytes:
    return struct.pack("<4sI", name, len(text)) + text + b"\0" * (len(text) % 2)


def put_in_file(file: Any, texts: Mapping[str, str], start: datetime | None) -> None:
    """The same into a SoundFile that is being written."""
    for name, text in texts.items():
        setattr(file, name, text)
    if start is not None:
        file.date = start.isoformat()
