"""Twenty who pan over recordings at once are all answered, rightly; nothing is timed. SONOGRAPH_ALL=1: for 10 s."""

import asyncio
import os

import numpy as np
import soundfile

from benchmarks.viewing_server import crowd
from tests.web.visiting import describe  # noqa: F401  # skips where Starlette is not
from tests.web.walking import Running


def test_twenty_at_once_are_all_answered(tmp_path):
    for i in range(5):
        soundfile.write(tmp_path / f"{i}.wav", np.random.default_rng(i).standard_normal(96_000) / 9, 48_000)
    running = Running(tmp_path)
    try:
        took, errors = asyncio.run(crowd(running.address, 20, 10.0 if os.environ.get("SONOGRAPH_ALL") else 0.6))
    finally:
        running.close()
    assert errors == [] and len(took) >= 20
