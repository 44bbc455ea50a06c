"""What an archive of a petabyte takes, from what was measured here: `make plan-at-scale`.

    python -m benchmarks.at_scale [--only PART ...] [--quick]

Measures costs part by part, each in a process of its own, keeps them in benchmarks/at_scale.json, and writes
docs/scale.md from that. `--only` measures some parts anew and takes the others as they were kept; with no part after
it, none. `--quick` tries all parts with little work and keeps nothing. Needs Dask, obstore and moto.
"""

import argparse
import importlib
import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import scale_page

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "benchmarks" / "at_scale.json"
PAGE = ROOT / "docs" / "scale.md"

# part: module, function, what it is called with, and what for a trial
PARTS = {
    "flac": ("scale_sound", "sound", ("flac",), ("flac", 1, 1, 1)),
    "wav": ("scale_sound", "sound", ("wav",), ("wav", 1, 1, 1)),
    "plan": ("scale_plan", "a_plan", (20_000, 1_000_000), (200, 2_000)),
    "coordinator": ("scale_plan", "a_plan", (30_000, 30_000), (1_000, 1_000)),
    "empty": ("scale_cluster", "empty_tasks", (100_000,), (500,)),
    "memory": ("scale_cluster", "remembered", (), (400,)),
    "simulated": ("scale_cluster", "simulated_workers", (), (20, 2, 0.5, 4)),
    "store": ("scale_store", "store", (), ()),
}


def measured(part, quick):
    """What a part finds, in a process of its own."""
    module, name, whole, little = PARTS[part]
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_found, module, name, little if quick else whole).result()


def _found(module, name, arguments):
    return getattr(importlib.import_module(f"benchmarks.{module}"), name)(*arguments)


def machine():
    """What this machine is called by its system."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((one.partition(":")[2].strip() for one in lines if one.startswith("model name")), "of unknown kind")
    return f"{len(os.sched_getaffinity(0))} cores, {model}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    costs = {}
    for part in PARTS if given.only is None else given.only:
        before = os.getloadavg()[1]
        found = measured(part, given.quick) | {"on": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine()}
        costs[part] = found | {"load": round(before, 1)}
        print(part, json.dumps(costs[part]), flush=True)
        if not given.quick:
            keep(part, costs[part])
    if not given.quick:
        costs = json.loads(KEPT.read_text())
    if missing := [part for part in PARTS if part not in costs]:
        raise SystemExit(f"no page yet; to be measured: {', '.join(missing)}")
    if given.quick:
        print(scale_page.page(costs))
    else:
        PAGE.write_text(scale_page.page(costs))


def keep(part, found):
    """Beside the other parts, in their order."""
    kept = (json.loads(KEPT.read_text()) if KEPT.exists() else {}) | {part: found}
    KEPT.write_text(f"{json.dumps({one: kept[one] for one in PARTS if one in kept}, indent=1)}\n")


if __name__ == "__main__":
    main()
