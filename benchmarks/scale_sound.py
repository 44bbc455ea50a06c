"""What an hour of sound costs as FLAC and as WAV, from the file to the archive: a run of tasks in one process.

The noise is so quiet that FLAC needs a byte a sample, as of a hydrophone in a quiet sea.
"""

import os
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np

import sonograph as sg
from sonograph import engines
from sonograph.archive.runs.plans import LEDGER
from sonograph.archive.stores.files import files_of

BEGAN = datetime(2024, 5, 1, tzinfo=UTC)
RATE, BITS = 96_000, 16
PRODUCTS = ("minutes", "overview")
MARKED = 2000
"""Tasks that are marked to see how long it takes."""


def recordings(folder, ending, hours):
    """Recordings of ten minutes, all of the same noise."""
    folder.mkdir()
    first = folder / f"A_{BEGAN:%Y%m%d_%H%M%S}.{ending}"
    noise = np.random.default_rng(0).standard_normal(600 * RATE, "float32")
    sg.write(first, sg.Signal(0.0019 * noise, float(RATE)), bits=BITS)
    for number in range(1, 6 * hours):
        os.link(first, folder / f"A_{BEGAN + timedelta(minutes=10 * number):%Y%m%d_%H%M%S}.{ending}")
    return sg.archive.scan(folder, zone="UTC")


def sound(ending, hours=8, each=4, rounds=2):
    """Costs of an hour of sound of one kind of file, by the processor's clock, the median of some rounds."""
    engines.default(threads=1)
    with tempfile.TemporaryDirectory() as room:
        catalogue = recordings(Path(room, "recordings"), ending, hours)
        at, used = Path(room, "a.archive"), []
        for _ in range(rounds + 1):
            shutil.rmtree(at, ignore_errors=True)
            plan = sg.archive.plan(catalogue, PRODUCTS, at=at, hours=each)
            began, before = time.process_time(), _read()
            sg.archive.run(plan, workers=0)
            used.append((time.process_time() - began) / hours)
            read = (_read() - before) / hours
        shards = [path for path in at.rglob("c/**/*") if path.is_file()]
        return {
            "hours": hours, "hours_a_task": each, "core_s_an_hour": median(used[1:]), "each": used[1:],
            "file_bytes_an_hour": sum(one.size for one in catalogue.segments) / hours, "read_an_hour": read,
            "written_an_hour": sum(path.stat().st_size for path in shards) / hours,
            "objects_a_task": len(shards) / plan.n_tasks,
        } | marks(at, plan.n_tasks)  # fmt: skip


def marks(at, tasks):
    """What noting a task takes: the marks of this archive, written and brought to the disk again and again."""
    found = list(files_of(at).marks(LEDGER).all())
    with tempfile.TemporaryDirectory(dir=at.parent) as room:
        ledger, began = files_of(room).marks(LEDGER), time.perf_counter()
        for number in range(MARKED):
            ledger.mark([one._replace(shard=number) for one in found])
        took = (time.perf_counter() - began) / MARKED / len(found)
        size = (Path(room) / LEDGER).stat().st_size / MARKED / len(found)
    each = len(found) / tasks
    return {"marks_a_task": each, "bytes_a_mark": size, "marks_a_second": 1 / took}


def _read():
    """Bytes that this process has read, from the disk or from what the system keeps of it."""
    return int(Path("/proc/self/io").read_text().split()[1])
