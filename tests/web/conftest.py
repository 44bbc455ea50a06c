"""Sounds that are viewed, viewers of them, and a browser that came by its whole address."""

import numpy as np
import pytest
import soundfile

from tests.web.walking import chromium, morning, walk  # noqa: F401  # fixtures of the walks

RATE = 48_000


@pytest.fixture
def sounds(tmp_path):
    """A folder of a tone of half of full scale, one second, and of noise in two channels, two seconds."""
    folder = tmp_path / "sounds"
    folder.mkdir()
    time = np.arange(RATE) / RATE
    soundfile.write(folder / "tone.wav", 0.5 * np.sin(2 * np.pi * 1000 * time), RATE, subtype="FLOAT")
    noise = np.random.default_rng(0).standard_normal((2 * RATE, 2)) / 10
    soundfile.write(folder / "noise.flac", noise, RATE, subtype="PCM_16")
    return folder


@pytest.fixture
def made():
    """Makes viewers of paths, and ends them."""
    from tests.web.visiting import viewer_of

    viewers = []

    def make(*paths, **how):
        viewers.append(viewer_of(*paths, **how))
        return viewers[-1]

    yield make
    for viewer in viewers:
        viewer.close()


@pytest.fixture
def client(made, sounds):
    """A browser that looks at the folder."""
    from tests.web.visiting import visiting

    browser = visiting(made(sounds))
    browser.folder = sounds
    return browser


@pytest.fixture
def ids(client):
    """The recordings' ids by their names."""
    return {row["name"]: row["id"] for row in client.get("/recordings").json()["recordings"]}
