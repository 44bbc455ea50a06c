"""Features by the names that people call them: which settings a name stands for, and what it is in a line.

librosa's values wherever librosa has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from sonograph.checks import one_of, short
from sonograph.errors import SettingsError
from sonograph.settings import Settings
from sonograph.settings.arguments import answered
from sonograph.settings.bands import BandSettings
from sonograph.settings.banks import BarkBank, ChromaBank, MelBank
from sonograph.settings.cepstra import CepstralSettings
from sonograph.settings.constantq import ConstantQSettings, PitchClassSettings
from sonograph.settings.levels import LevelSettings
from sonograph.settings.loudness import LoudnessSettings
from sonograph.settings.norms import NormSettings, RangeSettings
from sonograph.settings.pitch import PyinCandidates, PyinSettings, YinSettings
from sonograph.settings.plp import PlpSettings
from sonograph.settings.shapes import OnsetSettings, ShapeSettings, TempogramSettings, TonnetzSettings
from sonograph.settings.soundlevel import SoundLevelSettings, SquaresSettings
from sonograph.settings.speech import HarmonicitySettings
from sonograph.settings.stft import StftSettings
from sonograph.settings.temporal import AutocorrelationSettings, TemporalSettings
from sonograph.sounds.source import checked_rate


class Feature(NamedTuple):
    """What a name stands for: in a line, and its settings, made from the frames and the sample rate."""

    words: str
    make: Callable[[StftSettings, float | None], Any]


def _temporal(name: str) -> Any:
    return lambda frames, rate: TemporalSettings(of=frames, features=(name,))


def _shape(name: str) -> Any:
    return lambda frames, rate: ShapeSettings(of=replace(_raw(frames), quantity="magnitude"), features=(name,))


def _raw(frames: StftSettings) -> StftSettings:
    return replace(frames, scaling="raw", quantity="power")


def _mel(frames: StftSettings, rate: float | None) -> LevelSettings:
    bands = BandSettings(of=_raw(frames), bands=MelBank(empty="zero"))
    return LevelSettings(of=bands, reference=1.0, floor=-100.0)


def _limited(frames: StftSettings, rate: float | None) -> RangeSettings:
    return RangeSettings(of=_mel(frames, rate), span=80.0)


def _onset(frames: StftSettings, rate: float | None) -> OnsetSettings:
    return OnsetSettings(of=_limited(frames, rate))


def _constant_q(frames: StftSettings, rate: float | None, per_octave: int = 12) -> ConstantQSettings:
    if rate is None:
        raise SettingsError("sample_rate is None; a constant-Q needs it, as the length of its filters depends on it")
    bands = {"n_bands": 7 * per_octave, "per_octave": per_octave}
    n = ConstantQSettings.for_rate(rate, hop=frames.hop, **bands).of.window_length
    same = replace(_lengthened(frames, n), scaling="raw", quantity="magnitude")
    return ConstantQSettings(of=same, **bands)


def _classes(frames: StftSettings, rate: float | None) -> PitchClassSettings:
    return PitchClassSettings(of=_constant_q(frames, rate, 36))


def _loudness(name: str) -> Any:
    def settings(frames: StftSettings, rate: float | None) -> LoudnessSettings:
        if rate is None:
            raise SettingsError("sample_rate is None; loudness needs it, as it is of 400 ms or 3 s")
        needed = LoudnessSettings.for_rate(rate, hop=frames.hop, features=(name,)).of.window_length
        return LoudnessSettings(of=_lengthened(frames, needed), features=(name,))

    return settings


def _meter(name: str) -> Any:
    return lambda frames, rate: SoundLevelSettings(
        of=SquaresSettings(of=replace(frames, remove_dc=False)), features=(name,)
    )


def _harmonicity(frames: StftSettings, rate: float | None) -> HarmonicitySettings:
    if rate is None:
        raise SettingsError("sample_rate is None; a harmonics-to-noise ratio needs it, as it is of nine long periods")
    usual = HarmonicitySettings.for_rate(rate)
    n = _lengthened(frames, usual.of.window_length).window_length
    window: dict[str, Any] = {"window_length": n, "n_fft": n, "window": usual.of.window, "periodic": False}
    return replace(usual, of=replace(frames, **window))


def _lengthened(frames: StftSettings, n: int) -> StftSettings:
    """The same frames of n samples or more, as many with the same middles, for filters that hear no offset."""
    n = max(n, frames.window_length)
    n += (n - frames.window_length) % 2
    return replace(frames, window_length=n, n_fft=n, remove_dc=False)


FEATURES = {
    "rms": Feature("root of the mean square, in the samples' unit", _temporal("rms")),
    "peak": Feature("largest magnitude, in the samples' unit", _temporal("peak")),
    "crest": Feature("peak over rms; empty in silence", _temporal("crest")),
    "zero_crossings": Feature("changes of sign, per sample of the frame", _temporal("zero_crossings")),
    "envelope": Feature("mean magnitude of the analytic signal, in the samples' unit", _temporal("envelope")),
    "momentary": Feature(
        "loudness of the 400 ms around it (BS.1770), LUFS, each channel by itself", _loudness("momentary")
    ),
    "short_term": Feature(
        "loudness of the 3 s around it (BS.1770), LUFS, each channel by itself", _loudness("short_term")
    ),
    "leq": Feature("level of the mean square of its hop, dB of the samples' unit (see --weighting)", _meter("leq")),
    "level_fast": Feature("level with a meter's fast time weighting, 125 ms (IEC 61672-1)", _meter("level_fast")),
    "level_slow": Feature("level with a meter's slow time weighting, 1 s (IEC 61672-1)", _meter("level_slow")),
    "hnr": Feature("harmonics-to-noise ratio, dB, and its strength: 2 columns", _harmonicity),
    "centroid": Feature(
        "mean frequency, weighed by magnitude, Hz; empty in silence, as all shapes", _shape("centroid")
    ),
    "bandwidth": Feature("deviation of frequency around the centroid, Hz", _shape("bandwidth")),
    "rolloff": Feature("below which 85 % of the magnitude lie, Hz", _shape("rolloff")),
    "flatness": Feature("geometric over arithmetic mean of power: 1 for even noise", _shape("flatness")),
    "contrast": Feature("from valleys to peaks, dB, in 7 bands: 7 columns", _shape("contrast")),
    "flux": Feature("how much the spectrum changed since the frame before; empty in the first", _shape("flux")),
    "entropy": Feature("0 for a tone, 1 for an even spectrum", _shape("entropy")),
    "slope": Feature("of a straight line through the spectrum, 1/Hz", _shape("slope")),
    "pitch": Feature(
        "by pYIN, Hz, empty where unvoiced; whether voiced; how probable that is: 3 columns",
        lambda frames, rate: PyinSettings(of=PyinCandidates(of=frames)),
    ),
    "yin": Feature("pitch by YIN, Hz, and aperiodicity: 2 columns", lambda frames, rate: YinSettings(of=frames)),
    "onset": Feature("onset strength: by how many dB 128 mel bands rose", _onset),
    "tempogram": Feature(
        "how strongly onsets repeat after so many frames: 384 columns",
        lambda frames, rate: TempogramSettings(of=_onset(frames, rate)),
    ),
    "autocorrelation": Feature(
        "how alike a frame is to itself so many samples later: 512 columns",
        lambda frames, rate: AutocorrelationSettings(of=frames, lags=min(512, frames.window_length)),
    ),
    "mel": Feature("levels of 128 mel bands, dB re 1", _mel),
    "mfcc": Feature(
        "20 cepstral coefficients of the mel levels, as librosa's",
        lambda frames, rate: CepstralSettings(of=_limited(frames, rate), n_coefficients=20),
    ),
    "plp": Feature(
        "13 cepstra of perceptual linear prediction: 12 poles of 24 Bark bands (Hermansky 1990)",
        lambda frames, rate: PlpSettings(of=BandSettings(of=_raw(frames), bands=BarkBank(empty="zero"))),
    ),
    "chroma": Feature(
        "12 pitch classes of the bins, the largest 1",
        lambda frames, rate: NormSettings(of=BandSettings(of=_raw(frames), bands=ChromaBank()), norm="max"),
    ),
    "chroma_cqt": Feature(
        "12 pitch classes of a constant-Q, the largest 1",
        lambda frames, rate: NormSettings(of=_classes(frames, rate), norm="max"),
    ),
    "cqt": Feature("magnitudes of 84 semitones from C1 on (constant-Q)", _constant_q),
    "tonnetz": Feature(
        "where the chord lies on fifths, minor and major thirds: 6 columns",
        lambda frames, rate: TonnetzSettings(of=_classes(frames, rate)),
    ),
}

ALONE = {
    "loudness": "in time it is momentary or short_term; of a whole sound it is one number: sonograph.loudness gives it",
    "tempo": "it is one number for a whole sound, not one for each frame: tempogram, or sonograph.tempo, gives it",
    "formants": "they are of a sound at 10 to 11 kHz: resample it, and use --settings with FormantSettings alone",
    "lpc": "it is a filter, not a few numbers: use --settings with LinearPredictionSettings alone",
    "harmonic": "it is a whole spectrogram, not a few numbers: use --settings with a SeparationSettings alone",
    "percussive": "it is a whole spectrogram, not a few numbers: use --settings with a SeparationSettings alone",
}
"""What cannot stand beside other features, and what to do instead."""


@answered
def feature(name: str, frames: StftSettings | None = None, *, sample_rate: float | None = None) -> Settings:
    """The settings of a feature by its name.

    Parameters
    ----------
    name
        One of `feature_names()`.
    frames
        Where frames lie and how they are weighed, 2048 samples every 512 by default. What scaling and quantity a
        feature is of, it says itself.
    sample_rate
        Hz; only the names that are made of a constant-Q need it, as the length of its filters depends on it.

    Raises
    ------
    SettingsError
        There is no such feature, and the nearest are told; frames that are none; a rate is needed, or too low.

    Examples
    --------
    >>> feature("yin").names, feature("cqt", sample_rate=22_050.0).of.window_length
    (('pitch', 'aperiodicity'), 13162)
    """
    known(name)
    if not isinstance(frames, StftSettings | None):
        hint = f": a sample rate is given as sample_rate={frames}" if isinstance(frames, int | float) else ""
        raise SettingsError(f"frames is {short(frames)}; it must be StftSettings, or None for the usual ones{hint}")
    rate = None if sample_rate is None else checked_rate(sample_rate)
    settings: Settings = settings_of(name, StftSettings() if frames is None else frames, rate)
    return settings


def feature_names() -> tuple[str, ...]:
    """The names of all features.

    >>> feature_names()[:3]
    ('rms', 'peak', 'crest')
    """
    return tuple(FEATURES)


def feature_words(name: str) -> str:
    """What a feature is, in a line.

    >>> feature_words("rms")
    "root of the mean square, in the samples' unit"
    """
    known(name)
    return FEATURES[name].words


def known(name: str) -> None:
    """Refuse a name that no feature has, and one that cannot stand beside others.

    Raises
    ------
    SettingsError
        With the nearest names, or what to do instead.
    """
    if isinstance(name, str) and name in ALONE:
        raise SettingsError(f"feature is {name!r}; {ALONE[name]}")
    one_of("feature", name, feature_names())


def settings_of(name: str, frames: StftSettings, sample_rate: float | None) -> Any:
    """The settings of a feature that is known."""
    return FEATURES[name].make(frames, sample_rate)
