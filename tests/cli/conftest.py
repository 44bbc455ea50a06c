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
