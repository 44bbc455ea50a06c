from pathlib import Path

import numpy as np
import pytest
import soundfile


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def wav(here):
    """Half a second of a 1 kHz sine of half of full scale."""
    x = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(4000) / 8000)
    soundfile.write(here / "tone.wav", x, 8000, subtype="PCM_16")
    return "tone.wav"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Twenty sounds of 16 kHz in two folders, and a working directory."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for where in ("birds", "birds/more"):
        Path(where).mkdir()
        for i in range(10):
            soundfile.write(f"{where}/{i}.wav", 0.1 * rng.standard_normal(4000 + 100 * i), 16_000, subtype="FLOAT")
    return tmp_path
