"""Numbers in a file become pressures as the makers of recorders and the standards say."""

import numpy as np
import pytest

from sonograph.errors import SettingsError
from sonograph.sounds.calibration import Calibration


def test_the_worked_example_of_a_soundtrap():
    # its manual: end to end 176 dB, a sound of -70 dBFS is 103 dB re 1 µPa. In AES17 a full-scale sine, whose rms
    # is 3.01 dB below its peak, reads 0; so -70 dBFS is an rms of -73.01 dB re 1.0
    peak = 10 ** (-70 / 20)
    sine = peak * np.sin(2 * np.pi * np.arange(48_000) / 48)
    pressure = sine * Calibration.end_to_end(176.0).scale
    level = 20 * np.log10(np.sqrt(np.mean(pressure**2)))
    assert level == pytest.approx(103.0, abs=0.02)


def test_a_chain_is_worth_what_its_links_are():
    # OSEkit: 20 log10(Vpeak) - M - G with M = -165 dB re 1 V/µPa, 20 dB of gain and 2 V at full scale
    chain = Calibration.hydrophone(-165.0, full_scale=2.0, gain=20.0)
    assert 20 * np.log10(chain.scale) == pytest.approx(20 * np.log10(2.0) + 165 - 20)
    assert chain.unit == "µPa"


def test_a_pistonphone_reads_its_level():
    # 124 dB re 20 µPa at 250 Hz, as a pistonphone gives, heard by a 12.5 mV/Pa microphone into 10 V full scale
    rms = 20e-6 * 10 ** (124 / 20)
    volts = rms * 12.5e-3
    sample = volts / 10.0
    calibration = Calibration.microphone(12.5, full_scale=10.0)
    assert 20 * np.log10(sample * calibration.scale / 20e-6) == pytest.approx(124.0)
    assert Calibration.tone(sample, 124.0).scale == pytest.approx(calibration.scale)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"end_to_end": -176}, "end_to_end is -176; it must be above 0 dB re 1 µPa: did you mean 176"),
        ({"hydrophone": 165, "full_scale": 1}, "hydrophone is 165; it must be below 0.*did you mean -165"),
        ({"microphone": -26, "full_scale": 1}, "microphone is -26; it must be above 0 mV/Pa: .* is 50.1 mV/Pa"),
        (
            {"hydrophone": -165, "full_scale": 1, "gain": -165},
            "full scale would be 330 dB re 1 µPa; it must be 70 to 270",
        ),
        ({"hydrophone": -165}, "full_scale is missing"),
        ({"hydrophone": -165, "full_scale": 0}, "full_scale is 0; it must be above 0 V"),
        ({"end_to_end": 176, "gain": 20}, "end_to_end holds gain and full_scale already"),
        ({"end_to_end": 176, "microphone": 50}, "end_to_end and microphone are both given"),
        ({"sensitivity": 176}, "sensitivity is not known here; a calibration has unit, end_to_end, hydrophone"),
        ({"end_to_end": "176"}, "end_to_end is '176'; it must be a number"),
        ({"end_to_end": 176, "response": [[100, 0], [10, 0]]}, "response has frequencies that do not rise"),
        ({"end_to_end": 176, "response": [1, 2]}, "response is not a list of"),
    ],
)
def test_a_sign_or_a_value_that_cannot_be_is_refused(values, message):
    with pytest.raises(SettingsError, match=message):
        Calibration.from_values(values)


def test_a_response_is_taken_between_its_rows_and_held_beyond_them():
    calibration = Calibration.end_to_end(176.0, response=[[10, -6.0], [1000, 0.0], [100_000, 3.0]])
    np.testing.assert_allclose(calibration.response_at([0.0, 10.0, 100.0, 1e4, 1e6]), [-6, -6, -3, 1.5, 3])
    assert not Calibration.end_to_end(176.0).response_at(np.arange(5)).any()


def test_a_sound_louder_than_any_or_quieter_than_all_is_doubted():
    water = Calibration.end_to_end(176.0)
    assert "which no sound has" in water.doubt(10 ** (250 / 20))
    assert "which no sound has" in water.doubt(0.1)
    assert water.doubt(10 ** (100 / 20)) == ""
    assert water.doubt(0.0) == ""  # silence has no level


def test_a_calibration_has_a_name_that_is_the_same_everywhere():
    assert Calibration.end_to_end(176.0).digest == Calibration.from_toml("end_to_end = 176").digest
    assert Calibration.end_to_end(176.0).digest != Calibration.end_to_end(176.1).digest
    with pytest.raises(SettingsError, match="it is not TOML"):
        Calibration.from_toml("end_to_end : 176")
