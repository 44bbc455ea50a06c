"""A table as Parquet; the one place that uses pyarrow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.errors import MissingExtra

if TYPE_CHECKING:
    from sonograph.tables.rows import Rows

VALUES = 1 << 22
"""Numbers of a row group: so few are held at a time, and so many are read at once."""


def load() -> Any:
    """pyarrow and its Parquet, or how to get them."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("Parquet needs pyarrow: pip install 'sonograph[parquet]'") from None
    return pyarrow


def write(table: Rows, path: Path) -> None:
    """Row groups of `VALUES` numbers or a little more; names of files as a dictionary."""
    arrow = load()
    whole = {"channel": arrow.int16(), "n_channels": arrow.int16(), "frame": arrow.int64(), "n_frames": arrow.int64()}
    names = arrow.dictionary(arrow.int32(), arrow.string())
    fields = [("file", names), *((name, whole.get(name, arrow.float64())) for name in table.columns[1:])]
    fields += [(name, arrow.from_numpy_dtype(table.dtype)) for name in table.names]
    schema = arrow.schema(fields)
    with arrow.parquet.ParquetWriter(path, schema) as writer:
        held, count = [], 0
        for number, before, values in table.blocks():
            name = table.files[number].encode(errors="surrogateescape").decode(errors="replace")
            file = arrow.DictionaryArray.from_arrays(arrow.array([0] * len(values), arrow.int32()), [name])
            columns = [file, *(before[name] for name in table.columns[1:])]
            columns += list(values.astype(table.dtype, copy=False).T)
            arrays = [
                column if isinstance(column, arrow.Array) else arrow.array(column, kind, from_pandas=False)
                for column, (_, kind) in zip(columns, fields, strict=True)
            ]
            held.append(arrow.Table.from_arrays(arrays, schema=schema))
            count += len(values) * len(fields)
            if count >= VALUES:
                writer.write_table(_joined(arrow, held))
                held, count = [], 0
        if held:
            writer.write_table(_joined(arrow, held))


def _joined(arrow: Any, tables: list[Any]) -> Any:
    """One table of several, of one piece: their files in one dictionary."""
    return arrow.concat_tables(tables).unify_dictionaries().combine_chunks()
