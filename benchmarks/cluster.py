"""An archive by processes and by the workers of a Dask cluster on this machine, and what an empty task costs.

    python -m benchmarks.cluster FOLDER [--hours 24] [--rate 16000]

Recordings of an hour are made in FOLDER and kept. Each way computes the standard minutes anew. Prints Markdown.
"""

import argparse
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

import sonograph as sg
from sonograph.jobs.cluster import Cluster
from sonograph.jobs.run import run
from sonograph.jobs.task import Task

BEGAN = datetime(2024, 5, 1, tzinfo=UTC)
EMPTY = 5000


def main():
    from distributed import LocalCluster

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--rate", type=int, default=16_000)
    arguments = parser.parse_args()
    recordings = arguments.folder / f"{arguments.hours}h_{arguments.rate}"
    recordings.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(0)
    for hour in range(arguments.hours):
        path = recordings / f"A_{BEGAN + timedelta(hours=hour):%Y%m%d_%H%M%S}.wav"
        if not path.exists():
            samples = 0.05 * noise.standard_normal(3600 * arguments.rate, "float32")
            sg.write(path, sg.Signal(samples, float(arguments.rate)))
    catalogue = sg.archive.scan(recordings, zone="UTC")
    at = arguments.folder / "archive"

    def seconds(workers):
        shutil.rmtree(at, ignore_errors=True)
        plan = sg.archive.plan(catalogue, at=at, hours=1)
        began = time.perf_counter()
        sg.archive.run(plan, workers=workers)
        return time.perf_counter() - began

    print("| by | s |\n|---|---|")
    for count in (1, 2):
        print(f"| processes here, {count} | {seconds(count):.1f} |", flush=True)
    for count in (1, 2):
        with LocalCluster(n_workers=count, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0") as cluster:
            first, again = seconds(cluster.scheduler_address), seconds(cluster.scheduler_address)
            print(f"| Dask workers, {count}: the first time, again | {first:.1f}, {again:.1f} |", flush=True)
            if count == 2:
                tasks = (Task(str(i), sorted, ()) for i in range(EMPTY))
                began = time.perf_counter()
                n_done = sum(1 for _ in run(tasks, Cluster(cluster.scheduler_address)))
                print(f"| an empty task, of {n_done:,} | {(time.perf_counter() - began) / n_done:.4f} |")
    shutil.rmtree(at)


if __name__ == "__main__":
    main()
