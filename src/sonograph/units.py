"""What numbers are measured in, and what a level refers to.

Samples come in a unit: "FS" (1.0 is full scale), "V", "Pa", "µPa" or any name.
A level always says its reference; none is ever taken from the data unasked.
Hertz and seconds are written as people write them: in kHz, MHz, min and h, never with an exponent.
"""

from __future__ import annotations

import re

from sonograph.errors import SettingsError

FULL_SCALE_SINE = 0.5
"""Mean square of a sine that just fits the format, FS²: it reads 0 dBFS (AES17, IEC 61606)."""

FULL_SCALE_CIRCLE = 1.0
"""Mean square of a complex exponential whose I and Q just fit the format, FS²: of complex samples it reads 0 dBFS."""

HEARING_THRESHOLD = 20e-6
"""Reference sound pressure in air, Pa (ISO 1683)."""

PREFIXED = ("V", "A", "W", "Pa", "g", "m/s²", "m/s", "m", "N", "N·m", "T", "Ω", "rad/s", "bar", "ε")
"""Units that may have one of `UNIT_PREFIXES` before them."""

UNIT_PREFIXES = ("n", "µ", "m", "c", "k", "M", "G")

ALONE = (
    "FS",
    "counts",
    "LSB",
    "%",
    "K",
    "°C",
    "°F",
    "°/s",
    "°",
    "rad",
    "pC",
    "nC",
    "psi",
    "in/s",
    "ft/s",
    "lx",
    "rpm",
    "ppm",
)
"""Units that have no prefix."""

_SPELLED = {
    "fs": "FS", "count": "counts", "counts": "counts", "digit": "counts", "digits": "counts", "adc": "counts",
    "volt": "V", "volts": "V", "ampere": "A", "amperes": "A", "amp": "A", "amps": "A", "watt": "W", "watts": "W",
    "pascal": "Pa", "pascals": "Pa", "micropascal": "µPa", "micropascals": "µPa", "millivolt": "mV", "millivolts": "mV",
    "newton": "N", "newtons": "N", "tesla": "T", "ohm": "Ω", "ohms": "Ω", "kelvin": "K", "celsius": "°C", "degc": "°C",
    "deg c": "°C", "fahrenheit": "°F", "degf": "°F", "deg/s": "°/s", "dps": "°/s", "deg": "°", "degrees": "°",
    "percent": "%", "lux": "lx", "strain": "ε", "microstrain": "µε", "ustrain": "µε", "nm": "N·m", "metre": "m",
    "meter": "m", "metres": "m", "meters": "m",
}  # fmt: skip


def known_unit(text: str) -> str:
    """A unit as it is written here, whichever way it is spelled; "" for one that is not known.

    >>> known_unit("m/s^2"), known_unit("uPa"), known_unit("Volt"), known_unit("furlong")
    ('m/s²', 'µPa', 'V', '')
    """
    text = text.strip()
    if text.lower() in _SPELLED and text != "nm":
        return _SPELLED[text.lower()]
    text = re.sub(r"/s(?:\*\*|\^)?2$|/s/s$|·s⁻²$", "/s²", text.replace("μ", "µ"))
    if text.startswith("u") and text != "u":
        text = "µ" + text[1:]
    if text in PREFIXED or text in ALONE:
        return text
    return text if text[:1] in UNIT_PREFIXES and text[1:] in PREFIXED else ""


def checked_unit(text: str) -> str:
    """A unit that someone typed: one that is known, or any in quotes of its own.

    Raises
    ------
    SettingsError
        It is not known, as a slip of the finger.

    Examples
    --------
    >>> checked_unit("uPa"), checked_unit('"furlong"')
    ('µPa', 'furlong')
    """
    if not isinstance(text, str) or not text.strip():
        raise SettingsError("unit is empty; it must be a name, as µPa, Pa or V")
    quoted = re.fullmatch(r"""(["'])(.+)\1""", text.strip())
    if quoted and quoted[2].strip():
        return quoted[2].strip()
    found = known_unit(text)
    if found:
        return found
    names = f"{', '.join(PREFIXED)} (also with {', '.join(UNIT_PREFIXES)} before them), {', '.join(ALONE)}"
    raise SettingsError(
        f"unit is {text!r}, which is not known; known are {names}. For another one give quotes with it: '\"{text}\"'"
    )


def reference_power(unit: str, scaling: str) -> float:
    """The power that reads 0 dB for samples in `unit`, in unit² (or unit²/Hz).

    >>> reference_power("FS", "spectrum"), reference_power("FS", "density"), reference_power("FS", "two-sided spectrum")
    (0.5, 1.0, 1.0)
    """
    if unit == "FS" and scaling == "spectrum":
        return FULL_SCALE_SINE
    if unit == "Pa" and scaling in ("spectrum", "two-sided spectrum", "density"):
        return HEARING_THRESHOLD**2
    return 1.0


def resolved_reference(reference: float | str | None, unit: str, scaling: str) -> float | None:
    """The power that reads 0 dB: as asked, else the unit's own; None where it is the loudest value ("max").

    >>> resolved_reference(None, "FS", "spectrum"), resolved_reference("max", "V", "density")
    (0.5, None)
    """
    if reference == "max":
        return None
    if scaling == "raw" and reference == FULL_SCALE_SINE and unit == "FS":
        raise SettingsError(
            'scaling is "raw", which has no full scale; a level in dBFS needs scaling="spectrum", '
            "or reference=(sum of the window / 2) ** 2"
        )
    return reference_power(unit, scaling) if reference is None else float(reference)


def power_unit(unit: str, scaling: str) -> str:
    """The unit of a power.

    >>> power_unit("V", "spectrum"), power_unit("µPa", "density"), power_unit("FS", "raw")
    ('V²', 'µPa²/Hz', 'raw')
    """
    if scaling in ("raw", "relative"):
        return scaling
    square = f"{unit}²" if unit.isalpha() else f"({unit})²"
    return square + ("/Hz" if scaling == "density" else "")


def level_unit(unit: str, scaling: str, reference: float | None, weighting: str = "Z") -> str:
    """The unit of a level, its reference named; `reference` None is one taken from the loudest value.

    >>> level_unit("FS", "spectrum", 0.5), level_unit("Pa", "spectrum", 4e-10)
    ('dBFS', 'dB re 20 µPa')
    >>> level_unit("V", "density", 1.0), level_unit("FS", "raw", 1.0), level_unit("V", "spectrum", None)
    ('dB re 1 V²/Hz', 'dB re 1 (raw)', 'dB re the maximum')
    >>> level_unit("Pa", "spectrum", 4e-10, "A"), level_unit("FS", "two-sided spectrum", 1.0)
    ('dB re 20 µPa, A-weighted', 'dBFS')
    """
    if weighting != "Z":
        return f"{level_unit(unit, scaling, reference)}, {weighting}-weighted"
    if reference is None:
        return "dB re the maximum"
    full_scale = {"spectrum": FULL_SCALE_SINE, "two-sided spectrum": FULL_SCALE_CIRCLE}.get(scaling)
    if unit == "FS" and reference == full_scale:
        return "dBFS"
    scaling = "spectrum" if scaling == "two-sided spectrum" else scaling
    if scaling in ("raw", "relative"):
        return f"dB re {reference:g} ({scaling})"
    if unit == "Pa":
        return f"dB re {_micro(reference**0.5)}" if scaling == "spectrum" else f"dB re {_squared(reference)}/Hz"
    if scaling == "spectrum":
        return f"dB re {reference**0.5:g} {unit}"
    return f"dB re {reference:g} {power_unit(unit, scaling)}"


def level_label(unit: str, scaling: str, reference: float | None, weighting: str = "Z") -> str:
    """What a level is called, with its unit.

    >>> level_label("FS", "spectrum", 0.5), level_label("V", "density", 1.0)
    ('Level (dBFS)', 'Spectral density level (dB re 1 V²/Hz)')
    >>> level_label("Pa", "spectrum", 4e-10, "A")
    'A-weighted level (dB re 20 µPa)'
    """
    name = weighted_words("Spectral density level" if scaling == "density" else "Level", weighting)
    return f"{name} ({level_unit(unit, scaling, reference)})"


def weighted_words(name: str, weighting: str) -> str:
    """The name of a quantity, with its weighting.

    >>> weighted_words("Power", "C"), weighted_words("Power", "Z")
    ('C-weighted power', 'Power')
    """
    return name if weighting == "Z" else f"{weighting}-weighted {name[0].lower()}{name[1:]}"


def _micro(pascal: float) -> str:
    return f"{pascal * 1e6:g} µPa" if pascal < 1e-3 else f"{pascal:g} Pa"


def _squared(power: float) -> str:
    root = _micro(power**0.5)
    return f"{root}²" if root.startswith("1 ") else f"({root})²"


PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"))


def prefix(size: float) -> tuple[float, str]:
    """The largest prefix that is no larger than a size, its factor first.

    >>> prefix(2500.0), prefix(0.02), prefix(0.0)
    ((1000.0, 'k'), (0.001, 'm'), (1.0, ''))
    """
    if size <= 0:
        return 1.0, ""
    return next((one for one in PREFIXES if size >= one[0] * (1 - 1e-9)), PREFIXES[-1])


def hertz(frequency: float) -> str:
    """A frequency to three digits.

    >>> hertz(21.5332), hertz(1378.1), hertz(-3.906e6), hertz(0.0005)
    ('21.5 Hz', '1.38 kHz', '-3.91 MHz', '500 µHz')
    """
    unit, name = prefix(abs(float(f"{frequency:.3g}")))
    return f"{_plain(frequency / unit, 3)} {name}Hz"


def rate(sample_rate: float) -> str:
    """A rate or a bound to six digits: those of sound in Hz, as they are known.

    >>> rate(44_100.0), rate(-2_822_400.0), rate(1e9), rate(0.001)
    ('44100 Hz', '-2.8224 MHz', '1 GHz', '1 mHz')
    """
    unit, name = prefix(abs(sample_rate))
    if name in ("", "k"):
        unit, name = 1.0, ""
    return f"{_plain(sample_rate / unit, 6)} {name}Hz"


def tuned(frequency: float) -> str:
    """What a receiver was tuned to, to the last digit.

    >>> tuned(433.92e6), tuned(1_420_405_751.77)
    ('433.92 MHz', '1.42040575177 GHz')
    """
    unit, name = prefix(abs(frequency))
    return f"{_plain(frequency / unit, 15)} {name}Hz"


def short_hertz(frequency: float, digits: int) -> str:
    """A frequency to so many digits, as part of a name.

    >>> short_hertz(12_500.0, 3), short_hertz(31.5, 3), short_hertz(999.96, 4)
    ('12.5kHz', '31.5Hz', '1kHz')
    """
    unit, name = prefix(float(f"{frequency:.{digits}g}"))
    return f"{_plain(frequency / unit, digits)}{name}Hz"


def all_hertz(sample_rate: float) -> str:
    """A sample rate to the last digit that was given, in Hz, without an exponent.

    >>> all_hertz(20e6), all_hertz(44_100.0), all_hertz(1e-5)
    ('20000000 Hz', '44100 Hz', '0.00001 Hz')
    """
    return f"{_plain(sample_rate, 12)} Hz"


def duration(seconds: float) -> str:
    """A time to three digits or to the second: d, h, min, s, ms or µs.

    >>> duration(0.0464399), duration(2.0), duration(0.00005)
    ('46.4 ms', '2 s', '50 µs')
    >>> duration(2048.0), duration(20_480.0), duration(1_843_200.0)
    ('34 min 8 s', '5 h 41 min', '21 d 8 h')
    """
    if seconds >= 119.5:
        minutes, rest = divmod(round(seconds), 60)
        if minutes < 120:
            return f"{minutes} min" + (f" {rest} s" if rest else "")
        hours, minutes = divmod(round(seconds / 60), 60)
        if hours >= 72:
            days, hours = divmod(round(seconds / 3600), 24)
            return f"{days} d" + (f" {hours} h" if hours else "")
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    unit, name = prefix(min(seconds, 1.0))
    return f"{_plain(seconds / unit, 3)} {name}s"


def _plain(number: float, digits: int) -> str:
    """A number to so many digits, without an exponent.

    >>> _plain(3906.25, 3), _plain(0.00001234, 3)
    ('3910', '0.0000123')
    """
    shown = f"{float(f'{number:.{digits}g}'):.12f}"
    return shown.rstrip("0").rstrip(".")
