"""A day of UTC, and its minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sonograph.archive.levels.minutes import Minutes

DAY = 86_400
"""Seconds."""


@dataclass(frozen=True, eq=False)
class Day:
    """A day of UTC that holds sound.

    began : 00:00 UTC
    minutes : those that were looked at
    sensitivity : (bands,) dB re 1 FS/µPa (or per its unit) of the receiver, all of its chain; None where it is not
        known, or another one at another time of the day
    history : what became of the minutes before, a line each
    """

    began: datetime
    minutes: Minutes
    sensitivity: np.ndarray | None
    history: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As files are called: YYYYMMDD."""
        return f"{self.began:%Y%m%d}"
