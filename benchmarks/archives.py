"""How long a catalogue takes: `python -m benchmarks.archives [FILES]` scans a folder of small WAVs twice.

Processor time a file, as a machine that does other things too takes longer by the clock; the files were just written.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from sonograph import Signal, archive, write
from sonograph.archive.catalogues.report import report

FILES = 3000
BEGAN = datetime(2024, 5, 1, tzinfo=UTC)


def milliseconds(work, files):
    """What some work takes, processor time a file, and its result."""
    began = time.process_time()
    result = work()
    return 1e3 * (time.process_time() - began) / files, result


def main(files: int) -> None:
    """Print the table."""
    noise = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as room:
        folder, place = Path(room, "in"), Path(room, "all.parquet")
        folder.mkdir()
        for number in range(files):
            name = f"A_{BEGAN + timedelta(minutes=10 * number):%Y%m%d_%H%M%S}.wav"
            write(folder / name, Signal(0.1 * noise.standard_normal(1000), 8000.0))
        archive.scan(next(folder.iterdir()), zone="UTC")  # what is loaded is loaded
        first, catalogue = milliseconds(lambda: archive.scan(folder, zone="UTC"), files)
        saved, _ = milliseconds(lambda: catalogue.save(place), files)
        second, _ = milliseconds(lambda: archive.scan(folder, zone="UTC", catalogue=place), files)
        told, _ = milliseconds(lambda: report(catalogue).values(), files)
    print(f"{files:,} WAVs, ms of the processor a file")
    for name, value in (("first scan", first), ("second scan", second), ("save", saved), ("report", told)):
        print(f"{name:12} {value:6.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FILES)
