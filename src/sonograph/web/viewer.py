"""What one viewer is made of: recordings, their layers of tiles, marks, and who is told of changes. Knows no HTTP."""

from __future__ import annotations

import contextlib
import itertools
import struct
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sonograph.errors import SonographError
from sonograph.settings import Settings, StftSettings
from sonograph.sounds.source import Source
from sonograph.spectrograms.described import sided
from sonograph.web.address import Address
from sonograph.web.events import Events
from sonograph.web.following import Following
from sonograph.web.labels import Labels
from sonograph.web.layers import PASS, Layers, Shown
from sonograph.web.listing import Listing
from sonograph.web.recordings import Recordings, Sound
from sonograph.web.tiles import Tiles

WAITING = 64
"""Requests for numbers that are worked on or wait for each other at a time."""
TRIED = 20
"""Recordings that may be broken before nothing is told of settings at first."""
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

    def __init__(
        self,
        recordings: Recordings,
        look: Look | None = None,
        *,
        tiles: Tiles | None = None,
        labels: Labels | None = None,
    ) -> None:
        self.recordings, self.look = recordings, look or Look()
        self.labels = labels or Labels(recordings)
        self.events, self.ended = Events(), threading.Event()
        self.listing = Listing(recordings)
        self.layers = Layers(recordings, tiles or Tiles(), self.events)
        self.following = Following(recordings, self.layers, self.listing, self.events)
        self.quick = ThreadPoolExecutor(WAITING, "viewer")
        self.slow = ThreadPoolExecutor(SLOW, "viewer-slow")

    def listed(self) -> dict[str, Any]:
        """All recordings, and how the page begins."""
        rows, complete = self.listing.rows()
        look = self.look
        defaults = {"settings": self._first(), "range": look.range, "colours": look.colours, "axis": look.axis}
        return {
            "recordings": rows,
            "complete": complete,
            "writable": self.labels.writable,
            "defaults": defaults,
            "problem": self.layers.problem,
        }

    def _first(self) -> dict[str, Any] | None:
        """What is computed of the first recording that opens."""
        for sound in self.recordings.opened():
            return self.usual(sound).to_dict()
        for recording in itertools.islice(self.recordings, TRIED):
            with contextlib.suppress(SonographError):
                return self.usual(self.recordings.sound(recording.id)).to_dict()
        return None

    def tile(self, shown: Shown, asked: Address, cancelled: threading.Event) -> tuple[bytes, bool]:
        """A tile, and whether it is exact.

        Raises
        ------
        SettingsError
            A tile that there is not.
        Cancelled
            The event was set.
        """
        body = shown.layer.tile(*asked, cancelled=cancelled)
        shown.sound.check()  # it may have changed while the tile was made
        if asked.level >= PASS:
            self.layers.build(shown)
        (complete,) = struct.unpack_from("<f", body, 24)
        return body, complete >= 1

    def usual(self, sound: Sound) -> Settings:
        """What is computed of a recording where nobody chose."""
        found: Settings = sided(self.look.settings(sound.source), sound.source)
        return found

    def end(self) -> None:
        """Send listeners home and let work end; waits for nothing, as a signal may call it."""
        self.ended.set()
        self.following.close()
        self.events.close()

    def close(self) -> None:
        """Begin nothing any more."""
        self.end()
        self.layers.close()
        self.listing.close()
        for pool in (self.quick, self.slow):
            pool.shutdown(wait=False, cancel_futures=True)
