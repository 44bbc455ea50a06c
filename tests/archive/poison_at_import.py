"""Loaded before a child of a Dask worker does anything, so that poisons are poison there."""

from tests.archive import poisoned

poisoned.apply()
