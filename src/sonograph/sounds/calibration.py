"""From numbers in a file to pressure: what full scale is in the world, and how the receiver hears over frequency.

    samples x (1.0 is full scale, peak)        p = x · 10^(E/20)
    end to end E, dB re 1 µPa                  E = 20 log10(full_scale) - hydrophone - gain

The hydrophone's sensitivity is in dB re 1 V/µPa and always far below 0; makers of recorders give E itself, which is
far above 0. Programs differ in the sign that they want typed (a SoundTrap's 176 is entered as -176 elsewhere), so a
sign that cannot be is refused here, and a sound whose level cannot be is said.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sonograph.checks import number, short
from sonograph.errors import SettingsError, TextError
from sonograph.texts import toml_values
from sonograph.units import checked_unit

if TYPE_CHECKING:
    import numpy as np

MICROPASCAL = "µPa"
LEAST, MOST = 1e-18, 1e18
"""Of a full scale: numbers of 32 bits hold the squares."""
_POSSIBLE = {MICROPASCAL: (70.0, 270.0), "Pa": (40.0, 220.0)}  # level of full scale, dB re 1 µPa and 20 µPa
_HEARD = {MICROPASCAL: (10.0, 230.0), "Pa": (-20.0, 194.0)}  # level of a sound, likewise
_REFERENCE = {MICROPASCAL: 1.0, "Pa": 20e-6}
KINDS = ("unit", "end_to_end", "hydrophone", "microphone")
KEYS = (*KINDS, "gain", "full_scale", "response")


@dataclass(frozen=True)
class Calibration:
    """What a sample of 1.0 is in the world. Made by `end_to_end`, `hydrophone`, `microphone`, `volts` or `tone`.

    Parameters
    ----------
    scale
        How much of `unit` a sample of 1.0 is.
    unit
        "µPa", "Pa", "V" or any name.
    response
        (frequency in Hz, dB) pairs: how much more the receiver hears there than `scale` says.

    Raises
    ------
    SettingsError
        A scale that cannot be, as with a sign the wrong way round; frequencies that do not rise.
    """

    scale: float
    unit: str
    response: tuple[tuple[float, float], ...] = ()

    def __repr__(self) -> str:
        response = f", response at {len(self.response)} frequencies" if self.response else ""
        return f"<Calibration: 1.0 is {self.scale:g} {self.unit}{response}>"

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", number("scale", self.scale, 0.0, above=True))
        if not LEAST <= self.scale <= MOST:
            raise SettingsError(
                f"full scale would be {self.scale:g} {self.unit}; it must be {LEAST:g} to {MOST:g}, of which numbers "
                f"hold the squares"
            )
        if not isinstance(self.unit, str) or not self.unit:
            raise SettingsError("unit is empty; it must be a name, as µPa, Pa or V")
        if self.unit in _POSSIBLE and self.scale != 1:  # 1: the numbers are in the unit themselves
            level = 20 * math.log10(self.scale / _REFERENCE[self.unit])
            low, high = _POSSIBLE[self.unit]
            if not low <= level <= high:
                where = f"{level:.0f} dB re {_reference(self.unit)}"
                raise SettingsError(
                    f"full scale would be {where}; it must be {low:.0f} to {high:.0f}. "
                    "Check the signs: a hydrophone's sensitivity is below 0, end_to_end above it"
                )
        if not isinstance(self.response, list | tuple) or any(len(row) != 2 for row in self.response):
            raise SettingsError(
                f"response is {short(self.response)}; it must be rows of hertz and dB, as ((10, -3), …)"
            )
        frequencies = [frequency for frequency, _ in self.response]
        if any(not math.isfinite(value) for pair in self.response for value in pair) or frequencies != sorted(
            {frequency for frequency in frequencies if frequency > 0}
        ):
            raise SettingsError("response has frequencies that do not rise from above 0 Hz; sort its rows")

    @staticmethod
    def end_to_end(level: float, response: Any = ()) -> Calibration:
        """Of a recorder whose full scale (peak) is `level` dB re 1 µPa.

        >>> round(Calibration.end_to_end(176.0).scale)
        630957344
        """
        if not level > 0:
            raise SettingsError(f"end_to_end is {level:g}; it must be above 0 dB re 1 µPa: did you mean {-level:g}?")
        return Calibration(_ratio(level), MICROPASCAL, _pairs(response))

    @staticmethod
    def hydrophone(sensitivity: float, *, full_scale: float, gain: float = 0.0, response: Any = ()) -> Calibration:
        """Of a hydrophone (dB re 1 V/µPa) behind an amplifier (dB) and a converter (V, peak, at full scale).

        >>> Calibration.hydrophone(-176.0, full_scale=1.0) == Calibration.end_to_end(176.0)
        True
        """
        if not sensitivity < 0:
            raise SettingsError(
                f"hydrophone is {sensitivity:g}; it must be below 0 dB re 1 V/µPa: did you mean {-sensitivity:g}?"
            )
        level = 20 * math.log10(_volts(full_scale)) - sensitivity - gain
        return Calibration(_ratio(level), MICROPASCAL, _pairs(response))

    @staticmethod
    def microphone(sensitivity: float, *, full_scale: float, gain: float = 0.0, response: Any = ()) -> Calibration:
        """Of a microphone (mV/Pa) behind an amplifier (dB) and a converter (V, peak, at full scale).

        >>> Calibration.microphone(50.0, full_scale=1.0).scale
        20.0
        """
        if not sensitivity > 0:
            millivolts = 1000 * 10 ** (sensitivity / 20)
            raise SettingsError(
                f"microphone is {sensitivity:g}; it must be above 0 mV/Pa: {sensitivity:g} dB re 1 V/Pa is "
                f"{millivolts:.3g} mV/Pa"
            )
        scale = _volts(full_scale) / (sensitivity / 1000) * _ratio(-gain)
        return Calibration(scale, "Pa", _pairs(response))

    @staticmethod
    def volts(full_scale: float, *, gain: float = 0.0) -> Calibration:
        """Of a converter alone (V, peak, at full scale), behind an amplifier (dB)."""
        return Calibration(_volts(full_scale) * _ratio(-gain), "V")

    @staticmethod
    def tone(rms: float, level: float, unit: str = "Pa") -> Calibration:
        """Of a recording of a calibrator: its tone has this rms in the file and is `level` dB re 20 µPa (or 1 µPa).

        >>> round(Calibration.tone(0.05, 94.0).scale, 2)  # 94 dB re 20 µPa is 1 Pa
        20.05
        """
        if not rms > 0:
            raise SettingsError(f"rms is {rms}; the recording of the calibrator must not be silent")
        return Calibration(_REFERENCE.get(unit, 1.0) * _ratio(level) / rms, unit)

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> Calibration:
        """From named values, as flags or a TOML give them: one of `KINDS`, or full_scale alone.

        With "unit" the numbers are in it as they are: m/s² of an accelerometer in a table.

        Raises
        ------
        SettingsError
            A name that is none of `KEYS`, a value that is no number, too many of them or too few.

        Examples
        --------
        >>> Calibration.from_values({"hydrophone": -165, "gain": 20, "full_scale": 1.0}).unit
        'µPa'
        """
        for name, value in values.items():
            if name not in KEYS:
                raise SettingsError(f"{name} is not known here; a calibration has {', '.join(KEYS)}")
            if name == "unit" and not isinstance(value, str):
                raise SettingsError(f"unit is {value!r}; it must be a name, as µPa, Pa or V")
            number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            if name not in ("unit", "response") and not number:
                raise SettingsError(f"{name} is {value!r}; it must be a number")
        kinds = [name for name in KINDS if name in values]
        if len(kinds) > 1:
            raise SettingsError(f"{kinds[0]} and {kinds[1]} are both given; one of them must be")
        others = {name: values[name] for name in KEYS[len(KINDS) :] if name in values}
        whole = kinds and kinds[0] in ("unit", "end_to_end")
        if whole and ("gain" in others or "full_scale" in others):
            raise SettingsError(f"{kinds[0]} holds gain and full_scale already; give one or the other")
        if kinds == ["unit"]:
            return Calibration(1.0, checked_unit(values["unit"]), _pairs(others.get("response", ())))
        if kinds == ["end_to_end"]:
            return Calibration.end_to_end(values["end_to_end"], **others)
        if "full_scale" not in others:
            raise SettingsError("full_scale is missing; it must be the volts (peak) that the converter reads as 1.0")
        if not kinds:
            others.pop("response", None)
            return Calibration.volts(others.pop("full_scale"), **others)
        receiver = Calibration.hydrophone if kinds == ["hydrophone"] else Calibration.microphone
        return receiver(values[kinds[0]], **others)

    @staticmethod
    def from_toml(text: str) -> Calibration:
        """From a TOML text with the names of `from_values`; response is a list of [frequency, dB].

        >>> Calibration.from_toml("end_to_end = 176.0  # SoundTrap").unit
        'µPa'
        """
        try:
            return Calibration.from_values(toml_values(text))
        except TextError as error:
            raise TextError(f"it {error}") from None

    @staticmethod
    def from_fields(fields: Mapping[str, str]) -> Calibration | None:
        """From a file's own metadata, where they name it as `Sonograph|End To End`; None where they do not."""
        values: dict[str, Any] = {}
        for name, text in fields.items():
            found = re.fullmatch(r"(?:.*\.)?sonograph\|(.+)", name, re.IGNORECASE)
            key = found.group(1).strip().lower().replace(" ", "_") if found else ""
            if key == "unit":
                values[key] = text.strip()
            elif key in KEYS[:-1]:
                number = re.match(r"[-+]?\d+(?:\.\d+)?", text.strip().replace("−", "-"))
                if number is None:
                    raise SettingsError(f"{name} is {text[:40]!r}; it must be a number")
                values[key] = float(number.group())
        return Calibration.from_values(values) if values else None

    def response_at(self, frequencies: Any) -> np.ndarray:
        """How much more the receiver hears at these frequencies than `scale` says, dB; to be taken off a level.

        Between the rows of `response` it runs straight over the logarithm of frequency; beyond them it stays.

        >>> Calibration(1.0, "V", ((10.0, -6.0), (1000.0, 0.0))).response_at([1.0, 100.0, 5000.0])
        array([-6., -3.,  0.])
        """
        import numpy as np

        frequencies = np.asarray(frequencies, float)
        if not self.response:
            return np.zeros(frequencies.shape)
        at, decibels = np.array(self.response).T
        return np.interp(np.log(np.maximum(frequencies, at[0])), np.log(at), decibels)

    def correction(self, frequencies: Any) -> np.ndarray:
        """What a power at these frequencies is multiplied by, so that it does not show how the receiver hears.

        >>> Calibration(1.0, "V", ((10.0, -10.0), (1000.0, 0.0))).correction([10.0, 2000.0])
        array([10.,  1.])
        """
        return 10 ** (-self.response_at(frequencies) / 10)

    def doubt(self, rms: float) -> str:
        """Why a sound of this rms, in `unit`, cannot be; "" where it can.

        >>> Calibration.end_to_end(176.0).doubt(1e-3)
        'its level would be -60 dB re 1 µPa, which no sound has; check the calibration and its signs'
        """
        if self.unit not in _HEARD or not rms > 0 or not math.isfinite(rms):
            return ""
        level = 20 * math.log10(rms / _REFERENCE[self.unit])
        low, high = _HEARD[self.unit]
        if low <= level <= high:
            return ""
        where = f"{level:.0f} dB re {_reference(self.unit)}"
        return f"its level would be {where}, which no sound has; check the calibration and its signs"

    @property
    def digest(self) -> str:
        """A name of this calibration, the same everywhere: 16 hexadecimal digits of a SHA-256."""
        text = json.dumps([self.scale, self.unit, self.response], separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _volts(full_scale: float) -> float:
    if not (math.isfinite(full_scale) and full_scale > 0):
        raise SettingsError(f"full_scale is {full_scale}; it must be above 0 V (peak)")
    return float(full_scale)


def _ratio(decibels: float) -> float:
    """Of amplitudes; of what no number can hold, one that is as little a sound's."""
    return float(10 ** (min(max(decibels, -6000.0), 6000.0) / 20))


def _pairs(response: Any) -> tuple[tuple[float, float], ...]:
    try:
        return tuple((float(frequency), float(decibels)) for frequency, decibels in response)
    except (TypeError, ValueError):
        raise SettingsError("response is not a list of [frequency in Hz, dB] pairs") from None


def _reference(unit: str) -> str:
    return "1 µPa" if unit == MICROPASCAL else "20 µPa"
