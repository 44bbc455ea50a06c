"""Recordings that are written to while they are viewed: one that grew goes on, one that is another is said to be."""

from __future__ import annotations

import threading

import numpy as np

from sonograph.errors import SonographError
from sonograph.web.events import Events
from sonograph.web.layers import Layers
from sonograph.web.listing import Listing
from sonograph.web.recordings import Recordings, Sound

EVERY = 1.0
"""Seconds between looks."""
COMPARED = 4096
"""Samples at the beginning and at the old end that must be the same in one that grew."""


class Following:
    """Looks at the files of recordings that are open, in a thread."""

    def __init__(self, recordings: Recordings, layers: Layers, listing: Listing, events: Events) -> None:
        self._recordings, self._layers, self._listing, self._events = recordings, layers, listing, events
        self._seen: dict[str, Sound] = {}
        self._ended = threading.Event()
        threading.Thread(target=self._run, name="following", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._ended.set()

    def look(self) -> None:
        """Look once at all that are open."""
        for sound in self._recordings.opened():
            seen = self._seen.setdefault(sound.recording.id, sound)
            changed = sound.stamp is not None and sound.recording.change(sound.stamp)
            if changed or seen.digest != sound.digest:
                self._settle(seen)

    def _run(self) -> None:
        while not self._ended.wait(EVERY):
            try:
                self.look()
                self._layers.rest()
            except Exception:  # noqa: S112  # a file that is being written can be anything; it is looked at again
                continue

    def _settle(self, old: Sound) -> None:
        """Tell what became of a recording that is no longer as it was."""
        recording, new = old.recording, None
        try:
            new = self._recordings.sound(recording.id)
            n_samples = new.source.n_samples
        except SonographError as error:
            self._seen.pop(recording.id, None)
            self._recordings.forget(recording)
            self._layers.drop(old)
            self._listing.failed(recording, error)
            self._events.tell("changed", id=recording.id, digest=None, error=str(error))
            return
        self._seen[recording.id] = new
        self._listing.anew(new)
        if _grew(old, new):
            self._layers.go_on(old, new)
            self._events.tell("grown", id=recording.id, n_samples=n_samples, digest=new.digest)
        else:
            self._layers.drop(old)
            self._events.tell("changed", id=recording.id, digest=new.digest, error="")


def _grew(old: Sound, new: Sound) -> bool:
    """Whether one recording is the other and what came after it."""
    if old.stamp is None or new.stamp is None or old.stamp[:2] != new.stamp[:2]:
        return False
    a, b = old.source, new.source
    if b.n_samples <= a.n_samples or (a.sample_rate, a.n_channels) != (b.sample_rate, b.n_channels):
        return False
    for first in (0, max(0, a.n_samples - COMPARED)):
        part = range(first, min(first + COMPARED, a.n_samples))
        if not np.array_equal(a.read(part), b.read(part), equal_nan=True):
            return False
    return True
