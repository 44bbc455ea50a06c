"""A vowel made by formula, and what Praat measures of it.

`python -m tests.features.voices PYTHON` writes the numbers anew, by a Python that has praat-parselmouth (which is GPL,
and so in an environment of its own).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.signal import lfilter

NUMBERS = Path(__file__).with_suffix(".json")
RATE = 11_000.0
FORMANTS = ((730, 80), (1090, 90), (2440, 120), (3500, 200), (4400, 250))


def vowel(seconds=0.5):
    """Pulses of 120 Hz whose periods and heights waver, through five resonances, and a little noise."""
    random, n = np.random.default_rng(0), round(RATE * seconds)
    x, t = np.zeros(n), 0.005
    while t < seconds - 0.01:
        height = 1 + 0.03 * random.standard_normal()
        first, share = int(t * RATE), t * RATE % 1
        x[first] += height * (1 - share)
        x[first + 1] += height * share
        t += (1 + 0.005 * random.standard_normal()) / 120
    for frequency, width in FORMANTS:
        p = np.exp(-np.pi * width / RATE)
        c = 2 * p * np.cos(2 * np.pi * frequency / RATE)
        x = lfilter([1 - c + p * p], [1, -c, p * p], x)
    return x / np.abs(x).max() / 1.2 + 1e-3 * random.standard_normal(n)


def praats():
    """The numbers: times and formants with their widths, times and ratios, jitter and shimmer."""
    return json.loads(NUMBERS.read_text("utf-8"))


PRAAT = """
import json, sys
import numpy as np, parselmouth
from parselmouth.praat import call
sound = parselmouth.Sound(np.load(sys.argv[1]), sampling_frequency=float(sys.argv[2]))
made = sound.to_formant_burg(0.01, 5, float(sys.argv[2]) / 2, 0.025, 50)
t = made.xs()
f = [[made.get_value_at_time(i, s) for s in t] for i in range(1, 6)]
b = [[made.get_bandwidth_at_time(i, s) for s in t] for i in range(1, 6)]
hnr = call(sound, "To Harmonicity (ac)", 0.01, 75, 0.1, 4.5)
marks = call(sound, "To PointProcess (periodic, cc)", 75, 500)
jitter = {n: call(marks, f"Get jitter ({n})", 0, 0, 1e-4, 0.02, 1.3) for n in ("local", "rap")}
shimmer = {n: call([sound, marks], f"Get shimmer ({n})", 0, 0, 1e-4, 0.02, 1.3, 1.6) for n in ("local", "local_dB")}
short = lambda rows: [[round(v, 4) for v in row] for row in rows]
print(json.dumps({"praat": parselmouth.PRAAT_VERSION, "t": short([t])[0], "f": short(f), "b": short(b),
    "hnr_t": short([hnr.xs()])[0], "hnr": short(hnr.values)[0], "jitter": jitter, "shimmer": shimmer}))
"""

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "x.npy", vowel())
        command = [sys.argv[1], "-c", PRAAT, str(Path(folder) / "x.npy"), str(RATE)]
        NUMBERS.write_text(subprocess.run(command, check=True, capture_output=True, text=True).stdout, "utf-8")
