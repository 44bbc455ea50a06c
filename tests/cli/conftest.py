from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph.extract import all_files, part
from sonograph.jobs.places import Here


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


class Runs:
    """Runs of `sonograph features` in this process, whose parts are counted.

    parts      : the files of each part that was computed
    stop_after : so many parts, Ctrl-C
    meanwhile  : called before each part with how many there were
    """

    def __init__(self):
        self.parts, self.stop_after, self.meanwhile = [], None, lambda count: None

    def make(self, files, folder, wanted):
        self.meanwhile(len(self.parts))
        if len(self.parts) == self.stop_after:
            raise KeyboardInterrupt
        files = list(files)
        self.parts.append([file for file, _ in files])
        return part.make(iter(files), folder, wanted)


@pytest.fixture
def runs(monkeypatch):
    counted = Runs()
    monkeypatch.setattr(all_files, "Processes", lambda count, **how: Here())
    monkeypatch.setattr(all_files, "make", counted.make)
    return counted
