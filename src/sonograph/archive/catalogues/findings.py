"""What a look at a catalogue finds: each one thing, with a word for it, a sentence and its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "clock-unset", "clock-changed", "no-time", "names", "order", "origins-apart", "hour-twice", "recorders", "rate",
    "gain", "channels", "overlap", "lost", "duplicate",
)  # fmt: skip
"""The words, in the order in which they are told."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    kind : one of `KINDS`
    sentence : what it is, in words
    file : where; "" where it is of no one file
    more : its numbers by name, as JSON can hold them
    """

    kind: str
    sentence: str
    file: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        return {"kind": self.kind, "file": self.file, "sentence": self.sentence, **self.more}
