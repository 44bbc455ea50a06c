"""The rows of all files as one table, read part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from sonograph.extract.report import FileReport
from sonograph.frames import split
from sonograph.jobs.workfolder import WorkFolder

AT_ONCE = 1 << 17
"""Numbers that are read at a time."""


class Table:
    """Rows of features of many files (`sonograph.tables.rows.Rows`).

    Made by `table_of`, of files whose rows have the same columns.
    """

    def __init__(
        self,
        files: list[tuple[str, FileReport]],
        folder: WorkFolder,
        *,
        summary: bool,
        settings: Any,
        shown: Callable[[str], str],
    ) -> None:
        self._files, self._folder, self._summary = files, folder, summary
        columns = files[0][1].columns if files else ()
        self.names = tuple(column.name for column in columns)
        self.units = tuple(column.unit for column in columns)
        self.frequencies = tuple(column.frequency for column in columns)
        self.unit = files[0][1].unit if files else "FS"
        self.settings = settings
        self.files: Sequence[str] = [shown(report.file) for _, report in files]
        self.n_rows = sum(report.n_rows for _, report in files)
        self.dtype = np.result_type(np.float32, *{report.dtype for _, report in files})
        where = ("n_channels", "n_frames", "n_valid", "seconds") if summary else ("channel", "frame", "time", "valid")
        self.columns: tuple[str, ...] = ("file", *where, "sample_rate")

    def blocks(self) -> Iterator[tuple[int, dict[str, np.ndarray], np.ndarray]]:
        """Some rows of a file: its number, the columns before the features, and the features."""
        for number, report, rows, values in self._read():
            yield number, {name: self._column(name, report, rows) for name in self.columns[1:]}, values

    def numbers(self) -> Iterator[np.ndarray]:
        """The features of those rows alone."""
        for _, _, _, values in self._read():
            yield values

    def _read(self) -> Iterator[tuple[int, FileReport, range, np.ndarray]]:
        """Some rows of a file: its number, its report, which rows, and the features."""
        step = max(1, AT_ONCE // max(1, len(self.names)))
        for part, files in groupby(enumerate(self._files), key=lambda numbered: numbered[1][0]):
            with self._folder.open(part) as file:
                for number, (_, report) in files:
                    dtype = np.dtype(report.dtype)
                    file.seek(report.begin)
                    for rows in split(range(report.n_rows), step):
                        data = file.read(len(rows) * len(self.names) * dtype.itemsize)
                        yield number, report, rows, np.frombuffer(data, dtype).reshape(len(rows), len(self.names))

    def column(self, name: str) -> Iterator[np.ndarray]:
        """One of the columns before the features, in blocks; of "file" the number."""
        for number, (_, report) in enumerate(self._files):
            for rows in split(range(report.n_rows), AT_ONCE):
                yield np.full(len(rows), number) if name == "file" else self._column(name, report, rows)

    def _column(self, name: str, report: FileReport, rows: range) -> np.ndarray:
        """One of the columns before the features, of some rows of a file."""
        if name == "sample_rate" or self._summary:
            return np.full(len(rows), getattr(report, name))
        places = np.arange(rows.start, rows.stop)
        if name == "channel":
            return places // report.n_frames
        frame = places % report.n_frames
        if name == "time":
            return report.first_time + frame * report.step
        if name == "valid":
            return (frame >= report.first_valid) & (frame < report.first_valid + report.n_valid)
        return frame


def alike(listed: list[FileReport]) -> list[FileReport]:
    """The reports of files, with a fault for each whose rows do not go under the columns of the first that has some."""
    first = next((report for report in listed if report.n_rows), None)
    if first is None:
        return listed
    against = [_against(report, first) for report in listed]
    return [replace(one, **words) if words else one for one, words in zip(listed, against, strict=True)]


def _against(report: FileReport, first: FileReport) -> dict[str, Any]:
    """What speaks against a file's rows in the table of another."""
    if not report.n_rows or (report.columns, report.unit) == (first.columns, first.unit):
        return {}
    names, firsts = ([column.name for column in one.columns] for one in (report, first))
    if names != firsts:
        return {
            "n_rows": 0,
            "fault": f"{report.file}: has {len(names)} features at {report.sample_rate:g} Hz where the first file "
            f"has {len(firsts)}, so it is left out. Name bands that end at one frequency.",
        }
    if report.unit != first.unit:
        return {
            "n_rows": 0,
            "fault": f"{report.file}: is in {report.unit} where the first file is in {first.unit}, so it is left out. "
            "Calibrate all of them or none.",
        }
    return {}
