"""Browsers of a test, which visit a viewer without a network. Tests that import this are skipped without Starlette."""

import warnings

import pytest

pytest.importorskip("starlette", reason="the viewer needs starlette: pip install '.[view]'")
pytest.importorskip("httpx", reason="tests of the viewer need httpx: pip install '.[dev]'")

with warnings.catch_warnings():  # that httpx has a successor
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

from sonograph.web.app import routes
from sonograph.web.recordings import Recordings
from sonograph.web.security import Guarded
from sonograph.web.viewer import Viewer

TOKEN = "a-token-of-this-test"  # noqa: S105


def viewer_of(*paths, opening=None, **how):
    return Viewer(Recordings.of_paths([str(path) for path in paths], opening), **how)


def visiting(viewer, *, token=TOKEN, come=True):
    """A browser; `come`: it has been at the whole address, and has the cookie."""
    app = Guarded(routes(viewer), token=token, port=8765)
    client = TestClient(app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False)
    if come:
        assert client.get(f"/?token={token}").status_code == 200
    return client


def describe(client, recording, settings=None):
    """What the server says of a recording under settings."""
    answer = client.post("/describe", json={"recording": recording, "settings": settings})
    assert answer.status_code == 200, answer.text
    return answer.json()
