"""All of it in one go: recordings below prefixes of a store that fails are catalogued, planned, run by a cluster that
loses a worker, and verified; the archive in the store has the bytes of one that was made here, undisturbed.
"""

import threading
import time

import pytest

from sonograph import archive
from sonograph.archive.stores.files import files_of
from tests.archive.archives import contents, record
from tests.buckets import emulated
from tests.jobs.clusters import kill_worker, local_cluster
from tests.thorough import ALL

pytest.importorskip("distributed", reason="Dask is not installed: make cluster")
HOURS = 48
KINDS = ("503", "429", "slow down", "drop", "cut", "short", "lost")


def scanned(prefixes):
    """Prefix by prefix, as one does with millions of files: each scan keeps what those before it found."""
    catalogue = None
    for many in range(1, len(prefixes) + 1):
        catalogue = archive.scan(prefixes[:many], zone="UTC", catalogue=catalogue)
    return catalogue


@pytest.mark.skipif(not ALL, reason="takes a cluster and an emulated store of its own: SONOGRAPH_ALL=1")
def test_a_failing_store_and_a_cluster_that_loses_a_worker_make_the_bytes_of_a_quiet_machine(tmp_path):
    for day in (0, 1):
        record(tmp_path / "in" / f"day {day}", hours=range(24 * day, 24 * day + 24), seconds=300)
    with emulated() as store:
        proxy, bucket = store.proxy, store.bucket()
        store.upload(tmp_path / "in", f"{bucket}/in")
        prefixes = [f"{bucket}/in/day {day}" for day in (0, 1)]
        quiet, at = tmp_path / "quiet", f"{bucket}/field/site.archive"
        products = ("minutes", "overview")
        archive.run(archive.plan(scanned(prefixes), products, at=quiet, hours=1), workers=0)

        proxy.latency, proxy.share, proxy.kinds = 0.02, 0.05, KINDS
        proxy.requests.clear()
        with local_cluster() as cluster:
            got_on, killed = threading.Event(), []

            def tell(done, of, _):
                if done >= of / 4:
                    got_on.set()

            def kill():
                got_on.wait(300)
                kill_worker(cluster)
                killed.append(time.monotonic())

            plan = archive.plan(scanned(prefixes), products, at=at, hours=1)
            killing = threading.Thread(target=kill)
            killing.start()
            ran = archive.run(plan, workers=cluster.scheduler_address, tell=tell)
            ended = time.monotonic()
            killing.join()
        met, asked = dict(proxy.met), len(proxy.requests)
        assert archive.verify(at) == []
        proxy.heal()
        assert killed[0] < ended and not ran.failed and not ran.refused and ran.done >= HOURS
        assert set(met) == set(KINDS) and sum(met.values()) > 0.03 * asked
        files = files_of(at)
        found = {name: files.read(name) for name in files.names() if not name.startswith(("lock", "run.log"))}
        assert found == contents(quiet)
        assert archive.run(at, workers=0).done == 0
