"""What an index holds now, and how that changes: a segment more, a recording fewer, several segments as one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from sonograph.errors import SourceError
from sonograph.io.status import shown
from sonograph.matching.recordings.indexed_sound import Taken
from sonograph.matching.recordings.manifest import NAME, Manifest, read_manifest, sweep, write_manifest
from sonograph.matching.recordings.merge import merge_segments, worth_merging
from sonograph.matching.recordings.postings import GAP, PER_FRAME, Postings, Recording
from sonograph.matching.recordings.segment import Segment
from sonograph.matching.recordings.segment_writing import write_segment
from sonograph.matching.recordings.writer import writing

ATTEMPTS = 5
"""How often an index is read again that changes while it is read."""


class Contents:
    """The manifest of an index and its segments, as they were when they were last read.

    manifest : it
    segments : oldest first, as the manifest names them

    Raises
    ------
    SourceError
        There is no index, or it is damaged or of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest, self.segments = _read(path)

    @property
    def parts(self) -> list[tuple[Segment, frozenset[int]]]:
        """The segments, and the numbers of the recordings in each that were removed."""
        return list(zip(self.segments, (removed for _, removed in self.manifest.segments), strict=True))

    def recordings(self) -> Iterator[tuple[int, int, Recording]]:
        """(number of the segment, number in it, recording) of all, in the order in which they were added."""
        for number, (segment, removed) in enumerate(self.parts):
            for i in range(segment.n_recordings):
                if i not in removed:
                    yield number, i, segment.recording(i)

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the index while it is changed.

        What other processes have made of it is seen first, and what they have left half done goes.

        Raises
        ------
        OutputError
            Another process is changing it, or it cannot be written.
        """
        with writing(self.path):
            self._refresh()
            sweep(self.path, self.manifest)
            yield

    def become(self, manifest: Manifest) -> None:
        """Be what a manifest says from now on."""
        write_manifest(self.path, manifest)
        self._refresh()
        sweep(self.path, self.manifest)

    def without(self, names: set[str]) -> Manifest:
        """The manifest when recordings are removed."""
        gone: dict[int, set[int]] = {}
        for number, i, recording in self.recordings():
            if recording.name in names:
                gone.setdefault(number, set()).add(i)
        segments = tuple(
            (name, removed | gone.get(number, set())) for number, (name, removed) in enumerate(self.manifest.segments)
        )
        return self.manifest.but(segments=segments)

    def take_in(self, found: Sequence[Taken]) -> None:
        """Recordings into a segment of their own, which is then merged with others where that is worth it."""
        latest = {one.recording.name: one for one in found if one.recording is not None}
        kept = [
            (one, one.recording)
            for one in found
            if one.recording is not None and latest[one.recording.name] is one  # of two of a name the last
        ]
        if not kept:
            return
        lengths = np.array([recording.n_frames for _, recording in kept], np.int64) + GAP
        begins = np.cumsum(lengths) - lengths
        when = [one.when + begin * PER_FRAME for (one, _), begin in zip(kept, begins, strict=True)]
        postings = Postings.sorted(
            np.concatenate([one.buckets for one, _ in kept]),
            np.concatenate(when).clip(0).astype(np.uint32),
            self.manifest.settings.n_buckets,
        )
        manifest = self.without(set(latest))
        name = manifest.new_name
        write_segment(self.path / name, manifest.settings, [recording for _, recording in kept], begins, postings)
        self.become(manifest.with_segments(*manifest.segments, (name, frozenset())))
        group = worth_merging(self.parts)
        if len(group) > 1:
            self.merge(group)

    def merge(self, group: Sequence[int]) -> None:
        """Neighbouring segments as one."""
        listed = self.manifest.segments
        name = self.manifest.new_name
        n_recordings = merge_segments(self.path / name, self.manifest.settings, [self.parts[i] for i in group])
        merged = ((name, frozenset[int]()),) if n_recordings else ()
        self.become(self.manifest.with_segments(*listed[: group[0]], *merged, *listed[group[-1] + 1 :]))

    def _refresh(self) -> None:
        self.manifest, self.segments = _read(self.path, {segment.path: segment for segment in self.segments})


def _read(path: Path, open_already: Mapping[Path, Segment] | None = None) -> tuple[Manifest, list[Segment]]:
    """The manifest and its segments; once more where a writer was faster."""
    for attempt in range(ATTEMPTS):
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
            if attempt == ATTEMPTS - 1 or read_manifest(path) == manifest:
                raise
            continue
        return manifest, segments
    raise SourceError(f"{shown(path)}: changes faster than it can be read. Try again.")
