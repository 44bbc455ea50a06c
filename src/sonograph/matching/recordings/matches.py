"""What a search answers."""

from __future__ import annotations

from typing import Any, NamedTuple


class Match(NamedTuple):
    """A place in a recording that is the sound that was looked for.

    recording : its name in the index
    offset : where in the recording the sound's `start` is, s
    until : where in the recording its `end` is, s
    speed : how many times as fast as the recording it runs
    votes : peaks that lie where others say, the more the surer
    chance : how often a recording that is not in the index would align as well
    start, end : from where to where in the sound the recording is heard, s
    """

    recording: str
    offset: float
    until: float
    speed: float
    votes: int
    chance: float
    start: float
    end: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values, times to a tenth of a millisecond, ready for JSON."""
        values = self._asdict()
        for name in ("offset", "until", "start", "end"):
            values[name] = round(values[name], 4)
        return values | {"speed": round(self.speed, 5), "chance": float(f"{self.chance:.3g}")}
