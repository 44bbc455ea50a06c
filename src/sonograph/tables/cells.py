"""Text as one cell of a CSV that comes back as it was, and that no spreadsheet takes for a formula.

A spreadsheet computes a cell that begins with one of = + - @, whatever quotes are around it, and a formula can send
what is beside it elsewhere. Such a text gets a ' in front, and so does one that begins with a ' itself: whoever reads
the table takes one ' away. Numbers are no text, and stay as they are.
"""

from __future__ import annotations

import unicodedata

_RUN = tuple("'=+-@＝＋－＠")  # a spreadsheet in Chinese or Japanese takes the wide ones for the others
_LINES = tuple("\t\r\n")
_ORDER = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # separators, and what turns words round


def cell(text: str) -> str:
    r"""A text as a cell: quoted where it must be, harmless, and without characters that move a terminal's cursor.

    >>> print(cell("robin.wav"), cell("a, b"), cell("=1+1.wav"), cell("\x1b[2J"))
    robin.wav "a, b" '=1+1.wav \x1b[2J
    """
    shown = "".join(repr(c)[1:-1] if _is_control(c) else c for c in text)
    begin = next((c for c in shown if not c.isspace() and unicodedata.category(c) != "Cf"), "")
    if shown.startswith(_LINES) or begin in _RUN:
        shown = f"'{shown}"
    if shown != shown.strip() or any(c in shown for c in (",", ";", '"', *_LINES)):
        shown = '"' + shown.replace('"', '""') + '"'
    return shown


def text_of(cell: str) -> str:
    r"""The text of a cell that a reader of CSV has freed of its quotes; control characters stay as they are written.

    >>> text_of("'=1+1.wav"), text_of("robin.wav")
    ('=1+1.wav', 'robin.wav')
    """
    return cell.removeprefix("'")


def _is_control(c: str) -> bool:
    return c not in _LINES and (unicodedata.category(c) == "Cc" or c in _ORDER)
