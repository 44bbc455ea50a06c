"""How fast sound is in the sea, and how much of it is lost on the way: published equations, by their names."""

from __future__ import annotations

from sonograph.checks import quantity

MACKENZIE = "Mackenzie 1981"
FRANCOIS_GARRISON = "Francois and Garrison 1982"


def sound_speed(temperature: float, salinity: float = 35.0, depth: float = 0.0) -> float:
    """Speed of sound in sea water, m/s.

    Parameters
    ----------
    temperature
        °C, 2 to 30.
    salinity
        Practical salinity (g/kg, nearly), 25 to 40.
    depth
        m, 0 to 8000.

    Raises
    ------
    SettingsError
        Outside of what the equation was fitted to.

    Notes
    -----
    K. V. Mackenzie, "Nine-term equation for sound speed in the oceans", Journal of the Acoustical Society of America
    70(3), 1981; its standard error is 0.07 m/s.

    Examples
    --------
    >>> round(sound_speed(25.0, 35.0, 1000.0), 3)
    1550.744
    """
    because = f"{MACKENZIE} holds there; give the sound speed itself elsewhere"
    t = _within("temperature", temperature, "°C", 2, 30, because)
    s = _within("salinity", salinity, "", 25, 40, because) - 35
    d = _within("depth", depth, "m", 0, 8000, because)
    return (
        1448.96
        + 4.591 * t
        - 5.304e-2 * t**2
        + 2.374e-4 * t**3
        + 1.340 * s
        + 1.630e-2 * d
        + 1.675e-7 * d**2
        - 1.025e-2 * t * s
        - 7.139e-13 * t * d**3
    )


def absorption(
    frequency: float, temperature: float, salinity: float = 35.0, depth: float = 0.0, acidity: float = 8.0
) -> float:
    """What sound loses in sea water, dB per metre.

    Parameters
    ----------
    frequency
        Hz, 200 to 1 MHz.
    temperature, salinity, depth
        °C, -2 to 30; practical salinity, 0 to 40; m, 0 to 5000.
    acidity
        pH.

    Raises
    ------
    SettingsError
        Outside of what the equation was fitted to.

    Notes
    -----
    R. E. Francois and G. R. Garrison, "Sound absorption based on ocean measurements. Part II: Boric acid contribution
    and equation for total absorption", Journal of the Acoustical Society of America 72(6), 1982: boric acid, magnesium
    sulphate and water; good to about 5 % where it was measured.

    Examples
    --------
    >>> round(1000 * absorption(38_000.0, 10.0), 1)  # dB per kilometre
    10.2
    """
    because = f"{FRANCOIS_GARRISON} holds there; give the absorption itself elsewhere"
    f = _within("frequency", frequency, "Hz", 200, 1e6, because) / 1000
    t = _within("temperature", temperature, "°C", -2, 30, because)
    s = _within("salinity", salinity, "", 0, 40, because)
    d = _within("depth", depth, "m", 0, 5000, because)
    ph = _within("acidity", acidity, "", 7, 9, because)
    speed = 1412 + 3.21 * t + 1.19 * s + 0.0167 * d
    boric, magnesium = 8.86 / speed * 10 ** (0.78 * ph - 5), 21.44 * s / speed * (1 + 0.025 * t)
    f1 = 2.8 * (s / 35) ** 0.5 * 10 ** (4 - 1245 / (t + 273))
    f2 = 8.17 * 10 ** (8 - 1990 / (t + 273)) / (1 + 0.0018 * (s - 35))
    if t <= 20:
        water = 4.937e-4 - 2.59e-5 * t + 9.11e-7 * t**2 - 1.50e-8 * t**3
    else:
        water = 3.964e-4 - 1.146e-5 * t + 1.45e-7 * t**2 - 6.5e-10 * t**3
    pressure2, pressure3 = 1 - 1.37e-4 * d + 6.2e-9 * d**2, 1 - 3.83e-5 * d + 4.9e-10 * d**2
    square = f * f
    lost = boric * f1 * square / (f1 * f1 + square) if f1 else 0.0
    return (lost + magnesium * pressure2 * f2 * square / (f2 * f2 + square) + water * pressure3 * square) / 1000


def _within(name: str, value: float, unit: str, least: float, most: float, because: str) -> float:
    return quantity(name, value, unit, least=least, below=most + 1e-9, because=because)
