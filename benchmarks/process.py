"""From a sound file to a picture, whole process, beside what people use: seconds, memory, ratios.

Prints Markdown. `--long` adds six hours at 48 kHz.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

SCRIPTS = Path(__file__).parent / "scripts"
COMPUTE = """
import numpy
import sonograph
sonograph.spectrogram(sonograph.Signal(numpy.zeros(132_300, "float32"), 44_100.0))
"""


def run(command):
    """(wall s, CPU s, peak MB) of one process."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{command}: {said.decode(errors='replace')[-500:]}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def in_turns(commands, rounds):
    """{name: medians} of commands run one after another, again and again, after one round that does not count."""
    taken = {name: [] for name in commands}
    for i in range(rounds + 1):
        for name, command in commands.items():
            taken[name].append(run(command))
            if i == 0:
                taken[name].pop()
    return {
        name: tuple(statistics.median(column) for column in zip(*rows, strict=True)) for name, rows in taken.items()
    }


def make_sound(path, seconds, rate):
    """A sweep in noise, 16 bit, written in blocks."""
    rng = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", rate, 1, "PCM_16") as file:
        for first in range(0, int(seconds * rate), 1 << 20):
            t = np.arange(first, min(first + (1 << 20), int(seconds * rate))) / rate
            sweep = 0.3 * np.sin(2 * np.pi * (2000 * t + 200 * np.sin(t)))
            file.write(sweep + 0.01 * rng.standard_normal(len(t)))


def commands_for(sound, folder, everything):
    """{name: command} for one sound; the slow and the memory-hungry only where asked."""
    python, out = sys.executable, str(folder / "out.png")
    ours = [python, "-m", "sonograph", "draw", str(sound), "-q", "-o", out]
    commands = {"sonograph draw": ours, "sonograph draw --bare": [*ours, "--bare"]}
    if shutil.which("sox"):
        commands["sox spectrogram"] = ["sox", str(sound), "-n", "spectrogram", "-o", out]
    if shutil.which("ffmpeg"):
        picture = "showspectrumpic=s=1600x512"
        commands["ffmpeg showspectrumpic"] = ["ffmpeg", "-y", "-v", "error", "-i", str(sound), "-lavfi", picture, out]
    if everything:
        commands["plt.specgram script"] = [python, str(SCRIPTS / "specgram.py"), str(sound), out]
        commands["librosa specshow script"] = [python, str(SCRIPTS / "specshow.py"), str(sound), out]
    return commands


def table(title, results, ours):
    """Markdown, ratios first."""
    print(f"\n**{title}**\n\n| | time / ours | wall s | CPU s | peak MB |\n|---|---|---|---|---|")
    for name, (wall, cpu, peak) in sorted(results.items(), key=lambda item: item[1][0]):
        print(f"| {name} | {wall / results[ours][0]:.2f} | {wall:.2f} | {cpu:.2f} | {peak:.0f} |")


def main(arguments=None):
    """Print the tables."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.process", description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--long", action="store_true", help="six hours at 48 kHz too (2 GB of disk)")
    given = options.parse_args(arguments)
    for tool in ("sox", "ffmpeg"):
        if not shutil.which(tool):
            print(f"{tool} is not installed, so not in the tables.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": name}  # compiled, as pip leaves modules
        python = [sys.executable, "-c"]
        compute = [*python, COMPUTE]
        cold = f'XDG_CACHE_HOME=$(mktemp -d -p {folder}) "$@"'
        starts = {
            "sonograph --help": [sys.executable, "-m", "sonograph", "--help"],
            "python -c pass": [*python, "pass"],
            "import numpy": [*python, "import numpy"],
            "spectrogram of 3 s, kernel kept": compute,
            "spectrogram of 3 s, nothing kept": ["sh", "-c", cold, "sh", *compute],
        }
        table("Start", in_turns(starts, given.rounds), "sonograph --help")
        jobs = [("3 s at 44.1 kHz", 3, 44_100, True), ("10 min at 44.1 kHz", 600, 44_100, True)]
        if given.long:
            jobs.append(("6 h at 48 kHz", 6 * 3600, 48_000, False))
        for title, seconds, rate, everything in jobs:
            sound = folder / "sound.wav"
            make_sound(sound, seconds, rate)
            rounds = given.rounds if everything else 2
            table(title, in_turns(commands_for(sound, folder, everything), rounds), "sonograph draw")


if __name__ == "__main__":
    main()
