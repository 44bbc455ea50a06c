"""Augmentation: pure functions of a seed that do what the papers say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonograph import Signal, augment, signals, spectrogram
from sonograph.errors import SettingsError


@given(st.integers(0, 30), st.integers(0, 5), st.integers(0, 10_000))
def test_masks_are_whole_rows_or_frames_no_wider_than_asked(widest, count, seed):
    values = np.ones((2, 40, 30))
    for masked, axis in (
        (augment.mask_frequency(values, widest=widest, count=count, seed=seed, fill=-7.0), 1),
        (augment.mask_time(values, longest=widest, count=count, seed=seed, fill=-7.0), 2),
    ):
        lines = np.moveaxis(masked, axis, 0).reshape(masked.shape[axis], -1)
        gone = (lines == -7).all(axis=1)
        assert (lines[~gone] == 1).all()
        assert gone.sum() <= widest * count
    assert (values == 1).all()


def test_mask_widths_and_places_are_even():
    widths, firsts = np.zeros(6, int), np.zeros(20, int)
    for seed in range(6000):
        gone = augment.mask_time(np.ones((1, 20)), longest=5, seed=seed)[0] == 0
        widths[gone.sum()] += 1
        if gone.sum() == 1:
            firsts[gone.argmax()] += 1
    assert abs(widths / 6000 - 1 / 6).max() < 0.03
    assert abs(firsts / firsts.sum() - 1 / 20).max() < 0.025


def test_what_goes_in_as_a_spectrogram_or_a_signal_comes_out_as_one():
    sound = signals.tone(440.0, 0.2)
    made = spectrogram(sound)
    masked = augment.mask_frequency(made, widest=100, seed=1)
    assert (masked.frames, masked.quantity) == (made.frames, made.quantity)
    assert np.swapaxes(masked.values, 0, 1).flags.c_contiguous
    louder = augment.gain(sound, decibels=(6.0, 6.0), seed=0)
    assert louder.sample_rate == sound.sample_rate
    np.testing.assert_allclose(louder.samples, sound.samples * 10**0.3, rtol=1e-6)


@given(st.integers(0, 10), st.integers(0, 1000))
def test_a_shifted_sound_is_the_sound_elsewhere(most, seed):
    x = np.arange(1.0, 11.0)
    moved = augment.shift(x, most=most, seed=seed)
    wanted = [np.pad(x, (most, most))[most - by : most - by + 10] for by in range(-most, most + 1)]
    assert any(np.array_equal(moved, w) for w in wanted)


def test_both_directions_and_all_lengths_of_shift_occur():
    places = {int(np.argmax(augment.shift(np.eye(1, 9, 4)[0], most=2, seed=seed))) for seed in range(60)}
    assert places == {2, 3, 4, 5, 6}


@pytest.mark.parametrize("snr", [-5.0, 0.0, 20.0])
def test_a_mixture_has_the_ratio_asked_for(snr):
    voice = np.random.default_rng(0).standard_normal((2, 5000))
    mixed = augment.mix(voice, augment.noise(700, colour="pink", seed=1, dtype="float64"), snr=snr, seed=2)
    ratio = 10 * np.log10(np.mean(voice**2) / np.mean((mixed - voice) ** 2))
    assert ratio == pytest.approx(snr, abs=1e-9)


@pytest.mark.parametrize(("colour", "slope"), [("brown", -2), ("pink", -1), ("white", 0), ("blue", 1), ("violet", 2)])
def test_noise_has_the_slope_of_its_colour(colour, slope):
    power = np.abs(np.fft.rfft(augment.noise(1 << 16, colour=colour, seed=3, dtype="float64"))) ** 2
    octaves = [power[2**k : 2 ** (k + 1)].mean() for k in range(5, 15)]
    fitted = np.polyfit(np.arange(10), np.log2(octaves), 1)[0]
    assert fitted == pytest.approx(slope, abs=0.1)


def test_one_seed_gives_one_answer():
    assert np.array_equal(augment.noise(99, seed=5), augment.noise(99, seed=5))
    assert not np.array_equal(augment.noise(99, seed=5), augment.noise(99, seed=6))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: augment.mask_time(np.ones((2, 5)), longest=6, seed=0), "longest is 6; it must be 0 to 5"),
        (lambda: augment.mask_frequency(np.ones((2, 5)), widest=-1, seed=0), "widest is -1; it must be 0 to 2"),
        (lambda: augment.mask_time(np.ones((2, 5)), longest=1, count=-1, seed=0), "count is -1; it must be 0 or more"),
        (lambda: augment.shift(np.ones(3), most=4, seed=0), "most is 4; it must be 0 to 3"),
        (lambda: augment.shift(np.ones(3), most=1, seed=-1), "seed is -1; it must be a whole number, 0 or more"),
        (lambda: augment.gain(np.ones(3), decibels=(0.0, 1.0), seed=0.5), "seed is 0.5; it must be a whole number"),
        (lambda: augment.mask_time(np.ones((2, 5)), longest=1, seed=-1), "seed is -1; it must be a whole number"),
        (lambda: augment.mix(np.ones(3), np.ones(3), snr=3.0, seed=-1), "seed is -1; it must be a whole number"),
        (lambda: augment.gain(np.ones(3), decibels=(3.0, 1.0), seed=0), "the lower first"),
        (lambda: augment.mix(np.ones(3), np.zeros(3), snr=3.0, seed=0), "both must be above 0 to have a ratio"),
        (lambda: augment.noise(10, colour="mauve", seed=0), "colour is 'mauve'; it must be one of brown, pink"),
        (lambda: augment.gain(np.ones(3, int), decibels=(0.0, 1.0), seed=0), "they must be float32 or float64"),
        (
            lambda: augment.mix(Signal(np.ones(3), 8000.0), Signal(np.ones(3), 44_100.0), snr=3.0, seed=0),
            "44100 Hz; it must have 8000 Hz as the first: resample it",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(SettingsError, match=says):
        call()


@pytest.mark.parametrize("n", [40, 41])
def test_white_noise_is_as_strong_at_its_ends_as_elsewhere(n):
    power = np.array([np.abs(np.fft.rfft(augment.noise(n, seed=seed, dtype="float64"))) ** 2 for seed in range(3000)])
    mean = power.mean(axis=0)
    np.testing.assert_allclose(mean, mean[1:-1].mean(), rtol=0.12)
