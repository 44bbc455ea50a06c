"""What the features of the parity table are made of, ours and theirs."""

from __future__ import annotations

import warnings

import numpy as np

from sonograph import (
    Signal,
    Spectrogram,
    StftSettings,
    cross_spectrogram,
    cross_spectrum,
    griffin_lim,
    reassigned,
    spectrogram,
    welch,
)
from sonograph.features.cens import Cens
from sonograph.settings import (
    BandSettings,
    CensSettings,
    ChromaBank,
    ConstantQSettings,
    FormantSettings,
    LevelSettings,
    LoudnessSettings,
    MelBank,
    OnsetSettings,
    PitchClassSettings,
    PyinCandidates,
    PyinSettings,
    RangeSettings,
    SqueezedSettings,
    WaveletSettings,
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


def beside_convolutions() -> tuple[np.ndarray, np.ndarray]:
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


def beside_loops_of_bins() -> tuple[np.ndarray, np.ndarray]:
    """Our squeezed transform, and SciPy's two transforms put into bins one value after the other."""
    from scipy.signal import ShortTimeFFT

    stft = StftSettings(window_length=512, hop=128, scaling="raw", quantity="transform", edges="inside")
    window = np.sin(np.pi * np.arange(512) / 512) ** 2
    slope = np.pi / 512 * np.sin(2 * np.pi * np.arange(512) / 512)
    wave, sloping = (
        ShortTimeFFT(np.array(one), 128, RATE, phase_shift=0).stft(
            glide(), p0=2, p1=2 + (len(glide()) - 512) // 128 + 1
        )
        for one in (window, slope)
    )
    out = np.zeros_like(wave)
    higher = np.divide(-sloping * 512 / (2 * np.pi), wave, out=np.zeros_like(wave), where=wave != 0).imag
    for k, frame in np.ndindex(wave.shape):
        row = min(max(round(k + higher[k, frame]), 0), 256)
        out[row, frame] += wave[k, frame] * (1 if k in (0, 256) else 2) / 512
    return made(SqueezedSettings(of=stft)), out


TENTH = 2205  # of a second, samples: what both measure loudness by


def in_time(name):
    return made(LoudnessSettings.for_rate(RATE, hop=TENTH, features=(name,), edges="inside"))[0]


def their_blocks(pyloudnorm, name):
    """Those whose middles ours have, which begin after the filters have settled."""
    seconds = {"momentary": 0.4, "short_term": 3.0}[name]
    meter = pyloudnorm.Meter(RATE, filter_class="DeMan", block_size=seconds, overlap=1 - 0.1 / seconds)
    meter.integrated_loudness(glide())
    first = settling(RATE, TENTH) // TENTH
    return np.array(meter.blockwise_loudness)[first : first + len(in_time(name))]


def our_formants():
    """Of frames with the middles of Praat's, which end earlier or later by one."""
    settings = FormantSettings.for_rate(VOICE_RATE, hop=110, edges="inside")
    first = round(praats()["t"][0] * VOICE_RATE) - settings.of.window_length // 2
    return spectrogram(Signal(vowel()[first:], VOICE_RATE), settings).values[:, : len(praats()["t"])]


def our_pyin():
    return np.nan_to_num(made(PyinSettings(of=PyinCandidates(of=FRAMES, **PITCH))))


def their_pyin(librosa):
    return np.nan_to_num(np.array(librosa.pyin(glide(), **THEIR_PITCH), float))


def cents(pitch):
    """Over 1 Hz; without a pitch 0, thousands away from any that there is."""
    return 1200 * np.log2(np.maximum(pitch, 1))


def chroma():
    return BandSettings(of=StftSettings(scaling="raw"), bands=ChromaBank())


def fine():
    return ConstantQSettings.for_rate(RATE, n_bands=252, per_octave=36, scaling="raw", quantity="magnitude")


def loud():
    return magnitude() > 1e-3 * magnitude().max()


def sharp():
    sharp = reassigned(Signal(glide(), RATE), StftSettings(scaling="raw"))
    return sharp.frequencies[loud()], sharp.times[loud()]


def their_sharp(which):
    def run(librosa):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of NumPy to librosa
            frequencies, times, _ = librosa.reassigned_spectrogram(glide(), sr=RATE, clip=False)
        return (frequencies, times - 0.5 / RATE)[which][loud()]

    return run


def far(samples):
    got = spectrogram(Signal(samples, RATE), MAGNITUDE).values
    n = min(got.shape[1], magnitude().shape[1])
    return np.array([np.linalg.norm(got[:, :n] - magnitude()[:, :n]) / np.linalg.norm(magnitude())])


def our_distance():
    return far(griffin_lim(spectrogram(Signal(glide(), RATE), MAGNITUDE)).samples)


def their_distance(librosa):
    return far(librosa.griffinlim(magnitude(), n_iter=32, hop_length=512, random_state=0))


def pair():
    x = np.random.default_rng(7).standard_normal((2, 60_000))
    return np.stack([x[0], np.roll(x[0], 3) + 0.5 * x[1]])


def coherence():
    settings = StftSettings(window_length=1024, hop=512, edges="inside", scaling="density")
    return cross_spectrum(Signal(pair(), RATE), settings).coherence


def coherence_over_time():
    """Of the columns of 16 frames that are whole."""
    settings = StftSettings(window_length=1024, hop=512, edges="inside", scaling="density")
    return cross_spectrogram(Signal(pair(), RATE), settings, average=16).coherence[:, :-1]


def their_coherence_over_time(signal):
    spans = [slice(first, first + 15 * 512 + 1024) for first in range(0, 116 // 16 * 16 * 512, 16 * 512)]
    listed = (signal.coherence(*pair()[:, span], RATE, nperseg=1024, detrend=False)[1] for span in spans)
    return np.stack([*listed], axis=1)


def our_welch():
    settings = StftSettings(window_length=1024, hop=512, edges="inside", scaling="density", remove_dc=True)
    return welch(Signal(glide(), RATE), settings).values
