"""Recordings of a recorder, and an archive of them that nothing disturbed, for whoever compares with it."""

import pytest

from sonograph import archive
from tests.archive.archives import record, scanned


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    record(folder)
    return folder


@pytest.fixture(scope="module")
def quiet(recordings, tmp_path_factory):
    """An archive of them, made by one run here."""
    at = tmp_path_factory.mktemp("archives") / "quiet"
    archive.run(archive.plan(scanned(recordings), at=at, hours=1), workers=0)
    return at
