"""The rows of all files as one table, read part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sonograph.extract.report import FileReport
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
        step = max(1, AT_ONCE // max(1, len(self.names)))
        for number, (part, report) in enumerate(self._files):
            dtype = np.dtype(report.dtype)
            with self._folder.open(part) as file:
                file.seek(report.begin)
                for first in range(0, report.n_rows, step):
                    rows = range(first, min(first + step, report.n_rows))
                    data = file.read(len(rows) * len(self.names) * dtype.itemsize)
                    values = np.frombuffer(data, dtype).reshape(len(rows), len(self.names))
                    yield number, self._before(report, rows), values

    def column(self, name: str) -> Iterator[np.ndarray]:
        """One of the columns before the features, in blocks; of "file" the number."""
        for number, (_, report) in enumerate(self._files):
            for first in range(0, report.n_rows, AT_ONCE):
                rows = range(first, min(first + AT_ONCE, report.n_rows))
                yield np.full(len(rows), number) if name == "file" else self._before(report, rows)[name]

    def _before(self, report: FileReport, rows: range) -> dict[str, np.ndarray]:
        rate = np.full(len(rows), report.sample_rate)
        if self._summary:
            counts = {name: np.array([getattr(report, name)]) for name in ("n_channels", "n_frames", "n_valid")}
            return counts | {"seconds": np.array([report.seconds]), "sample_rate": rate}
        channel, frame = np.divmod(np.arange(rows.start, rows.stop), report.n_frames)
        time = report.first_time + frame * report.step
        valid = (frame >= report.first_valid) & (frame < report.first_valid + report.n_valid)
        return {"channel": channel, "frame": frame, "time": time, "valid": valid, "sample_rate": rate}


def alike(listed: list[FileReport]) -> list[FileReport]:
    """The reports of files, with a fault for each whose rows do not go under the columns of the first that has some."""
    first = next((report for report in listed if report.n_rows), None)
    return listed if first is None else [replace(report, **_against(report, first)) for report in listed]


def _against(report: FileReport, first: FileReport) -> dict[str, Any]:
    """What speaks against a file's rows in the table of another."""
    if not report.n_rows:
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
