"""Windows of many files, by number. What a Torch Dataset and a tf.data source have in common.

Files are opened once to see how long they are, and again when a window of them is wanted; a few stay open. A copy in
another process opens its own.
"""

from __future__ import annotations

import os
import threading
import warnings
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from itertools import accumulate
from typing import Any, Literal

import numpy as np

from sonograph.checks import one_of
from sonograph.errors import LimitError, SettingsError, SourceError
from sonograph.io.audio import open as open_sound
from sonograph.learning.crops import Windows
from sonograph.learning.items import Item, checked_items
from sonograph.sounds.calibration import Calibration
from sonograph.sounds.derived import refuse_complex
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Source, checked_rate

KEPT_OPEN = 16
"""Files that stay open: few, as every worker keeps its own."""


class Sounds:
    """Windows of files.

    Parameters
    ----------
    items
        (path, label) pairs, as `from_folders` and `from_table` give them, or paths.
    windows
        Which parts of them.
    mono
        Whether to take the mean of the channels; otherwise all files must have as many.
    broken
        "raise": a file that cannot be used stops everything, by name. "skip": it is left out, as `skipped` says, and a
        window with missing samples is replaced by the next whole one, with a warning.
    sample_rate
        That all files are brought to, Hz (soxr); None: all must have one. A file of another rate is not broken.
    calibration
        As `open` takes it: of all files; by default what each file's own says, False for none.

    Attributes
    ----------
    items : those that are used
    skipped : (path, reason) of those that are not
    classes : the labels, sorted
    sample_rate, n_channels, unit : of every file; n_channels is 1 with mono

    Raises
    ------
    SourceError
        With broken "raise" a file that cannot be used; no usable file at all.
    SettingsError
        Files of several sample rates, and no `sample_rate` that they are to be brought to.

    Warns
    -----
    RuntimeWarning
        Files were skipped: once, with their count and the first of them.
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
        one_of("broken", broken, ("raise", "skip"))
        if not isinstance(windows, Windows):
            raise SettingsError(f"windows is {windows!r}; it must be Windows(length=…)")
        self.windows, self.mono, self.broken = windows, bool(mono), broken
        self.items: list[Item] = []
        self.skipped: list[tuple[str, str]] = []
        self._rate = None if sample_rate is None else checked_rate(sample_rate)
        self.sample_rate, self.n_channels, self.unit = self._rate or 0.0, 0, ""
        self._lengths: list[int] = []
        self._calibrations: list[Calibration | None] = []
        self._forget()
        for item in checked_items(items):
            try:
                n_samples, known = self._examined(item, calibration)
            except (SourceError, LimitError) as error:
                if broken == "raise":
                    raise
                self.skipped.append((item.path, str(error)))
            else:
                self.items.append(item)
                self._lengths.append(n_samples)
                self._calibrations.append(known)
        if self.skipped and self.items:
            first = self.skipped[0][1]
            count = f"{len(self.skipped):,} of {len(self.skipped) + len(self.items):,} files"
            warnings.warn(f"{count} skipped; `skipped` has each with its reason. The first: {first}", RuntimeWarning, 3)
        if not self.items:
            raise SourceError(f"none of {len(self.skipped)} files can be used; the first: {self.skipped[0][1]}")
        self.classes = tuple(sorted({item.label for item in self.items if item.label is not None}))
        self._labels = [-1 if item.label is None else self.classes.index(item.label) for item in self.items]
        self._ends = list(accumulate(windows.count(n) for n in self._lengths))

    def __len__(self) -> int:
        return self._ends[-1]

    def __repr__(self) -> str:
        count, length = len(self), self.windows.length / self.sample_rate
        windows = f"{count:,} window{'s' * (count != 1)} of {length:g} s"
        files = f"{len(self.items):,} file{'s' * (len(self.items) != 1)}"
        skipped = f" ({len(self.skipped):,} more skipped)" if self.skipped else ""
        classes = f", {len(self.classes)} class{'es' * (len(self.classes) != 1)}" if self.classes else ""
        return f"<{windows} of {files}{skipped}{classes}, {self.sample_rate:g} Hz, {self.unit}>"

    @property
    def calibration(self) -> Calibration | None:
        """How the receiver of all files hears over frequency; its scale is in their samples already.

        Raises
        ------
        SettingsError
            Several receivers, which hear in several ways.
        """
        responses = {known.response if known else () for known in self._calibrations}
        if len(responses) > 1:
            raise SettingsError(
                f"the files have {len(responses)} responses over frequency; one module takes one off: learn from the "
                f"sounds of one receiver, or from calibrations without response"
            )
        return self._calibrations[0]

    def window(self, index: int, epoch: int = 0) -> tuple[np.ndarray, int]:
        """(channels, length) float32, or (length,) with mono; and the label's number in `classes`, -1 for none.

        Raises
        ------
        IndexError
            No window of this number.
        SourceError
            Samples of it are missing, or its file can no longer be read.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"window {index} of {len(self)}")
        for tried in range(len(self)):
            number = (index + tried) % len(self)
            try:
                return self._read(number, epoch)
            except SourceError as error:
                if self.broken == "raise":
                    raise
                warnings.warn(f"{error} The next window takes its place.", RuntimeWarning, stacklevel=2)
        raise SourceError("no window of any file is whole. Look at the files with `sonograph info`.")

    def place(self, index: int, epoch: int = 0) -> tuple[Item, range]:
        """The file and the samples of a window."""
        number = bisect_right(self._ends, index)
        within = index - (self._ends[number - 1] if number else 0)
        first = self.windows.start(within, self._lengths[number], item=number, epoch=epoch)
        return self.items[number], range(first, first + self.windows.length)

    def _read(self, index: int, epoch: int) -> tuple[np.ndarray, int]:
        number, (item, wanted) = bisect_right(self._ends, index), self.place(index, epoch)
        if self._process != os.getpid():
            self._forget()  # a fork shares the position in each file, and the lock, with its parent
        with self._lock:
            samples = self._source(number).read(wanted)
        if not (np.isfinite(samples.max()) and np.isfinite(samples.min())):  # as all are; the quickest way to ask
            missing = int((~np.isfinite(samples)).any(axis=0).sum())
            raise SourceError(
                f"{item.path}: {missing} of the samples {wanted.start} to {wanted.stop - 1} are missing or infinite. "
                f'Copy the file again, or use broken="skip".'
            )
        samples = samples.astype(np.float32, copy=False)
        if self.mono:
            samples = samples[0] if len(samples) == 1 else samples.mean(axis=0)
        return samples, self._labels[number]

    def _examined(self, item: Item, calibration: Calibration | Literal[False] | None) -> tuple[int, Calibration | None]:
        """How many samples a file has, and its calibration, if it goes with the others."""
        with open_sound(item.path, calibration=calibration) as source:
            refuse_complex(source)
            channels = 1 if self.mono else source.n_channels
            n_samples: int = self._taken(source).n_samples
            if n_samples == 0:
                raise SourceError(f"{item.path}: holds no samples. Leave it out.")
            if not self.n_channels:
                self.n_channels, self.unit = channels, source.unit
                self.sample_rate = self._rate or source.sample_rate
            if self._rate is None and source.sample_rate != self.sample_rate:
                raise SettingsError(
                    f"{item.path} has a sample rate of {source.sample_rate:g} Hz, the files before it "
                    f"{self.sample_rate:g} Hz; give the one that all are to be brought to, as "
                    f"sample_rate={self.sample_rate:g}"
                )
            if channels != self.n_channels:
                raise SourceError(
                    f"{item.path}: has {channels} channels, the files before it {self.n_channels}. Use mono=True."
                )
            if source.unit != self.unit:
                raise SourceError(
                    f"{item.path}: is in {source.unit}, the files before it in {self.unit}. Calibrate all of them, or "
                    f"none: calibration=False."
                )
            return n_samples, source.calibration

    def _taken(self, source: Source) -> Source:
        """A file at the rate that all are brought to."""
        return source if self._rate is None else resample(source, self._rate)

    def _source(self, number: int) -> Any:
        path = self.items[number].path
        if path in self._open:
            self._open.move_to_end(path)
            return self._open[path][1]
        # with the calibration that was found at first, whatever lies beside the file now
        file = open_sound(path, calibration=self._calibrations[number] or False)
        self._open[path] = file, self._taken(file)
        if len(self._open) > KEPT_OPEN:
            self._open.popitem(last=False)[1][0].close()
        return self._open[path][1]

    def _forget(self) -> None:
        self._process = os.getpid()
        self._open: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k not in ("_process", "_open", "_lock")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()
