"""The transform squeezed in frequency: its definition in loops, the sound that its rows add up to, chirps and tones."""

import numpy as np
import pytest

from sonograph import LevelSettings, Signal, StftSettings, describe, level, spectrogram
from sonograph.errors import SettingsError
from sonograph.settings import SqueezedSettings
from sonograph.windows import window_of
from tests import naive
from tests.thorough import ALL

RATE = 8000.0


def squeezed(**frames):
    return SqueezedSettings(of=StftSettings(**{"edges": "inside", "window_length": 256, "hop": 64} | frames))


def raw(**frames):
    return squeezed(**{"scaling": "raw", "quantity": "transform"} | frames)


def noise(n=3000, dtype="float64"):
    return Signal(np.random.default_rng(0).standard_normal(n).astype(dtype), RATE)


def chirp(n=40_000):
    """500 Hz, rising by 200 Hz a second."""
    t = np.arange(n) / RATE
    return Signal(np.cos(2 * np.pi * (500 * t + 100 * t**2)), RATE)


@pytest.mark.parametrize(
    ("n", "n_fft", "window"), [(32, 32, "hann"), (24, 37, "hamming"), (33, 40, ("gaussian", 5.0)), (31, 31, "blackman")]
)
def test_it_is_its_definition_in_loops(n, n_fft, window):
    x, settings = noise(300), raw(window_length=n, n_fft=n_fft, hop=11, window=window)
    got = spectrogram(x, settings).values
    want = naive.squeezed_transform(x.samples.tolist(), window_of(settings.of).tolist(), 11, n_fft)
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("n", "n_fft", "window"), [(512, 512, "hann"), (200, 256, "hamming"), (301, 301, "blackman")])
def test_the_rows_add_up_to_the_sound(n, n_fft, window, dtype):
    """Real parts, to the sample in the middle of each frame; and of a real sound above 0 Hz to its analytic signal."""
    x, settings = noise(dtype=dtype), raw(window_length=n, n_fft=n_fft, hop=37, window=window)
    got = spectrogram(x, settings)
    middles = np.array(got.frames) * 37 + n // 2
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(got.values.sum(axis=0).real, x.samples[middles], rtol=0, atol=20 * eps)


def test_the_rows_of_a_chirp_add_up_to_its_analytic_signal():
    got = spectrogram(chirp(), raw())
    t = (np.array(got.frames) * 64 + 128) / RATE
    np.testing.assert_allclose(got.values.sum(axis=0), np.exp(2j * np.pi * (500 * t + 100 * t**2)), rtol=0, atol=1e-5)


def test_the_rows_around_one_of_two_tones_add_up_to_it_alone():
    t = np.arange(8000) / RATE
    low, high = np.cos(2 * np.pi * 700.3 * t + 0.3), 0.4 * np.cos(2 * np.pi * 1500.7 * t)
    got = spectrogram(Signal(low + high, RATE), raw(hop=1))
    near = np.abs(got.frequencies - 700.3) < 200
    middles = np.array(got.frames) + 128
    np.testing.assert_allclose(got.values[near].sum(axis=0).real, low[middles], rtol=0, atol=1e-4)


def test_the_ridge_of_a_chirp_lies_at_its_frequency_within_a_bin_and_holds_its_power():
    sharp, plain = spectrogram(chirp(), squeezed()), spectrogram(chirp(), squeezed().of)
    wanted = (500 + 200 * sharp.times) / (RATE / 256)
    assert np.abs(sharp.values.argmax(axis=0) - wanted).max() < 0.6
    nearest = np.rint(wanted).astype(int)[None]
    share = [np.take_along_axis(one.values, nearest, 0).sum() / one.values.sum() for one in (sharp, plain)]
    assert share[0] > 0.97 and share[1] < 0.65
    assert np.median(sharp.values.max(axis=0)) == pytest.approx(0.5, rel=1e-3)  # a cosine's mean square


@pytest.mark.parametrize("scaling", ["spectrum", "raw"])
@pytest.mark.parametrize("quantity", ["power", "magnitude", "transform"])
@pytest.mark.parametrize("hertz", [1000.0, 1010.0, 0.0, 4000.0])
def test_a_tone_reads_what_the_scaling_says_in_one_row_wherever_it_lies(scaling, quantity, hertz):
    """Between bins too, where the plain spectrogram reads less; an offset and half the sample rate have no mirror."""
    x = Signal(0.6 * np.cos(2 * np.pi * hertz * np.arange(4000) / RATE), RATE)
    got = spectrogram(x, squeezed(scaling=scaling, quantity=quantity)).values
    row = round(hertz / RATE * 256)
    power = 0.36 if scaling == "raw" or hertz in (0.0, 4000.0) else 0.18
    want = power if quantity == "power" else np.sqrt(power)
    np.testing.assert_allclose(np.abs(got[row]), want, rtol=5e-4)
    assert np.abs(np.delete(got, row, axis=0)).max() < 1e-3 * want


def test_a_full_scale_sine_between_bins_reads_0_dbfs():
    x = Signal(np.sin(2 * np.pi * 1012.5 * np.arange(4000) / RATE + 0.1), RATE)  # at 32.4 bins
    made = spectrogram(x, LevelSettings(of=squeezed()))
    assert made.label == describe(LevelSettings(of=squeezed()), RATE).label == "Level (dBFS)"
    np.testing.assert_allclose(made.values[32], 0, atol=0.01)
    assert (spectrogram(x, LevelSettings(of=squeezed().of)).values[32] < -0.8).all()
    np.testing.assert_allclose(made.values, level(spectrogram(x, squeezed())).values, atol=1e-9)
    assert (made.rows, made.frequencies[1]) == ("bin", RATE / 256)


def test_a_frame_with_a_missing_sample_is_missing_and_no_other():
    x = noise()
    clean = spectrogram(x, squeezed(hop=100)).values
    for bad in (np.nan, np.inf):
        samples = x.samples.copy()
        samples[700] = bad
        got = spectrogram(Signal(samples, RATE), squeezed(hop=100)).values
        gone = np.isnan(got)
        assert (
            gone.all(axis=0).tolist()
            == gone.any(axis=0).tolist()
            == [100 * i <= 700 < 100 * i + 256 for i in range(28)]
        )
        np.testing.assert_array_equal(got[~gone], clean[~gone])


def test_silence_is_silent():
    assert not spectrogram(Signal(np.zeros(2000), RATE), squeezed()).values.any()


@pytest.mark.skipif(not ALL, reason="ssqueezepy compiles itself for a minute: SONOGRAPH_ALL=1")
@pytest.mark.parametrize(("sound", "far"), [(noise, 0.08), (chirp, 0.01)])
def test_it_is_that_of_ssqueezepy(sound, far):
    """Up to a factor; it takes the window's slope by a transform, and not from its neighbours."""
    ssqueezepy = pytest.importorskip("ssqueezepy")
    x, settings = sound(3000), raw(hop=1, edges="zeros")
    how = {"n_fft": 256, "hop_len": 1, "fs": RATE, "padtype": "zero", "dtype": "float64", "astensor": False}
    theirs = ssqueezepy.ssq_stft(x.samples, window_of(settings.of), **how)[0][:, 200:2800]
    ours = spectrogram(x, settings).values[:, 200:2800]
    factor = np.vdot(theirs, ours) / np.vdot(theirs, theirs)
    assert abs(np.angle(factor)) < 1e-3
    assert np.linalg.norm(ours - factor * theirs) < far * np.linalg.norm(ours)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"scaling": "density"}, "what is squeezed has no bandwidth to divide by"),
        ({"remove_dc": True}, "remove_dc is True; SqueezedSettings add up to samples as they are"),
        ({"preemphasis": 0.97}, r"preemphasis is 0\.97; SqueezedSettings measures samples as they are"),
        ({"sides": "two"}, 'sides is "two", of complex samples .* SqueezedSettings is made for real ones'),
    ],
)
def test_what_cannot_be_squeezed_is_refused(given, words):
    with pytest.raises(SettingsError, match=words):
        squeezed(**given)
