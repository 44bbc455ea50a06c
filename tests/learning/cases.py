"""Settings of every kind, and how near two ways to one number must come (CONVENTIONS 5)."""

import numpy as np

from sonograph import BandSettings, LevelSettings, StftSettings
from sonograph.settings import (
    AffineSettings,
    AutocorrelationSettings,
    CepstralSettings,
    ConstantQSettings,
    DeltaSettings,
    EnergySettings,
    LogSettings,
    MelBank,
    MultitaperSettings,
    NormSettings,
    OnsetSettings,
    PcenSettings,
    PitchClassSettings,
    PyinCandidates,
    RangeSettings,
    SeparationSettings,
    ShapeSettings,
    StandardSettings,
    TempogramSettings,
    TemporalSettings,
    TonnetzSettings,
    YinSettings,
)
from sonograph.settings.temporal import TEMPORAL

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
LONG = StftSettings(window_length=1024, hop=256)
MAGNITUDE = StftSettings(window_length=512, hop=160, quantity="magnitude")


def constant_q(hop=256, low=200.0, n_bands=48, **more):
    """Bands of four octaves, of which the lower are computed of every other sample, or of fewer."""
    return ConstantQSettings.for_rate(RATE, hop=hop, low=low, n_bands=n_bands, **more)


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
    "shape": ShapeSettings(of=MAGNITUDE, contrast_bands=5),
    "tempogram": TempogramSettings(of=OnsetSettings(of=LEVEL), length=16),
    "tempogram of odd length": TempogramSettings(of=OnsetSettings(of=LEVEL), length=9),
    "harmonic": SeparationSettings(of=MAGNITUDE, width=7),
    "percussive bands": SeparationSettings(of=MEL, part="percussive", width=5, margin=2.0, exponent=0.5),
    "harmonic over more than the sound": SeparationSettings(of=MEL, width=81),
    "loudness in time": TemporalSettings(of=STFT, features=TEMPORAL),
    "envelope of odd frames": TemporalSettings(
        of=StftSettings(window_length=301, hop=77, edges="reflect", drop_last=True), features=("envelope", "crest")
    ),
    "energy beside loudness": EnergySettings(of=TemporalSettings(of=STFT, features=("rms",)), place="last"),
    "autocorrelation": AutocorrelationSettings(of=STFT, lags=64),
    "normalised autocorrelation": AutocorrelationSettings(of=ODD, lags=301, normalised=True),
    "pitch": YinSettings(of=LONG),
    "candidates of pitch": PyinCandidates(of=LONG, resolution=0.5, thresholds=20),
    "multitaper": MultitaperSettings(of=ODD, bandwidth=2.5),
    "multitaper level": LevelSettings(of=MultitaperSettings(of=STFT)),
    "constant-Q": constant_q(),
    "constant-Q transform": constant_q(hop=100, n_bands=30, quantity="transform", scaling="density"),
    "variable-Q magnitude": constant_q(low=100.0, n_bands=60, gamma=20.0, quantity="magnitude", scaling="raw"),
    "constant-Q level in a longer window": LevelSettings(
        of=ConstantQSettings(of=StftSettings(window_length=2000, hop=256), low=200.0, n_bands=48),
        reference="max",
        floor=-60.0,
    ),
    "pitch classes": NormSettings(
        of=PitchClassSettings(of=constant_q(low=600.0, n_bands=72, per_octave=36, quantity="magnitude"))
    ),
    "tonnetz": TonnetzSettings(of=PitchClassSettings(of=constant_q(quantity="magnitude"))),
}
"""Of every kind; of pYIN the first half, as its path is found frame after frame."""


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


BOUNDS = {"pcen": 32, "shape": 512, "yin": 64, "tempogram": 16, "tonnetz": 16}
"""In eps of float32, for what loses more of it than a power does; contrast looks at bins far below a loud tone."""

EACH_ITS_OWN = {"temporal", "yin", "shape"}  # kinds whose rows are in units of their own


def close(settings, values, exact):
    """Hold float32 values of one sound against exact ones: linear ones in L2, logarithms to a thousandth of a decibel.

    The bands of `sounds` lie near enough to their frame's peak for float32 to know them so well. Rows that are each in
    a unit of their own are held one by one.
    """
    kinds = stage_kinds(settings)
    missing = np.isnan(exact)
    np.testing.assert_array_equal(np.isnan(values), missing)
    values, exact = np.where(missing, 0, values), np.where(missing, 0, exact)
    if kinds & {"level", "log", "energy"} and "tempogram" not in kinds:
        assert np.max(np.abs(values - exact)) <= (1e-3 if "level" in kinds else 1e-3 * np.log(10) / 10)
        return
    of_powers = settings.quantity in ("power", "feature")
    bound = max((BOUNDS[kind] for kind in kinds & set(BOUNDS)), default=8 if of_powers else 4) * np.finfo("f4").eps
    if kinds & EACH_ITS_OWN:
        for mine, theirs in zip(values, exact, strict=True):
            assert np.linalg.norm(mine - theirs) <= bound * np.linalg.norm(theirs)
    else:
        assert relative(values, exact) <= bound


def stage_kinds(settings):
    from sonograph.settings import stages

    return {stage.kind for stage in stages(settings)}
