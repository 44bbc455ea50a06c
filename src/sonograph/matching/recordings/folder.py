"""An index: a folder of landmarks of many recordings, in which a few seconds of sound are found again."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sonograph.atomic import on_disk
from sonograph.errors import OutputError, SettingsError, SourceError
from sonograph.io.opening import Opening
from sonograph.io.status import shown
from sonograph.matching.recordings.contents import Contents
from sonograph.matching.recordings.indexed_sound import AS_IT_IS, Taken, take_file, taken
from sonograph.matching.recordings.landmark import landmarks
from sonograph.matching.recordings.landmark_settings import LandmarkSettings
from sonograph.matching.recordings.manifest import NAME, Manifest, write_manifest
from sonograph.matching.recordings.merge import fitting_all
from sonograph.matching.recordings.postings import Recording
from sonograph.matching.recordings.segment import Segment
from sonograph.matching.recordings.verdict import SHIPPED, Constants
from sonograph.matching.recordings.writer import writing

if TYPE_CHECKING:
    from sonograph.matching.recordings.listening import Listener
    from sonograph.matching.recordings.matches import Match
    from sonograph.sounds.source import Source


class Index:
    """Landmarks of many recordings, in a folder. Made by `create` and `open`.

    Many may read an index while one adds to it: each goes on with what was there when it opened it, or last changed it.

    Examples
    --------
    >>> import tempfile
    >>> from sonograph import signals
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     index = Index.create(Path(folder) / "drums")
    ...     index.add(signals.snare(seed=1), name="snare")
    ...     len(index), [recording.name for recording in index.recordings]
    (1, ['snare'])
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._contents = Contents(path)

    @classmethod
    def create(cls, path: str | os.PathLike[str], settings: LandmarkSettings | None = None) -> Index:
        """A new index, empty.

        Parameters
        ----------
        path
            A folder that is not there yet, or is empty.
        settings
            Of its landmarks; `LandmarkSettings()` by default.

        Raises
        ------
        OutputError
            The folder holds something, or cannot be made.
        """
        folder = on_disk(path)
        try:
            folder.mkdir(exist_ok=True)
            if any(folder.iterdir()):
                what = "is an index already. Open it" if (folder / NAME).exists() else "holds other files. Name another"
                raise OutputError(f"{shown(folder)}: {what}.")
        except OutputError:
            raise
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise OutputError(f"{shown(folder)}: the folder could not be made ({reason}).") from None
        with writing(folder):
            write_manifest(folder, Manifest(LandmarkSettings() if settings is None else settings))
        return cls(folder)

    @classmethod
    def open(cls, path: str | os.PathLike[str], settings: LandmarkSettings | None = None) -> Index:
        """An index that is there.

        Parameters
        ----------
        path
            Its folder.
        settings
            What its landmarks must have been made with, where that matters.

        Raises
        ------
        SourceError
            It is not there, cut, damaged, or of another version of the format.
        SettingsError
            It was made with other settings.
        """
        index = cls(Path(path))
        if settings is not None and settings != index.settings:
            differ = [
                f"{name} is {theirs:g} there and {ours:g} here"
                for name, theirs, ours in (
                    (name, getattr(index.settings, name), getattr(settings, name)) for name in vars(settings)
                )
                if theirs != ours
            ]
            raise SettingsError(
                f"{shown(index.path)}: was made with other settings: {', '.join(differ)}. All recordings of an index "
                f"have the same: take those that it has, or make another index"
            )
        return index

    @property
    def settings(self) -> LandmarkSettings:
        """What its landmarks were made with."""
        return self._contents.manifest.settings

    @property
    def constants(self) -> Constants:
        """By which the chance of a match is told: its own, where it was calibrated."""
        return self._contents.manifest.constants or SHIPPED

    @property
    def segments(self) -> list[tuple[Segment, frozenset[int]]]:
        """Its segments, oldest first, and the numbers of the recordings in each that were removed."""
        return self._contents.parts

    @property
    def recordings(self) -> list[Recording]:
        """What it holds, in the order in which it was added."""
        return [recording for _, _, recording in self._contents.recordings()]

    def __len__(self) -> int:
        return sum(segment.n_recordings - len(removed) for segment, removed in self.segments)

    @property
    def seconds(self) -> float:
        """How much sound it holds."""
        total = 0.0
        for segment, removed in self.segments:
            lengths = np.delete(np.asarray(segment.lengths), sorted(removed))
            frames, counts = np.unique(lengths, return_counts=True)
            total += sum(
                n * self.settings.seconds(long) for long, n in zip(frames.tolist(), counts.tolist(), strict=True)
            )
        return total

    @property
    def n_landmarks(self) -> int:
        """How many landmarks it holds, those of removed recordings included until it is merged."""
        return sum(segment.n_postings for segment in self._contents.segments)

    def __repr__(self) -> str:
        return f"<Index {shown(self.path)}: {len(self)} recordings of {self.seconds / 3600:.3g} h>"

    def add(
        self, sound: str | os.PathLike[str] | Source, *, name: str | None = None, opening: Opening = AS_IT_IS
    ) -> None:
        """Add a recording; one of that name which is there is replaced.

        Parameters
        ----------
        sound
            A file, or a Source.
        name
            What it is called in the index; of a file its path by default.
        opening
            How a file is opened; by default without calibration, which landmarks do not depend on.

        Raises
        ------
        SourceError
            A file that cannot be read, or not whole: what could be read of it is added all the same.
        SettingsError
            A Source without a name.
        OutputError
            The index cannot be written, or another process is changing it.
        """
        if isinstance(sound, str | os.PathLike):
            found = take_file(os.fspath(sound), self.settings, opening)
        elif name is None:
            raise SettingsError("name is None; a sound that is no file needs one: index.add(sound, name=…)")
        else:
            found = taken(name, landmarks(sound, self.settings))
        if name is not None and found.recording is not None:
            found.recording = found.recording._replace(name=name)
        if found.recording is not None:
            with self._contents.changing():
                self._contents.take_in([found])
        if found.fault:
            raise SourceError(found.fault)

    def add_files(
        self,
        files: Sequence[str],
        *,
        processes: int | str | None = None,
        opening: Opening = AS_IT_IS,
        tell: Callable[[list[Taken], bool], None] = lambda found, known: None,
    ) -> None:
        """Add many files, those left out that are there and have not changed.

        What is done is made sure of every two seconds: a run that was interrupted, however, goes on from there when it
        is given the same files again.

        Parameters
        ----------
        files
            Paths; each is the name of its recording.
        processes
            How many, each on one thread; None: one for each core, where the files are 32 MB or more.
            Or the address of a Dask scheduler.
        opening
            How files are opened, as for `add`.
        tell
            Called with files that are in the index from now on, or could not be read, and whether they had been there.

        Raises
        ------
        OutputError
            The index cannot be written, or another process is changing it.
        """
        from sonograph.matching.recordings.adding import add_files

        with self._contents.changing():
            add_files(self._contents, files, processes, opening, tell)

    def remove(self, *names: str) -> None:
        """Remove recordings. Their landmarks go when the index is merged.

        Raises
        ------
        SettingsError
            A name that is not there; then none is removed.
        OutputError
            The index cannot be written, or another process is changing it.
        """
        with self._contents.changing():
            missing = set(names) - {recording.name for recording in self.recordings}
            if missing:
                known = [recording.name for recording in self.recordings]
                raise SettingsError(_no_such(sorted(missing)[0], known))
            self._contents.become(self._contents.without(set(names)))

    def merge(self) -> None:
        """Make as few segments of it as can be, without what was removed.

        Raises
        ------
        SourceError
            It is damaged.
        OutputError
            It cannot be written, or another process is changing it.
        """
        with self._contents.changing():
            groups = fitting_all(self.segments)
            for group in reversed(groups):
                if len(group) > 1 or self.segments[group[0]][1]:
                    self._contents.merge(group)

    def check(self) -> None:
        """Read all of it.

        Raises
        ------
        SourceError
            Something is damaged.
        """
        for segment in self._contents.segments:
            segment.check()

    def find(
        self,
        sound: str | os.PathLike[str] | Source,
        *,
        chance: float = 1e-3,
        speeds: float = 0.02,
        most: int = 5,
    ) -> list[Match]:
        """Where a sound lies in the recordings of the index.

        Parameters
        ----------
        sound
            A file or a Source of any rate and number of channels. A long one is taken ten seconds at a time, and what
            follows on is one match.
        chance
            How often a recording that is not in the index may align as well as what is called a match.
        speeds
            How far its speed may differ from the recording's: 0.02 is 2 %; at most 0.1.
        most
            How many matches at most.

        Returns
        -------
        list of Match
            By the time in the sound where they begin, then the surest first; none where there is no match.

        Raises
        ------
        SourceError
            A file that cannot be read; an index that is damaged.
        SettingsError
            A chance that is not between 0 and 1, speeds above 0.1, most below 1.
        """
        from sonograph.matching.recordings.search import find

        return find(self, sound, chance=chance, speeds=speeds, most=most)

    def listen(
        self, sample_rate: float, *, n_channels: int = 1, chance: float = 1e-3, speeds: float = 0.02, most: int = 5
    ) -> Listener:
        """Find a sound while it comes: `push` blocks into what this gives, and get matches as soon as they are sure.

        Parameters
        ----------
        sample_rate, n_channels
            Of the blocks.
        chance, speeds, most
            As for `find`.

        Raises
        ------
        SettingsError
            Numbers that cannot be.
        """
        from sonograph.matching.recordings.listening import Listener

        return Listener(self, sample_rate, n_channels=n_channels, chance=chance, speeds=speeds, most=most)

    def set_constants(self, constants: Constants) -> None:
        """Tell chances by other constants from now on, as `calibrate` does.

        Raises
        ------
        OutputError
            The index cannot be written, or another process is changing it.
        """
        with self._contents.changing():
            self._contents.become(self._contents.manifest.but(constants=constants))


def _no_such(name: str, known: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, 3, 0.5)
    hint = f"did you mean {', '.join(map(shown, near))}?" if near else "--list tells what there is"
    return f"name is {shown(name)!r}, which is not in the index; {hint}"
