"""A length as people type it. It loads nothing, as every command needs it for its help."""

from __future__ import annotations

from typing import NamedTuple


class Length(NamedTuple):
    """A length in samples, or in seconds."""

    value: float
    in_samples: bool

    def samples(self, sample_rate: float) -> float:
        """In samples: whole ones where they were given as a time."""
        return self.value if self.in_samples else round(self.value * sample_rate)
