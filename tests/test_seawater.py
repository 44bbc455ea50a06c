"""Sound in sea water, against published figures."""

import pytest

from sonograph.analysis.seawater import absorption, sound_speed
from sonograph.errors import SettingsError


@pytest.mark.parametrize(
    ("temperature", "salinity", "depth", "speed"),
    [(25.0, 35.0, 1000.0, 1550.744), (10.0, 35.0, 0.0, 1489.8)],
)
def test_speeds_are_those_of_the_tables(temperature, salinity, depth, speed):
    """The first is Mackenzie's own; the other is that of UNESCO's equation (Chen and Millero 1977)."""
    assert sound_speed(temperature, salinity, depth) == pytest.approx(speed, abs=1e-3 if depth else 0.1)


def ainslie_mccolm(f, t, s, d, ph):
    """Ainslie and McColm, JASA 103(3), 1998: another equation, fitted to the same; f in kHz, d in km, dB/km."""
    from math import exp

    f1, f2 = 0.78 * (s / 35) ** 0.5 * exp(t / 26), 42 * exp(t / 17)
    boric = 0.106 * f1 * f * f / (f1 * f1 + f * f) * exp((ph - 8) / 0.56)
    magnesium = 0.52 * (1 + t / 43) * (s / 35) * f2 * f * f / (f2 * f2 + f * f) * exp(-d / 6)
    return boric + magnesium + 0.00049 * f * f * exp(-(t / 27 + d / 17))


@pytest.mark.parametrize("frequency", [1e3, 12e3, 38e3, 120e3, 333e3])
@pytest.mark.parametrize(("temperature", "depth"), [(4.0, 0.0), (10.0, 500.0), (22.0, 50.0)])
def test_absorption_is_near_that_of_ainslie_and_mccolm(frequency, temperature, depth):
    """Who say that theirs differs from Francois and Garrison's by less than 10 % from 100 Hz to 1 MHz."""
    other = ainslie_mccolm(frequency / 1000, temperature, 35.0, depth / 1000, 8.0)
    assert 1000 * absorption(frequency, temperature, 35.0, depth) == pytest.approx(other, rel=0.1)


def test_fresh_water_has_neither_acid_nor_salt():
    assert 1000 * absorption(100e3, 10.0, 0.0) < 0.15 * 1000 * absorption(100e3, 10.0, 35.0)


def test_outside_of_what_was_measured_is_refused():
    with pytest.raises(
        SettingsError, match=r"temperature is 45.0; it must be 2 or more and below 30 °C.*Mackenzie 1981"
    ):
        sound_speed(45.0)
    with pytest.raises(SettingsError, match=r"frequency is 20.0; .*Francois and Garrison 1982"):
        absorption(20.0, 10.0)
