"""Features by name, side by side: what `sonograph features --feature` computes.

All have the same frames, so that a row of a table holds one moment. A constant-Q looks at more samples than the others;
its frames have the same middles, and its window is as odd or as even as theirs, so that there are as many.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sonograph.errors import SettingsError
from sonograph.extract.lengths import Length
from sonograph.jobs.identity import digest
from sonograph.named.features import known, settings_of
from sonograph.settings import StftSettings
from sonograph.settings.shapes import SHAPES
from sonograph.settings.temporal import TEMPORAL


class Group(NamedTuple):
    """Features that one settings value gives, in one look at each frame.

    rows : which feature each row belongs to, and what it is called in the table
    """

    settings: Any
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """Features by name, side by side on the same frames.

    names       : of the features, in the order of the rows
    window, hop : of the frames; None: 2048 samples, a quarter of the window
    edges : where frames lie at the ends, as in StftSettings; None: "zeros"
    remove_dc, high_pass, weighting : what is taken off first, as in StftSettings
    """

    names: tuple[str, ...]
    window: Length | None = None
    hop: Length | None = None
    edges: str | None = None
    remove_dc: bool = False
    high_pass: float = 0.0
    weighting: str = "Z"

    def __post_init__(self) -> None:
        if not self.names:
            raise SettingsError("the list of features is empty; it must hold at least one, as rms")
        for name in self.names:
            known(name)
        twice = [name for name in self.names if self.names.count(name) > 1]
        if twice:
            raise SettingsError(f"feature is {twice[0]!r} twice; name each once")

    @property
    def digest(self) -> str:
        """A name of this choice: 16 hexadecimal digits."""
        weighting = () if self.weighting == "Z" else (self.weighting,)  # digests made before there was one still hold
        return digest(self.names, self.window, self.hop, self.edges, self.remove_dc, self.high_pass, *weighting)

    def frames(self, sample_rate: float) -> StftSettings:
        """Where frames lie."""
        lengths = {"window_length": self.window, "hop": self.hop}
        given: dict[str, Any] = {k: v.samples(sample_rate) for k, v in lengths.items() if v is not None}
        if self.edges is not None:
            given["edges"] = self.edges
        return StftSettings(**given, remove_dc=self.remove_dc, high_pass=self.high_pass, weighting=self.weighting)

    def groups(self, sample_rate: float) -> list[Group]:
        """What is computed at a sample rate: measures in time together, shapes together, each other by itself.

        Raises
        ------
        SettingsError
            Features that sounds of this rate cannot have.
        """
        frames = self.frames(sample_rate)
        found = []
        for family in (TEMPORAL, SHAPES):
            together = tuple(name for name in self.names if name in family)
            if together:
                settings = replace(settings_of(together[0], frames, sample_rate), features=together)
                found.append(Group(settings, [(_owner(row, together), row) for row in settings.names]))
        for name in self.names:
            if name not in (*TEMPORAL, *SHAPES):
                settings = settings_of(name, frames, sample_rate)
                rows = settings.row_names(settings.n_rows)
                found.append(Group(settings, [(name, _called(row, name)) for row in rows]))
        return found

    def columns(self, groups: list[Group]) -> tuple[list[int], list[str]]:
        """The rows of all groups in the order that the features were named: which they are, and their names."""
        rows = [row for group in groups for row in group.rows]
        order = [i for name in self.names for i, (owner, _) in enumerate(rows) if owner == name]
        return order, [rows[i][1] for i in order]


def _owner(row: str, features: tuple[str, ...]) -> str:
    return next(name for name in features if row == name or row.startswith(f"{name}_"))


def _called(row: str, feature: str) -> str:
    """A row's name with that of its feature before it: yin and pitch both measure a pitch."""
    return row if row == feature else f"{feature}_{row}"
