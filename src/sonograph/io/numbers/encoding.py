"""The bytes of a text, whoever wrote it: UTF-8, UTF-16 and UTF-32, or an old page of one byte a letter."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PEEK = 4096


def as_utf8(data: bytes) -> bytes:
    """A text whose letters below 128 are one byte each, without its mark and with the line ends of Unix.

    Zeros at the end, as a recorder leaves that loses power, are left out.

    >>> as_utf8("a;b\\r\\n".encode("utf-16")), as_utf8(b"1\\r2\\r\\0\\0")
    (b'a;b\\n', b'1\\n2\\n')
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", wide(data)))
    if encoding not in ("", "utf-8"):
        size = 4 if "32" in encoding else 2
        data = data[len(mark) : len(data) // size * size].decode(encoding, "replace").encode()
    else:
        data = data[len(mark) :]
    data = data.rstrip(b"\0\x1a")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data


def wide(data: bytes) -> str:
    """UTF-16 without a mark, known by its zeros; "" for anything else.

    >>> wide("time".encode("utf-16-be")), wide(b"time")
    ('utf-16-be', '')
    """
    head = data[:_PEEK]
    half = len(head) // 2
    for encoding, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if half and zeros.count(0) > 0.9 * half and letters.count(0) < 0.1 * half:
            return encoding
    return ""


def words(data: bytes) -> str:
    """A line as text: UTF-8, or the page of Western Windows where it is none.

    >>> words("µPa".encode()), words("µPa".encode("latin-1"))
    ('µPa', 'µPa')
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
