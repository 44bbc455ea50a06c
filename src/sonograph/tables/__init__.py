"""Rows out, to csv, jsonl, npz, parquet and zarr: one module a format that a library writes."""
