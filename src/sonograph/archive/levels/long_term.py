"""Mean spectra of a long time, in columns: what a year's spectrogram shows. Minutes are added as they come."""

from __future__ import annotations

import numpy as np

from sonograph.archive.levels.minutes import Minutes
from sonograph.errors import SettingsError

COLUMNS = 1500
"""At most."""
STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440)
"""Minutes that a column may be long; beyond, whole days."""


class LongTerm:
    """Mean density of columns of so many minutes, weighted by frames, from one time to another.

    start, end : s since 1970 UTC
    seconds : of a column
    edges : (bands, 2) Hz; None before minutes were added
    """

    def __init__(self, start: int, end: int, *, columns: int = COLUMNS) -> None:
        many = max(1, -(-(end - start) // 60))
        step = next((one for one in STEPS if -(-many // one) <= columns), -(-many // (1440 * columns)) * 1440)
        self.seconds = 60 * step
        self.start = start // self.seconds * self.seconds
        self.n_columns = -(-(end - self.start) // self.seconds)
        self.end = self.start + self.n_columns * self.seconds
        self.edges: np.ndarray | None = None
        self.unit, self.level_unit = "", ""
        self._sums = np.zeros((self.n_columns, 0))
        self._frames = np.zeros(self.n_columns)

    def add(self, minutes: Minutes) -> None:
        """Take minutes in; those outside count for nothing.

        Raises
        ------
        SettingsError
            They are of another rate or unit than those before.
        """
        if self.edges is None:
            self.edges, self.unit, self.level_unit = minutes.edges, minutes.unit, minutes.level_unit
            self._sums = np.zeros((self.n_columns, len(minutes.edges)))
        elif self.unit != minutes.unit or len(self.edges) != len(minutes.edges):
            raise SettingsError("minutes are of another rate or unit than those before; draw them apart")
        places = (minutes.times - self.start) // self.seconds
        used = (minutes.frames > 0) & (places >= 0) & (places < self.n_columns)
        for place in np.unique(places[used]):
            here = used & (places == place)
            self._sums[place] += minutes.frames[here].astype(float) @ minutes.density[here]
            self._frames[place] += minutes.frames[here].sum()

    @property
    def density(self) -> np.ndarray:
        """Mean density (columns, bands), unit²/Hz; NaN where there is none."""
        with np.errstate(invalid="ignore"):
            return self._sums / np.where(self._frames > 0, self._frames, np.nan)[:, None]
