"""The parts as one table, and its way into a file of each format."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from sonograph.errors import SettingsError
from sonograph.extract.part import FileReport, read_reports, read_values
from sonograph.files import check_output, written

FORMATS = (".csv", ".jsonl", ".npz", ".parquet", ".zarr")


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
        parts: list[tuple[Path, list[FileReport]]],
        summary: bool,
        shown: Callable[[str], str] = str,
    ) -> None:
        self.summary = summary
        self._parts: list[tuple[Path, int, FileReport]] = []  # where in its part a file's values begin
        first = next((said for _, reports in parts for said in reports if said.n_rows), None)
        self.names = tuple(first.names) if first else ()
        self.unit = first.unit if first else "FS"
        for path, reports in parts:
            begin = 0
            for said in _in_part(path, reports):
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
                    self._parts.append((path, at, said))
        self.files = [shown(said.file) for _, _, said in self._parts]
        self.n_rows = sum(said.n_rows for _, _, said in self._parts)
        self.dtype = np.result_type(np.float32, *{said.dtype for _, _, said in self._parts})
        where = ("n_channels", "n_frames", "seconds") if summary else ("channel", "frame", "time")
        self.columns = ("file", *where, "sample_rate")

    def blocks(self) -> Iterator[tuple[int, dict[str, np.ndarray], np.ndarray]]:
        """For each file its number, the columns before the features, and the features."""
        held: tuple[Path, np.ndarray] | None = None
        for number, (path, at, said) in enumerate(self._parts):
            if held is None or held[0] != path:
                held = path, read_values(path)
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


def _in_part(path: Path, reports: list[FileReport]) -> list[FileReport]:
    """The reports of the files in a part, in its order: one less where a file ended its process."""
    by_file = {said.file: said for said in reports}
    return [by_file[said.file] for said in read_reports(path) if said.file in by_file]


def check_out(out: str, *, overwrite: bool, keep: tuple[Any, ...] = ()) -> None:
    """Refuse an output that could not be written, before any work is done.

    Raises
    ------
    SettingsError
        An ending that is none of `FORMATS`.
    MissingExtra
        It needs a package that is not here.
    OutputError
        As `sonograph.files.check_output`.
    """
    ending = Path(out).suffix.lower()
    if ending not in FORMATS:
        raise SettingsError(f"the output is {out!r}; it must end in {', '.join(FORMATS)}")
    if ending == ".parquet":
        from sonograph.extract import parquet

        parquet.load()
    check_output(out, overwrite=overwrite, keep=keep, folder=ending == ".zarr")
    if ending == ".zarr":
        from sonograph.extract import zarrs

        zarrs.load()
        zarrs.check(out)


def write(table: Table, out: str, *, overwrite: bool) -> None:
    """Write a table, whole or not at all."""
    check_out(out, overwrite=overwrite)
    ending = Path(out).suffix.lower()
    with written(out, overwrite=overwrite, folder=ending == ".zarr") as path:
        if ending == ".zarr":
            from sonograph.extract import zarrs

            zarrs.write(table, path)
        elif ending == ".parquet":
            from sonograph.extract import parquet

            parquet.write(table, path)
        elif ending == ".npz":
            _npz(table, path)
        else:
            with path.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as text:
                (_csv if ending == ".csv" else _jsonl)(table, text.write)


def _csv(table: Table, put: Callable[[str], Any]) -> None:
    import csv
    import io

    def quoted(words: tuple[str, ...]) -> str:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(words)
        return line.getvalue()

    put(quoted((*table.columns, *table.names)) + "\n")
    form = _form(table)
    for number, before, values in table.blocks():
        name = quoted((table.files[number],))
        for line in _lines(before, values, form):
            put(f"{name},{line.replace('nan', '')}\n")


def _form(table: Table) -> str:
    """How a row is written: whole numbers, times to the microsecond, features to the precision that they have."""
    shape = {"time": "%.6f", "seconds": "%.6f", "sample_rate": "%.10g"}
    digits = "%.9g" if table.dtype == np.float32 else "%.17g"
    return ",".join([*(shape.get(name, "%d") for name in table.columns[1:]), *([digits] * len(table.names))])


def _lines(before: dict[str, np.ndarray], values: np.ndarray, form: str) -> Iterator[str]:
    left = zip(*(column.tolist() for column in before.values()), strict=True)
    for start, row in zip(left, values.tolist(), strict=True):
        yield form % (*start, *row)


def _jsonl(table: Table, put: Callable[[str], Any]) -> None:
    keys = [json.dumps(name) for name in (*table.columns[1:], *table.names)]
    form = ", ".join(f"{key}: {one}" for key, one in zip(keys, _form(table).split(","), strict=True))
    for number, before, values in table.blocks():
        name = json.dumps(table.files[number])
        finite = np.where(np.isfinite(values), values, np.nan)  # JSON has no word for infinity
        for line in _lines(before, finite, form):
            put(f'{{"file": {name}, {line.replace(": nan", ": null")}}}\n')


def _npz(table: Table, path: Path) -> None:
    """Arrays of the whole table, written one after the other without holding them."""
    kinds = {"file": np.int32, "channel": np.int16, "n_channels": np.int16, "frame": np.int64, "n_frames": np.int64}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        _array(archive, "values", (table.n_rows, len(table.names)), table.dtype, (v for _, _, v in table.blocks()))
        for name in table.columns:
            dtype = np.dtype(kinds.get(name, np.float64))
            _array(archive, name, (table.n_rows,), dtype, table.column(name))
        for name, words in (("files", table.files), ("names", table.names)):
            array = np.array([word.encode(errors="surrogateescape").decode(errors="replace") for word in words])
            _array(archive, name, array.shape, array.dtype, iter([array]))
        unit = np.array(table.unit)
        _array(archive, "unit", unit.shape, unit.dtype, iter([unit]))


def _array(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], dtype: np.dtype, blocks: Any) -> None:
    with archive.open(f"{name}.npy", "w", force_zip64=True) as out:
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        _header(out, header)
        for block in blocks:
            out.write(np.ascontiguousarray(block, dtype).tobytes())


def _header(out: Any, header: dict[str, Any]) -> None:
    stream: BinaryIO = out
    np.lib.format.write_array_header_2_0(stream, header)
