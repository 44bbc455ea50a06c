"""An index: a folder of landmarks of many recordings, in which a few seconds of sound are found again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.errors import OutputError, SettingsError, SourceError
from sonograph.io.status import shown
from sonograph.matching.files import Taken, take_file, taken
from sonograph.matching.landmark import landmarks
from sonograph.matching.lock import writing
from sonograph.matching.manifest import NAME, Manifest, read_manifest, sweep, write_manifest
from sonograph.matching.merge import fitting_all, merge_segments, worth_merging
from sonograph.matching.segment import GAP, PER_FRAME, Postings, Recording, Segment, write_segment
from sonograph.matching.settings import LandmarkSettings
from sonograph.matching.verdict import SHIPPED, Constants

if TYPE_CHECKING:
    from sonograph.matching.listening import Listener
    from sonograph.matching.matches import Match
    from sonograph.sounds.source import Source

OFTEN = 2.0
"""Seconds of work after which what is done is made sure of."""

ENOUGH = 1 << 20
"""Landmarks after which what is done is made sure of: eight hours of sound."""


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
        self._manifest, self._segments = _read(path)

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
        folder = Path(path)
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
                f"{name} is {theirs} there and {ours} here"
                for name, theirs, ours in (
                    (name, getattr(index.settings, name), getattr(settings, name)) for name in vars(settings)
                )
                if theirs != ours
            ]
            raise SettingsError(f"{shown(index.path)}: was made with other settings: {', '.join(differ)}")
        return index

    @property
    def settings(self) -> LandmarkSettings:
        """What its landmarks were made with."""
        return self._manifest.settings

    @property
    def constants(self) -> Constants:
        """By which the chance of a match is told: its own, where it was calibrated."""
        return self._manifest.constants or SHIPPED

    @property
    def segments(self) -> list[tuple[Segment, frozenset[int]]]:
        """Its segments, oldest first, and the numbers of the recordings in each that were removed."""
        return list(zip(self._segments, (removed for _, removed in self._manifest.segments), strict=True))

    @property
    def recordings(self) -> list[Recording]:
        """What it holds, in the order in which it was added."""
        return [recording for _, _, recording in self._all()]

    def __len__(self) -> int:
        return sum(segment.n_recordings - len(removed) for segment, removed in self.segments)

    @property
    def seconds(self) -> float:
        """How much sound it holds."""
        frames = 0
        for segment, removed in self.segments:
            frames += int(segment.lengths.sum()) - int(segment.lengths[sorted(removed)].sum())
        return frames / self.settings.frames_per_second

    @property
    def n_landmarks(self) -> int:
        """How many landmarks it holds, those of removed recordings included until it is merged."""
        return sum(segment.n_postings for segment in self._segments)

    def __repr__(self) -> str:
        return f"<Index {shown(self.path)}: {len(self)} recordings of {self.seconds / 3600:.3g} h>"

    def add(self, sound: str | os.PathLike[str] | Source, *, name: str | None = None, **opening: Any) -> None:
        """Add a recording; one of that name which is there is replaced.

        Parameters
        ----------
        sound
            A file, or a Source.
        name
            What it is called in the index; of a file its path by default.
        opening
            How a file is opened: the options of `sonograph.open`.

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
            found = take_file(os.fspath(sound), self.settings, tuple(sorted(opening.items())))
        elif name is None:
            raise SettingsError("name is None; a sound that is no file needs one: index.add(sound, name=…)")
        else:
            found = taken(name, landmarks(sound, self.settings))
        if name is not None and found.recording is not None:
            found.recording = found.recording._replace(name=name)
        if found.recording is not None:
            with self._writing():
                self._commit([found])
        if found.fault:
            raise SourceError(found.fault)

    def add_files(
        self,
        files: Sequence[str],
        *,
        processes: int | None = None,
        opening: Mapping[str, Any] | None = None,
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
        opening
            How files are opened: the options of `sonograph.open`.
        tell
            Called with files that are in the index from now on, or could not be read, and whether they had been there.

        Raises
        ------
        OutputError
            The index cannot be written, or another process is changing it.
        """
        from sonograph.matching.many import take_many

        with self._writing():
            files = list(dict.fromkeys(files))
            known = {recording.name: recording for recording in self.recordings}
            there = [Taken(file, known[file]) for file in files if _unchanged(known.get(os.fsdecode(file)), file)]
            if there:
                tell(there, True)
            names = {found.name for found in there}
            left = [file for file in files if file not in names]
            batch: list[Taken] = []
            began = time.monotonic()
            try:
                for found in take_many(left, self.settings, tuple(sorted((opening or {}).items())), processes):
                    batch.append(found)
                    full = sum(len(one.buckets) for one in batch) >= ENOUGH
                    if full or time.monotonic() - began > OFTEN:
                        done, batch = batch, []
                        self._commit(done)
                        tell(done, False)
                        began = time.monotonic()
            except KeyboardInterrupt:
                self._commit(batch)
                raise
            self._commit(batch)
            tell(batch, False)

    def remove(self, *names: str) -> None:
        """Remove recordings. Their landmarks go when the index is merged.

        Raises
        ------
        SettingsError
            A name that is not there; then none is removed.
        OutputError
            The index cannot be written, or another process is changing it.
        """
        with self._writing():
            missing = set(names) - {recording.name for recording in self.recordings}
            if missing:
                known = [recording.name for recording in self.recordings]
                raise SettingsError(_no_such(sorted(missing)[0], known))
            self._become(self._without(set(names)))

    def merge(self) -> None:
        """Make as few segments of it as can be, without what was removed.

        Raises
        ------
        SourceError
            It is damaged.
        OutputError
            It cannot be written, or another process is changing it.
        """
        with self._writing():
            groups = fitting_all(self.segments)
            for group in reversed(groups):
                if len(group) > 1 or self._manifest.segments[group[0]][1]:
                    self._merge(group)

    def check(self) -> None:
        """Read all of it.

        Raises
        ------
        SourceError
            Something is damaged.
        """
        for segment in self._segments:
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
        from sonograph.matching.find import find

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
        from sonograph.matching.listening import Listener

        return Listener(self, sample_rate, n_channels=n_channels, chance=chance, speeds=speeds, most=most)

    def set_constants(self, constants: Constants) -> None:
        """Tell chances by other constants from now on, as `calibrate` does.

        Raises
        ------
        OutputError
            The index cannot be written, or another process is changing it.
        """
        with self._writing():
            self._become(self._manifest.but(constants=constants))

    def _all(self) -> Iterator[tuple[int, int, Recording]]:
        for number, (segment, removed) in enumerate(self.segments):
            for i in range(segment.n_recordings):
                if i not in removed:
                    yield number, i, segment.recording(i)

    def _writing(self) -> Any:
        return _Writing(self)

    def _refresh(self) -> None:
        """See what other processes have made of it."""
        self._manifest, self._segments = _read(self.path, {segment.path: segment for segment in self._segments})

    def _become(self, manifest: Manifest) -> None:
        write_manifest(self.path, manifest)
        self._refresh()
        sweep(self.path, self._manifest)

    def _without(self, names: set[str]) -> Manifest:
        """The manifest when recordings are removed."""
        gone: dict[int, set[int]] = {}
        for number, i, recording in self._all():
            if recording.name in names:
                gone.setdefault(number, set()).add(i)
        segments = tuple(
            (name, removed | gone.get(number, set())) for number, (name, removed) in enumerate(self._manifest.segments)
        )
        return self._manifest.but(segments=segments)

    def _commit(self, found: Sequence[Taken]) -> None:
        """Recordings into a segment of their own, which is then merged with others where that is worth it."""
        found = [one for one in found if one.recording is not None]
        if not found:
            return
        latest = {one.recording.name: one for one in found if one.recording is not None}
        found = [one for one in found if one.recording is not None and latest[one.recording.name] is one]
        recordings = [one.recording for one in found if one.recording is not None]
        lengths = np.array([recording.n_frames for recording in recordings], np.int64) + GAP
        begins = np.cumsum(lengths) - lengths
        when = [one.when + begin * PER_FRAME for one, begin in zip(found, begins, strict=True)]
        postings = Postings.sorted(
            np.concatenate([one.buckets for one in found]),
            np.concatenate(when).clip(0).astype(np.uint32),
            self.settings.n_buckets,
        )
        manifest = self._without({recording.name for recording in recordings})
        name = manifest.new_name
        write_segment(self.path / name, self.settings, recordings, begins, postings)
        self._become(manifest.with_segments(*manifest.segments, (name, frozenset())))
        group = worth_merging(self.segments)
        if len(group) > 1:
            self._merge(group)

    def _merge(self, group: Sequence[int]) -> None:
        """Neighbouring segments as one."""
        listed = self._manifest.segments
        name = self._manifest.new_name
        n_recordings = merge_segments(self.path / name, self.settings, [self.segments[i] for i in group])
        merged = ((name, frozenset[int]()),) if n_recordings else ()
        self._become(self._manifest.with_segments(*listed[: group[0]], *merged, *listed[group[-1] + 1 :]))


class _Writing:
    """An index while it is changed: what others have made of it is seen first, and what they left half done goes."""

    def __init__(self, index: Index) -> None:
        self._index, self._lock = index, writing(index.path)

    def __enter__(self) -> None:
        self._lock.__enter__()
        try:
            self._index._refresh()
            sweep(self._index.path, self._index._manifest)
        except BaseException as error:
            self._lock.__exit__(type(error), error, error.__traceback__)
            raise

    def __exit__(self, *error: Any) -> None:
        self._lock.__exit__(*error)


def _read(path: Path, open_already: Mapping[Path, Segment] | None = None) -> tuple[Manifest, list[Segment]]:
    """The manifest and its segments; once more where a writer was faster."""
    for attempt in range(5):
        manifest = read_manifest(path)
        try:
            segments = []
            for name, removed in manifest.segments:
                segment = (open_already or {}).get(path / name) or Segment(path / name)
                if segment.settings != manifest.settings:
                    raise SourceError(
                        f"{shown(segment.path)}: was made with other settings than the index. Copy the index again."
                    )
                if removed and max(removed) >= segment.n_recordings:
                    raise SourceError(f"{shown(path / NAME)}: does not fit {name}. Copy the index again.")
                segments.append(segment)
        except SourceError:
            if attempt == 4 or read_manifest(path) == manifest:
                raise
            continue
        return manifest, segments
    raise SourceError(f"{shown(path)}: changes faster than it can be read. Try again.")


def _unchanged(known: Recording | None, file: str) -> bool:
    """Whether a file is in the index as it is now."""
    if known is None:
        return False
    try:
        found = os.stat(file)  # noqa: PTH116  # paths may be bytes that are no text
    except (OSError, ValueError):
        return False
    return (known.size, known.modified_ns) == (found.st_size, found.st_mtime_ns)


def _no_such(name: str, known: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, 3, 0.5)
    hint = f"did you mean {', '.join(map(shown, near))}?" if near else "--list tells what there is"
    return f"name is {shown(name)!r}, which is not in the index; {hint}"
