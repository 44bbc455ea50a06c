"""Every line of the table of librosa's gallery and API runs, theirs and ours."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

import sonograph as sg

PAGE = Path(__file__).parents[1] / "docs/guide/coming_from.md"
TABLE = PAGE.read_text("utf-8").partition("### Its gallery and its API, by use")[2].partition("\n## ")[0]
LINES = re.findall(r"^\| ([^|`]+) \| `([^`]+)` \| `([^`]+)` \|$", TABLE, re.MULTILINE)
RATE = 22_050


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """A sound of three seconds in a file, and what lines before a line have made."""
    path = str(tmp_path_factory.mktemp("sounds") / "a.wav")
    t = np.arange(3 * RATE) / RATE
    y = 0.3 * np.sin(2 * np.pi * 220 * t) * np.exp(-6 * (t % 0.5)) + 1e-3 * np.random.default_rng(0).standard_normal(
        len(t)
    )
    soundfile.write(path, y, RATE)
    ours = {"sg": sg, "np": np, "path": path, "sr": RATE, "sound": sg.read(path)}
    ours |= {"D": sg.spectrogram(ours["sound"], "librosa.stft"), "mfcc": sg.spectrogram(ours["sound"], "librosa.mfcc")}
    ours |= {"S": np.zeros((5, 9)), "times": 0.1 * np.arange(9), "frequencies": 100.0 * np.arange(1, 6)}
    return path, y, ours


def test_the_table_has_thirty_lines_and_more():
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")]
    assert len(LINES) == len(rows) - 1 >= 30  # but for its head


@pytest.mark.parametrize(("what", "here"), [(what, here) for what, _, here in LINES], ids=[line[0] for line in LINES])
def test_a_line_of_ours_runs_and_gives_something(what, here, names):
    space = dict(names[2])
    value = run(here, space)
    if isinstance(value, sg.Spectrogram):
        assert np.isfinite(value.values).any()
    if isinstance(value, sg.Signal):
        assert value.n_samples


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif("SONOGRAPH_ALL" not in os.environ, reason="librosa compiles for some of its calls; SONOGRAPH_ALL=1")
@pytest.mark.parametrize(
    ("what", "there"), [(what, there) for what, there, _ in LINES], ids=[line[0] for line in LINES]
)
def test_a_line_of_theirs_runs(what, there, names):
    librosa = pytest.importorskip("librosa")
    from matplotlib import pyplot as plt

    path, y, _ = names
    space = {"librosa": librosa, "np": np, "plt": plt, "sf": soundfile, "path": path, "y": y, "sr": RATE}
    space |= {"D": librosa.stft(y), "S": librosa.feature.mfcc(y=y, sr=RATE)}
    run(there, space)
    plt.close("all")


def run(line, space):
    """The value of a line, or of what it sets."""
    name, equals, _ = line.partition(" = ")
    if equals and re.fullmatch(r"[\w, ]+", name):
        exec(line, space)  # noqa: S102  # a line of our own page
        return space[name.partition(",")[0]]
    return eval(line, space)  # noqa: S307
