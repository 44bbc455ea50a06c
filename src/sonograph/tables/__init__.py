"""Rows to and from files: one module a format, each with `write(table, path)` and `read(path, said) -> Held`.

What a table says of itself (settings, units, frequencies) travels in it; beside CSV and JSON lines, which have no place
for it, in a `.json` of its own. `formats` knows which ending is which module.
"""

from sonograph.tables.formats import read
from sonograph.tables.rows import Held, Rows

__all__ = ["Held", "Rows", "read"]
