"""Each feature and transform beside the library that gives the same, for the parity table and its test."""

from __future__ import annotations

import warnings

import numpy as np

from sonograph import (
    Signal,
    Spectrogram,
    StftSettings,
    align,
    beats,
    cross_spectrogram,
    cross_spectrum,
    effects,
    griffin_lim,
    loudness,
    onsets,
    reassigned,
    recurrence,
    spectrogram,
    welch,
)
from sonograph.features.cens import Cens
from sonograph.settings import (
    AutocorrelationSettings,
    BandSettings,
    CensSettings,
    ChromaBank,
    ConstantQSettings,
    FormantSettings,
    LevelSettings,
    LinearPredictionSettings,
    LoudnessSettings,
    MelBank,
    OnsetSettings,
    PitchClassSettings,
    PyinCandidates,
    PyinSettings,
    RangeSettings,
    SeparationSettings,
    ShapeSettings,
    TempogramSettings,
    TemporalSettings,
    TonnetzSettings,
    WaveletSettings,
    YinSettings,
)
from sonograph.settings.loudness import settling
from tests.features.voices import RATE as VOICE_RATE
from tests.features.voices import praats, vowel

RATE = 22_050
FRAMES = StftSettings(window_length=2048, hop=512)
VOICE = StftSettings(window_length=1024, hop=1024, edges="inside")
INSIDE = StftSettings(window_length=2048, hop=512, edges="inside")
MAGNITUDE = StftSettings(window_length=2048, hop=512, scaling="raw", quantity="magnitude")
MEL = LevelSettings(of=BandSettings(of=StftSettings(scaling="raw"), bands=MelBank()), reference=1.0, floor=-100)
ONSET = OnsetSettings(of=RangeSettings(of=MEL, span=80.0))
PITCH = {"low": 80.0, "high": 1000.0}
THEIR_PITCH = {"fmin": 80.0, "fmax": 1000.0, "sr": RATE}
CENTRE = slice(20, -20)  # librosa's constant-Q resamples the ends of the sound once for each octave


def glide(n: int = 80_000) -> np.ndarray:
    """A voice that glides, falls silent for a moment and comes back, over a little noise."""
    t = np.arange(n) / RATE
    phase = 2 * np.pi * (150 * t + 40 * t**2)
    voice = (0.4 * np.sin(phase) + 0.2 * np.sin(2 * phase) + 0.1 * np.sin(3 * phase)) * (np.sin(3 * t) > -0.6)
    return voice + 0.003 * np.random.default_rng(0).standard_normal(n)


def moments(seed: int) -> Spectrogram:
    """Twelve rows of numbers that repeat nothing."""
    values = np.random.default_rng(seed).random((12, 80 + 9 * seed))
    return Spectrogram.from_array(values, times=0.1 * np.arange(values.shape[1]))


def cens_of(librosa) -> np.ndarray:
    """Our CENS of librosa's pitch classes."""
    classes = librosa.feature.chroma_cqt(y=glide(), sr=RATE, norm=None).T.astype(float)
    lane = Cens(CensSettings(of=PitchClassSettings(of=ConstantQSettings.for_rate(RATE, quantity="magnitude"))))
    return np.concatenate([lane.push(classes), lane.finish()]).T


def struck():
    """The onset strength of decaying tones about half a second apart."""
    t = np.arange(8 * RATE) / RATE
    since = t % 0.51
    return spectrogram(Signal(np.exp(-12 * since) * np.sin(2 * np.pi * 700 * since), float(RATE)), ONSET)


def made(settings) -> np.ndarray:
    return spectrogram(Signal(glide(), RATE), settings).values


def magnitude() -> np.ndarray:
    return made(MAGNITUDE)


def _beside_convolutions() -> tuple[np.ndarray, np.ndarray]:
    """Our wavelet transform and each row as one convolution, within the ends that wavelets reach over."""
    from scipy.signal import fftconvolve

    settings = WaveletSettings.for_rate(RATE, hop=64, low=110.0, scaling="raw", quantity="transform", edges="zeros")
    rows = []
    for f in settings.centres:
        turn = 2 * np.pi * f / RATE
        u = turn * np.arange(-np.ceil(40 / turn), np.ceil(40 / turn) + 1)
        weights = turn * 2 / (np.sqrt(2 * np.pi) * 6) * np.exp(-0.5 * (u / 6) ** 2 + 1j * u)
        rows.append(fftconvolve(glide(), weights, "same")[::64])
    within = slice(40, -40)
    return made(settings)[:, : len(rows[0])][:, within], np.array(rows)[:, within]


def cases(case, library):
    """All of them, made with the table's own Case and its way to say that a library is not here."""

    def of(name, reference, near, tolerance, ours, theirs):
        return case(name, reference, "library", near, tolerance, lambda: (ours(), theirs(library("librosa"))))

    def shape(name, their_name):
        return of(
            f"ShapeSettings, {name}",
            f"librosa.feature.spectral_{their_name}",
            "peak",
            1e-9,
            lambda: made(ShapeSettings(of=MAGNITUDE, features=(name,))),
            lambda librosa: getattr(librosa.feature, f"spectral_{their_name}")(
                S=magnitude(), **({} if name == "flatness" else {"sr": RATE})
            ),
        )

    return (
        of(
            "TemporalSettings, rms",
            "librosa.feature.rms",
            "peak",
            1e-6,
            lambda: made(TemporalSettings(of=INSIDE, features=("rms",))),
            lambda librosa: librosa.feature.rms(y=glide(), center=False),
        ),
        of(
            "TemporalSettings, zero_crossings",
            "librosa.feature.zero_crossing_rate",
            "peak",
            1e-12,
            lambda: made(TemporalSettings(of=INSIDE, features=("zero_crossings",))),
            lambda librosa: librosa.feature.zero_crossing_rate(glide(), center=False, pad=False),
        ),
        of(
            "AutocorrelationSettings",
            "librosa.autocorrelate",
            "peak",
            1e-12,
            lambda: made(AutocorrelationSettings(of=INSIDE)),
            lambda librosa: librosa.autocorrelate(
                librosa.util.frame(glide(), frame_length=2048, hop_length=512), max_size=512, axis=0
            ),
        ),
        *(shape(name, name) for name in ("centroid", "bandwidth", "rolloff", "flatness", "contrast")),
        of(
            "YinSettings, pitch",
            "librosa.yin",
            "Hz",
            1e-3,
            lambda: made(YinSettings(of=FRAMES, **PITCH))[0],
            lambda librosa: librosa.yin(glide(), **THEIR_PITCH),
        ),
        of(
            "PyinSettings, voiced",
            "librosa.pyin",
            "1",
            0.5,
            lambda: _our_pyin()[1],
            lambda librosa: _their_pyin(librosa)[1],
        ),
        of(
            "PyinSettings, pitch",
            "librosa.pyin",
            "cents",
            5.0,  # half of librosa's step, to which it rounds and we do not
            lambda: _cents(_our_pyin()[0]),
            lambda librosa: _cents(_their_pyin(librosa)[0]),
        ),
        of(
            "PyinSettings, voicing_probability",
            "librosa.pyin",
            "1",
            1e-9,
            lambda: _our_pyin()[2],
            lambda librosa: _their_pyin(librosa)[2],
        ),
        of(
            "LinearPredictionSettings",
            "librosa.lpc",
            "peak",
            1e-8,
            lambda: made(LinearPredictionSettings(of=VOICE, order=12)),
            lambda librosa: librosa.lpc(
                librosa.util.frame(glide(), frame_length=1024, hop_length=1024), order=12, axis=0
            )[1:],
        ),
        *(
            case(
                f"FormantSettings, {name}",
                "Praat, To Formant (burg)",
                "data",
                "Hz",
                0.01,
                lambda rows=rows, key=key: (_our_formants()[rows], np.array(praats()[key])),
            )
            for name, rows, key in (("frequencies", slice(0, 5), "f"), ("bandwidths", slice(5, 10), "b"))
        ),
        of(
            "OnsetSettings",
            "librosa.onset.onset_strength, moved by half a window",
            "peak",
            1e-6,
            lambda: made(ONSET)[0, :-2],
            lambda librosa: librosa.onset.onset_strength(y=glide(), sr=RATE)[2:],
        ),
        of(
            "TempogramSettings",
            "librosa.feature.tempogram",
            "1",
            1e-9,
            lambda: made(TempogramSettings(of=ONSET)),
            lambda librosa: librosa.feature.tempogram(onset_envelope=made(ONSET)[0], sr=RATE),
        ),
        of(
            "beats, frames",
            "librosa.beat.beat_track, of the same strength",
            "1",
            0.5,
            lambda: beats(struck(), tempo=60 * RATE / 512 / 22).frames,
            lambda librosa: librosa.beat.beat_track(
                onset_envelope=struck().values[0], sr=RATE, bpm=60 * RATE / 512 / 22
            )[1],
        ),
        of(
            "onsets, half a hop later",
            "librosa.onset.onset_detect, of the same strength",
            "s",
            1e-9,
            lambda: onsets(struck()) + 256 / RATE,
            lambda librosa: (
                librosa.onset.onset_detect(onset_envelope=struck().values[0], sr=RATE, units="time") + 1024 / RATE
            ),
        ),
        of(
            "SeparationSettings",
            "librosa.decompose.hpss",
            "peak",
            1e-9,
            lambda: made(SeparationSettings(of=MAGNITUDE)),
            lambda librosa: librosa.decompose.hpss(magnitude())[0],
        ),
        of(
            "effects.harmonic",
            "librosa.effects.harmonic",
            "peak",
            1e-9,
            lambda: effects.harmonic(Signal(glide(), RATE)).samples,
            lambda librosa: librosa.effects.harmonic(glide()),
        ),
        of(
            "effects.time_stretch",
            "librosa.effects.time_stretch",
            "peak",
            1e-9,
            lambda: effects.time_stretch(Signal(glide(), RATE), 0.8).samples,
            lambda librosa: librosa.effects.time_stretch(glide(), rate=0.8),
        ),
        of(
            "effects.pitch_shift",
            "librosa.effects.pitch_shift",
            "peak",
            1e-6,
            lambda: effects.pitch_shift(Signal(glide(), RATE), -3).samples,
            lambda librosa: librosa.effects.pitch_shift(glide(), sr=RATE, n_steps=-3),
        ),
        of(
            "effects.split",
            "librosa.effects.split",
            "s",
            1e-9,
            lambda: np.array(effects.split(Signal(glide(), RATE), below=30)),
            lambda librosa: librosa.effects.split(glide(), top_db=30) / RATE,
        ),
        of(
            "CensSettings, of librosa's chroma",
            "librosa.feature.chroma_cens",
            "1",
            1e-9,
            lambda: cens_of(library("librosa")),
            lambda librosa: librosa.feature.chroma_cens(y=glide(), sr=RATE),
        ),
        of(
            "recurrence, affinity",
            "librosa.segment.recurrence_matrix",
            "1",
            1e-9,
            lambda: recurrence(moments(0), values="affinity", metric="cosine").values,
            lambda librosa: librosa.segment.recurrence_matrix(moments(0).values, mode="affinity", metric="cosine"),
        ),
        of(
            "align",
            "librosa.sequence.dtw",
            "1",
            0.5,
            lambda: align(moments(0), moments(1)).path,
            lambda librosa: librosa.sequence.dtw(moments(0).values, moments(1).values)[1][::-1],
        ),
        of(
            "TonnetzSettings",
            "librosa.feature.tonnetz",
            "1",
            1e-9,
            lambda: made(TonnetzSettings(of=_chroma())),
            lambda librosa: librosa.feature.tonnetz(chroma=made(_chroma())),
        ),
        of(
            "ConstantQSettings",
            "librosa.cqt, but for 20 frames at the ends",
            "peak",
            0.01,
            lambda: made(ConstantQSettings.for_rate(RATE, scaling="raw", quantity="magnitude"))[:, CENTRE],
            lambda librosa: np.abs(librosa.cqt(glide(), sr=RATE))[:, CENTRE],
        ),
        case(
            "WaveletSettings, Morlet",
            "scipy.signal.fftconvolve with the formula",
            "formula",
            "peak",
            1e-4,
            _beside_convolutions,
        ),
        of(
            "PitchClassSettings",
            "librosa.feature.chroma_cqt, but for 20 frames at the ends",
            "peak",
            0.02,
            lambda: made(PitchClassSettings(of=_fine()))[:, CENTRE],
            lambda librosa: librosa.feature.chroma_cqt(y=glide(), sr=RATE, tuning=0.0, norm=None)[:, CENTRE],
        ),
        of(
            "reassigned, frequencies",
            "librosa.reassigned_spectrogram",
            "Hz",
            1e-4,
            lambda: _sharp()[0],
            _their_sharp(0),
        ),
        of(
            "reassigned, times",
            "librosa.reassigned_spectrogram, half a sample earlier",
            "s",
            1e-8,
            lambda: _sharp()[1],
            _their_sharp(1),
        ),
        of("griffin_lim, 32 rounds", "librosa.griffinlim", "of the magnitude", 0.05, _our_distance, _their_distance),
        case(
            "welch",
            "scipy.signal.welch",
            "library",
            "peak",
            1e-12,
            lambda: (_welch(), library("scipy.signal").welch(glide(), RATE, nperseg=1024, noverlap=512)[1]),
        ),
        case(
            "cross_spectrum, coherence",
            "scipy.signal.coherence",
            "library",
            "1",
            1e-9,
            lambda: (_coherence(), library("scipy.signal").coherence(*_pair(), RATE, nperseg=1024, detrend=False)[1]),
        ),
        case(
            "cross_spectrogram, coherence",
            "scipy.signal.coherence of each column",
            "library",
            "1",
            1e-9,
            lambda: (_coherence_over_time(), _their_coherence_over_time(library("scipy.signal"))),
        ),
        *(
            case(
                f"LoudnessSettings, {name}",
                "pyloudnorm.Meter, blocks",
                "library",
                "LU",
                1e-3,
                lambda name=name: (_in_time(name), _their_blocks(library("pyloudnorm"), name)),
            )
            for name in ("momentary", "short_term")
        ),
        case(
            "loudness",
            "pyloudnorm.Meter",
            "library",
            "LU",
            0.02,
            lambda: (
                np.array([loudness(Signal(glide(), RATE)).integrated]),
                np.array([library("pyloudnorm").Meter(RATE, filter_class="DeMan").integrated_loudness(glide())]),
            ),
        ),
    )


TENTH = 2205  # of a second, samples: what both measure loudness by


def _in_time(name):
    return made(LoudnessSettings.for_rate(RATE, hop=TENTH, features=(name,), edges="inside"))[0]


def _their_blocks(pyloudnorm, name):
    """Those whose middles ours have, which begin after the filters have settled."""
    seconds = {"momentary": 0.4, "short_term": 3.0}[name]
    meter = pyloudnorm.Meter(RATE, filter_class="DeMan", block_size=seconds, overlap=1 - 0.1 / seconds)
    meter.integrated_loudness(glide())
    first = settling(RATE, TENTH) // TENTH
    return np.array(meter.blockwise_loudness)[first : first + len(_in_time(name))]


def _our_formants():
    """Of frames with the middles of Praat's, which end earlier or later by one."""
    settings = FormantSettings.for_rate(VOICE_RATE, hop=110, edges="inside")
    first = round(praats()["t"][0] * VOICE_RATE) - settings.of.window_length // 2
    return spectrogram(Signal(vowel()[first:], VOICE_RATE), settings).values[:, : len(praats()["t"])]


def _our_pyin():
    return np.nan_to_num(made(PyinSettings(of=PyinCandidates(of=FRAMES, **PITCH))))


def _their_pyin(librosa):
    return np.nan_to_num(np.array(librosa.pyin(glide(), **THEIR_PITCH), float))


def _cents(pitch):
    """Over 1 Hz; without a pitch 0, thousands away from any that there is."""
    return 1200 * np.log2(np.maximum(pitch, 1))


def _chroma():
    return BandSettings(of=StftSettings(scaling="raw"), bands=ChromaBank())


def _fine():
    return ConstantQSettings.for_rate(RATE, n_bands=252, per_octave=36, scaling="raw", quantity="magnitude")


def _loud():
    return magnitude() > 1e-3 * magnitude().max()


def _sharp():
    sharp = reassigned(Signal(glide(), RATE), StftSettings(scaling="raw"))
    return sharp.frequencies[_loud()], sharp.times[_loud()]


def _their_sharp(which):
    def run(librosa):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of NumPy to librosa
            frequencies, times, _ = librosa.reassigned_spectrogram(glide(), sr=RATE, clip=False)
        return (frequencies, times - 0.5 / RATE)[which][_loud()]

    return run


def _far(samples):
    got = spectrogram(Signal(samples, RATE), MAGNITUDE).values
    n = min(got.shape[1], magnitude().shape[1])
    return np.array([np.linalg.norm(got[:, :n] - magnitude()[:, :n]) / np.linalg.norm(magnitude())])


def _our_distance():
    return _far(griffin_lim(spectrogram(Signal(glide(), RATE), MAGNITUDE)).samples)


def _their_distance(librosa):
    return _far(librosa.griffinlim(magnitude(), n_iter=32, hop_length=512, random_state=0))


def _pair():
    x = np.random.default_rng(7).standard_normal((2, 60_000))
    return np.stack([x[0], np.roll(x[0], 3) + 0.5 * x[1]])


def _coherence():
    settings = StftSettings(window_length=1024, hop=512, edges="inside", scaling="density")
    return cross_spectrum(Signal(_pair(), RATE), settings).coherence


def _coherence_over_time():
    """Of the columns of 16 frames that are whole."""
    settings = StftSettings(window_length=1024, hop=512, edges="inside", scaling="density")
    return cross_spectrogram(Signal(_pair(), RATE), settings, average=16).coherence[:, :-1]


def _their_coherence_over_time(signal):
    spans = [slice(first, first + 15 * 512 + 1024) for first in range(0, 116 // 16 * 16 * 512, 16 * 512)]
    listed = (signal.coherence(*_pair()[:, span], RATE, nperseg=1024, detrend=False)[1] for span in spans)
    return np.stack([*listed], axis=1)


def _welch():
    settings = StftSettings(window_length=1024, hop=512, edges="inside", scaling="density", remove_dc=True)
    return welch(Signal(glide(), RATE), settings).values
