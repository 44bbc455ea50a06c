"""Notes as frequencies: C4 is middle C, A4 is 440 Hz, twelve equal semitones to the octave."""

from __future__ import annotations

import re
from typing import Any

_NOTE = re.compile(r"([A-Ga-g])([#♯b♭]*)(-?[0-9]{1,2})([+-][0-9]{1,2})?")
_ABOVE_C = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SEMITONES = {"#": 1, "♯": 1, "b": -1, "♭": -1}


def note(text: str) -> float | None:
    """The frequency of a note, Hz, perhaps with cents; None where it is none.

    >>> note("A4"), round(note("C2"), 2), round(note("Bb3+50"), 2), note("H4")
    (440.0, 65.41, 239.91, None)
    """
    found = _NOTE.fullmatch(text.strip())
    if not found:
        return None
    letter, signs, octave, cents = found.groups()
    semitones = _ABOVE_C[letter.upper()] - 9 + sum(_SEMITONES[sign] for sign in signs) + 12 * (int(octave) - 4)
    return float(440.0 * 2.0 ** ((semitones + int(cents or 0) / 100) / 12))


def in_hertz(value: Any) -> Any:
    """Notes as numbers, in a list or tuple too; whatever else there is stays, for others to check.

    >>> in_hertz(("A3", 880)), in_hertz("loud"), in_hertz(5)
    ((220.0, 880), 'loud', 5)
    """
    if isinstance(value, str):
        found = note(value)
        return value if found is None else found
    if isinstance(value, list | tuple):
        return type(value)(in_hertz(one) for one in value)
    return value
