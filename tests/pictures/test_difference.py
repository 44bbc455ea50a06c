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


def hiss(rate, rms=0.1, seconds=2.0):
    """White noise of one density at any rate, in V²/Hz: the same sound, sampled otherwise."""
    from sonograph import resample

    sound = signals.white_noise(seconds, rms=rms, sample_rate=48_000.0)
    return Signal(resample(sound, rate).read(range(round(seconds * rate)))[0], rate)


@pytest.mark.parametrize(
    "rates", [(48_000.0, 16_000.0), (16_000.0, 48_000.0), (44_100.0, 48_000.0), (8000.0, 44_100.0)]
)
def test_one_sound_at_two_rates_is_its_own_equal(rates):
    """Noise reads by the time of the window: 4.8 dB apart where windows are of as many samples at 48 and at 16 kHz."""
    figure = draw(
        [hiss(rate) for rate in rates], view="difference", frequencies=(500, 3000), size=(640, 400), reduction="mean"
    )
    shown = np.asarray(figure.axes[0].images[0].get_array())[:, 40:-40]
    assert abs(np.mean(shown)) < 0.3


def test_panels_on_one_scale_have_windows_of_one_time():
    figure = draw([hiss(48_000.0), hiss(16_000.0)], frequencies=(500, 3000), size=(640, 500), reduction="mean")
    above, below = (np.mean(axes.images[0].get_array()[:, 40:-40]) for axes in figure.axes[:2])
    assert above == pytest.approx(below, abs=0.3)
    assert any("Hann window 42.7 ms, hop 10.7 ms in each panel" in text.get_text() for text in figure.texts)


def test_spectrograms_of_other_windows_have_no_common_scale():
    from sonograph import spectrogram

    both = [spectrogram(hiss(rate)) for rate in (48_000.0, 16_000.0)]
    with pytest.raises(SettingsError, match=r"windows of 42\.7 ms and 128 ms, at 48000 Hz and 16000 Hz, and so no"):
        draw(both)
    alike = spectrogram(hiss(16_000.0), StftSettings(window_length=683, hop=171))
    assert len(draw([both[0], alike]).axes) >= 2


def test_what_is_cut_to_the_shorter_is_said():
    longer = Signal(np.concatenate([NOISE.samples, np.zeros(4000)]), 8000.0)
    figure, _ = levels(longer, NOISE)
    assert any("cut to the shorter sound, 1 s of 1.5 s" in text.get_text() for text in figure.texts)
    figure, _ = levels(NOISE, NOISE)
    assert not any("cut to" in text.get_text() for text in figure.texts)
