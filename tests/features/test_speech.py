"""Linear prediction, formants, harmonicity, jitter and shimmer against Praat, librosa, SciPy and their definitions."""

from functools import reduce

import numpy as np
import pytest
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from sonograph import (
    SettingsError,
    Signal,
    Spectrogram,
    StftSettings,
    Stream,
    feature,
    pieces,
    preset,
    spectrogram,
    voice,
    whisper,
)
from sonograph.filterbanks import filters_of
from sonograph.settings import (
    BandSettings,
    CepstralSettings,
    FormantSettings,
    HarmonicitySettings,
    LinearPredictionSettings,
    LogSettings,
    MelBank,
    RastaSettings,
)
from sonograph.windows import window_of
from tests.features.voices import FORMANTS, RATE, praats, vowel


def at_times(settings, first):
    """Our frames of the vowel, the first in the middle of Praat's first."""
    skip = round(first * RATE) - settings.of.window_length // 2
    return spectrogram(Signal(vowel()[skip:], RATE), settings).values


def test_formants_and_their_bandwidths_are_praats():
    theirs = praats()
    made = at_times(FormantSettings.for_rate(RATE, hop=110, edges="inside"), theirs["t"][0])
    n = min(made.shape[1], len(theirs["t"]))
    assert n > 40
    np.testing.assert_allclose(made[:5, :n], np.array(theirs["f"])[:, :n], rtol=0, atol=0.01)
    np.testing.assert_allclose(made[5:, :n], np.array(theirs["b"])[:, :n], rtol=0, atol=0.01)


def test_formants_lie_where_the_voice_resonates():
    """Of a whisper: noise through the resonances alone."""
    x = np.random.default_rng(0).standard_normal(40_000)
    for frequency, width in FORMANTS:
        p = np.exp(-np.pi * width / RATE)
        x = lfilter([1.0], [1, -2 * p * np.cos(2 * np.pi * frequency / RATE), p * p], x)
    frames = StftSettings(window_length=40_000, hop=40_000, window="boxcar", edges="inside")
    made = spectrogram(Signal(x, RATE), FormantSettings(of=frames, emphasis_from=0.0)).values[:, 0]
    np.testing.assert_allclose(made[:5], [f for f, _ in FORMANTS], rtol=0.01)
    np.testing.assert_allclose(made[5:], [b for _, b in FORMANTS], rtol=0.15)


def test_burgs_prediction_is_librosas():
    librosa = pytest.importorskip("librosa")
    frames = StftSettings(window_length=400, hop=160, edges="inside")
    made = spectrogram(Signal(vowel(0.2), RATE), LinearPredictionSettings(of=frames, order=12)).values
    for i in range(made.shape[1]):
        theirs = librosa.lpc(vowel(0.2)[i * 160 : i * 160 + 400], order=12)
        np.testing.assert_allclose(made[:, i], theirs[1:], rtol=0, atol=1e-8)


def test_the_prediction_by_autocorrelation_solves_its_equations():
    frames = StftSettings(window_length=400, hop=160, edges="inside")
    settings = LinearPredictionSettings(of=frames, order=10, method="autocorrelation")
    made = spectrogram(Signal(vowel(0.2), RATE), settings).values
    for i in range(made.shape[1]):
        x = vowel(0.2)[i * 160 : i * 160 + 400] * window_of(frames)
        r = np.correlate(x, x, "full")[399:410]
        np.testing.assert_allclose(made[:, i], solve_toeplitz(r[:10], -r[1:]), rtol=0, atol=1e-8)


def test_harmonics_to_noise_is_praats_and_the_ratio_that_was_mixed():
    theirs = praats()
    made = at_times(HarmonicitySettings.for_rate(RATE, hop=110, edges="inside"), theirs["hnr_t"][0])[0]
    n = min(len(made), len(theirs["hnr"]))
    assert n > 30
    np.testing.assert_allclose(made[:n], theirs["hnr"][:n], rtol=0, atol=0.4)
    t = np.arange(16_000) / 16_000
    tone = sum(np.sin(2 * np.pi * 200 * k * t) for k in (1, 2, 3))
    noise = np.random.default_rng(0).standard_normal(16_000)
    for ratio in (0.0, 10.0, 20.0):
        mixed = tone + noise * np.sqrt(1.5 / 10 ** (ratio / 10))
        hnr, strength = spectrogram(
            Signal(mixed, 16_000.0), HarmonicitySettings.for_rate(16_000.0, edges="inside")
        ).values
        assert np.median(hnr) == pytest.approx(ratio, abs=1.0)
        assert np.median(strength) == pytest.approx(1 / (1 + 10 ** (-ratio / 10)), abs=0.05)


def test_jitter_and_shimmer_are_praats():
    theirs, made = praats(), voice(Signal(vowel(), RATE))
    assert made.jitter == pytest.approx(theirs["jitter"]["local"], rel=0.02)
    assert made.jitter_rap == pytest.approx(theirs["jitter"]["rap"], rel=0.02)
    assert made.shimmer == pytest.approx(theirs["shimmer"]["local"], rel=0.003)
    assert made.shimmer_db == pytest.approx(theirs["shimmer"]["local_dB"], rel=0.003)
    assert made.hnr == pytest.approx(np.mean([h for h in theirs["hnr"] if h > -100]), abs=0.7)
    assert made.pitch == pytest.approx(120, rel=0.01) and repr(made).startswith("<Voice: 5")


def test_a_voice_that_pauses_is_measured_on_both_sides_and_silence_has_none():
    x = np.concatenate([vowel(), np.zeros(3000), vowel()])
    both, one = voice(Signal(x, RATE)), voice(Signal(vowel(), RATE))
    assert both.jitter == pytest.approx(one.jitter, rel=0.05) and len(both.marks) == pytest.approx(
        2 * len(one.marks), abs=6
    )
    silent = voice(Signal(np.zeros(8000), RATE))
    assert len(silent.marks) == 0 and np.isnan([silent.jitter, silent.shimmer, silent.hnr, silent.pitch]).all()


LOG = LogSettings(of=BandSettings(of=StftSettings(window_length=200, hop=80), bands=MelBank(n_bands=8)))
SETTINGS = (
    LinearPredictionSettings(of=StftSettings(window_length=200, hop=70), order=6),
    LinearPredictionSettings(of=StftSettings(window_length=200, hop=70), order=6, method="autocorrelation"),
    FormantSettings(of=StftSettings(window_length=200, hop=70), count=3),
    HarmonicitySettings.for_rate(8000.0, low=200.0, hop=90),
    RastaSettings(of=LOG),
    CepstralSettings(of=RastaSettings(of=LOG, pole=0.94), n_coefficients=4),
)


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: s.kind)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_whole_pieces_and_streams_have_the_same_bits_and_missing_frames_are_missing_alone(settings, dtype):
    x = np.random.default_rng(1).standard_normal((2, 4000)).astype(dtype)
    x[0, 2000] = np.nan
    whole = spectrogram(Signal(x, 8000.0), settings)
    joined = reduce(Spectrogram.join, pieces(Signal(x, 8000.0), settings, at_most=7))
    stream = Stream(settings, sample_rate=8000.0, n_channels=2)
    parts = [stream.push(x[:, i : i + 555]) for i in range(0, 4000, 555)]
    for other in (joined, reduce(Spectrogram.join, [*parts, stream.finish()])):
        np.testing.assert_array_equal(other.values, whole.values)
    some = spectrogram(Signal(x, 8000.0), settings, frames=range(20, 40))
    np.testing.assert_array_equal(some.values, whole.values[..., 20:40])
    lost = np.isnan(whole.values[0]).all(axis=0)
    assert 1 <= lost.sum() <= 12 and np.isfinite(whole.values[1, 0]).all() and len(whole.names) == whole.values.shape[1]


def test_rasta_is_its_difference_equation_and_takes_away_what_stays():
    x = np.random.default_rng(0).standard_normal(8000)
    log = spectrogram(Signal(x, 8000.0), LOG).values
    made = spectrogram(Signal(x, 8000.0), RastaSettings(of=LOG)).values
    padded = np.concatenate([np.repeat(log[:, :1], 4, axis=1), log], axis=1)
    before, wanted = np.zeros(8), []
    for t in range(4, padded.shape[1]):
        a, b, c, d = padded[:, t], padded[:, t - 1], padded[:, t - 3], padded[:, t - 4]
        before = 0.98 * before + 0.1 * (2 * a + b - c - 2 * d)
        wanted.append(before)
    np.testing.assert_allclose(made, np.array(wanted).T, rtol=0, atol=1e-9)
    louder = spectrogram(Signal(100 * x, 8000.0), RastaSettings(of=LOG)).values
    np.testing.assert_allclose(louder, made, rtol=0, atol=1e-6)  # a gain stays, and is gone


def kaldi_warp(low, high, bottom, top, warp, f):
    """mel-computations.cc, MelBanks::VtlnWarpFreq, line by line."""
    if f < bottom or f > top:
        return f
    lower, upper = low * max(1.0, warp), high * min(1.0, warp)
    scale = 1 / warp
    at_lower, at_upper = scale * lower, scale * upper
    left, right = (at_lower - bottom) / (lower - bottom), (top - at_upper) / (top - upper)
    if f < lower:
        return bottom + left * (f - bottom)
    return scale * f if f < upper else top + right * (f - top)


@pytest.mark.parametrize("warp", [0.85, 1.0, 1.12])
def test_a_warped_bank_is_kaldis(warp):
    settings = preset("kaldi.fbank").but(warp=warp)
    bands = settings.of
    made = filters_of(bands, 16_000.0).dense(257)
    mel = lambda f: 1127 * np.log(1 + f / 700)  # noqa: E731
    even = np.linspace(mel(20.0), mel(8000.0), bands.bands.n_bands + 2)
    corners = [mel(kaldi_warp(100.0, 7500.0, 20.0, 8000.0, warp, 700 * (np.exp(m / 1127) - 1))) for m in even]
    for band in range(bands.bands.n_bands):
        left, middle, right = corners[band : band + 3]
        for k in range(256):
            m = mel(k * 16_000 / 512)
            wanted = (m - left) / (middle - left) if m <= middle else (right - m) / (right - middle)
            assert made[band, k] == pytest.approx(max(0.0, wanted), abs=1e-9)
    assert ("warp" in settings.to_dict()["of"]["bands"]) == (warp != 1)


def test_whisper_takes_thirty_seconds_whatever_the_sound():
    random = np.random.default_rng(0)
    short, long = 0.1 * random.standard_normal(16_000), 0.1 * random.standard_normal(35 * 16_000)
    for x in (short, long):
        padded = np.concatenate([x, np.zeros(480_000)])[:480_000].astype("float32")
        made = whisper(Signal(x, 16_000.0))
        assert made.values.shape == (80, 3000)
        np.testing.assert_array_equal(made.values, spectrogram(Signal(padded, 16_000.0), preset("whisper.80")).values)
    later = whisper(Signal(np.stack([long, long]), 16_000.0), start=10.0, bands=128)
    assert later.values.shape == (128, 3000)
    np.testing.assert_allclose(
        later.values[:, 100:900], whisper(Signal(long[160_000:], 16_000.0), bands=128).values[:, 100:900], atol=1e-5
    )


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda: LinearPredictionSettings(of=StftSettings(window_length=8), order=8), "order is 8; it must be 1 to 7"),
        (lambda: FormantSettings(of=StftSettings(window_length=8)), "window_length is 8; 5 formants need 11"),
        (lambda: HarmonicitySettings(of=StftSettings(), low=600.0), "low is 600 Hz; it must be below high"),
        (
            lambda: spectrogram(Signal(np.zeros(900), 8000.0), HarmonicitySettings(of=StftSettings(window_length=100))),
            "three periods of 75 Hz at 8000 Hz need 320: HarmonicitySettings.for_rate",
        ),
        (lambda: feature("formants"), "feature is 'formants'; they are of a sound at 10 to 11 kHz"),
        (lambda: voice(Signal(np.zeros(100), 8000.0)), "the sound has 100 samples; a voice from 75 Hz on needs 960"),
        (lambda: whisper(Signal(np.zeros(100), 8000.0), bands=64), "bands is '64'"),
        (lambda: RastaSettings(of=StftSettings()), 'quantity is "power"; RastaSettings takes log'),
        (
            lambda: filters_of(preset("kaldi.fbank").but(warp=1.2, low=130.0).of, 16_000.0),
            "warp is 1.2 from 100 to 7500",
        ),
    ],
)
def test_what_cannot_be_is_answered(act, says):
    with pytest.raises(SettingsError, match=says):
        act()
