"""One spectrum of a whole sound, against SciPy and tones."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st

from sonograph import Signal, StftSettings, signals
from sonograph.analysis.spectrum import fourier, welch
from sonograph.errors import SettingsError


def noise(n=20_000, channels=1):
    x = np.random.default_rng(0).standard_normal((channels, n))
    return Signal(x[0] if channels == 1 else x, 8000.0)


@pytest.mark.parametrize("n", [512, 333])
@pytest.mark.parametrize("average", ["mean", "median"])
@pytest.mark.parametrize("scaling", ["density", "spectrum"])
def test_welch_is_scipys(scaling, average, n):
    hop = n // 4
    f, want = scipy.signal.welch(
        noise().samples, 8000.0, window="hann", nperseg=n, noverlap=n - hop, average=average, scaling=scaling
    )
    settings = StftSettings(window_length=n, hop=hop, edges="inside", scaling=scaling, remove_dc=True)
    got = welch(noise(), settings, average=average)
    np.testing.assert_allclose(got.values, want, rtol=0, atol=1e-13 * want.max())
    np.testing.assert_allclose(got.frequencies, f, rtol=1e-12)


def test_a_percentile_is_that_of_the_frames():
    settings = StftSettings(window_length=256, edges="inside")
    from sonograph import spectrogram

    want = np.percentile(spectrogram(noise(), settings).values, 90, axis=1)
    np.testing.assert_allclose(welch(noise(), settings, average=90).values, want, rtol=1e-12)


def test_the_mean_of_a_long_sound_of_several_channels_is_taken_in_pieces(monkeypatch):
    settings = StftSettings(window_length=256, edges="inside")
    whole = welch(noise(channels=2), settings)
    monkeypatch.setattr("sonograph.analysis.spectrum.AT_ONCE", 3000)
    np.testing.assert_allclose(welch(noise(channels=2), settings).values, whole.values, rtol=1e-12)
    assert whole.values.shape == (2, 129)


@pytest.mark.parametrize("average", ["mean", "median", 50])
def test_frames_with_missing_samples_are_left_out(average):
    settings = StftSettings(window_length=256, hop=256, edges="inside")
    x = noise(2560).samples.copy()
    x[1000] = np.nan
    without = np.delete(x, range(768, 1024))
    got = welch(Signal(x, 8000.0), settings, average=average)
    np.testing.assert_allclose(got.values, welch(Signal(without, 8000.0), settings, average=average).values)
    nothing = welch(Signal(np.full(1000, np.nan), 8000.0), settings, average=average)
    assert np.isnan(nothing.values).all()


@pytest.mark.parametrize("n", [4000, 4001])
@pytest.mark.parametrize("scaling", ["density", "spectrum"])
def test_the_spectrum_of_a_whole_sound_is_scipys_periodogram(n, scaling):
    x = noise(n)
    f, want = scipy.signal.periodogram(x.samples, 8000.0, window="hann", detrend=False, scaling=scaling)
    got = fourier(x, window="hann", scaling=scaling)
    np.testing.assert_allclose(got.values, want, rtol=0, atol=1e-13 * want.max())
    np.testing.assert_allclose(got.frequencies, f, rtol=1e-12)


def test_a_density_adds_up_to_the_mean_square():
    got = fourier(noise(5001), scaling="density")
    assert got.values.sum() * 8000 / 5001 == pytest.approx(np.mean(noise(5001).samples ** 2), rel=1e-12)


def test_a_tone_reads_its_mean_square_and_says_its_unit():
    sound = Signal(2 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000), 8000.0, "V")
    got = fourier(sound)
    assert got.values[1000] == pytest.approx(2, rel=1e-12)
    assert got.label == "Power (V²)"
    assert repr(got) == "<Spectrum: 4001 bins to 4000 Hz, Power (V²)>"
    assert welch(sound).label == "Power spectral density (V²/Hz)"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: welch(noise(), average="most"), "average is 'most'; it must be mean, median or a percentile"),
        (lambda: welch(noise(), average=101), "average is 101; it must be mean, median or a percentile"),
        (lambda: welch(noise(), StftSettings(quantity="transform")), 'StftSettings of quantity "power"'),
        (lambda: welch(noise(100)), "100 samples, fewer than window_length 2048"),
        (lambda: fourier(noise(0)), "the sound has 0 samples; a spectrum needs one or more"),
        (lambda: fourier(noise(), scaling="loud"), "scaling is 'loud'; it must be one of spectrum, density, raw"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(SettingsError, match=says):
        call()


def test_levels_refer_to_what_belongs_to_the_unit():
    tone = signals.tone(1000.0, 1.0, amplitude=1.0, sample_rate=8000.0)
    whole = fourier(tone)
    assert whole.levels.max() == pytest.approx(0, abs=1e-9)
    assert whole.level_label == "Level (dBFS)"
    sea = Signal(tone.samples * 1e6, 8000.0, "µPa")
    density = welch(sea, StftSettings(window_length=1000, window="boxcar", edges="inside", scaling="density"))
    assert density.levels.max() == pytest.approx(120 - 3.0103 - 10 * np.log10(8), abs=1e-3)
    assert density.level_label == "Spectral density level (dB re 1 µPa²/Hz)"
    assert (fourier(Signal(np.zeros(100), 8000.0)).levels == -370).all()


@given(
    st.integers(300, 5000),
    st.integers(16, 300),
    st.sampled_from(["hann", "boxcar", "flattop"]),
    st.sampled_from(["zeros", "padded", "inside"]),
    st.sampled_from(["mean", 50]),
)
def test_welch_sees_only_frames_within_the_sound_wherever_frames_lie(n_samples, window_length, window, edges, average):
    """What changes its sign with every sample has a mean square of 1 in each frame that sees no made-up zero."""
    alternating = Signal((-1.0) ** np.arange(n_samples), 8000.0)
    settings = StftSettings(
        window_length=window_length, hop=max(1, window_length // 3), window=window, edges=edges, scaling="density"
    )
    averaged = welch(alternating, settings, average=average).values
    assert averaged.sum() * 8000 / settings.n_fft == pytest.approx(1.0, rel=1e-9)


def test_a_second_of_a_tone_reads_its_level_whatever_the_window():
    for window_length in (1024, 4096, 15_000):
        tone = signals.tone(1000.0, 1.0, sample_rate=16_000.0, amplitude=1.0)
        spectrum = welch(tone, StftSettings(window_length=window_length, window="flattop"))
        assert 10 * np.log10(spectrum.values.max() / 0.5) == pytest.approx(0.0, abs=0.01)
