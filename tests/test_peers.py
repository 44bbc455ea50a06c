"""The numbers of other libraries, from our settings."""

import numpy as np
import pytest
import scipy.signal
from matplotlib import mlab

from sonograph import Signal, StftSettings, level, spectrogram
from sonograph.windows import window_of

RATE = 22_050.0
SOUND = np.random.default_rng(3).standard_normal(30_000).cumsum() / 50 + np.sin(np.arange(30_000) / 5)


def close(got, want, eps=2.2e-16, factor=16):
    """Within a few roundings in relative L2 and against the peak; bins near zero have no relative error."""
    assert got.shape == want.shape
    assert np.linalg.norm(got - want) <= factor * eps * np.linalg.norm(want)
    assert np.abs(got - want).max() <= 2 * factor * eps * np.abs(want).max()


@pytest.mark.parametrize(("n", "hop", "n_fft"), [(256, 224, 256), (512, 128, 512), (400, 160, 512), (255, 100, 257)])
@pytest.mark.parametrize("window", ["hann", ("tukey", 0.25), "flattop", ("gaussian", 60.0)], ids=str)
@pytest.mark.parametrize("scaling", ["spectrum", "density"])
def test_scipy_spectrogram(n, hop, n_fft, window, scaling):
    f, t, want = scipy.signal.spectrogram(
        SOUND, RATE, window, nperseg=n, noverlap=n - hop, nfft=n_fft, detrend=False, scaling=scaling
    )
    got = spectrogram(
        Signal(SOUND, RATE),
        StftSettings(window_length=n, hop=hop, n_fft=n_fft, window=window, scaling=scaling, edges="inside"),
    )
    close(got.values, want)
    np.testing.assert_allclose(got.frequencies, f, atol=1e-9)
    np.testing.assert_allclose(got.times, t - (n % 2) * 0.5 / RATE, atol=1e-9)  # theirs: half a sample later for odd n


@pytest.mark.parametrize(("n", "hop", "n_fft"), [(512, 128, 512), (400, 100, 512), (257, 64, 300)])
@pytest.mark.parametrize(("scale_to", "scaling"), [("magnitude", "spectrum"), ("psd", "density")])
def test_short_time_fft(n, hop, n_fft, scale_to, scaling):
    settings = StftSettings(window_length=n, hop=hop, n_fft=n_fft, scaling=scaling, edges="inside")
    theirs = scipy.signal.ShortTimeFFT(
        window_of(settings), hop, RATE, mfft=n_fft, scale_to=scale_to, fft_mode="onesided2X", phase_shift=None
    )
    # their slice p is centred on sample p * hop; ours starts there
    first = -(-(n // 2) // hop)
    got = spectrogram(Signal(SOUND, RATE), settings)
    want = theirs.spectrogram(SOUND[: len(SOUND)], p0=first, p1=first + len(got.frames))
    shift = first * hop - n // 2
    shifted = spectrogram(Signal(SOUND[shift:], RATE), settings)
    count = min(len(shifted.frames), want.shape[1])
    factor = 0.5 if scaling == "spectrum" else 1.0  # theirs is the squared peak amplitude
    want = factor * want[:, :count]
    if scaling == "spectrum":  # and doubles the ends in magnitude, 4 in power, where ours keeps them
        want[0], want[-1] = want[0] * 2, want[-1] * (2 if n_fft % 2 == 0 else 1)
    close(shifted.values[:, :count], want)


@pytest.mark.parametrize(("n", "overlap"), [(256, 128), (1024, 900)])
@pytest.mark.parametrize("by_frequency", [True, False])
def test_matplotlib_specgram(n, overlap, by_frequency):
    want, f, t = mlab.specgram(SOUND, NFFT=n, Fs=RATE, noverlap=overlap, scale_by_freq=by_frequency)
    got = spectrogram(
        Signal(SOUND, RATE),
        StftSettings(
            window_length=n,
            hop=n - overlap,
            periodic=False,
            edges="inside",
            scaling="density" if by_frequency else "spectrum",
        ),
    )
    close(got.values, want)
    np.testing.assert_allclose(got.times, t, atol=1e-9)
    np.testing.assert_allclose(got.frequencies, f, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("n_fft", "hop"), [(2048, 512), (1024, 256), (512, 160), (400, 160)])
@pytest.mark.parametrize(("mode", "edges"), [("constant", "zeros"), ("reflect", "reflect"), (None, "inside")])
def test_librosa_stft(n_fft, hop, mode, edges, dtype):
    librosa = pytest.importorskip("librosa")
    x = SOUND.astype(dtype)
    kwargs = {"center": False} if mode is None else {"pad_mode": mode}
    want = librosa.stft(x, n_fft=n_fft, hop_length=hop, **kwargs)
    settings = StftSettings(window_length=n_fft, hop=hop, edges=edges, scaling="raw", quantity="transform")
    got = spectrogram(Signal(x, RATE), settings)
    assert got.values.dtype == want.dtype
    close(got.values, want, np.finfo(dtype).eps)


def test_librosa_amplitude_to_db():
    librosa = pytest.importorskip("librosa")
    want = librosa.amplitude_to_db(np.abs(librosa.stft(SOUND)), ref=np.max)
    settings = StftSettings(scaling="raw")
    got = level(spectrogram(Signal(SOUND, RATE), settings), reference="max", floor=-80)
    np.testing.assert_allclose(got.values, want, atol=1e-7)
    assert got.values.shape == (1025, 59)


@pytest.mark.parametrize(
    ("reads", "settings"),
    [
        (54.19, StftSettings(scaling="raw", edges="inside")),
        (-3.01, StftSettings(edges="inside")),
        (-18.47, StftSettings(scaling="density", edges="inside")),
        (-26.16, StftSettings(window_length=256, window=("tukey", 0.25), scaling="density", edges="inside")),
        (-27.52, StftSettings(window_length=256, periodic=False, scaling="density", edges="inside")),
    ],
)
def test_a_full_scale_sine_reads_what_other_tools_print(reads, settings):
    sine = np.sin(2 * np.pi * 3000 * np.arange(48_000) / 48_000)
    decibels = level(spectrogram(Signal(sine, 48_000.0), settings), reference=1.0)
    assert decibels.values.max() == pytest.approx(reads, abs=0.006)
