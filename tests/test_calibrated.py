"""A receiver that hears some frequencies better than others, and levels that do not show it."""

from functools import reduce

import numpy as np
import pytest

from sonograph import (
    Band,
    BandSettings,
    Calibration,
    LevelSettings,
    SettingsError,
    Signal,
    Spectrogram,
    StftSettings,
    TemporalSettings,
    engines,
    fourier,
    pieces,
    read,
    reassigned,
    spectrogram,
)
from sonograph.engines.reference import Reference

RATE = 8000.0
HEARS = Calibration(1.0, "Pa", ((500.0, -6.0), (1000.0, 0.0), (2000.0, 12.0)))
STFT = StftSettings(window_length=256, edges="inside")
# what one pascal of rms becomes in this receiver, at frequencies of its table and half way between two
TONES = {500.0: -6.0, 1000.0: 0.0, 2000.0: 12.0, 1000 * np.sqrt(2): 6.0}


def heard(frequency, decibels):
    wave = np.sqrt(2) * np.sin(2 * np.pi * frequency * np.arange(8000) / RATE)
    return Signal(wave * 10 ** (decibels / 20), RATE, "Pa", calibration=HEARS)


@pytest.mark.parametrize("engine", [engines.default(), Reference()], ids=lambda e: e.name)
@pytest.mark.parametrize(("frequency", "decibels"), TONES.items())
def test_a_pascal_reads_94_db_wherever_the_receiver_hears_it(engine, frequency, decibels):
    settings = LevelSettings(of=StftSettings(window_length=256, window="flattop", edges="inside"))
    level = spectrogram(heard(frequency, decibels), settings, engine=engine)
    assert (level.rows, level.label) == ("bin", "Level (dB re 20 µPa)")
    nearest = int(np.argmin(np.abs(level.frequencies - frequency)))
    # within the slope of the response over a bin
    np.testing.assert_allclose(level.values[nearest], 93.98, atol=0.2)


def test_bands_and_magnitudes_are_corrected_too():
    sound = heard(2000.0, 12.0)
    band = Band(first=60, weights=(1.0,) * 9, centre=2000.0, low=1850.0, high=2150.0)
    energy = spectrogram(sound, BandSettings(of=StftSettings(window_length=256, edges="inside"), bands=(band,)))
    np.testing.assert_allclose(energy.values, 1.0, rtol=0.02)
    magnitude = spectrogram(sound, StftSettings(window_length=256, edges="inside", quantity="magnitude"))
    np.testing.assert_allclose(magnitude.values[64], 1.0, rtol=1e-12)


def test_the_spectrum_of_the_whole_sound_is_corrected_too():
    for frequency, decibels in TONES.items():
        spectrum = fourier(heard(frequency, decibels), window="flattop")
        nearest = int(np.argmin(np.abs(spectrum.frequencies - frequency)))
        np.testing.assert_allclose(spectrum.values[nearest], 1.0, rtol=2e-3)


def test_pieces_of_a_calibrated_sound_are_the_whole():
    sound = heard(500.0, 0.0)
    whole = spectrogram(sound, STFT)
    joined = reduce(Spectrogram.join, pieces(sound, STFT, at_most=7))
    np.testing.assert_array_equal(joined.values, whole.values)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (StftSettings(quantity="transform"), "taken off a power, not off a transform: compute the power"),
        (TemporalSettings(of=STFT), "taken off a power, not off a .* of the samples"),
    ],
)
def test_what_is_no_power_is_refused(settings, message):
    with pytest.raises(SettingsError, match=message):
        spectrogram(heard(500.0, 0.0), settings)


def test_a_file_read_whole_keeps_its_response(tmp_path):
    import soundfile

    soundfile.write(tmp_path / "a.wav", 0.1 * np.ones(8000), 8000)
    (tmp_path / "a.wav.toml").write_text("microphone = 50.0\nfull_scale = 1.0\nresponse = [[1.0, 3.0]]\n")
    sound = read(tmp_path / "a.wav")
    assert (sound.unit, sound.calibration.response) == ("Pa", ((1.0, 3.0),))
    plain = Signal(sound.samples, 8000.0, "Pa")
    ratio = spectrogram(sound, STFT).values[0] / spectrogram(plain, STFT).values[0]
    np.testing.assert_allclose(ratio, 10**-0.3, rtol=1e-6)


def test_reassignment_refuses_a_response_in_words_of_its_own():
    with pytest.raises(SettingsError, match="reassignment moves power from where that belongs"):
        reassigned(heard(500.0, 0.0))
