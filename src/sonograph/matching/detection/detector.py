"""Frames of levels in, places out: one channel after another the same, whole, in pieces or as they come."""

from __future__ import annotations

import numpy as np

from sonograph.matching.detection.competition import Competition, Contest, Places
from sonograph.matching.detection.correlation import Stretch
from sonograph.matching.detection.template_levels import Hearing
from sonograph.matching.detection.whitened import AHEAD, KNOWN, Whitener

BLOCK = 2.5
"""Seconds of a block of the floor, at least; as long as the longest template where that is longer."""

SMALLEST = 4096
"""Frames of a transform at least."""


class Detector:
    """Looks for templates in a sound whose levels come frame by frame.

    hearing : how
    names : of the classes, in order; those of templates that are not meant are not among them
    n_meant : how many of `hearing.templates`, from the first, are meant
    hours : of data that have been scored, of all channels
    """

    def __init__(self, hearing: Hearing, n_channels: int, n_meant: int) -> None:
        self.hearing, self.n_meant = hearing, n_meant
        self.names = tuple(dict.fromkeys(one.name for one in hearing.templates[:n_meant]))
        self._lanes = [_Lane(self, channel) for channel in range(n_channels)]

    @property
    def seconds_per_frame(self) -> float:
        """From frame to frame."""
        return self.hearing.hop / self.hearing.sample_rate

    @property
    def hours(self) -> float:
        """As above."""
        return sum(lane.n_there for lane in self._lanes) * self.seconds_per_frame / 3600

    @property
    def block(self) -> int:
        """Frames of a block of the floor."""
        longest = max(shape.n_frames for shape in self.hearing.shapes)
        return max(8, longest, round(BLOCK / self.seconds_per_frame))

    @property
    def delay(self) -> float:
        """Seconds after which all that was heard has been judged."""
        longest = max(shape.n_frames for shape in self.hearing.shapes)
        return ((AHEAD + 2) * self.block + sizes(longest)[1] + 3 * longest) * self.seconds_per_frame

    def push(self, levels: np.ndarray) -> list[Places]:
        """The places of each class that further levels (channels, frames, rows) make certain."""
        return self._together([lane.push(rows) for lane, rows in zip(self._lanes, levels, strict=True)])

    def finish(self) -> list[Places]:
        """The last places of each class."""
        return self._together([lane.finish() for lane in self._lanes])

    def _together(self, lanes: list[list[Places]]) -> list[Places]:
        found = [Places() for _ in self.names]
        for lane in lanes:
            found = [one.and_also(other) for one, other in zip(found, lane, strict=True)]
        return found


def sizes(longest: int) -> tuple[int, int]:
    """Frames of a transform, and positions that it scores, for templates of at most so many frames.

    >>> sizes(100), sizes(3000)
    ((4096, 3997), (16384, 13385))
    """
    size = SMALLEST
    while size < 4 * longest:
        size *= 2
    return size, size - longest + 1


class _Lane:
    """One channel."""

    def __init__(self, detector: Detector, channel: int) -> None:
        self._detector, self._hearing = detector, detector.hearing
        self._longest = max(shape.n_frames for shape in self._hearing.shapes)
        self._size, self._step = sizes(self._longest)
        self._whitener: Whitener | None = None
        self._missing: list[np.ndarray] = []
        self._blocks: list[np.ndarray] = []  # whitened, from frame `_begin` on
        self._n = self._begin = 0
        self._page = -1
        self.n_there = 0
        classes: dict[str, list[int]] = {name: [] for name in detector.names}
        for number, one in enumerate(self._hearing.templates[: detector.n_meant]):
            classes[one.name].append(number)
        self._classes = list(classes.values())
        shapes = self._hearing.shapes
        self._competitions = [
            Competition(max(shapes[k].n_frames for k in members), max(len(shapes[k].turns) for k in members), channel)
            for members in self._classes
        ]

    def push(self, levels: np.ndarray) -> list[Places]:
        if self._whitener is None:
            self._whitener = Whitener(levels.shape[1], self._detector.block)
        missing = ~np.isfinite(levels).all(axis=1)
        if missing.any():
            levels = np.where(missing[:, None], np.float32(np.nan), levels)
        self._missing.append(missing)
        self.n_there += int(len(missing) - missing.sum())
        return self._take(self._whitener.push(levels), last=False)

    def finish(self) -> list[Places]:
        blocks = [] if self._whitener is None else self._whitener.finish()
        return self._take(blocks, last=True)

    def _take(self, blocks: list[np.ndarray], *, last: bool) -> list[Places]:
        found = [Places() for _ in self._classes]
        for block in blocks:
            self._blocks.append(block)
            self._n += block.shape[1]
            while self._n >= self._size:
                found = self._score(self._size, self._step, found)
        if last:
            if self._n:
                found = self._score(self._n, self._n, found)
            found = [one.and_also(c.finish()) for one, c in zip(found, self._competitions, strict=True)]
        return found

    def _score(self, n: int, step: int, found: list[Places]) -> list[Places]:
        """Score the next `step` positions, with the `n` frames that they look at."""
        frames = np.concatenate(self._blocks, axis=1)
        rest = frames[:, step:]
        self._blocks, self._n = [rest.copy()], rest.shape[1]
        missing = np.concatenate(self._missing)
        here = missing[:n]
        self._missing = [missing[step:]]
        self._put_over_floor()
        self._begin += step
        frames = frames[:, :n]
        if here.any():
            frames[:, here] = 0
        stretch = Stretch(frames, here, self._size, step)
        return [
            one.and_also(competition.push(self._contest(stretch, members)))
            for one, competition, members in zip(found, self._competitions, self._classes, strict=True)
        ]

    def _contest(self, stretch: Stretch, members: list[int]) -> Contest:
        """The scores of a class, of the same turned, and of sounds that are not meant, at each position."""
        shapes = self._hearing.shapes
        count = max(len(shapes[number].turns) for number in members)
        contest = Contest.of(stretch.n, count)
        for number in members:
            own, *others = stretch.scores(shapes[number])
            contest.meant(own, number)
            contest.turned(others)
        for shape in shapes[self._detector.n_meant :]:
            contest.another(stretch.scores(shape)[0])
        return contest

    def _put_over_floor(self) -> None:
        """Put the templates over the floor, anew every `KNOWN` blocks."""
        assert self._whitener is not None  # noqa: S101
        page = self._begin // (KNOWN * self._whitener.block)
        if page == self._page:
            return
        self._page = page
        floor, spread = self._whitener.around(page * KNOWN)
        self._whitener.forget((page - 1) * KNOWN)
        for shape in self._hearing.shapes:
            shape.put(floor, spread, self._size)
