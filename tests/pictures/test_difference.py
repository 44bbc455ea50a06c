import numpy as np
import pytest

from sonograph import SettingsError, Signal, StftSettings, draw, preset, signals

SETTINGS = StftSettings(window_length=256)
NOISE = signals.white_noise(1.0, rms=0.1, sample_rate=8000.0)


def levels(*sounds, **changes):
    figure = draw(list(sounds), SETTINGS, view="difference", **changes)
    return figure, figure.axes[0].images[0].get_array()


def test_a_sound_less_itself_is_nothing():
    _, shown = levels(NOISE, NOISE)
    assert (shown == 0).all()


def test_half_the_amplitude_is_6_db_less():
    soft = Signal(NOISE.samples / 2, 8000.0)
    figure, shown = levels(soft, NOISE, below=200)
    np.testing.assert_allclose(shown, -6.02, atol=0.01)
    assert figure.axes[1].get_ylabel() == "Level difference (dB)"
    assert figure.axes[0].images[0].get_clim() == pytest.approx((-6.02, 6.02), abs=0.01)
    assert figure.axes[0].images[0].get_cmap().name == "RdBu_r"


def test_the_difference_of_two_silences_is_nothing():
    quiet = [signals.tone(1000.0, 1.0, amplitude=1.0, sample_rate=8000.0) for _ in range(2)]
    other = Signal(quiet[1].samples + 1e-7 * np.random.default_rng(0).standard_normal(8000), 8000.0)
    _, shown = levels(quiet[0], other)
    assert np.abs(shown[-40:]).max() < 0.5


def test_the_longer_sound_is_cut():
    longer = Signal(np.concatenate([NOISE.samples, np.ones(4000)]), 8000.0)
    figure, shown = levels(longer, NOISE)
    assert figure.axes[0].get_xlim() == (0, 1)
    assert np.abs(shown[:, :-60]).max() < 1e-6


def test_sounds_of_other_rates_share_their_frequencies():
    a = signals.tone(1000.0, 1.0, sample_rate=8000.0)
    b = signals.tone(1000.0, 1.0, sample_rate=16_000.0)
    figure, _ = levels(a, b)
    assert figure.axes[0].get_ylim() == (0, 4000)


def test_what_has_no_difference_is_refused():
    with pytest.raises(SettingsError, match=r'view is "difference"; it is of two sounds, not of 1'):
        draw(NOISE, view="difference")
    with pytest.raises(SettingsError, match="they have no difference in dB"):
        levels(NOISE, signals.fm())
    with pytest.raises(SettingsError, match="the sounds have 2 and 1 channels; choose one: channel=0"):
        levels(Signal(np.stack([NOISE.samples] * 2), 8000.0), NOISE)


def test_numbers_that_are_no_levels_have_no_difference_in_decibels():
    sounds = [signals.guitar(sample_rate=22_050.0)] * 2
    with pytest.raises(SettingsError, match='the rows are coefficients, not levels; view="difference" is of levels'):
        draw(sounds, preset("librosa.mfcc"), view="difference")
