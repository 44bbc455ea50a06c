"""Songs that tests share: made once, indexed once."""

import shutil

import numpy as np
import pytest

from benchmarks.songs import RATE, song
from sonograph import Signal
from sonograph.matching import Index

SEEDS = range(14)
SECONDS = 16.0


def cut(sound, first, seconds):
    """A part of a sound, from a time on."""
    start = round(first * sound.sample_rate)
    return Signal(sound.samples[..., start : start + round(seconds * sound.sample_rate)], sound.sample_rate)


@pytest.fixture(scope="session")
def songs():
    """Sounds by name, of 16 s each."""
    return {f"song {seed}": Signal(song(seed, SECONDS), float(RATE)) for seed in SEEDS}


@pytest.fixture(scope="session")
def foreign():
    """Sounds like them that are in no index, of 5 s each."""
    return [Signal(song(1000 + seed, 5.0), float(RATE)) for seed in range(6)]


def filled(path, sounds):
    """An index of sounds by name."""
    index = Index.create(path)
    for name, sound in sounds.items():
        index.add(sound, name=name)
    return index


@pytest.fixture(scope="session")
def index(tmp_path_factory, songs):
    """An index of the songs, to be read only."""
    return filled(tmp_path_factory.mktemp("matching") / "songs.index", songs)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def copy(index, tmp_path):
    """A copy of the index of songs, to do what one likes with."""
    return Index.open(shutil.copytree(index.path, tmp_path / "copy.index"))


def answers(index, songs):
    """What is found of a cut of each song, votes and places rounded."""
    return [
        [(match.recording, match.votes, round(match.offset, 4)) for match in index.find(cut(sound, 5.0, 4.0), speeds=0)]
        for sound in songs.values()
    ]
