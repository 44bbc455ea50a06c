"""What was wrong with the files of a picture, said as it comes up."""

from __future__ import annotations

from typing import Any

from sonograph.cli import exits, reading, streams
from sonograph.cli.exits import talk
from sonograph.cli.progress import Bar, Progress
from sonograph.cli.watched import Watched
from sonograph.errors import SonographError


class Faults:
    """What was wrong with some of the files, said as it comes up."""

    def __init__(self, bar: Bar | Progress, report: reading.Report) -> None:
        self.codes: set[int] = set()
        self.bar, self._report = bar, report

    def watched(self, source: Any) -> Any:
        """A source whose reading the bar counts, where it counts samples and not files."""
        return Watched(source, self.bar) if isinstance(self.bar, Bar) else source

    def tell(self, name: str, error: SonographError) -> None:
        """Say what is wrong with a file."""
        from sonograph.io.status import shown

        self.bar.clear()
        self._report.failed(name, error)
        name, words = streams.plain(shown(name)), streams.plain(str(error))
        talk(words if name in words else f"{name}: {words}")
        self.codes.add(exits.code_of_input(error))

    def look_at(self, source: Any) -> None:
        """Say how a file was, now that it has been read."""
        from sonograph.sounds.derived import recorded

        recording = recorded(source)
        if recording is None:
            return
        self._report.was(streams.plain(str(recording.path)), recording)
        status = recording.status
        if status.word not in ("ok", "empty"):
            talk(streams.plain(status.sentence))
            if status.word != "warn":
                self.codes.add(exits.INPUT)
