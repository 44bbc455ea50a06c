"""Clients of stores of objects, as obstore makes them; one for each bucket and process, which keeps its connections."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sonograph.errors import MissingExtra
from sonograph.io.object_tries import refusal
from sonograph.io.object_urls import SCHEMES

TIMEOUT, STALLED = 300, 30
"""Seconds that an answer may take, and that it may stand still."""


def load(scheme: str) -> Any:
    """What reads the stores of a scheme: obstore, or how to get it; or the same calls made of fsspec's."""
    if scheme not in SCHEMES:
        from sonograph.io import fsspec_stores

        return fsspec_stores
    try:
        import obstore
        import obstore.store
    except ImportError:
        raise MissingExtra("a bucket needs obstore: pip install '.[cloud]'") from None
    return obstore


def store_of(scheme: str, place: str) -> Any:
    """The client for a bucket or a server; a fork of this process has another, as threads do not come with it."""
    return _store(scheme, place, _surroundings(), os.getpid())


def _surroundings() -> tuple[tuple[str, str], ...]:
    """What is set for stores, so that a change of it is seen."""
    return tuple((key, os.environ[key]) for key in sorted(os.environ) if key.startswith(("AWS_", "GOOGLE_", "AZURE_")))


@lru_cache(64)
def _store(scheme: str, place: str, surroundings: tuple[tuple[str, str], ...], _pid: int) -> Any:
    """A client, which keeps its connections for those who come later."""
    if scheme not in SCHEMES:
        return load(scheme).Files(scheme, place)
    stores = load(scheme).store
    places = (value for key, value in surroundings if "ENDPOINT" in key or "BASE_URL" in key)
    plain = scheme == "http" or any(value.startswith("http://") for value in places)
    client = {"timeout": timedelta(seconds=TIMEOUT), "read_timeout": timedelta(seconds=STALLED), "allow_http": plain}
    options = {"client_options": client, "retry_config": {"max_retries": 0}}
    try:
        if scheme == "s3":
            return stores.S3Store(place, **options)
        if scheme == "gs":
            return stores.GCSStore(place, **options)
        if scheme == "az":
            return stores.AzureStore(place, **options)
        return stores.HTTPStore(f"{scheme}://{place}", **options)
    except Exception as error:
        raise refusal(error, f"{scheme}://{place}") from None
