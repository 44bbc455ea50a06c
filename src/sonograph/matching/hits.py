"""What detectors find: hits, each with its chance, as rows, marks and tables.

Whoever finds boxes makes them so, and writes them in one way (`hit_tables`):

    rows = [Hit(1.2, 1.9, 2000.0, 8000.0, "wren", score=0.81, per_hour=0.02, hours=0.5, file="a.wav")]
    hits = Hits(rows, [Listened("a.wav", seconds=1800.0)])
    hits.write("hits.selections.txt")

What a detector has to say besides goes into `more`: plain numbers and words, which follow in JSON, CSV and Raven's
tables.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, overload

from sonograph.io.mark import OFFSET, Mark
from sonograph.io.status import shown
from sonograph.matching.hit_tables import COLUMNS, write_hits

if TYPE_CHECKING:
    import numpy as np

BEGIN_FILE = "Begin File"
PLACES = {"start": 6, "end": 6, "low": 3, "high": 3, "score": 6, "hours": 6}
"""Digits behind the point, in tables."""
MORE = 6
"""The same, of numbers in `more`; of those that are less than a thousandth, three that count."""


@dataclass(frozen=True)
class Hit:
    """Where a detector found something.

    start, end : seconds from the start of the sound
    low, high : Hz; None where it has no such limit
    name : what was found
    score : how well it fits; what the numbers mean is the detector's to say
    per_hour : how often an hour chance gives a score as good in this recording: expected false alarms; NaN: not known
    per_hour_low, per_hour_high : its 95 % interval; None where there is none
    hours : of this recording that the rate rests on; None where there is no rate
    extrapolated : whether chance gave fewer such scores in these hours than one, so that its law had to be continued
    channel : from 0
    file : the sound's name; "" for one in memory
    more : what else is known of it: numbers, words, None
    """

    start: float
    end: float
    low: float | None
    high: float | None
    name: str
    score: float
    per_hour: float
    per_hour_low: float | None = None
    per_hour_high: float | None = None
    hours: float | None = None
    extrapolated: bool = False
    channel: int = 0
    file: str = ""
    more: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON: as `COLUMNS`, then `more`.

        Examples
        --------
        >>> Hit(0.5, 1.0, None, None, "click", 7.0, 0.012345).to_dict()["per_hour"]
        0.0123
        """
        values: dict[str, Any] = {}
        for name in COLUMNS:
            values[name] = _plain(getattr(self, name), PLACES.get(name))
        values["file"] = os.fsdecode(self.file)
        return values | {name: _plain(value, MORE if _is_large(value) else None) for name, value in self.more.items()}

    def to_mark(self) -> Mark:
        """The same as a mark, with the rest in its `extra`, as Raven's tables have it."""
        values = self.to_dict()
        extra = {"Channel": str(self.channel + 1)}
        if self.file:
            extra |= {BEGIN_FILE: shown(PurePath(os.fsdecode(self.file)).name), OFFSET: f"{values['start']:.6f}"}
        extra["Score"] = f"{values['score']}"
        named = {"per_hour": "Per Hour", "hours": "Hours"}
        rest = {named.get(name, name): value for name, value in values.items() if name in named or name in self.more}
        extra |= {name: f"{value}" for name, value in rest.items() if value is not None}
        return Mark(values["start"], values["end"], self.name, values["low"], values["high"], extra)


@dataclass(frozen=True)
class Listened:
    """A sound in which was looked.

    file : its name; "" for one in memory
    seconds : how long it is
    hours : of data that were listened to, all channels together, without what is missing
    top : up to which frequency it was, Hz; None where that is not known
    """

    file: str = ""
    seconds: float = 0.0
    hours: float = 0.0
    top: float | None = None


@dataclass(frozen=True, eq=False)
class Hits(Sequence[Hit]):
    """Hits in the order of files, and of time in each; as a sequence they are its rows.

    rows : the hits
    sounds : in which was looked, also where nothing was found

    Examples
    --------
    >>> hits = Hits([Hit(0.5, 1.0, 2e3, 8e3, "wren", 0.8, 0.01), Hit(4.0, 4.5, 2e3, 8e3, "wren", 0.7, 0.2)])
    >>> len(hits), hits[0].name, hits.column("score")
    (2, 'wren', array([0.8, 0.7]))
    >>> [mark.start for mark in hits.to_marks()]
    [0.5, 4.0]
    """

    rows: Sequence[Hit]
    sounds: Sequence[Listened] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(self.rows))
        object.__setattr__(self, "sounds", tuple(self.sounds))

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, at: int) -> Hit: ...
    @overload
    def __getitem__(self, at: slice) -> Hits: ...
    def __getitem__(self, at: int | slice) -> Hit | Hits:
        """A hit, or some of them as Hits."""
        return Hits(self.rows[at], self.sounds) if isinstance(at, slice) else self.rows[at]

    def __repr__(self) -> str:
        return f"<Hits: {len(self)} in {self.hours:.4g} h>"

    @property
    def hours(self) -> float:
        """Of data that were listened to."""
        return math.fsum(sound.hours for sound in self.sounds)

    def column(self, name: str) -> np.ndarray:
        """One of `COLUMNS`, or of what is in `more`, of all rows: numbers as float64, with NaN for None; else objects.

        Raises
        ------
        KeyError
            No row has it.
        """
        import numpy as np

        if name not in COLUMNS and not any(name in hit.more for hit in self.rows):
            raise KeyError(name)
        values = [getattr(hit, name) if name in COLUMNS else hit.more.get(name) for hit in self.rows]
        if any(isinstance(value, str) for value in values) or name in ("file", "name"):
            return np.array(values, object)
        return np.array([math.nan if value is None else value for value in values], float)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Each row as plain values."""
        return [hit.to_dict() for hit in self.rows]

    def to_marks(self) -> tuple[Mark, ...]:
        """Each row as a mark, at its time in its own file."""
        return tuple(hit.to_mark() for hit in self.rows)

    def write(self, path: str | os.PathLike[str], *, overwrite: bool = True) -> None:
        """Write them as a table, whole or not at all.

        Parameters
        ----------
        path
            By its ending: .selections.txt a Raven selection table, over all files, where a hit without limits reaches
            from 0 Hz to the top of its sound; another .txt Audacity labels, of one file; .csv; .jsonl, an object a
            line.
        overwrite
            Whether a table that is there is replaced.

        Raises
        ------
        SettingsError
            Another ending; hits of several files as Audacity labels, which know no files.
        OutputError
            It cannot be written.
        """
        write_hits(path, self, overwrite=overwrite)


def joined(several: Iterable[Hits]) -> Hits:
    """Hits of several sounds as one, in their order."""
    several = list(several)
    return Hits([hit for hits in several for hit in hits.rows], [one for hits in several for one in hits.sounds])


def _is_large(value: Any) -> bool:
    return isinstance(value, float) and abs(value) >= 1e-3


def _plain(value: Any, places: int | None = None) -> Any:
    """A value as JSON can hold it; a rate to three digits."""
    if hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return round(value, places) if places is not None else float(f"{value:.3g}")
