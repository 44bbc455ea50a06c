"""Other libraries' numbers by name, and the bands of standards.

`docs/parity.md` says what each of a library was held against, and how near it came.

A preset is an ordinary settings value. Lengths are in samples, so one that a library defines in milliseconds is for
one sample rate, and says so; other sounds are resampled first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, NamedTuple, overload

from sonograph.checks import one_of
from sonograph.settings import (
    AffineSettings,
    BandSettings,
    CepstralSettings,
    ChromaBank,
    EnergySettings,
    LevelSettings,
    LogSettings,
    MelBank,
    MillidecadeBank,
    NormSettings,
    OctaveBank,
    PcenSettings,
    PlpSettings,
    RangeSettings,
    Settings,
    StftSettings,
)
from sonograph.settings.arguments import answered

SPEECH_RATE = 16_000.0
INT16 = 32_768.0
"""Kaldi, HTK and python_speech_features work on the numbers that 16-bit files hold."""

FLOAT32_EPS = 1.1920928955078125e-07
FLOAT64_EPS = 2.220446049250313e-16


class Preset(NamedTuple):
    """What a name stands for, and where that is written.

    of_library : whether these are numbers of a library, which knows neither units nor calibrations
    """

    make: Callable[[], Any]
    source: str
    of_library: bool = True


@overload
def preset(
    name: Literal[
        "librosa.stft",
        "scipy.spectrogram",
        "scipy.stft",
        "torchaudio.spectrogram",
    ],
) -> StftSettings: ...
@overload
def preset(name: Literal["librosa.mel", "torchaudio.mel"]) -> BandSettings: ...
@overload
def preset(name: Literal["librosa.mfcc", "torchaudio.mfcc", "htk.mfcc"]) -> CepstralSettings: ...
@overload
def preset(name: Literal["htk.plp"]) -> PlpSettings: ...
@overload
def preset(name: Literal["librosa.chroma"]) -> NormSettings: ...
@overload
def preset(name: Literal["librosa.pcen"]) -> PcenSettings: ...
@overload
def preset(
    name: Literal["matplotlib.specgram", "third_octaves", "decidecades", "millidecades"],
) -> LevelSettings: ...
@overload
def preset(name: Literal["tensorflow.mel", "kaldi.fbank", "kaldi.fbank.unsnipped", "htk.fbank"]) -> LogSettings: ...
@overload
def preset(
    name: Literal[
        "kaldi.spectrogram",
        "kaldi.mfcc",
        "kaldi.spectrogram.unsnipped",
        "kaldi.mfcc.unsnipped",
        "kaldi.plp",
        "kaldi.plp.unsnipped",
        "python_speech_features.mfcc",
    ],
) -> EnergySettings: ...
@overload
def preset(name: Literal["whisper.80", "whisper.128"]) -> AffineSettings: ...
@overload
def preset(name: str) -> Settings: ...
@answered
def preset(name: str) -> Settings:
    """The settings that give another library's numbers, or the levels in the bands of a standard.

    Parameters
    ----------
    name
        One of `preset_names()`.

    Returns
    -------
    Settings
        A value like any other: preset("kaldi.fbank").but(n_bands=80) changes it.

    Raises
    ------
    SettingsError
        There is no such preset; the nearest names are told.

    Examples
    --------
    >>> preset("librosa.mfcc").n_coefficients
    20
    """
    one_of("preset", name, preset_names())
    settings: Settings = _PRESETS[name].make()
    return settings


def preset_names() -> tuple[str, ...]:
    """The names of all presets.

    >>> preset_names()[:3]
    ('librosa.stft', 'librosa.mel', 'librosa.mfcc')
    """
    return tuple(_PRESETS)


def preset_source(name: str) -> str:
    """Whose numbers a preset gives, and what it fixes.

    >>> preset_source("librosa.stft")
    'librosa.stft(y), complex (librosa 0.11)'
    """
    preset(name)
    return _PRESETS[name].source


def is_of_library(name: str) -> bool:
    """Whether a preset's numbers are those of another library, which knows no calibration; else of a standard.

    >>> is_of_library("librosa.mel"), is_of_library("third_octaves")
    (True, False)
    """
    preset(name)
    return _PRESETS[name].of_library


def _librosa(**changes: Any) -> StftSettings:
    return StftSettings(window_length=2048, hop=512, scaling="raw", **changes)


def _librosa_mel(**changes: Any) -> BandSettings:
    return BandSettings(of=_librosa(**changes), bands=MelBank(empty="zero"))


def _librosa_mfcc() -> CepstralSettings:
    decibels = RangeSettings(of=LevelSettings(of=_librosa_mel(), reference=1.0, floor=-100.0), span=80.0)
    return CepstralSettings(of=decibels, n_coefficients=20)


def _librosa_chroma() -> NormSettings:
    return NormSettings(of=BandSettings(of=_librosa(), bands=ChromaBank()), norm="max")


def _librosa_pcen() -> PcenSettings:
    return PcenSettings(of=_librosa_mel(quantity="magnitude", input_scale=2.0**31))


def _scipy_spectrogram() -> StftSettings:
    window = ("tukey", 0.25)
    return StftSettings(window_length=256, hop=224, window=window, edges="inside", scaling="density", remove_dc=True)


def _scipy_stft() -> StftSettings:
    # its spectrum scaling divides by the sum of the window, 128, and doubles nothing
    return StftSettings(
        window_length=256, hop=128, edges="scipy", scaling="raw", quantity="transform", input_scale=1 / 128
    )


def _matplotlib_specgram() -> LevelSettings:
    stft = StftSettings(window_length=256, hop=128, periodic=False, edges="inside", scaling="density")
    return LevelSettings(of=stft, reference=1.0)


def _torchaudio() -> StftSettings:
    return StftSettings(window_length=400, hop=200, edges="reflect", scaling="raw")


def _torchaudio_mel() -> BandSettings:
    return BandSettings(of=_torchaudio(), bands=MelBank(formula="htk", norm="none", empty="zero"))


def _torchaudio_mfcc() -> CepstralSettings:
    decibels = RangeSettings(of=LevelSettings(of=_torchaudio_mel(), reference=1.0, floor=-100.0), span=80.0)
    return CepstralSettings(of=decibels, n_coefficients=40)


def _tensorflow_mel() -> LogSettings:
    stft = StftSettings(
        window_length=1024, hop=256, edges="inside", scaling="raw", quantity="magnitude", sample_rate=SPEECH_RATE
    )
    bank = MelBank(n_bands=80, low=80.0, high=7600.0, formula="kaldi", norm="none", triangles="mel", empty="zero")
    return LogSettings(of=BandSettings(of=stft, bands=bank), floor=0.0, add=1e-6)


def _kaldi(edges: str) -> StftSettings:
    return StftSettings(
        window_length=400,
        hop=160,
        n_fft=512,
        window="povey",
        periodic=False,
        edges=edges,
        scaling="raw",
        remove_dc=True,
        preemphasis=0.97,
        input_scale=INT16,
        sample_rate=SPEECH_RATE,
    )


def _kaldi_spectrogram(edges: str) -> EnergySettings:
    return EnergySettings(of=LogSettings(of=_kaldi(edges), floor=FLOAT32_EPS))


def _kaldi_fbank(edges: str) -> LogSettings:
    bank = MelBank(n_bands=23, low=20.0, formula="kaldi", norm="none", triangles="mel", empty="zero")
    return LogSettings(of=BandSettings(of=_kaldi(edges), bands=bank), floor=FLOAT32_EPS)


def _kaldi_mfcc(edges: str) -> EnergySettings:
    return EnergySettings(of=CepstralSettings(of=_kaldi_fbank(edges), n_coefficients=13, lifter=22.0))


def _kaldi_plp(edges: str) -> EnergySettings:
    bands = _kaldi_fbank(edges).of
    return EnergySettings(of=PlpSettings(of=bands, compression=0.33333, lifter=22.0))


def _htk_fbank() -> LogSettings:
    stft = replace(_kaldi("inside"), window="hamming", remove_dc=False, quantity="magnitude")
    bank = MelBank(n_bands=26, formula="kaldi", norm="none", triangles="mel", empty="zero")
    return LogSettings(of=BandSettings(of=stft, bands=bank), floor=1.0)


def _htk_mfcc() -> CepstralSettings:
    return CepstralSettings(of=_htk_fbank(), n_coefficients=12, first=1, lifter=22.0)


def _htk_plp() -> PlpSettings:
    mel = _htk_fbank().of
    power = LogSettings(of=replace(mel, of=replace(mel.of, quantity="power")), floor=1.0)
    return PlpSettings(of=power, compression=0.33, lifter=22.0)


def _speech_features_mfcc() -> EnergySettings:
    stft = StftSettings(
        window_length=400,
        hop=160,
        n_fft=512,
        window="boxcar",
        edges="padded",
        scaling="raw",
        preemphasis=0.97,
        preemphasis_over="sound",
        input_scale=INT16 / 512**0.5,
        sample_rate=SPEECH_RATE,
    )
    bank = MelBank(n_bands=26, formula="htk", norm="none", triangles="bins", empty="zero")
    logarithm = LogSettings(of=BandSettings(of=stft, bands=bank), floor=FLOAT64_EPS)
    cepstra = CepstralSettings(of=logarithm, n_coefficients=13, lifter=22.0)
    return EnergySettings(of=cepstra, measure="bins", floor=FLOAT64_EPS)


def _whisper(n_bands: int) -> AffineSettings:
    stft = StftSettings(
        window_length=400, hop=160, edges="reflect", scaling="raw", drop_last=True, sample_rate=SPEECH_RATE
    )
    mel = BandSettings(of=stft, bands=MelBank(n_bands=n_bands))
    limited = RangeSettings(of=LogSettings(of=mel, base="10", floor=1e-10), span=8.0)
    return AffineSettings(of=limited, add=4.0, multiply=0.25)


def _standard(bank: OctaveBank | MillidecadeBank, window_length: int, scaling: str) -> LevelSettings:
    stft = StftSettings(window_length=window_length, hop=window_length // 2, scaling=scaling)
    return LevelSettings(of=BandSettings(of=stft, bands=bank))


_KALDI = "(Kaldi, dither 0; 16 kHz)"
_PRESETS = {
    "librosa.stft": Preset(lambda: _librosa(quantity="transform"), "librosa.stft(y), complex (librosa 0.11)"),
    "librosa.mel": Preset(_librosa_mel, "librosa.feature.melspectrogram(y=y, sr=sr), power (librosa 0.11)"),
    "librosa.mfcc": Preset(_librosa_mfcc, "librosa.feature.mfcc(y=y, sr=sr), 20 of them (librosa 0.11)"),
    "librosa.chroma": Preset(
        _librosa_chroma, "librosa.feature.chroma_stft(y=y, sr=sr, tuning=0.0), A at 440 Hz (librosa 0.11)"
    ),
    "librosa.pcen": Preset(
        _librosa_pcen, "librosa.pcen(2**31 * melspectrogram(y=y, power=1)), as in its manual (librosa 0.11)"
    ),
    "scipy.spectrogram": Preset(_scipy_spectrogram, "scipy.signal.spectrogram(x, rate), power per hertz (scipy 1.17)"),
    "scipy.stft": Preset(_scipy_stft, "scipy.signal.stft(x, rate), complex (scipy 1.17)"),
    "matplotlib.specgram": Preset(
        _matplotlib_specgram, "what pyplot.specgram(x, Fs=rate) draws: dB of power per hertz (matplotlib 3.11)"
    ),
    "torchaudio.spectrogram": Preset(_torchaudio, "torchaudio.transforms.Spectrogram(), power (torchaudio 2)"),
    "torchaudio.mel": Preset(_torchaudio_mel, "torchaudio.transforms.MelSpectrogram(rate), power (torchaudio 2)"),
    "torchaudio.mfcc": Preset(_torchaudio_mfcc, "torchaudio.transforms.MFCC(rate), 40 of them (torchaudio 2)"),
    "tensorflow.mel": Preset(
        _tensorflow_mel, "the example of tf.signal.mfccs_from_log_mel_spectrograms: log-mel, 80 bands (16 kHz)"
    ),
    "kaldi.spectrogram": Preset(lambda: _kaldi_spectrogram("inside"), f"compute-spectrogram-feats {_KALDI}"),
    "kaldi.fbank": Preset(lambda: _kaldi_fbank("inside"), f"compute-fbank-feats {_KALDI}"),
    "kaldi.mfcc": Preset(lambda: _kaldi_mfcc("inside"), f"compute-mfcc-feats {_KALDI}"),
    "kaldi.spectrogram.unsnipped": Preset(
        lambda: _kaldi_spectrogram("kaldi"), f"compute-spectrogram-feats --snip-edges=false {_KALDI}"
    ),
    "kaldi.fbank.unsnipped": Preset(lambda: _kaldi_fbank("kaldi"), f"compute-fbank-feats --snip-edges=false {_KALDI}"),
    "kaldi.mfcc.unsnipped": Preset(lambda: _kaldi_mfcc("kaldi"), f"compute-mfcc-feats --snip-edges=false {_KALDI}"),
    "kaldi.plp": Preset(lambda: _kaldi_plp("inside"), f"compute-plp-feats {_KALDI}"),
    "kaldi.plp.unsnipped": Preset(lambda: _kaldi_plp("kaldi"), f"compute-plp-feats --snip-edges=false {_KALDI}"),
    "htk.fbank": Preset(
        _htk_fbank, "HCopy with the HTK book's tutorial settings: log of 26 mel magnitudes, 25 ms windows (16 kHz)"
    ),
    "htk.mfcc": Preset(_htk_mfcc, "the same, TARGETKIND = MFCC: c1 to c12, lifter 22 (16 kHz)"),
    "htk.plp": Preset(
        _htk_plp, "the same, TARGETKIND = PLP_0, USEPOWER = T: c0 first, then c1 to c12, lifter 22 (16 kHz)"
    ),
    "python_speech_features.mfcc": Preset(
        _speech_features_mfcc, "python_speech_features.mfcc(int16 samples), c0 the log energy (0.6; 16 kHz)"
    ),
    "whisper.80": Preset(lambda: _whisper(80), "whisper.log_mel_spectrogram, as given, not cut to 30 s (16 kHz)"),
    "whisper.128": Preset(lambda: _whisper(128), "whisper.log_mel_spectrogram(n_mels=128), as given (16 kHz)"),
    "third_octaves": Preset(
        lambda: _standard(OctaveBank(), 16_384, "spectrum"),
        "levels in thirds of an octave from 20 Hz on, windows of 16384 samples (IEC 61260-1)",
        of_library=False,
    ),
    "decidecades": Preset(
        lambda: _standard(OctaveBank(low=10.0), 65_536, "spectrum"),
        "levels in tenths of a decade from 10 Hz on, windows of 65536 samples (ISO 18405)",
        of_library=False,
    ),
    "millidecades": Preset(
        lambda: _standard(MillidecadeBank(), 65_536, "density"),
        "levels per hertz in hybrid millidecades, windows of 65536 samples (Martin et al. 2021)",
        of_library=False,
    ),
}
