"""Recordings under settings whose tiles are asked for: found by their two digests, and let go when they are old."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import NamedTuple

from sonograph.settings import Settings
from sonograph.web.address import Address
from sonograph.web.events import Events
from sonograph.web.recordings import Recordings, Sound, Unknown
from sonograph.web.tiles import Layer, Tiles

KEPT = 64
"""Layers that may be asked for; each zoom far in has settings of its own."""
PASS = 7
"""Tiles of this level and above come of one pass over the whole recording."""


class Shown(NamedTuple):
    """A recording, what is computed of it, and its tiles."""

    sound: Sound
    settings: Settings
    layer: Layer


class Layers:
    """Those of one viewer."""

    def __init__(self, recordings: Recordings, tiles: Tiles, events: Events) -> None:
        self._recordings, self._tiles, self._events = recordings, tiles, events
        self._kept: OrderedDict[tuple[str, str], Shown] = OrderedDict()
        self._built: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    @property
    def problem(self) -> str:
        """Why nothing is kept on disk, in a sentence; "" where all is well."""
        return self._tiles.problem

    def add(self, sound: Sound, settings: Settings) -> Shown:
        """A recording under settings, from now on to be asked for.

        Raises
        ------
        SettingsError
            As `Tiles.add`.
        """
        layer = self._tiles.add(sound.source, settings, name=sound.digest)
        key, dropped = (sound.digest, layer.digest), []
        with self._lock:
            shown = self._kept.setdefault(key, Shown(sound, settings, layer))
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                old, lost = self._kept.popitem(last=False)
                self._built.discard(old)
                dropped.append(lost)
        for lost in dropped:
            lost.layer.close()
        return shown

    def find(self, recording: str, settings: str) -> Shown:
        """By the two digests, of a recording that is still what it was.

        Raises
        ------
        Changed
            The recording is no longer so.
        Unknown
            Nobody asked for it before, or long ago.
        """
        with self._lock:
            shown = self._kept.get((recording, settings))
            if shown is not None:
                self._kept.move_to_end((recording, settings))
        if shown is None:
            self._recordings.sound(recording)  # which tells what has changed
            raise Unknown("this was not described here, or long ago; describe it again")
        shown.sound.check()
        return shown

    def at_hand(self, recording: str, settings: str, asked: Address) -> bool:
        """Whether a tile is had at once, so that no thread is needed for it."""
        shown = self._kept.get((recording, settings))
        return shown is not None and shown.layer.at_hand(*asked)

    def build(self, shown: Shown) -> None:
        """Begin the one pass over the whole recording, unless it was begun."""
        key = shown.sound.digest, shown.layer.digest
        with self._lock:
            if key in self._built:
                return
            self._built.add(key)

        def tell(share: float) -> None:
            problem = shown.layer.problem or self.problem
            self._events.tell("progress", recording=key[0], settings=key[1], share=share, problem=problem)

        shown.layer.build(tell)

    def go_on(self, old: Sound, new: Sound) -> None:
        """Take over what was computed of a recording that has grown since, and let go of what it was."""
        with self._lock:
            shorter = [shown for key, shown in self._kept.items() if key[0] == old.digest]
        for shown in shorter:
            self._tiles.add(new.source, shown.settings, name=new.digest, grown_from=shown.layer)
            self.add(new, shown.settings)
        self.drop(old)

    def wave(
        self, sound: Sound, channel: int, level: int, column: int, cancelled: threading.Event
    ) -> tuple[bytes, bool]:
        """A tile of a waveform, and whether it is exact.

        Raises
        ------
        SettingsError
            A tile that there is not.
        Cancelled
            The event was set.
        """
        body = self._tiles.waves(sound.source, name=sound.digest).tile(channel, level, column, cancelled=cancelled)
        return body, body[6:8] == b"\0\0"

    def rest(self) -> None:
        """To be called now and then: nothing is held for nobody."""
        self._tiles.rest()

    def drop(self, sound: Sound) -> None:
        """Let go of all that was computed of a recording as it is no more."""
        with self._lock:
            lost = [self._kept.pop(key) for key in list(self._kept) if key[0] == sound.digest]
            self._built -= {key for key in self._built if key[0] == sound.digest}
        for shown in lost:
            shown.layer.close()
        for source in {id(one): one for one in (sound.source, *(shown.sound.source for shown in lost))}.values():
            self._tiles.forget(source)

    def close(self) -> None:
        """Let go of all."""
        with self._lock:
            self._kept = OrderedDict()
        self._tiles.close()
