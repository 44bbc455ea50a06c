"""A shell is spoken to in the words of the command: no refusal holds Python."""

import contextlib
import io
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sonograph import cli, feature_names
from sonograph.cli.spoken import in_command
from tests.thorough import ALL

PYTHON = re.compile(
    r"\w=|\.T\b|\w\(|settings\.|Settings\b|\b(None|True|False|self|numpy|np)\b|sonograph\.\w+\(|Traceback|\b[a-z]+_[a-z_]+\b"
)
"""What a shell has no use for: calls, keywords, types, names with a line in them."""
NAMES = re.compile("|".join(sorted((name for name in feature_names() if "_" in name), key=len, reverse=True)))
BASE = {
    "draw": ["t.wav", "-o", "o.png", "--bare", "--size", "330x210"],
    "info": ["t.wav"],
    "features": ["t.wav", "-o", "o.csv", "--overwrite", "-q"],
    "listen": ["t.wav", "-o", "o.wav", "--overwrite"],
    "index": ["t.wav", "-o", "an index"],
    "find": ["t.wav", "--index", "no index"],
    "pulses": ["t.wav"],
    "detect": ["--in", "t.wav", "--of", "t.wav"],
    "presets": [],
}
LEFT_OUT = ("in", "output", "report", "index", "draw", "title")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Sounds, tables and settings, some of which no command can do anything with."""
    folder = tmp_path_factory.mktemp("speech")
    with contextlib.chdir(folder):
        sine = 0.5 * np.sin(2 * np.pi * np.arange(2400) / 8)
        soundfile.write("t.wav", sine, 8000)
        soundfile.write("stereo.wav", np.stack([sine, sine], 1), 8000)
        soundfile.write("short.wav", sine[:9], 8000)
        soundfile.write("slow.wav", sine[:400], 100)
        np.save("turned.npy", np.zeros((5000, 2)))
        np.save("cube.npy", np.zeros((3, 4, 5)))
        np.save("complex.npy", np.zeros(50, complex))
        Path("t.csv").write_text("a,b\n1,2\n3,4\n")
        Path("complex.toml").write_text('kind = "stft"\nquantity = "transform"\n')
        Path("wrong.toml").write_text('kind = "level"\nhop = 3\n[of]\nkind = "stft"\n')
        yield folder


def said(place, *words):
    """What a command says on standard error; "" where it goes well."""
    errors, out = io.StringIO(), io.TextIOWrapper(io.BytesIO())
    with contextlib.chdir(place), contextlib.redirect_stderr(errors), contextlib.redirect_stdout(out):
        return errors.getvalue() if cli.main(list(words)) else ""


def is_for_a_shell(line, words):
    plain = NAMES.sub("", line)
    for word in words:
        plain = plain.replace(word, "") if len(word) > 2 else plain
    return PYTHON.search(plain) is None


@pytest.mark.parametrize("command", BASE)
def test_what_an_option_cannot_be_is_said_in_words_of_the_command(place, command):
    parser = cli.of_command(cli.parser(command), command)
    refused = 0
    for action in parser._actions:
        if not action.option_strings or action.nargs == 0 or action.dest in LEFT_OUT:
            continue
        for bad in ("-1", "zork"):
            more = ["--feature", "rms"] if command == "features" and action.dest not in ("preset", "settings") else []
            count = action.nargs if isinstance(action.nargs, int) else 1
            words = [command, *BASE[command], *more, action.option_strings[-1], *[bad] * count]
            line = said(place, *words)
            refused += line != ""
            assert is_for_a_shell(line, words), line
    assert refused > 3 or command == "presets"


MORE = {
    "draw": """
        --edges inside
        --preset kaldi.fbank
        --settings complex.toml
        --settings wrong.toml
        --feature cqt
        --view difference
        --view surface --labels t.csv
        --over pitch --scaling raw
        --scaling raw
        --window 5000 --hop 6000
        --high-pass 5000
        --shape zork
        --full-scale 1e20
        --resample 1
        --over zork
    """,
    "info": """
        --loudness
        --resample 1
    """,
    "features": """
        --feature rms --edges inside
        --feature cqt
        --feature short_term
        --preset librosa.stft
        --preset kaldi.fbank --resample 8000
        --settings wrong.toml
        --feature rms --hop 9999
        --feature rms,rms
    """,
    "listen": """
        --box 0 1 10 90000
        --preset librosa.chroma
        --preset kaldi.fbank
        --box 0 1 5 x
        --resample 1
    """,
}
FILES = (
    "t.wav",
    "stereo.wav",
    "short.wav",
    "slow.wav",
    "turned.npy",
    "cube.npy",
    "complex.npy",
    "t.csv",
    "none.wav",
    ".",
)


@pytest.mark.parametrize("command", MORE)
def test_what_a_sound_cannot_have_is_said_in_words_of_the_command(place, command):
    asked = itertools.product(enumerate(FILES), enumerate(MORE[command].strip().splitlines()))
    for file, more in ((file, more) for (i, file), (j, more) in asked if ALL or (i + j) % 3 == 0):
        words = [command, file, *BASE[command][1:], *more.split()]
        line = said(place, *words)
        assert is_for_a_shell(line.replace(file, ""), words), (words, line)


@pytest.mark.parametrize(
    ("python", "shell"),
    [
        ('a.wav: shorten the window or use edges="zeros"', "a.wav: shorten the window or use --edges zeros"),
        (
            "sample_rate is 8000 Hz; these settings are for 16000 Hz: resample the sound first",
            "the sample rate is 8000 Hz; these settings are for 16000 Hz: give --resample 16000",
        ),
        ("Give sample_rate (--sample-rate).", "Give --sample-rate."),
        ("channel is 3; this sound has", "--channel is 3; this sound has"),
        ("n_fft_a.wav: does not exist", "n_fft_a.wav: does not exist"),
        ("/a/n_fft/b.wav: holds text", "/a/n_fft/b.wav: holds text"),
        ("a.toml: unit is 'x'; with sample_rate", "a.toml: unit is 'x'; with sample_rate"),
        ("hop is where: a frame", "hop is where: a frame"),
    ],
)
def test_only_what_is_a_setting_becomes_an_option(python, shell):
    assert in_command(python) == shell
