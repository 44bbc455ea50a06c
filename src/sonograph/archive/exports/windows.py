"""The features of an archive as one table, Parquet or CSV: a row for each window of time that holds sound."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np

from sonograph.archive.exports.columns import Column, write_columns
from sonograph.archive.products.features import FeaturesProduct
from sonograph.archive.reading import opened
from sonograph.archive.runs.computed import check_computed
from sonograph.archive.runs.plans import Plan
from sonograph.archive.segments.moments import ns_of
from sonograph.archive.stores.held import Held
from sonograph.errors import SettingsError

AT_ONCE = 4096
"""Windows that are read together."""


def feature_table(
    archive: str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    to: str = "parquet",
    product: str | FeaturesProduct = FeaturesProduct.name,
    timeline: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> dict[str, str]:
    """Write the features of an archive's windows as a table.

    Columns are UTC (when a window begins), effortSeconds, row (in the Zarr array that the metadata name), and
    each feature's statistics: centroid_mean, centroid_p50 … Windows without sound have no row. Parquet has what was
    computed in its metadata, under "sonograph"; beside a CSV it is PATH.json.

    Parameters
    ----------
    archive
        Where it is.
    path, to
        Where to, and "parquet" or "csv".
    product
        Its settings, where there are several of that name.
    timeline
        Which; needed where there are several.
    start, end
        With their zones; all by default.

    Returns
    -------
    Why, of each file that could not be read: what it holds is missing.

    Raises
    ------
    SettingsError
        There are no such features.
    SourceError
        Some are not computed yet, or are damaged.
    MissingExtra
        pyarrow is not there, for Parquet.
    OutputError
        A file cannot be written.
    """
    plan, found = Plan.open(archive), opened.open(archive)
    name = found.named(timeline)
    held = found.held(product, name)
    if not isinstance(held.product, FeaturesProduct):
        raise SettingsError(f"product is {held.product.name!r}; it must be features of windows of time")
    t, p = plan.names.index(name), plan.products.index(held.product)
    faults = check_computed(plan, t, p, *(None if one is None else ns_of(one) for one in (start, end)))
    rows = held.rows_of(start, end)
    rows = range(max(rows.start, held.rows.start), min(rows.stop, held.rows.stop))
    facts = held.arrays["features"].attributes
    named = [f"{feature}_{one}" for feature in facts["features"] for one in facts["statistics"]]
    columns = [Column("UTC", "time"), Column("effortSeconds", "number", "s"), Column("row", "count")]
    columns += [Column(one, "number") for one in named]
    about = {"product": held.product.to_dict(), "array": f"{plan.label(t, p)}/features", "timeline": name,
             "sample_rate": held.sound.sample_rate, "unit": held.sound.unit}  # fmt: skip
    write_columns(path, to, columns, _blocks(held, rows), about)
    return faults


def _blocks(held: Held, rows: range) -> Iterator[list[Any]]:
    for first in range(rows.start, rows.stop, AT_ONCE):
        some = range(first, min(first + AT_ONCE, rows.stop))
        found = held.read(some)
        there = np.flatnonzero(found["effort"] > 0)
        numbers = there + some.start
        values = found["features"][there].reshape(len(there), -1).T
        yield [numbers * held.product.cell, found["effort"][there], numbers - held.rows.start, *values]
