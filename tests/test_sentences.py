"""The sentences that people meet most often, whole: each stands once in sentences.txt, and is said as it stands there.

Others match the fact that a sentence states. `python -m tests.test_sentences` writes it anew: read the difference.
"""

import contextlib
import io
import os
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest

import sonograph as sg
from sonograph import cli

GOLDEN = Path(__file__).with_name("sentences.txt")

COMMANDS = {
    "no file": "draw missing.wav -o a.png",
    "a folder without sounds": "features empty -o a.npz --preset htk.mfcc",
    "no sound": "info notes.wav",
    "an empty file": "info nothing.wav",
    "a file that was cut": "info cut.wav --json",
    "a header without a length": "info open.wav --json",
    "a table without a rate": "draw table.csv -o a.png",
    "a rate for a sound that has one": "draw tone.wav -o a.png --sample-rate 8000",
    "a table that is no numbers": "draw words.csv -o a.png",
    "shorter than the window": "draw short.wav -o a.png --edges inside",
    "an option that is not known": "draw tone.wav -o a.png --windw 512",
    "a command that is not known": "drew tone.wav",
    "an ending that is not known": "draw tone.wav -o a.xyz",
    "no place for the output": "draw tone.wav -o nowhere/a.png",
    "the output is the input": "listen tone.wav -o tone.wav",
    "a table that is there": "features tone.wav -o there.npz --preset htk.mfcc",
    "a preset that is not known": "features tone.wav -o a.npz --preset htk.mfc",
    "a feature that is not known": "features tone.wav -o a.npz --feature loudnes",
    "nothing to compute": "features tone.wav -o a.npz",
    "a window that is no length": "draw tone.wav -o a.png --window zero",
    "a hop longer than the window": "draw tone.wav -o a.png --window 256 --hop 300",
    "a hop that passes samples over": "draw tone.wav -o a.png --window 256 --hop 250",
    "a range upside down": "draw tone.wav -o a.png --range 0 -80",
    "a view that is not known": "draw tone.wav -o a.png --view waterfall",
    "frequencies upside down": "draw tone.wav -o a.png --frequencies 900 100",
    "longer than allowed": "draw tone.wav -o a.png --max-seconds 0.5",
    "an index that is not there": "find tone.wav --index clips",
}

CALLS = {
    "settings of a wrong name": lambda: sg.StftSettings(window_lenght=512),
    "settings of another library": lambda: sg.StftSettings(n_ftt=512, hop_length=128),
    "settings without names": lambda: sg.StftSettings(512, 128),
    "a window that is not known": lambda: sg.StftSettings(window="hannn"),
    "a hop of 0": lambda: sg.StftSettings(hop=0),
    "a transform shorter than its window": lambda: sg.StftSettings(window_length=512, n_fft=256),
    "samples the wrong way round": lambda: sg.Signal(np.zeros((48_000, 2)), 48_000.0),
    "samples without a rate": lambda: sg.Signal(np.zeros(100), 0.0),
    "no path and no sound": lambda: sg.spectrogram(42),
    "a bare array": lambda: sg.spectrogram(np.zeros(5000)),
    "a sound that is too short": lambda: sg.spectrogram(
        sg.Signal(np.zeros(100), 8000.0), sg.StftSettings(edges="inside")
    ),
    "a preset that has no such name": lambda: sg.preset("whisper"),
    "a level of a level": lambda: sg.level(sg.level(sg.spectrogram(sg.Signal(np.ones(5000), 8000.0)))),
    "a file to be read that is not there": lambda: sg.open("missing.wav"),
    "a name that is not there": lambda: sg.specgram,
}


def sounds():
    """What the commands read, in this folder."""
    tone = np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
    sg.write("tone.wav", sg.Signal(0.5 * tone, 8000.0))
    sg.write("short.wav", sg.Signal(tone[:100], 8000.0))
    whole = Path("tone.wav").read_bytes()
    Path("cut.wav").write_bytes(whole[:9000])
    at = whole.index(b"data") + 4
    Path("open.wav").write_bytes(
        whole[:4] + struct.pack("<I", 0) + whole[8:at] + struct.pack("<I", 0) + whole[at + 4 :]
    )
    Path("notes.wav").write_text("do re mi\n" * 10)
    Path("nothing.wav").touch()
    Path("table.csv").write_text("1\n2\n3\n")
    Path("words.csv").write_text("do,re\nmi,fa\n")
    Path("there.npz").touch()
    Path("empty").mkdir()


def said(name):
    """What a person reads, on one line."""
    if name in CALLS:
        try:
            CALLS[name]()
        except (sg.SonographError, AttributeError) as error:
            return f"{type(error).__name__}: {error}"
        return "nothing"
    errors = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        code = cli.main(COMMANDS[name].split())
    return f"{code} {' / '.join(errors.getvalue().split(chr(10))).strip(' /')}"


def golden():
    lines = GOLDEN.read_text("utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    with contextlib.chdir(tmp_path_factory.mktemp("sentences")):
        sounds()
        yield


def test_the_file_holds_a_sentence_for_each():
    assert list(golden()) == [*COMMANDS, *CALLS]


@pytest.mark.parametrize("name", [*COMMANDS, *CALLS])
def test_a_sentence_is_said_as_it_stands(folder, name):
    assert said(name) == golden()[name]


if __name__ == "__main__":
    os.environ["COLUMNS"] = "80"
    with tempfile.TemporaryDirectory() as here, contextlib.chdir(here):
        sounds()
        lines = [f"{name}: {said(name)}\n" for name in [*COMMANDS, *CALLS]]
    GOLDEN.write_text("".join(lines), "utf-8")
