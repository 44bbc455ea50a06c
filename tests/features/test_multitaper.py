"""The multitaper spectrogram: DSP.jl's tapers, and what a mean of spectra must be."""

import numpy as np
import pytest

from sonograph import LevelSettings, Signal, StftSettings, level, spectrogram
from sonograph.errors import SettingsError
from sonograph.features.multitaper import tapers
from sonograph.settings import MultitaperSettings

FRAMES = StftSettings(window_length=256, hop=64, edges="inside")


def made(x, of=FRAMES, **settings):
    return spectrogram(Signal(x, 8000.0), MultitaperSettings(of=of, **settings))


def noise(n=200_000):
    return np.random.default_rng(0).standard_normal(n)


def test_the_tapers_are_those_of_dsp_jl(recordings):
    theirs = np.loadtxt(recordings / "dspjl_mit" / "dpss128,4.txt").T
    ours = tapers(128, 4.0, len(theirs))
    signs = np.sign(np.sum(ours * theirs, axis=1))
    np.testing.assert_allclose(ours * signs[:, None], theirs, rtol=0, atol=1e-9)


@pytest.mark.parametrize("scaling", ["raw", "density"])
def test_it_is_the_mean_of_the_spectra_through_each_taper(scaling):
    x = noise(2000)
    of = StftSettings(window_length=256, hop=64, n_fft=300, edges="inside", scaling=scaling)
    windows = tapers(256, 3.0, 5)
    frames = np.lib.stride_tricks.sliding_window_view(x, 256)[::64]
    raw = np.mean([np.abs(np.fft.rfft(frames * w, 300)) ** 2 for w in windows], axis=0).T
    if scaling == "density":
        raw[1:-1] *= 2
        raw /= 8000
    got = made(x, of=of, bandwidth=3.0).values
    np.testing.assert_allclose(got, raw, rtol=0, atol=1e-12 * raw.max())


def test_a_tone_on_a_bin_reads_its_mean_square_and_noise_its_density():
    t = np.arange(20_000) / 8000
    tone = made(0.5 * np.sin(2 * np.pi * 1000 * t))
    np.testing.assert_allclose(tone.values[32], 0.125, rtol=3e-4)
    assert tone.frequencies[32] == 1000
    density = made(noise(), of=StftSettings(window_length=256, hop=256, edges="inside", scaling="density"))
    np.testing.assert_allclose(density.values[4:-4].mean(), 2 / 8000, rtol=0.01)


def test_it_scatters_less_than_one_window():
    of = StftSettings(window_length=256, hop=256, edges="inside", scaling="density")
    one, many = spectrogram(Signal(noise(), 8000.0), of).values, made(noise(), of=of).values
    scatter = [np.std(v[8:-8]) / np.mean(v[8:-8]) for v in (one, many)]
    assert scatter[0] == pytest.approx(1, rel=0.05)
    assert scatter[1] == pytest.approx(1 / np.sqrt(7), rel=0.05)


def test_its_level_is_that_of_any_power():
    settings = MultitaperSettings(of=FRAMES)
    sound = Signal(noise(4000), 8000.0)
    got, want = spectrogram(sound, LevelSettings(of=settings)), level(spectrogram(sound, settings))
    np.testing.assert_allclose(got.values, want.values, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"bandwidth": 200.0}, "bandwidth is 200; with window_length 256 it must be below 128"),
        ({"bandwidth": 2.0, "tapers": 5}, "tapers is 5; it must be 1 to 4"),
        ({"of": StftSettings(quantity="transform")}, 'quantity is "transform"; MultitaperSettings average power'),
    ],
)
def test_what_cannot_be_is_refused(settings, says):
    with pytest.raises(SettingsError, match=says):
        MultitaperSettings(**({"of": FRAMES} | settings))
