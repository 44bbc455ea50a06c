"""Minutes beside pbp's, as rows of docs/parity.md: its numbers were made by `pbp_process.py` in its own process."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import sonograph as sg
from sonograph import archive
from tests.archive.pbp_process import sounds
from tests.archive.test_bands import bins_of, red_noise, shared, sound

PBP = Path(__file__).parent / "pbp"
BEGAN = datetime(2024, 5, 1, tzinfo=UTC)


def ours(name):
    """The minutes of one of the sounds."""
    rate, samples = sounds()[name]
    return archive.minutes(sg.Signal(samples, float(rate), "µPa", start=BEGAN))


def theirs(name):
    """Levels (minutes, bands) that pbp gave, and the centres of its bands."""
    with np.load(PBP / "minutes.npz") as held:
        return held[name], held[f"{name} Hz"]


def decidecades():
    """Levels of decidecades of the minutes, and of the bins in loops."""
    source = sound(red_noise(60, 8000), 8000)
    found, density = archive.minutes(source).bands(), bins_of(source, 8000)
    loops = [10 * np.log10(shared(density, 8000, band.low, band.high)) for band in found.bands]
    return found.levels[0], np.array(loops)


def cases(case, library):
    """All of them."""
    words = "pbp 1.9.0 (pypam 1.0.0), all bands but the last"
    listed = [
        case(f"archive.minutes, {name} Hz", words, "data", "dB", 1e-3,
             lambda name=name: (ours(name).levels[:, :-1], theirs(name)[0][:, :-1]))
        for name in ("flat 8000", "steep 8000", "flat 22050", "steep 22050")
    ]  # fmt: skip
    formula = "the bins of 1 Hz in loops"
    return (*listed, case("Minutes.bands, decidecades", formula, "formula", "dB", 1e-10, decidecades))
