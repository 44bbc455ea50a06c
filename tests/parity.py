"""Each preset against the library that it is named after, against data that it published, or against its formula.

As a module it prints docs/parity.md, with nothing in it that did not run: python -m tests.parity > docs/parity.md
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sonograph import Signal, preset, preset_names, spectrogram
from sonograph.named.presets import preset_source
from sonograph.settings import stft_of
from sonograph.windows import window_of
from tests import naive

DATA = Path(__file__).parents[2] / "shared" / "data"
RATE = 16_000.0


class NotHereError(Exception):
    """The library or the data is not on this machine."""


class Case(NamedTuple):
    """One comparison.

    run  : gives our values and theirs
    near : how differences are counted: "peak" (parts of the largest value) or a unit
    """

    preset: str
    reference: str
    kind: str
    near: str
    tolerance: float
    run: Callable[[], tuple[np.ndarray, np.ndarray]]


def difference(case: Case) -> float:
    """The largest difference, as the case counts it."""
    got, want = case.run()
    assert got.shape == want.shape, (got.shape, want.shape)
    largest = float(np.abs(got - want).max())
    return largest / float(np.abs(want).max()) if case.near == "peak" else largest


def library(name: str):
    """A library, or NotHereError."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise NotHereError(name) from None


def data(path: str) -> Path:
    """Published reference data, or NotHereError."""
    if not (DATA / path).exists():
        raise NotHereError(path)
    return DATA / path


def sound(n: int = 40_000) -> np.ndarray:
    """Noise with a tone that swells and fades, on the steps of 16 bits, from a fixed seed."""
    x = 0.05 * np.random.default_rng(0).standard_normal(n) + 0.3 * np.sin(np.arange(n) * 0.2) * np.hanning(n)
    return np.round(x * 32768) / 32768


def ours(name: str, x: np.ndarray, rate: float = RATE) -> np.ndarray:
    """What the preset gives."""
    return spectrogram(Signal(x, rate), preset(name)).values


def live(name: str, reference: str, near: str, tolerance: float, theirs: Callable[[np.ndarray], np.ndarray]) -> Case:
    """A case against a library that is here."""
    return Case(name, reference, "library", near, tolerance, lambda: (ours(name, sound()), theirs(sound())))


def formula(name: str, near: str, tolerance: float, theirs: Callable[[np.ndarray], np.ndarray], n: int) -> Case:
    """A case against loops."""
    case = lambda: (ours(name, sound(n)), theirs(sound(n)))  # noqa: E731
    return Case(name, "its formula in loops (tests/naive.py)", "formula", near, tolerance, case)


# ---------------------------------------------------------------------------------------------------- libraries


def librosa_pcen(x):
    librosa = library("librosa")
    return librosa.pcen(librosa.feature.melspectrogram(y=x, sr=RATE, power=1) * 2**31, sr=RATE)


def matplotlib_specgram(x):
    return 10 * np.log10(library("matplotlib.mlab").specgram(x, Fs=RATE)[0])


def kaldi_native(feature: str, snip_edges: bool) -> Callable[[np.ndarray], np.ndarray]:
    def run(x):
        knf = library("kaldi_native_fbank")
        options = getattr(knf, f"{feature}Options")()
        options.frame_opts.dither, options.frame_opts.snip_edges = 0, snip_edges
        options.mel_opts.num_bins = 23
        extractor = getattr(knf, f"Online{feature}")(options)
        extractor.accept_waveform(RATE, (x * 32768).tolist())
        extractor.input_finished()
        return np.array([extractor.get_frame(i) for i in range(extractor.num_frames_ready)]).T

    return run


# ------------------------------------------------------------------------------------------------ published data


def whisper(n_mels: int) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    """Whisper's own filters and recording, its transform by librosa, its last lines by NumPy."""

    def run():
        filters = np.load(data("whisper_mit/mel_filters.npz"))[f"mel_{n_mels}"]
        x, rate = library("soundfile").read(data("whisper_mit/jfk.flac"))
        if rate != RATE:
            x, rate = library("soxr").resample(x if x.ndim == 1 else x[:, 0], rate, RATE), RATE
        transform = library("librosa").stft(x, n_fft=400, hop_length=160, pad_mode="reflect")
        mel = filters @ (np.abs(transform[:, :-1]) ** 2)
        logarithm = np.log10(np.maximum(mel, 1e-10))
        want = (np.maximum(logarithm, logarithm.max() - 8.0) + 4.0) / 4.0
        return ours(f"whisper.{n_mels}", x), want

    return run


def kaldi_text(name: str, file: str, least: float = -np.inf) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    """Kaldi's own output, as kaldifeat keeps it; values of a frame far below its largest are float32 noise there."""

    def run():
        lines = data(f"kaldifeat_reference_apache2/{file}").read_text().splitlines()[1:]
        want = np.array([line.strip(" ]").split() for line in lines], float).T
        x, rate = library("soundfile").read(data("kaldifeat_reference_apache2/test.wav"))
        got = ours(name, x, rate)
        loud = want > want.max(axis=0) + least
        return np.where(loud, got, 0), np.where(loud, want, 0)

    return run


# ------------------------------------------------------------------------------------------------------ formulas


def naive_power(name: str, x: np.ndarray) -> np.ndarray:
    """(bins, frames) |X|² by the definition, for the transform below a preset."""
    stft = stft_of(preset(name))
    window = window_of(stft) * stft.input_scale
    columns = []
    for frame in naive.frames(x, stft.window_length, stft.hop, stft.edges):
        frame = naive.conditioned(frame, stft.remove_dc, stft.preemphasis)
        columns.append(np.abs(naive.dft(np.array(frame) * window, stft.n_fft)) ** 2)
    return np.array(columns).T


def torchaudio_mel(x):
    return naive.mel_bank(128, 0.0, RATE / 2, "htk", 400, RATE, in_mel=False) @ naive_power("torchaudio.mel", x)


def torchaudio_mfcc(x):
    return naive.cepstra(naive.at_most_below(naive.decibels(torchaudio_mel(x)), 80.0), range(40))


def tensorflow_mel(x):
    magnitude = np.sqrt(naive_power("tensorflow.mel", x))
    return np.log(naive.mel_bank(80, 80.0, 7600.0, "kaldi", 1024, RATE, in_mel=True) @ magnitude + 1e-6)


def htk_fbank(x):
    magnitude = np.sqrt(naive_power("htk.fbank", x))
    return np.log(np.maximum(naive.mel_bank(26, 0.0, RATE / 2, "kaldi", 512, RATE, in_mel=True) @ magnitude, 1.0))


def mel_centres(n, low):
    low, high = (1127 * np.log(1 + f / 700) for f in (low, RATE / 2))
    return [700 * (np.exp((low + (high - low) * k / (n + 1)) / 1127) - 1) for k in range(1, n + 1)]


def htk_plp(x):
    bank = naive.mel_bank(26, 0.0, RATE / 2, "kaldi", 512, RATE, in_mel=True)
    power = np.maximum(bank @ naive_power("htk.plp", x), 1.0)
    lifter = 1 + 11 * np.sin(np.pi * np.arange(13) / 22)
    return np.array([lifter * naive.plp(bands, mel_centres(26, 0.0), 12, 13, 0.33) for bands in power.T]).T


def kaldi_plp(x, name):
    power = naive_power(name, x)
    bank = naive.mel_bank(23, 20.0, RATE / 2, "kaldi", 512, RATE, in_mel=True)
    centres = mel_centres(23, 20.0)
    columns = []
    for bands, frame in zip(
        (bank @ power).T, naive.frames(x * 32768, 400, 160, stft_of(preset(name)).edges), strict=True
    ):
        c = naive.plp(bands, centres, 12, 13, 0.33333) * (1 + 11 * np.sin(np.pi * np.arange(13) / 22))
        mean = sum(frame) / len(frame)
        columns.append([np.log(sum((v - mean) ** 2 for v in frame)), *c[1:]])
    return np.array(columns).T


def kaldi_spectrogram(x):
    scaled = naive.frames(x * 32768, 400, 160, "kaldi")
    want = np.log(np.maximum(naive_power("kaldi.spectrogram.unsnipped", x), 2**-23))
    for t, frame in enumerate(scaled):
        mean = sum(frame) / len(frame)
        want[0, t] = np.log(sum((v - mean) ** 2 for v in frame))
    return want


CASES = (
    live("librosa.stft", "librosa.stft", "peak", 1e-14, lambda x: library("librosa").stft(x)),
    live("librosa.mel", "librosa.feature.melspectrogram", "peak", 1e-7,
         lambda x: library("librosa").feature.melspectrogram(y=x, sr=RATE)),
    live("librosa.mfcc", "librosa.feature.mfcc", "dB", 1e-5, lambda x: library("librosa").feature.mfcc(y=x, sr=RATE)),
    live("librosa.chroma", "librosa.feature.chroma_stft", "1", 1e-6,
         lambda x: library("librosa").feature.chroma_stft(y=x, sr=RATE, tuning=0.0)),
    live("librosa.pcen", "librosa.pcen", "peak", 1e-6, librosa_pcen),
    live("scipy.spectrogram", "scipy.signal.spectrogram", "peak", 1e-14,
         lambda x: library("scipy.signal").spectrogram(x, RATE)[2]),
    live("scipy.stft", "scipy.signal.stft", "peak", 1e-14, lambda x: library("scipy.signal").stft(x, RATE)[2]),
    live("matplotlib.specgram", "matplotlib.mlab.specgram", "dB", 1e-8, matplotlib_specgram),
    formula("torchaudio.spectrogram", "peak", 1e-12, lambda x: naive_power("torchaudio.spectrogram", x), 1000),
    formula("torchaudio.mel", "peak", 1e-12, torchaudio_mel, 1000),
    formula("torchaudio.mfcc", "dB", 1e-8, torchaudio_mfcc, 1000),
    formula("tensorflow.mel", "ln", 1e-9, tensorflow_mel, 1300),
    Case("kaldi.spectrogram", "Kaldi's own output, within 50 dB of a frame's peak", "data", "ln", 5e-3,
         kaldi_text("kaldi.spectrogram", "test-spectrogram.txt", -11.5)),
    Case("kaldi.fbank", "Kaldi's own output, within 50 dB of a frame's peak", "data", "ln", 1e-3,
         kaldi_text("kaldi.fbank", "test.txt", -11.5)),
    live("kaldi.fbank", "kaldi-native-fbank", "ln", 1e-4, kaldi_native("Fbank", True)),
    Case("kaldi.mfcc", "Kaldi's own output", "data", "1", 0.1, kaldi_text("kaldi.mfcc", "test-mfcc.txt")),
    live("kaldi.mfcc", "kaldi-native-fbank", "1", 1e-3, kaldi_native("Mfcc", True)),
    formula("kaldi.spectrogram.unsnipped", "ln", 1e-6, kaldi_spectrogram, 1000),
    live("kaldi.fbank.unsnipped", "kaldi-native-fbank", "ln", 1e-4, kaldi_native("Fbank", False)),
    live("kaldi.mfcc.unsnipped", "kaldi-native-fbank", "1", 1e-3, kaldi_native("Mfcc", False)),
    formula("kaldi.plp", "1", 1e-6, lambda x: kaldi_plp(x, "kaldi.plp"), 1000),
    formula("kaldi.plp.unsnipped", "1", 1e-6, lambda x: kaldi_plp(x, "kaldi.plp.unsnipped"), 1000),
    formula("htk.fbank", "ln", 1e-9, htk_fbank, 1000),
    formula("htk.mfcc", "1", 1e-9, lambda x: naive.cepstra(htk_fbank(x), range(1, 13), 22.0), 1000),
    formula("htk.plp", "1", 1e-6, htk_plp, 1000),
    live("python_speech_features.mfcc", "python_speech_features.mfcc", "1", 1e-9,
         lambda x: library("python_speech_features").mfcc(np.round(x * 32768), RATE).T),
    Case("whisper.80", "Whisper's filters and recording on librosa.stft", "data", "1", 1e-6, whisper(80)),
    Case("whisper.128", "Whisper's filters and recording on librosa.stft", "data", "1", 1e-6, whisper(128)),
)  # fmt: skip


def table() -> str:
    """docs/parity.md, of what ran."""
    lines = [
        "# Parity",
        "",
        "What each preset gives, against the library it is named after, data which that published, or its formula;",
        "then what each feature and transform gives, against a library that has the same.",
        "Computed in float64 by `make parity`; only what ran is listed. *library*: the library itself ran beside us.",
        "*data*: its published numbers. *formula*: its definition in loops, where neither could be had. Differences",
        "are the largest of all values: of the *peak*, parts of the largest value; else in the unit of the values.",
        "",
        "| preset, or feature | held against | kind | largest difference | in | tolerance |",
        "|---|---|---|---:|---|---:|",
    ]
    missing, failed = [], []
    from tests import detect_parity, feature_parity, real_parity
    from tests.archive import parity as archive_parity

    beside = (feature_parity, detect_parity, archive_parity)
    for case in (*CASES, *(case for one in beside for case in one.cases(Case, library))):
        try:
            largest = difference(case)
        except NotHereError as error:
            missing.append(f"{case.preset} against {case.reference} (needs {error})")
            continue
        if not largest <= case.tolerance:
            failed.append(case.preset)
        unit = {"peak": "the peak", "1": "values"}.get(case.near, case.near)
        version = getattr(_package(case.reference), "__version__", None) if case.kind == "library" else None
        reference = case.reference + (f" {version}" if version else "")
        lines.append(f"| {case.preset} | {reference} | {case.kind} | {largest:.1e} | {unit} | {case.tolerance:.0e} |")
    lines += ["", "| preset | what it gives |", "|---|---|"]
    lines += [f"| {name} | {preset_source(name)} |" for name in preset_names()]
    if missing:
        lines += ["", "Not run here: " + "; ".join(missing) + "."]
    try:
        lines += ["", *real_parity.lines()]
    except NotHereError as error:
        lines += ["", f"Real recordings were not looked at (needs {error})."]
    if failed:
        raise SystemExit(f"beyond their tolerance: {', '.join(failed)}")
    return "\n".join(lines)


def _package(reference: str):
    return importlib.import_module(reference.split(".")[0].replace("-", "_"))


if __name__ == "__main__":
    from tests import parity  # this file again, by the name under which others know it

    print(parity.table())
