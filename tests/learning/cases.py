"""Settings of every kind, and how near two ways to one number must come (CONVENTIONS 5)."""

import numpy as np

from sonograph import BandSettings, LevelSettings, StftSettings
from sonograph.settings import (
    AffineSettings,
    CepstralSettings,
    DeltaSettings,
    EnergySettings,
    LogSettings,
    MelBank,
    NormSettings,
    OnsetSettings,
    PcenSettings,
    RangeSettings,
    StandardSettings,
)

RATE = 16_000.0
STFT = StftSettings(window_length=400, hop=160, n_fft=512)
CONDITIONED = StftSettings(
    window_length=400, hop=160, n_fft=512, window="povey", periodic=False, edges="kaldi", scaling="raw",
    remove_dc=True, preemphasis=0.97, input_scale=32768.0,
)  # fmt: skip
ODD = StftSettings(window_length=301, hop=77, n_fft=333, scaling="density", edges="padded")
OVER_SOUND = StftSettings(window_length=400, hop=160, preemphasis=0.95, preemphasis_over="sound", edges="scipy")
WHISPER = StftSettings(window_length=400, hop=160, edges="reflect", scaling="raw", drop_last=True)
MEL = BandSettings(of=STFT, bands=MelBank(n_bands=40))
LOG_MEL = LogSettings(of=MEL)
LEVEL = LevelSettings(of=MEL)
MFCC = CepstralSettings(of=LOG_MEL, n_coefficients=13, lifter=22.0)
KALDI = LogSettings(of=BandSettings(of=CONDITIONED, bands=MelBank(n_bands=23, low=20.0, formula="kaldi", norm="none")))

CASES = {
    "power": STFT,
    "magnitude": StftSettings(window_length=256, quantity="magnitude"),
    "transform": StftSettings(window_length=256, quantity="transform", edges="inside"),
    "odd density": ODD,
    "conditioned": CONDITIONED,
    "emphasis over the sound": OVER_SOUND,
    "mel": MEL,
    "mel of magnitudes": BandSettings(of=StftSettings(window_length=512, quantity="magnitude"), bands=MelBank()),
    "level": LEVEL,
    "level re the maximum": LevelSettings(of=MEL, reference="max", floor=-60.0),
    "log": LOG_MEL,
    "decimal log with something added": LogSettings(of=MEL, base="10", floor=0.0, add=1e-3),
    "range": RangeSettings(of=LEVEL, span=30.0),
    "whisper": AffineSettings(
        of=RangeSettings(
            of=LogSettings(of=BandSettings(of=WHISPER, bands=MelBank(n_bands=80, empty="zero")), base="10"), span=8.0
        ),
        add=4.0,
        multiply=0.25,
    ),
    "largest 1": NormSettings(of=MEL),
    "sum 1": NormSettings(of=MEL, norm="l1"),
    "length 1": NormSettings(of=MEL, norm="l2"),
    "less its mean": StandardSettings(of=MFCC),
    "standardised": StandardSettings(of=LOG_MEL, deviation=True),
    "mfcc": MFCC,
    "mfcc without c0": CepstralSettings(of=LEVEL, n_coefficients=12, first=1),
    "kaldi with energy": EnergySettings(of=CepstralSettings(of=KALDI)),
    "energy under the window": EnergySettings(of=LOG_MEL, measure="windowed", place="first"),
    "energy of the bins": EnergySettings(of=LOG_MEL, measure="bins", place="last"),
    "energy of odd bins": EnergySettings(of=ODD, measure="bins", place="last"),
    "deltas": DeltaSettings(of=MFCC),
    "wide deltas": DeltaSettings(of=MFCC, width=4, order=1),
    "standardised deltas": StandardSettings(of=DeltaSettings(of=MFCC), deviation=True),
    "pcen": PcenSettings(of=MEL),
    "pcen without bias": PcenSettings(of=MEL, bias=0.0, power=0.25),
    "onset": OnsetSettings(of=LEVEL),
    "onset since three frames": OnsetSettings(of=LOG_MEL, lag=3),
    "pcen of another power": PcenSettings(of=MEL, power=0.3, gain=0.7),
}


def sounds(n_samples=5000, channels=3, seed=0):
    """(channels, n) float32: noise, noise under a tone that is 40 dB louder, and a fading click train."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((3, n_samples)) * 0.01
    t = np.arange(n_samples)
    noise[1] += np.sin(2 * np.pi * 0.0371 * t)
    noise[2] *= 0.1
    noise[2, ::700] += np.exp(-t[::700] / 2000)
    return noise[:channels].astype("float32")


def relative(values, expected):
    """L2 of the difference over L2."""
    return np.linalg.norm(values - expected) / np.linalg.norm(expected)


def close(settings, values, exact):
    """Hold float32 values of one sound against exact ones: linear ones in L2, logarithms to a thousandth of a decibel.

    The bands of `sounds` lie near enough to their frame's peak for float32 to know them so well.
    """
    kinds = stage_kinds(settings)
    if kinds & {"level", "log", "energy"}:
        assert np.max(np.abs(values - exact)) <= (1e-3 if "level" in kinds else 1e-3 * np.log(10) / 10)
    else:
        bound = 32 if "pcen" in kinds else 8 if settings.quantity in ("power", "feature") else 4
        assert relative(values, exact) <= bound * np.finfo("f4").eps


def stage_kinds(settings):
    from sonograph.settings import stages

    return {stage.kind for stage in stages(settings)}
