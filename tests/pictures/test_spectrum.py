import numpy as np
import pytest
import scipy.signal

from sonograph import LevelSettings, Signal, StftSettings, draw, signals, spectrogram
from sonograph.pixels import distribution as module
from sonograph.pixels.distribution import spectrum

SETTINGS = StftSettings(window_length=256, edges="inside")


def of(sound, settings=SETTINGS, samples=None):
    return spectrum(sound, settings, range(sound.n_samples) if samples is None else samples)


def test_the_mean_is_of_power_and_the_percentiles_are_of_frames():
    sound = Signal(np.random.default_rng(0).standard_normal((2, 40_000)), 8000.0)
    power = spectrogram(sound, SETTINGS).values
    got = of(sound)
    np.testing.assert_allclose(got.mean, 10 * np.log10(power.mean(axis=-1) / 0.5), atol=1e-9)
    want = np.percentile(10 * np.log10(power / 0.5), (5, 50, 95), axis=-1, method="inverted_cdf")
    np.testing.assert_allclose(got.percentiles, np.swapaxes(want, 0, 1), atol=0.06)
    assert (got.label, got.n_frames) == ("Level (dBFS)", power.shape[-1])


def test_white_noise_reads_its_density():
    sound = signals.white_noise(20.0, density=1e-6, sample_rate=8000.0)
    got = of(sound, StftSettings(window_length=256, edges="inside", scaling="density"))
    assert got.mean[0, 2:-2] == pytest.approx(-60, abs=0.5)
    assert got.label == "Spectral density level (dB re 1 FS²/Hz)"


def test_a_long_sound_in_pieces_has_the_same_spectrum(monkeypatch):
    sound = Signal(np.random.default_rng(0).standard_normal(40_000), 8000.0)
    want = of(sound)
    monkeypatch.setattr(module, "SAMPLES_AT_ONCE", 3000)
    got = of(sound)
    np.testing.assert_allclose(got.mean, want.mean, atol=1e-9)
    np.testing.assert_array_equal(got.percentiles, want.percentiles)


def test_a_part_has_its_own_spectrum():
    rng = np.random.default_rng(0)
    sound = Signal(np.concatenate([rng.standard_normal(8000), 0.01 * rng.standard_normal(8000)]), 8000.0)
    loud, soft = of(sound, samples=range(7000)), of(sound, samples=range(9000, 16_000))
    assert (loud.mean - soft.mean)[0, 5:-5] == pytest.approx(40, abs=3)


def test_missing_frames_are_left_out_and_counted():
    sound = Signal(np.random.default_rng(0).standard_normal(40_000), 8000.0)
    sound.samples[10_000:10_100] = np.nan
    got = of(sound)
    power = spectrogram(sound, SETTINGS).values
    assert got.missing == np.isnan(power[0]).sum() > 0
    np.testing.assert_allclose(got.mean[0], 10 * np.log10(np.nanmean(power, axis=-1) / 0.5), atol=1e-9)


def test_silence_reads_the_floor():
    got = of(Signal(np.zeros(4000), 8000.0), LevelSettings(of=SETTINGS, floor=-150.0))
    assert (got.mean == -150).all()
    assert (got.percentiles == -150).all()


def test_the_picture_says_what_its_lines_are():
    figure = draw(signals.white_noise(1.0, rms=0.1), view="spectrum", axis="log", title="Noise")
    axes = figure.axes[0]
    assert axes.get_xlabel() == "Frequency (Hz)"
    assert axes.get_ylabel() == "Level (dBFS)"
    assert any("5 to 95 % of them" in text.get_text() for text in figure.texts)


def test_a_spectrogram_has_the_spectrum_of_its_sound():
    sound = signals.white_noise(2.0, rms=0.1, sample_rate=8000.0)
    settings = StftSettings(window_length=256)
    drawn = [
        draw(what, given, view="spectrum").axes[0]
        for what, given in ((sound, settings), (spectrogram(sound, settings), None))
    ]
    (low, mean), (low_too, mean_too) = ([line.get_ydata() for line in axes.lines] for axes in drawn)
    np.testing.assert_allclose(mean_too, mean, rtol=1e-6)
    np.testing.assert_allclose(low_too, low, atol=0.2)  # those of the sound are counted in steps of 0.1 dB


def test_it_is_the_spectrum_of_scipy_also_where_the_sound_begins_and_ends_at_once():
    # frames over the ends would see a jump from 0 to gravity, far above the noise
    rng = np.random.default_rng(2)
    sound = Signal(9.81 + 1e-3 * rng.standard_normal(3000), 50.0, "m/s²")
    got = of(sound, StftSettings(window_length=256, scaling="density"))
    frequencies, want = scipy.signal.welch(sound.samples, 50.0, nperseg=256, noverlap=192, detrend=False)
    np.testing.assert_allclose(got.mean[0, 3:], 10 * np.log10(want[3:]), atol=1e-6)
    np.testing.assert_allclose(got.frequencies, frequencies)


def test_a_sound_shorter_than_a_frame_has_the_frames_that_it_has():
    sound = signals.tone(1000.0, 0.02, sample_rate=8000.0)
    assert of(sound, StftSettings(window_length=256)).n_frames == 3


def test_what_one_channel_misses_the_other_keeps():
    rng = np.random.default_rng(3)
    samples = rng.standard_normal((2, 40_000))
    samples[1, :20_000] *= 100
    samples[0, :20_000] = np.nan
    got = of(Signal(samples, 8000.0))
    for channel in range(2):
        alone = of(Signal(samples[channel], 8000.0))
        np.testing.assert_allclose(got.mean[channel], alone.mean[0], atol=1e-9)
        np.testing.assert_array_equal(got.percentiles[channel], alone.percentiles[0])


def test_more_rows_than_can_be_counted_at_once_are_counted_in_turns(monkeypatch):
    sound = Signal(np.random.default_rng(0).standard_normal((2, 20_000)), 8000.0)
    want = of(sound)
    monkeypatch.setattr(module, "COUNTERS", 2 * module.STEPS * 50)
    got = of(sound)
    np.testing.assert_array_equal(got.mean, want.mean)
    np.testing.assert_array_equal(got.percentiles, want.percentiles)
