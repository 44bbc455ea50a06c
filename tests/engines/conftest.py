"""Every kernel finds its workspace full of NaN here: what another call left there must never be seen."""

import ctypes

import pytest

from sonograph.engines.compiled import workspace


@pytest.fixture(autouse=True)
def dirty_workspace(monkeypatch):
    clean = workspace.address

    def address(size):
        begin = clean(size)
        ctypes.memset(begin, 0xFF, size)
        return begin

    monkeypatch.setattr(workspace, "address", address)
