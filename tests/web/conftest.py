"""A viewer of some sounds, and a browser that came by its whole address."""

import warnings

import numpy as np
import pytest
import soundfile

pytest.importorskip("starlette", reason="the viewer needs starlette: pip install '.[view]'")

with warnings.catch_warnings():  # that httpx has a successor
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

from sonograph.web.app import routes
from sonograph.web.recordings import Recordings
from sonograph.web.security import Guarded
from sonograph.web.viewer import Viewer

TOKEN = "a-token-of-this-test"  # noqa: S105
RATE = 48_000


@pytest.fixture
def sounds(tmp_path):
    """A folder of a tone of half of full scale, one second, and of noise in two channels, two seconds."""
    time = np.arange(RATE) / RATE
    soundfile.write(tmp_path / "tone.wav", 0.5 * np.sin(2 * np.pi * 1000 * time), RATE, subtype="FLOAT")
    noise = np.random.default_rng(0).standard_normal((2 * RATE, 2)) / 10
    soundfile.write(tmp_path / "noise.flac", noise, RATE, subtype="PCM_16")
    return tmp_path


@pytest.fixture
def made():
    """Makes viewers of paths, and ends them."""
    viewers = []

    def make(*paths, **how):
        viewers.append(Viewer(Recordings.of_paths([str(path) for path in paths], how.pop("opening", None)), **how))
        return viewers[-1]

    yield make
    for viewer in viewers:
        viewer.close()


def client_of(viewer, *, token=TOKEN, come=True):
    """A browser; `come`: it has been at the whole address, and has the cookie."""
    app = Guarded(routes(viewer), token=token, port=8765)
    client = TestClient(app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False)
    if come:
        assert client.get(f"/?token={token}").status_code == 200
    return client


@pytest.fixture
def client(made, sounds):
    """A browser that looks at the folder."""
    return client_of(made(sounds))


@pytest.fixture
def ids(client):
    """The recordings' ids by their names."""
    return {row["name"]: row["id"] for row in client.get("/recordings").json()["recordings"]}
