"""Presets beside librosa on the same work: ten minutes of music, and a thousand short files.

Prints Markdown. `--quick` for a tenth of both.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from benchmarks import process
from benchmarks.timing import in_turns, table
from sonograph import LevelSettings, Signal, engines, preset, spectrogram

RATE = 44_100
SCRIPTS = Path(__file__).parent / "scripts"


def ways_of(x):
    """{feature: {name: callable}} of one sound, one thread."""
    import librosa

    sound, engine = Signal(x, RATE), engines.default(threads=1)

    def mel(**options):
        return librosa.feature.melspectrogram(y=x, sr=RATE, **options)

    theirs = {
        "log-mel": lambda: librosa.power_to_db(mel(), top_db=None),
        "MFCC": lambda: librosa.feature.mfcc(y=x, sr=RATE),
        "chroma": lambda: librosa.feature.chroma_stft(y=x, sr=RATE, tuning=0.0),
        "PCEN": lambda: librosa.pcen(mel(power=1) * 2**31, sr=RATE),
    }
    ours = {
        "log-mel": LevelSettings(of=preset("librosa.mel"), reference=1.0, floor=-100.0),
        "MFCC": preset("librosa.mfcc"),
        "chroma": preset("librosa.chroma"),
        "PCEN": preset("librosa.pcen"),
    }
    return {
        name: {
            "sonograph": lambda settings=settings: spectrogram(sound, settings, engine=engine).values,
            "librosa": theirs[name],
        }
        for name, settings in ours.items()
    }


def many_files(count, rounds):
    """The command and a librosa script over a folder of sounds of 5 s, two processes each."""
    with tempfile.TemporaryDirectory() as folder:
        rng, sounds = np.random.default_rng(0), Path(folder) / "sounds"
        sounds.mkdir()
        for i in range(count):
            soundfile.write(sounds / f"{i:04}.wav", 0.1 * rng.standard_normal(5 * 22_050), 22_050)
        command = [sys.executable, "-m", "sonograph", "features", str(sounds), "-q", "--overwrite", "--processes", "2"]
        commands = {
            "sonograph features": [*command, "-o", f"{folder}/ours.npz", "--preset", "librosa.mfcc"],
            "librosa script": [sys.executable, str(SCRIPTS / "mfcc_folder.py"), str(sounds), f"{folder}/theirs.npz"],
        }
        os.environ["OMP_NUM_THREADS"] = "1"
        taken = process.in_turns(commands, rounds)
        difference = np.abs(np.load(f"{folder}/ours.npz")["values"] - np.load(f"{folder}/theirs.npz")["values"]).max()
    print(f"\n**MFCC of {count} files of 5 s into one NPZ, whole process, two processes**\n")
    print("| | time / ours | s | files/s |\n|---|---|---|---|")
    ours = taken["sonograph features"][0]
    for name, (wall, _, _) in taken.items():
        print(f"| {name} | {wall / ours:.2f} | {wall:.2f} | {count / wall:,.0f} |")
    print(f"\nThe values differ by at most {difference:.1e} dB.")


def main(arguments=None):
    """Print the tables."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.presets", description=__doc__)
    options.add_argument("--quick", action="store_true", help="a tenth of the sound and of the files")
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args(arguments)
    seconds = 60 if given.quick else 600
    x = np.random.default_rng(0).standard_normal(seconds * RATE, dtype=np.float32)
    for name, ways in ways_of(x).items():
        title = f"{name}, {seconds} s of music, 2048/512 at {RATE} Hz, float32, one thread"
        print(table(title, in_turns(ways, given.rounds), "sonograph", seconds))
    many_files(100 if given.quick else 1000, min(3, given.rounds))


if __name__ == "__main__":
    main()
