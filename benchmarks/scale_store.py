"""A run whose recordings and archive lie in an emulated store that answers late, and says 503 now and then."""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

import sonograph as sg
from sonograph.io.object_writing import WritableBucket
from tests.buckets import emulated

BEGAN = datetime(2024, 5, 1, tzinfo=UTC)
RATE, HOURS = 16_000, 4
LATE = 0.1  # s
REFUSED = 0.05  # of all requests
WAYS = {"": (0.0, 0.0), "late": (LATE, 0.0), "late, refusing": (LATE, REFUSED)}


def store():
    """Of each way the store answers: seconds, requests a task, how many were refused; the bytes are the same."""
    noise, found, kept = np.random.default_rng(0), {}, []
    with tempfile.TemporaryDirectory() as room, emulated() as there:
        shelf = there.bucket()
        for hour in range(HOURS):
            path = Path(room, f"A_{BEGAN + timedelta(hours=hour):%Y%m%d_%H%M%S}.wav")
            sg.write(path, sg.Signal(0.05 * noise.standard_normal(3600 * RATE, "float32"), float(RATE)), bits=16)
        there.upload(room, shelf)
        catalogue = sg.archive.scan(shelf, zone="UTC")
        for way, (late, refused) in {"warm": (0.0, 0.0), **WAYS}.items():
            at = f"{there.bucket()}/archive"
            plan = sg.archive.plan(catalogue, ("minutes", "overview"), at=at, hours=1)
            proxy = there.proxy
            proxy.heal()
            proxy.met.clear()
            proxy.latency, proxy.share, proxy.kinds = late, refused, ("503",)
            began = time.perf_counter()
            sg.archive.run(plan, workers=2)
            took, asked, met = time.perf_counter() - began, len(proxy.requests), proxy.met["503"]
            proxy.heal()
            kept.append(_held(at))
            if way != "warm":
                found[way] = {"s": took, "requests_a_task": asked / plan.n_tasks, "refused": met}
    assert all(one == kept[0] for one in kept)
    return {"ways": found, "tasks": HOURS, "rate": RATE, "late_s": LATE, "share": REFUSED, "objects": len(kept[0])}


def _held(url):
    """The data and the ledger of an archive by name."""
    place = WritableBucket(url)
    return {one.name: place.read_whole(one.name) for one in place.list()
            if "/c/" in one.name or "ledger" in one.name}  # fmt: skip
