"""Sound back from spectrograms: what went in comes out."""

from datetime import UTC, datetime

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st

from sonograph import BandSettings, Signal, StftSettings, level, power, spectrogram
from sonograph.errors import SettingsError
from sonograph.inverse import box, griffin_lim, istft
from sonograph.settings import EDGES, SCALINGS, Band, ChromaBank

BOUND = {"float32": 1e-5, "float64": 1e-12}


def noise(n_samples, channels=1, dtype="float64", seed=0):
    samples = np.random.default_rng(seed).standard_normal((channels, n_samples)).astype(dtype)
    return Signal(samples[0] if channels == 1 else samples, 8000.0)


def transform(**settings):
    return StftSettings(quantity="transform", **settings)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("edges", EDGES)
@given(
    st.sampled_from([(512, 128, 512), (500, 150, 777), (333, 111, 333)]),
    st.sampled_from(["hann", "boxcar", "povey", "flattop", ("gaussian", 100.0), ("tukey", 0.5)]),
)
def test_a_sound_comes_back_from_its_transform(edges, scaling, dtype, lengths, window):
    n, hop, n_fft = lengths
    sound = noise(3000, dtype=dtype)
    settings = transform(window_length=n, hop=hop, n_fft=n_fft, window=window, edges=edges, scaling=scaling)
    back = istft(spectrogram(sound, settings)).samples[:3000]
    off = np.abs(back - sound.samples[: len(back)])
    assert back.dtype == dtype
    assert len(back) > 3000 - n
    assert np.nanmax(off) <= BOUND[dtype] * np.abs(sound.samples).max()
    if edges in ("zeros", "reflect", "scipy"):
        assert not np.isnan(back).any()


def test_channels_unit_rate_and_length_come_back():
    sound = Signal(noise(1000, 2).samples, 8000.0, "Pa")
    back = istft(spectrogram(sound, transform(window_length=64)), n_samples=1000)
    assert (back.samples.shape, back.unit, back.sample_rate) == ((2, 1000), "Pa", 8000.0)
    np.testing.assert_allclose(back.samples, sound.samples, rtol=0, atol=1e-12)


def test_scipy_hears_the_same_in_a_changed_transform():
    settings = transform(window_length=256, hop=64, edges="zeros", scaling="raw")
    made = spectrogram(noise(64 * 60), settings)
    made.values[20:40] = 0
    scipys = made.values / 128  # the sum of the window
    _, want = scipy.signal.istft(scipys, window="hann", nperseg=256, noverlap=192, boundary=True)
    got = istft(made, n_samples=64 * 60).samples
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


def test_a_part_of_the_frames_gives_the_part_of_the_sound_that_they_see():
    sound = noise(2000)
    settings = transform(window_length=128, hop=32, edges="inside", window="hamming")
    part = istft(spectrogram(sound, settings, frames=range(10, 20)))
    np.testing.assert_allclose(part.samples, sound.samples[320 : 320 + 9 * 32 + 128], rtol=0, atol=1e-12)


def test_what_no_frame_saw_is_missing_and_what_others_saw_is_not():
    sound = noise(4000)
    x = sound.samples.copy()
    x[2000] = np.nan
    back = istft(spectrogram(Signal(x, 8000.0), transform(window_length=256, hop=64, window="hamming"))).samples
    assert np.isnan(back[2000])
    missing = np.isnan(back)
    assert missing.sum() <= 2 * 64
    np.testing.assert_allclose(back[~missing], sound.samples[: len(back)][~missing], rtol=0, atol=1e-12)


def test_windows_that_leave_samples_out_are_refused():
    made = spectrogram(noise(1000), transform(window_length=64, hop=64))
    with pytest.raises(SettingsError, match=r'hop is 64; with window "hann" of 64 samples it must be smaller'):
        istft(made)


def test_what_cannot_be_undone_is_refused():
    sound = noise(1000)
    with pytest.raises(SettingsError, match=r"is a power; istft needs phases.*griffin_lim"):
        istft(spectrogram(sound, StftSettings(window_length=64)))
    with pytest.raises(SettingsError, match="is a transform; griffin_lim needs a power or a magnitude"):
        griffin_lim(spectrogram(sound, transform(window_length=64)))
    with pytest.raises(SettingsError, match="remove_dc is True"):
        istft(spectrogram(sound, transform(window_length=64, remove_dc=True)))
    bands = BandSettings(
        of=StftSettings(window_length=64), bands=(Band(first=0, weights=(1.0,), centre=1, low=0, high=2),)
    )
    with pytest.raises(SettingsError, match="of kind bands; a sound comes back from a transform's bins"):
        griffin_lim(spectrogram(sound, bands))
    with pytest.raises(SettingsError, match="n_samples is 5000; these frames see 0 to"):
        istft(spectrogram(sound, transform(window_length=64)), n_samples=5000)


def likeness(sound, wanted):
    """How far the magnitude of a sound is from the one wanted, relative to it."""
    settings = wanted.settings
    got = spectrogram(sound, settings).values[:, : wanted.values.shape[1]]
    return np.linalg.norm(got - wanted.values[:, : got.shape[1]]) / np.linalg.norm(wanted.values)


def tones():
    t = np.arange(16_000) / 8000
    return Signal(np.sin(2 * np.pi * 440 * t * (1 + 0.02 * t)) + 0.5 * np.sin(2 * np.pi * 1330 * t), 8000.0)


def test_griffin_lim_comes_as_near_as_librosa_does():
    librosa = pytest.importorskip("librosa")
    wanted = spectrogram(tones(), StftSettings(window_length=512, hop=128, quantity="magnitude", scaling="raw"))
    theirs = librosa.griffinlim(wanted.values, n_iter=32, hop_length=128, random_state=0)
    ours = griffin_lim(wanted)
    assert likeness(ours, wanted) < max(0.1, 1.3 * likeness(Signal(theirs, 8000.0), wanted))


def test_more_rounds_come_nearer_and_one_seed_gives_one_sound():
    wanted = spectrogram(tones(), StftSettings(window_length=512, hop=128, quantity="magnitude"))
    few, many = griffin_lim(wanted, iterations=2), griffin_lim(wanted, iterations=40)
    assert likeness(many, wanted) < 0.5 * likeness(few, wanted)
    np.testing.assert_array_equal(few.samples, griffin_lim(wanted, iterations=2).samples)
    assert not np.array_equal(few.samples, griffin_lim(wanted, iterations=2, seed=1).samples)


@pytest.mark.parametrize("edges", EDGES)
def test_griffin_lim_keeps_the_loudness_whatever_the_edges_and_the_precision(edges):
    sound = Signal(tones().samples.astype("float32"), 8000.0)
    made = spectrogram(sound, StftSettings(window_length=400, hop=100, n_fft=512, edges=edges))
    back = griffin_lim(made, iterations=10)
    assert back.samples.dtype == np.float32
    middle = slice(2000, 14_000)
    assert np.std(back.samples[middle]) == pytest.approx(np.std(sound.samples[middle]), rel=0.1)


def test_bad_rounds_are_refused():
    made = spectrogram(noise(1000), StftSettings(window_length=64))
    with pytest.raises(SettingsError, match="seed is -1; it must be a whole number, 0 or more"):
        griffin_lim(made, seed=-1)
    with pytest.raises(SettingsError, match="iterations is 0; it must be 1 or more"):
        griffin_lim(made, iterations=0)
    with pytest.raises(SettingsError, match="momentum is 1; it must be 0 to below 1"):
        griffin_lim(made, momentum=1)


def test_silence_comes_back_as_silence():
    made = spectrogram(Signal(np.zeros(1000), 8000.0), StftSettings(window_length=64))
    np.testing.assert_array_equal(griffin_lim(made, iterations=2).samples, 0)


def test_a_box_keeps_the_tone_in_it_and_nothing_else():
    t = np.arange(16_000) / 8000
    low, high = np.sin(2 * np.pi * 400 * t), np.sin(2 * np.pi * 2000 * t)
    made = spectrogram(Signal(low + high, 8000.0), transform(window_length=512, hop=128))
    back = istft(box(made, seconds=(0.5, 1.5), hertz=(1500.0, 2500.0)), n_samples=16_000).samples
    np.testing.assert_allclose(back[5000:11_000], high[5000:11_000], rtol=0, atol=1e-3)
    assert np.abs(back[:3500]).max() == np.abs(back[12_600:]).max() == 0


def test_a_box_that_ends_before_it_begins_is_refused():
    made = spectrogram(noise(1000), StftSettings(window_length=64))
    with pytest.raises(SettingsError, match="hertz is 500 to 100; it must begin before it ends"):
        box(made, hertz=(500.0, 100.0))
    with pytest.raises(SettingsError, match="is a level; a box is cut out of a transform or its power"):
        box(level(power(made)), hertz=(100.0, 500.0))


@pytest.mark.parametrize("edges", ["zeros", "inside"])
def test_a_sound_that_comes_back_keeps_its_time(edges):
    begun = datetime(2026, 5, 1, 4, 30, tzinfo=UTC)
    sound = Signal(noise(8000).samples, 8000.0, start=begun)
    made = spectrogram(sound, transform(window_length=512, hop=128, edges=edges))
    back = istft(made)
    assert back.start == begun
    np.testing.assert_allclose(back.samples[1000:7000], sound.samples[1000:7000], atol=1e-10)
    part = istft(made.select(frames=range(20, 40)))
    later = round((part.start - begun).total_seconds() * 8000)
    np.testing.assert_allclose(part.samples[600:1500], sound.samples[later + 600 : later + 1500], atol=1e-10)


def test_pitch_classes_can_be_cut_in_time():
    sound = noise(9000)
    classes = spectrogram(sound, BandSettings(of=StftSettings(window_length=2048), bands=ChromaBank()))
    cut = box(classes, seconds=(0.5, 2.0))
    assert not cut.values[:, classes.times < 0.5].any()
    np.testing.assert_array_equal(cut.values[:, classes.times >= 0.5], classes.values[:, classes.times >= 0.5])
