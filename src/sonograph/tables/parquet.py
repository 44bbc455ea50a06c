"""A table as Parquet; the one place that uses pyarrow.

What the table says of itself is JSON in the file's metadata, under "sonograph"; each column's unit and frequency are in
its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.errors import MissingExtra
from sonograph.tables.rows import WHOLE, Held, Rows, about, held, n_before

BESIDE, FOLDER = False, False

VALUES, LEAST = 1 << 19, 1 << 14
"""Numbers and rows of a row group at least: so few are held at a time, and so many are read at once."""


def load() -> Any:
    """pyarrow and its Parquet, or how to get them."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("Parquet needs pyarrow: pip install '.[parquet]'") from None
    return pyarrow


def write(table: Rows, path: Path) -> None:
    """Row groups of `VALUES` numbers or a little more, but of `LEAST` rows; names of files as a dictionary."""
    arrow = load()
    names = arrow.dictionary(arrow.int32(), arrow.string())
    fields = [("file", names), *((name, _type(arrow, name)) for name in table.columns[1:])]
    fields += [(name, arrow.from_numpy_dtype(table.dtype)) for name in table.names]
    facts = about(table)
    listed = [arrow.field(name, kind) for name, kind in fields[: len(table.columns)]]
    for (name, kind), column in zip(fields[len(table.columns) :], facts["columns"], strict=True):
        words = {key: str(column[key]) for key in ("unit", "frequency") if column[key] not in ("", None)}
        listed.append(arrow.field(name, kind, metadata=words or None))
    schema = arrow.schema(listed, metadata={"sonograph": json.dumps(facts)})
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
            count += len(values)
            if count >= max(LEAST, VALUES // len(fields)):
                writer.write_table(_joined(arrow, held))
                held, count = [], 0
        if held:
            writer.write_table(_joined(arrow, held))


def read(path: Path, facts: dict[str, Any]) -> Held:
    """The table."""
    load()
    from pyarrow import parquet

    table = parquet.read_table(path)
    facts = json.loads((table.schema.metadata or {}).get(b"sonograph", b"{}"))
    before = table.column_names[1 : 1 + n_before(table.column_names[1:])]
    names = table.column_names[1 + len(before) :]
    files, number = _files(table)
    columns = {"file": number} | {name: table.column(name).to_numpy() for name in before}
    dtype = np.dtype(facts.get("dtype", "float64"))
    values = np.empty((table.num_rows, len(names)), dtype)
    for i, name in enumerate(names):
        values[:, i] = table.column(name).to_numpy()
    return held(values, columns, files, names, facts)


def _files(table: Any) -> tuple[list[str], np.ndarray]:
    """Each file once, and the number of each row's."""
    unified = table.select(["file"]).unify_dictionaries().column("file")
    chunks = unified.chunks
    files = chunks[0].dictionary.to_pylist() if chunks else []
    numbers = [chunk.indices.to_numpy() for chunk in chunks]
    return files, np.concatenate(numbers) if numbers else np.empty(0, np.int32)


def _type(arrow: Any, name: str) -> Any:
    return arrow.type_for_alias(WHOLE.get(name, "float64"))


def _joined(arrow: Any, tables: list[Any]) -> Any:
    """One table of several, of one piece: their files in one dictionary."""
    return arrow.concat_tables(tables).unify_dictionaries().combine_chunks()
