"""An archive made on a Dask cluster is that of one machine, byte for byte, whatever ends meanwhile."""

import threading
import time

import pytest

from sonograph import archive
from tests.archive.archives import contents, scanned
from tests.guides import check_printed, run_page
from tests.jobs.clusters import kill_worker, local_cluster

pytest.importorskip("distributed", reason="Dask is not installed: make cluster")


def test_an_archive_made_on_a_cluster_has_the_bytes_of_one_machine_though_workers_are_killed(
    recordings, quiet, tmp_path
):
    archive.plan(scanned(recordings), at=tmp_path / "a", hours=1)
    with local_cluster() as cluster:
        killing = threading.Thread(target=lambda: (time.sleep(0.5), kill_worker(cluster)))
        killing.start()
        ran = archive.run(tmp_path / "a", workers=cluster.scheduler_address)
        killing.join()
        again = archive.run(tmp_path / "a", workers=cluster.scheduler_address)
    assert not ran.failed and not ran.refused
    assert again.done == 0
    assert contents(tmp_path / "a") == contents(quiet)


def test_the_page_of_the_guide_runs_and_finds_the_same_bytes(tmp_path):
    assert check_printed(run_page("cluster.md", tmp_path)) == 1
