"""Other libraries' numbers by name, and the laws for each of them."""

from functools import reduce

import numpy as np
import pytest

from sonograph import SettingsError, Signal, Spectrogram, pieces, preset, preset_names, spectrogram
from sonograph.named.presets import is_of_library, preset_source
from sonograph.settings import from_toml, stft_of, to_toml, whole_sound
from tests import parity
from tests.test_stream import through_stream


@pytest.mark.parametrize("case", parity.CASES, ids=lambda case: f"{case.preset} by {case.kind}")
def test_a_preset_gives_the_numbers_of_its_library(case):
    try:
        largest = parity.difference(case)
    except parity.NotHereError as missing:
        pytest.skip(f"{missing} is not here")
    assert largest <= case.tolerance


def test_every_preset_is_held_against_something():
    assert {case.preset for case in parity.CASES} == {name for name in preset_names() if is_of_library(name)}
    assert all(preset_source(name) for name in preset_names())


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_comes_back_from_toml(name):
    settings = preset(name)
    assert from_toml(to_toml(settings)) == settings
    assert from_toml(to_toml(settings)).digest == settings.digest


def length_for(settings):
    """Samples of a few frames."""
    return max(9000, 3 * stft_of(settings).window_length)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", preset_names())
def test_a_preset_gives_the_same_bits_whole_in_pieces_and_streamed(name, dtype):
    settings = preset(name)
    sound = Signal(parity.sound(length_for(settings)).astype(dtype), 16_000.0)
    whole = spectrogram(sound, settings)
    assert whole.values.dtype == np.result_type(dtype, np.complex64 if whole.quantity == "transform" else dtype)
    if whole_sound(settings):
        with pytest.raises(SettingsError, match="of the whole sound; it cannot be computed in pieces"):
            pieces(sound, settings, at_most=1)
        return
    for at_most in (1, 7, 16):
        joined = reduce(Spectrogram.join, pieces(sound, settings, at_most=at_most))
        np.testing.assert_array_equal(joined.values, whole.values)
    steps = [1, 160, 999] if sound.n_samples <= 9000 else [1, 99_999]
    joined = reduce(Spectrogram.join, through_stream(sound, settings, steps))
    np.testing.assert_array_equal(joined.values, whole.values)


@pytest.mark.parametrize("name", preset_names())
def test_silence_is_finite_and_a_missing_sample_is_missing(name):
    settings = preset(name)
    rate = stft_of(settings).sample_rate or 16_000.0
    silent = spectrogram(Signal(np.zeros(6000), rate), settings)
    assert np.isfinite(silent.values).all()
    broken = parity.sound(length_for(settings))
    broken[len(broken) * 4 // 9] = np.nan
    values = spectrogram(Signal(broken, rate), settings).values
    assert np.isnan(values).any()
    assert np.isfinite(values[:, [0, -1]]).all()


def test_a_sound_of_another_rate_is_refused_where_the_preset_is_for_one():
    with pytest.raises(SettingsError, match="sample_rate is 44100 Hz; these settings are for 16000 Hz: resample"):
        spectrogram(Signal(np.zeros(9000), 44_100.0), preset("whisper.80"))


def test_a_preset_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(SettingsError, match=r"preset is 'librosa.mffc'; did you mean librosa.mfcc, "):
        preset("librosa.mffc")
    with pytest.raises(SettingsError, match=r"preset is 'whisper'; did you mean .*whisper\.80"):
        preset("whisper")
    with pytest.raises(SettingsError, match=r"preset is 'zzz'; it must be one of librosa\.stft, librosa\.mel, .*, …"):
        preset("zzz")


@pytest.mark.parametrize("name", preset_names())
def test_float32_keeps_six_digits_of_every_preset(name):
    exact, single = (spectrogram(Signal(parity.sound().astype(t), 16_000.0), preset(name)) for t in "df")
    difference = np.linalg.norm(single.values - exact.values) / np.linalg.norm(exact.values)
    assert difference < 2e-6
