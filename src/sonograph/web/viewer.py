"""What one viewer is made of: recordings, their layers of tiles, marks, and who is told of changes. Knows no HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sonograph.settings import Settings, StftSettings
from sonograph.sounds.source import Source
from sonograph.web.events import Events
from sonograph.web.listing import Listing
from sonograph.web.recordings import Recordings, Sound

WAITING = 64
"""Requests for numbers that are worked on or wait for each other at a time."""
SLOW = 4
"""Requests that take long at a time: pictures, measures, descriptions."""


@dataclass(frozen=True)
class Look:
    """How the page shows a recording at first.

    settings : what is computed of a sound; by default StftSettings()
    range : levels of the colours, dB; None as the page finds suits
    colours, axis : as `draw` has them
    """

    settings: Callable[[Source], Settings] = field(default=lambda source: StftSettings())
    range: tuple[float, float] | None = None
    colours: str = "magma"
    axis: str = "linear"


class Viewer:
    """All that the routes of one viewer share. `close` ends its threads."""

    def __init__(self, recordings: Recordings, look: Look | None = None) -> None:
        self.recordings, self.look = recordings, look or Look()
        self.events, self.ended = Events(), threading.Event()
        self.listing = Listing(recordings)
        self.quick = ThreadPoolExecutor(WAITING, "viewer")
        self.slow = ThreadPoolExecutor(SLOW, "viewer-slow")

    def usual(self, sound: Sound) -> Settings:
        """What is computed of a recording where nobody chose."""
        return self.look.settings(sound.source)

    def end(self) -> None:
        """Send listeners home and let work end; waits for nothing, as a signal may call it."""
        self.ended.set()
        self.events.close()

    def close(self) -> None:
        """Begin nothing any more."""
        self.end()
        self.listing.close()
        for pool in (self.quick, self.slow):
            pool.shutdown(wait=False, cancel_futures=True)
