"""SoundDataset: windows of files for a Torch DataLoader."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, Literal

from sonograph.checks import whole
from sonograph.errors import MissingExtra
from sonograph.learning.archived import BUFFER, ArchivedClips
from sonograph.learning.crops import Windows
from sonograph.learning.sounds import Sounds
from sonograph.sounds.calibration import Calibration

try:
    import torch
except ImportError as error:
    raise MissingExtra("the Torch Dataset needs Torch: pip install '.[torch]'") from error

from sonograph.learning.torch.archived import ArchiveDataset


class SoundDataset(torch.utils.data.Dataset):
    """(samples, label) of windows of sound files, for any number of DataLoader workers.

    Parameters
    ----------
    items
        (path, label) pairs, as `from_folders` and `from_table` give them, or paths.
    windows
        Which parts of them: on a grid, or at random.
    mono
        Whether to take the mean of the channels; otherwise all files must have as many.
    broken
        "raise": a file that cannot be used stops everything, by name. "skip": it is left out, as `skipped` says, and a
        window with missing samples is replaced by the next whole one, with a warning.
    sample_rate
        That all files are brought to, Hz (soxr); None: all must have one. Where it is resampled, a window of a
        long file costs what lies before it too: bring such files to the rate once.
    calibration
        As `open` takes it: of all files; by default what each file's own says, False for none.

    Notes
    -----
    An element is a float32 tensor (channels, length), or (length,) with mono, and the number of the label in `classes`,
    -1 for none. Random crops are those of `epoch`: call `set_epoch` before each. It reaches workers that are running
    too (persistent_workers), and a crop depends on nothing but the seed, the epoch and its number.

    Raises
    ------
    SourceError
        With broken "raise" a file that cannot be used; no usable file at all.
    SettingsError
        Files of several sample rates, and no `sample_rate` that they are to be brought to.

    Examples
    --------
    >>> from sonograph.learning import from_folders
    >>> dataset = SoundDataset(from_folders("birds"), Windows(length=48_000, random=4))  # doctest: +SKIP
    >>> loader = torch.utils.data.DataLoader(dataset, batch_size=32, shuffle=True, num_workers=4)  # doctest: +SKIP
    """

    def __init__(
        self,
        items: Iterable[Any],
        windows: Windows,
        *,
        mono: bool = False,
        broken: str = "raise",
        sample_rate: float | None = None,
        calibration: Calibration | Literal[False] | None = None,
    ) -> None:
        self._sounds = Sounds(
            items, windows, mono=mono, broken=broken, sample_rate=sample_rate, calibration=calibration
        )
        self._epoch = torch.zeros(1, dtype=torch.int64).share_memory_()  # workers see it change

    @staticmethod
    def from_archive(
        path: str | os.PathLike[str], *, timeline: str | None = None, product: Any = "clip_features",
        shuffle: bool = True, seed: int = 0, buffer: int = BUFFER, fill: float | None = None,
        rank: int = 0, ranks: int = 1,
    ) -> ArchiveDataset:  # fmt: skip
        """Features that an archive of clips holds, as an IterableDataset of (features, label).

        Parameters
        ----------
        path
            The archive; all of its clips computed.
        timeline, product
            As `Archive.held` takes them, where there are several.
        shuffle, seed
            Whether in another order each epoch (`set_epoch`); leave a DataLoader's own `shuffle` out.
        buffer
            Blocks of some megabytes whose clips are mixed; more mix better and take more memory.
        fill
            What stands for frames behind the end of clips that are shorter than others.
        rank, ranks
            Which of several processes that learn together this is.

        Raises
        ------
        SettingsError
            No archive of clips; clips of several lengths, and no `fill`; a rank that there is none of.
        SourceError
            Some clips are not computed, or their shard is damaged.

        Examples
        --------
        >>> dataset = SoundDataset.from_archive("birds.archive")  # doctest: +SKIP
        >>> loader = torch.utils.data.DataLoader(dataset, batch_size=64, num_workers=4)  # doctest: +SKIP
        """
        clips = ArchivedClips(
            path, timeline=timeline, product=product, shuffle=shuffle, seed=seed, buffer=buffer, fill=fill
        )
        return ArchiveDataset(clips, rank, ranks)

    @property
    def items(self) -> list[Any]:
        """The (path, label) pairs that are used."""
        return self._sounds.items

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """(path, reason) of files that are not used."""
        return self._sounds.skipped

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels, sorted; an element holds a number of one."""
        return self._sounds.classes

    @property
    def sample_rate(self) -> float:
        """Of every file, Hz."""
        return self._sounds.sample_rate

    @property
    def unit(self) -> str:
        """What the samples are in, for `SpectrogramModule`."""
        return self._sounds.unit

    @property
    def calibration(self) -> Calibration | None:
        """How the receiver of all files hears over frequency, for `SpectrogramModule`; its scale is in the samples.

        Raises
        ------
        SettingsError
            Several receivers, which hear in several ways.
        """
        return self._sounds.calibration

    @property
    def epoch(self) -> int:
        """Whose random crops these are."""
        return int(self._epoch)

    def set_epoch(self, epoch: int) -> None:
        """Crop anew: with the same number as ever the same crops come again."""
        self._epoch.fill_(whole("epoch", epoch, 0))

    def place(self, index: int) -> tuple[Any, range]:
        """The item and the samples of an element."""
        return self._sounds.place(index, self.epoch)

    def __repr__(self) -> str:
        return f"<SoundDataset: {repr(self._sounds)[1:]}"

    def __len__(self) -> int:
        return len(self._sounds)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        samples, label = self._sounds.window(int(index), self.epoch)
        return torch.from_numpy(samples), label
