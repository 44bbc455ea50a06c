"""Features, constant-Q and Griffin-Lim beside librosa, on 600 s of music at 22 050 Hz (Griffin-Lim 30 s, pYIN 60 s).

Wavelets, of 10 s, beside PyWavelets and ssqueezepy.

Prints Markdown, at the end one table of all ratios, of processor time. One thread each: run it as
`python -m benchmarks.features`; `--quick` for a tenth of the sound, `--only yin,cqt` for some of it, `--sound FILE` for
a recording of yours, which is repeated until it is as long.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")
os.environ.setdefault("SSQ_PARALLEL", "0")

import argparse
import platform

import librosa
import numpy as np

from benchmarks.peers import here
from benchmarks.timing import in_turns, table
from sonograph import (
    BandSettings,
    LevelSettings,
    MelBank,
    RangeSettings,
    Signal,
    StftSettings,
    engines,
    griffin_lim,
    read,
    spectrogram,
)
from sonograph.settings import (
    ConstantQSettings,
    OnsetSettings,
    PyinCandidates,
    PyinSettings,
    SeparationSettings,
    ShapeSettings,
    TempogramSettings,
    TemporalSettings,
    WaveletSettings,
    YinSettings,
)

RATE = 22_050
PITCH = {"low": 65.40639132514966, "high": 2093.004522404789}
THEIR_PITCH = {"fmin": PITCH["low"], "fmax": PITCH["high"], "sr": RATE}
FRAMES = StftSettings(hop=512)
MAGNITUDE = StftSettings(hop=512, scaling="raw", quantity="magnitude")
MEL = LevelSettings(
    of=BandSettings(of=StftSettings(hop=512, scaling="raw"), bands=MelBank()), reference=1.0, floor=-100
)
ONSET = OnsetSettings(of=RangeSettings(of=MEL, span=80.0))
SEVEN = ("centroid", "bandwidth", "rolloff", "flatness", "contrast", "slope", "flux")


def music(seconds):
    """Notes with harmonics and vibrato, one every half second, over a little noise; float32."""
    random = np.random.default_rng(0)
    t = np.arange(int(seconds * RATE)) / RATE
    note = 110 * 2 ** (random.integers(0, 36, int(2 * seconds) + 1) / 12)
    phase = 2 * np.pi * np.cumsum(note[(2 * t).astype(int)] * (1 + 0.005 * np.sin(2 * np.pi * 5 * t))) / RATE
    tone = sum(np.sin(k * phase) / k**2 for k in (1, 2, 3, 4)) * np.exp(-3 * (t % 0.5))
    return (0.3 * tone + 0.005 * random.standard_normal(len(t))).astype(np.float32)


def recording(path, seconds):
    """The beginning of a sound file in one channel, again and again if it is shorter; float32."""
    samples = read(path, mono=True, resample=RATE).samples.astype(np.float32)
    return np.resize(samples, int(seconds * RATE))


def their_shapes(x):
    """librosa's five and its slope, each as it is called on a sound; flux by NumPy, as librosa has none."""
    feature = librosa.feature
    feature.spectral_centroid(y=x, sr=RATE)
    feature.spectral_bandwidth(y=x, sr=RATE)
    feature.spectral_rolloff(y=x, sr=RATE)
    feature.spectral_flatness(y=x)
    feature.spectral_contrast(y=x, sr=RATE)
    feature.poly_features(y=x, sr=RATE, order=1)
    S = np.abs(librosa.stft(x))
    share = S / np.maximum(S.sum(axis=0), 1e-30)
    np.sum(np.diff(share, axis=1) ** 2, axis=0)


def their_shapes_of_one_transform(x):
    """The same, by somebody who keeps the magnitude between the calls."""
    S, feature = np.abs(librosa.stft(x)), librosa.feature
    feature.spectral_centroid(S=S, sr=RATE)
    feature.spectral_bandwidth(S=S, sr=RATE)
    feature.spectral_rolloff(S=S, sr=RATE)
    feature.spectral_flatness(S=S)
    feature.spectral_contrast(S=S, sr=RATE)
    feature.poly_features(S=S, sr=RATE, order=1)
    share = S / np.maximum(S.sum(axis=0), 1e-30)
    np.sum(np.diff(share, axis=1) ** 2, axis=0)


def topics():
    """{name: (title, seconds, settings or None, {peer: function of the samples})}"""
    separated = SeparationSettings(of=MAGNITUDE)
    return {
        "rms": (
            "rms and zero crossings",
            600,
            TemporalSettings(of=FRAMES, features=("rms", "zero_crossings")),
            {"librosa": lambda x: (librosa.feature.rms(y=x), librosa.feature.zero_crossing_rate(x))},
        ),
        "shapes": (
            "seven spectral shapes",
            600,
            ShapeSettings(of=MAGNITUDE, features=SEVEN),
            {"librosa": their_shapes, "librosa, one transform for all": their_shapes_of_one_transform},
        ),
        "onset": ("onset strength", 600, ONSET, {"librosa": lambda x: librosa.onset.onset_strength(y=x, sr=RATE)}),
        "tempogram": (
            "tempogram",
            600,
            TempogramSettings(of=ONSET),
            {"librosa": lambda x: librosa.feature.tempogram(y=x, sr=RATE)},
        ),
        "yin": ("YIN", 600, YinSettings(of=FRAMES, **PITCH), {"librosa": lambda x: librosa.yin(x, **THEIR_PITCH)}),
        "pyin": (
            "pYIN",
            60,
            PyinSettings(of=PyinCandidates(of=FRAMES, **PITCH)),
            {"librosa": lambda x: librosa.pyin(x, **THEIR_PITCH)},
        ),
        "cqt": (
            "constant-Q, 84 bands",
            600,
            ConstantQSettings.for_rate(RATE, scaling="raw", quantity="magnitude"),
            {"librosa": lambda x: np.abs(librosa.cqt(x, sr=RATE))},
        ),
        "cwt": ("wavelets, 85 rows, every sample", 10, waves(1), {"PyWavelets": pywavelets, "ssqueezepy": ssqueezed}),
        "cwt64": (
            "wavelets, 85 rows, every 64th sample (theirs: every one)",
            10,
            waves(64),
            {"PyWavelets": pywavelets, "ssqueezepy": ssqueezed},
        ),
        "hpss": (
            "harmonic part",
            30,
            separated,
            {"librosa": lambda x: librosa.decompose.hpss(np.abs(librosa.stft(x)))},
        ),
        "griffin": ("Griffin-Lim, 32 rounds", 30, None, {}),
    }


def absent():
    """Peers that are not installed, so that they are left out."""
    return [peer for peer, package in (("PyWavelets", "pywt"), ("ssqueezepy", "ssqueezepy")) if not here(package)]


def waves(hop):
    """Morlet wavelets, w0 6, 12 to the octave, seven octaves: complex."""
    return WaveletSettings.for_rate(RATE, low=60.0, high=7680.0, hop=hop, scaling="raw", quantity="transform")


def pywavelets(x):
    import pywt

    return pywt.cwt(x, RATE / np.array(waves(64).centres), f"cmor{2 * (3 / np.pi) ** 2:.9f}-1.0", method="fft")[0]


def ssqueezed(x):
    import ssqueezepy

    scales = 6 * RATE / (2 * np.pi * np.array(waves(64).centres))
    return ssqueezepy.cwt(x, ("morlet", {"mu": 6.0}), scales=scales.astype("float32"), fs=RATE, astensor=False)[0]


def ways_of(name, settings, peers, x):
    engine = engines.default(threads=1)
    if name != "griffin":
        ours = {"sonograph": lambda: spectrogram(Signal(x, RATE), settings, engine=engine)}
        return ours | {peer: lambda way=way: way(x) for peer, way in peers.items() if peer not in absent()}
    made = spectrogram(Signal(x, RATE), MAGNITUDE)
    theirs = np.ascontiguousarray(made.values)
    return {
        "sonograph": lambda: griffin_lim(made, engine=engine),
        "librosa": lambda: librosa.griffinlim(theirs, n_iter=32, hop_length=512, random_state=0),
    }


def ratios(rows):
    """One table of (title, seconds, results): processor time of each peer over ours."""
    print("\n| | sound | peer | times as fast | ours, CPU ms | theirs |\n|---|---:|---|---:|---:|---:|")
    for title, seconds, results in rows:
        ours = results["sonograph"][1]
        for peer, (_, theirs, _) in results.items():
            if peer != "sonograph":
                times = f"{theirs / ours:.1f} | {ours * 1e3:.0f} | {theirs * 1e3:.0f}"
                print(f"| {title} | {seconds:g} s | {peer} | {times} |")


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sound")
    parser.add_argument("--only", default="", help="names with commas between them")
    parser.add_argument("--sound", help="a sound file instead of made music")
    parser.add_argument("--rounds", type=int, default=3, help="times that all are called in turns [3]")
    arguments = parser.parse_args(given)
    print(f"Features, {platform.machine()}, one thread, librosa {librosa.__version__}, NumPy {np.__version__}")
    for peer in absent():
        print(f"{peer} is not installed, so not in the tables.")
    rows = []
    for name, (title, seconds, settings, peers) in topics().items():
        if arguments.only and name not in arguments.only.split(","):
            continue
        seconds = seconds / 10 if arguments.quick else seconds
        x = recording(arguments.sound, seconds) if arguments.sound else music(seconds)
        rows.append((title, seconds, in_turns(ways_of(name, settings, peers, x), arguments.rounds)))
        print(table(f"{title}, {seconds:g} s", rows[-1][-1], "sonograph", seconds), flush=True)
    ratios(rows)


if __name__ == "__main__":
    main()
