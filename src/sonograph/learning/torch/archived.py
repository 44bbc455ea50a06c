"""ArchiveDataset: features that an archive of clips holds, for a Torch DataLoader."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from sonograph.checks import whole
from sonograph.learning.archived import ArchivedClips


class ArchiveDataset(torch.utils.data.IterableDataset):
    """(features, label) of the clips of an archive; made by `SoundDataset.from_archive`.

    Each clip comes once an epoch, to one worker of one rank. The order is that of the seed and the epoch, and of how
    many workers and ranks there are; ranks differ by less than two blocks of clips, however many workers they have.
    """

    def __init__(self, clips: ArchivedClips, rank: int = 0, ranks: int = 1) -> None:
        self._clips = clips
        self.ranks = whole("ranks", ranks, 1)
        self.rank = whole("rank", rank, 0, ranks - 1)
        self._epoch = torch.zeros(1, dtype=torch.int64).share_memory_()  # workers see it change

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels, sorted; an element holds the number of one, -1 for none."""
        return self._clips.classes

    @property
    def names(self) -> list[str]:
        """What the rows of features are called."""
        return self._clips.rows.names

    @property
    def left_out(self) -> list[str]:
        """Files without numbers, as they could not be read."""
        return self._clips.left_out

    @property
    def epoch(self) -> int:
        """Whose order it is."""
        return int(self._epoch)

    def set_epoch(self, epoch: int) -> None:
        """Shuffle anew: with the same number as ever the same order comes again."""
        self._epoch.fill_(whole("epoch", epoch, 0))

    def __repr__(self) -> str:
        of = "" if self.ranks == 1 else f", rank {self.rank} of {self.ranks}"
        return f"<ArchiveDataset: {len(self._clips):,} clips, {len(self.classes)} classes{of}>"

    def __iter__(self) -> Iterator[tuple[torch.Tensor, int]]:
        info = torch.utils.data.get_worker_info()
        worker, workers = (0, 1) if info is None else (info.id, info.num_workers)
        part, parts = worker * self.ranks + self.rank, self.ranks * workers
        for row, values in self._clips.read(self.epoch, part, parts):
            yield torch.from_numpy(values), int(self._clips.labels[row])
