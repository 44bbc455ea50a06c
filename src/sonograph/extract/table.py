"""The parts as one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from sonograph.extract.part import FileReport, read_reports, read_values
from sonograph.jobs.workfolder import WorkFolder


class Table:
    """Rows of features of many files, read part by part.

    files   : what they are called
    names   : the features
    columns : what stands before them: file, and where in it
    dtype   : of the features
    unit    : of the samples that they were computed of
    """

    def __init__(
        self,
        parts: list[tuple[str, list[FileReport]]],
        folder: WorkFolder,
        summary: bool,
        shown: Callable[[str], str] = str,
    ) -> None:
        self.summary = summary
        self._folder = folder
        self._parts: list[tuple[str, int, FileReport]] = []  # where in its part a file's values begin
        first = next((said for _, reports in parts for said in reports if said.n_rows), None)
        self.names = tuple(first.names) if first else ()
        self.unit = first.unit if first else "FS"
        for part, reports in parts:
            begin = 0
            for said in _in_part(folder, part, reports):
                at, begin = begin, begin + said.n_rows * len(said.names)
                if not said.n_rows or first is None:
                    continue
                if said.names != first.names:
                    said.fault = (
                        f"{said.file}: has {len(said.names)} features at {said.sample_rate:g} Hz where the first file "
                        f"has {len(first.names)}, so it is left out. Name bands that end at one frequency."
                    )
                elif said.unit != first.unit:
                    said.fault = (
                        f"{said.file}: is in {said.unit} where the first file is in {first.unit}, so it is left out. "
                        f"Calibrate all of them or none."
                    )
                else:
                    self._parts.append((part, at, said))
        self.files: Sequence[str] = [shown(said.file) for _, _, said in self._parts]
        self.n_rows = sum(said.n_rows for _, _, said in self._parts)
        self.dtype = np.result_type(np.float32, *{said.dtype for _, _, said in self._parts})
        where = ("n_channels", "n_frames", "seconds") if summary else ("channel", "frame", "time")
        self.columns: tuple[str, ...] = ("file", *where, "sample_rate")

    def blocks(self) -> Iterator[tuple[int, dict[str, np.ndarray], np.ndarray]]:
        """For each file its number, the columns before the features, and the features."""
        held: tuple[str, np.ndarray] | None = None
        for number, (part, at, said) in enumerate(self._parts):
            if held is None or held[0] != part:
                held = part, read_values(self._folder, part)
            values = held[1][at : at + said.n_rows * len(said.names)].reshape(said.n_rows, len(said.names))
            yield number, self._before(said), values

    def column(self, name: str) -> Iterator[np.ndarray]:
        """One of the columns before the features, file by file; of "file" the number."""
        for number, (_, _, said) in enumerate(self._parts):
            yield np.full(said.n_rows, number) if name == "file" else self._before(said)[name]

    def _before(self, said: FileReport) -> dict[str, np.ndarray]:
        rate = np.full(said.n_rows, said.sample_rate)
        if self.summary:
            counts = {"n_channels": np.array([said.n_channels]), "n_frames": np.array([said.n_frames])}
            return counts | {"seconds": np.array([said.seconds]), "sample_rate": rate}
        frame = np.tile(np.arange(said.n_frames), said.n_channels)
        channel = np.repeat(np.arange(said.n_channels), said.n_frames)
        return {
            "channel": channel,
            "frame": frame,
            "time": said.first_time + frame * said.step,
            "sample_rate": rate,
        }


def _in_part(folder: WorkFolder, part: str, reports: list[FileReport]) -> list[FileReport]:
    """The reports of the files in a part, in its order: one less where a file ended its process."""
    by_file = {said.file: said for said in reports}
    return [by_file[said.file] for said in read_reports(folder, part) if said.file in by_file]
