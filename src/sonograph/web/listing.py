"""What is told of each recording before anybody looks at it: by headers alone, so that a folder of thousands is there.

A thread goes over them once. Whoever asks meanwhile is told what is known so far.
"""

from __future__ import annotations

import threading
from typing import Any

from sonograph.errors import SonographError
from sonograph.io.examine import status_of
from sonograph.io.filesource import FileSource
from sonograph.io.opening import Opening
from sonograph.sounds.derived import centre_of, is_complex, recorded
from sonograph.web.recordings import Recording, Recordings, Sound

PATIENCE = 0.8
"""Seconds that the first to ask waits for all of the list."""


class Listing:
    """Facts of recordings, by id."""

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings
        self._facts: dict[str, dict[str, Any]] = {}
        self._complete, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._go_over, name="listing", daemon=True)
        self._thread.start()

    def rows(self) -> tuple[list[dict[str, Any]], bool]:
        """A row for each recording, in order; and whether all of them were looked at."""
        self._complete.wait(PATIENCE)
        complete = self._complete.is_set()
        return [self._row(recording) for recording in self._recordings], complete

    def anew(self, sound: Sound) -> None:
        """Tell of a recording what it is now."""
        self._facts[sound.recording.id] = of_sound(sound)

    def failed(self, recording: Recording, error: SonographError) -> None:
        """Tell of a recording that it cannot be opened any more."""
        status = status_of(error)
        self._facts[recording.id] = nothing(status.word, status.reason, status.sentence)

    def close(self) -> None:
        """Stop looking."""
        self._ended.set()
        self._complete.set()

    def _row(self, recording: Recording) -> dict[str, Any]:
        known = self._facts.get(recording.id) or nothing("waiting", "", "was not looked at yet.")
        return {"id": recording.id, "name": recording.name, **known}

    def _go_over(self) -> None:
        for recording in self._recordings:
            if self._ended.is_set():
                return
            if recording.id not in self._facts:
                facts = self._look(recording)
                self._facts.setdefault(recording.id, facts)
        self._complete.set()

    def _look(self, recording: Recording) -> dict[str, Any]:
        try:
            sound = recording.open()
            self._recordings.know(sound)
            return of_sound(sound)
        except SonographError as error:
            status = status_of(error)
            return nothing(status.word, status.reason, status.sentence)
        except Exception as error:  # a fault of ours with one file leaves the others
            return nothing("failed", "bug", f"{recording.name}: could not be looked at ({type(error).__name__}).")


def of_sound(sound: Sound) -> dict[str, Any]:
    """What the header of a recording says; None for what only decoding would tell."""
    source = sound.source
    file = _file_of(source)
    status = None if file is None else file.unread()
    n_samples = _n_samples(source, file, sound.recording.opening)
    return {
        "seconds": None if n_samples is None else n_samples / source.sample_rate,
        "n_samples": n_samples,
        "sample_rate": source.sample_rate,
        "n_channels": source.n_channels,
        "unit": source.unit,
        "start": source.start.isoformat() if source.start else None,
        "is_complex": is_complex(source),
        "centre": centre_of(source),
        "status": status.word if status else "ok",
        "reason": status.reason if status else "",
        "sentence": status.sentence if status else "",
        "digest": sound.digest,
    }


def nothing(status: str, reason: str, sentence: str) -> dict[str, Any]:
    """A row of a recording of which nothing is known."""
    none = dict.fromkeys(("seconds", "n_samples", "sample_rate", "n_channels", "unit", "start", "is_complex", "centre"))
    return {**none, "status": status, "reason": reason, "sentence": sentence, "digest": None}


def _file_of(source: Any) -> FileSource | None:
    found = recorded(source)
    return found if isinstance(found, FileSource) else None


def _n_samples(source: Any, file: FileSource | None, opening: Opening | None) -> int | None:
    if file is None:
        return int(source.n_samples)
    counted = file.n_samples_undecoded
    if counted is None or opening is None or opening.resample is None:
        return counted
    return round(counted * source.sample_rate / file.sample_rate)
