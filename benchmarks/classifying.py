"""`python -m benchmarks.classifying [SOUNDS]`: accuracy and time of naming sounds, beside the recipe of most tutorials.

Ten classes of made sounds in noise, 40 files of 5 s each; and the one-shots of SOUNDS, four classes by file. The other
recipe is librosa's mean and deviation of 20 MFCC, scaled, into scikit-learn's SVC, on the very same folds.
"""

import contextlib
import io
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from sonograph.cli import main as sonograph
from sonograph.learning.classifier import evaluate
from sonograph.learning.probabilities import wilson

RATE = 44_100
ONESHOTS = {
    "kick": ("bd_", "drum_bass", "drum_heavy"),
    "snare": ("sn_", "drum_snare", "elec_snare"),
    "cymbal": ("hat_", "drum_cymbal"),
    "guitar": ("guit_",),
}


def coloured(random, count, slope):
    """Noise whose power falls with frequency to this power."""
    f = np.fft.rfftfreq(count, 1 / RATE)
    f[0] = f[1]
    x = np.fft.irfft(np.fft.rfft(random.standard_normal(count)) * f ** (-slope / 2), count)
    return x / x.std()


def made(label, seed, seconds=5.0):
    """One of ten kinds of sound, each of its own pitch, pace and loudness, in coloured noise from 15 to -10 dB."""
    random = np.random.default_rng([seed, sum(map(ord, label))])
    count = round(seconds * RATE)
    t = np.arange(count) / RATE
    draw = random.uniform

    def sweep(low, high, period, share):
        f = low + (high - low) * (t % period) / period
        return np.sin(2 * np.pi * np.cumsum(f) / RATE) * (t % period < share * period)

    x = {
        "rain": lambda: coloured(random, count, draw(-0.2, 0.4)),
        "wind": lambda: coloured(random, count, draw(0.8, 1.4)),
        "sea": lambda: coloured(random, count, 1.0) * (1.1 + np.sin(2 * np.pi * draw(0.1, 0.4) * t)),
        "rotor": lambda: coloured(random, count, 1.2) * (1.1 + np.sin(2 * np.pi * draw(8, 14) * t)),
        "siren": lambda: np.sin(
            2 * np.pi * np.cumsum(draw(700, 1100) + 300 * np.sin(2 * np.pi * draw(0.3, 0.8) * t)) / RATE
        ),
        "rising": lambda: sweep(draw(1000, 2000), draw(2500, 4000), draw(0.2, 0.6), 0.6),
        "falling": lambda: sweep(draw(2500, 4000), draw(1000, 2000), draw(0.2, 0.6), 0.6),
        "clock": lambda: (t % draw(0.4, 0.9) < 0.01) * random.standard_normal(count),
        "hum": lambda: sum(np.sin(2 * np.pi * draw(48, 62) * k * t) / k for k in range(1, 12)),
        "bark": lambda: (
            (t % draw(0.6, 1.2) < 0.15) * sum(np.sin(2 * np.pi * draw(350, 550) * k * t) for k in range(1, 5))
        ),
    }[label]()
    x = x / (np.sqrt(np.mean(x**2)) + 1e-9)
    noise = coloured(random, count, draw(0, 1)) * 10 ** (-draw(-10, 15) / 20)
    return (0.05 * draw(0.2, 1) * (x + noise)).astype(np.float32)


LABELS = ("rain", "wind", "sea", "rotor", "siren", "rising", "falling", "clock", "hum", "bark")


def common(paths, labels, fold):
    """(accuracy, interval, seconds) of mean and deviation of 20 MFCC into a support vector machine."""
    import librosa
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    began = time.perf_counter()
    rows = []
    for path in paths:
        samples, rate = librosa.load(path, sr=None)
        mfcc = librosa.feature.mfcc(y=samples, sr=rate, n_mfcc=20)
        rows.append(np.concatenate([mfcc.mean(axis=1), mfcc.std(axis=1)]))
    x, y, right = np.array(rows), np.array(labels), []
    for k in np.unique(fold):
        fitted = make_pipeline(StandardScaler(), SVC(C=10)).fit(x[fold != k], y[fold != k])
        right.append(np.mean(fitted.predict(x[fold == k]) == y[fold == k]))
    accuracy = float(np.mean(right))
    return accuracy, wilson(accuracy * len(y), len(y)), time.perf_counter() - began


def row(name, accuracy, interval, seconds, more=""):
    print(f"| {name} | {accuracy:.1%} | {interval[0]:.1%} – {interval[1]:.1%} | {seconds:.1f} s | {more} |", flush=True)


def compare(name, source, folder, *more):
    """A table of one set."""
    model = Path(folder) / "a.model"
    print(f"\n**{name}**\n\n| | accuracy | 95 % interval | training | |\n|---|---|---|---|---|")
    for choose in ((), ("--choose",)):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assert sonograph(["train", str(source), "-o", str(model), "--json", "-q", *choose, *more]) == 0
        told = json.loads(out.getvalue())
        error, size = told["calibration_error"], told["bytes"] / 1000
        words = f"calibration error {error:.1%}, {size:.0f} kB, a majority guess {told['majority']:.1%}"
        words += f", {told['recipe']}"
        row("sonograph train" + " --choose" * bool(choose), told["accuracy"], told["interval"], told["seconds"], words)
        if not choose:
            model = model.replace(Path(folder) / "default.model")
            model = Path(folder) / "a.model"
    paths = sorted(Path(source).rglob("*.*a*"))
    labels = [path.parent.name for path in paths]
    for recipe in ("kernels", "discriminant_with_kernels"):
        began = time.perf_counter()
        found = evaluate(paths, labels, recipe=recipe)
        words = f"calibration error {found.calibration_error:.1%}, one process"
        row(recipe, found.accuracy, found.interval, time.perf_counter() - began, words)
    row("mean, std MFCC + SVM", *common(paths, labels, evaluate(paths, labels).fold), "librosa, scikit-learn")
    return paths


def speed(paths, model):
    """Seconds of sound a second of one core, whole files and windows."""
    seconds = sum(soundfile.info(path).duration for path in paths)
    for words in ((), ("--window", "5s", "--step", "5s"), ("--window", "5s", "--step", "1s")):
        began = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            assert sonograph(["classify", str(model), *map(str, paths), "-q", "--processes", "1", *words]) == 0
        speed_of = seconds / (time.process_time() - began)
        print(f"classify {' '.join(words) or 'whole files'}: {speed_of:.0f} × real time a core")


def main(argv):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "made"
        for label in LABELS:
            (root / label).mkdir(parents=True)
            for seed in range(40):
                soundfile.write(root / label / f"{seed:02}.wav", made(label, seed), RATE)
        paths = compare("Ten classes of made sounds in noise, 400 files of 5 s", root, folder)
        speed(paths[::5], Path(folder) / "default.model")
        if argv:
            shots = Path(folder) / "oneshots"
            for label, begins in ONESHOTS.items():
                (shots / label).mkdir(parents=True)
                for path in sorted(Path(argv[0]).glob("*.flac")):
                    if path.name.startswith(begins):
                        (shots / label / path.name).symlink_to(path.resolve())
            compare("One-shots, four classes by file", shots, folder)


if __name__ == "__main__":
    main(sys.argv[1:])
