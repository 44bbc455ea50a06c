"""A Dask cluster of two workers on this machine, as processes that can be killed."""

import contextlib
import os
import signal
import time

import pytest


@contextlib.contextmanager
def local_cluster(n_workers=2):
    """The cluster, quiet, with workers that a nanny starts again when they end."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: make cluster")
    with distributed.LocalCluster(
        n_workers=n_workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0", silence_logs=50,
        memory_limit="4GiB",
    ) as made:  # fmt: skip
        yield made


def kill_worker(cluster, which=0):
    """End a worker as a batch system does: one that is there, as a nanny gives up whose worker ends as it begins."""
    nannies, end = list(cluster.workers.values()), time.monotonic() + 60
    turn = which % len(nannies)
    while time.monotonic() < end:
        for nanny in nannies[turn:] + nannies[:turn]:
            is_there = nanny.process is not None and nanny.process.status.name == "running"
            if is_there and nanny.worker_address in cluster.scheduler.workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(nanny.process.pid, signal.SIGKILL)
                    return
        time.sleep(0.02)
