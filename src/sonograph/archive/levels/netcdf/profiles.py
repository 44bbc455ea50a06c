"""Variables and globals of a day file, in the two forms that are in use: pbp's and SoundCoop's template 1.0."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sonograph import __version__
from sonograph.archive.levels.day import DAY, Day
from sonograph.archive.levels.netcdf.attributes import CHAIN_KEYS, Attributes
from sonograph.archive.levels.netcdf.quality import NO_DATA
from sonograph.archive.segments.moments import moment_at
from sonograph.archive.segments.segment import SECOND
from sonograph.checks import one_of

if TYPE_CHECKING:
    from sonograph.archive.levels.minutes import Minutes

PROFILES = ("pbp", "soundcoop")
ROWS = 1440
LOWEST = 0.1
"""Hz, what SoundCoop's files have in place of 0."""


class Variable(NamedTuple):
    """An array of a file, its dimensions and attributes."""

    dims: tuple[str, ...]
    values: np.ndarray
    attributes: dict[str, Any]


def variables(day: Day, quality: np.ndarray, profile: str, attributes: Attributes) -> dict[str, Variable]:
    """The variables of a day, 1440 rows whatever there is; quality : (minutes, bands) int8.

    "pbp": psd and frequency float32, from 0 Hz on. "soundcoop": float64, from 0.1 Hz on, and what of the receiver is
    known over `cal_frequency`.

    Raises
    ------
    SettingsError
        There is no such profile.
    """
    one_of("profile", profile, PROFILES)
    found, kind = day.minutes, np.float32 if profile == "pbp" else np.float64
    first = int(found.times[0]) // DAY * DAY
    rows = (found.times - first) // 60
    psd = np.full((ROWS, len(found.frequencies)), np.nan, kind)
    psd[rows] = found.levels
    effort, flags = np.zeros(ROWS, np.float32), np.full(psd.shape, NO_DATA, np.int8)
    effort[rows], flags[rows] = found.effort, quality
    times, frequencies = first + 60 * np.arange(ROWS, dtype=np.int64), found.frequencies.astype(kind)
    if profile == "soundcoop":
        frequencies[0] = LOWEST
    held = {
        "time": Variable(("time",), times, {
            "long_name": "Time beginning each 1-minute temporal bin", "standard_name": "time",
            "units": "seconds since 1970-01-01T00:00:00Z", "calendar": "standard", "actual_range": times[[0, -1]],
            "coverage_content_type": "coordinate",
        }),
        "frequency": Variable(("frequency",), frequencies, {
            "long_name": "Centre of each hybrid millidecade band", "standard_name": "sound_frequency", "units": "Hz",
            "actual_range": frequencies[[0, -1]], "coverage_content_type": "coordinate",
        }),
        "psd": Variable(("time", "frequency"), psd, _density(found)),
        "effort": Variable(("time",), effort, {
            "long_name": "Duration of input data available for each 1-minute bin", "units": "seconds",
            "coverage_content_type": "qualityInformation",
        }),
        "quality_flag": Variable(("time", "frequency"), flags, {
            "long_name": "Data quality flag", "standard_name": "quality_flag",
            "comment": "1 = Good, 2 = Not evaluated/Unknown, 3 = Compromised/Questionable, 4 = Unusable/Bad",
            "flag_values": np.array([1, 2, 3, 4], np.int8), "coverage_content_type": "qualityInformation",
            "flag_meanings": "good not_evaluated compromised unusable",
        }),
    }  # fmt: skip
    if day.sensitivity is not None:
        held["sensitivity"] = Variable(("frequency",), day.sensitivity.astype(np.float32), {
            "long_name": f"Sensitivity of the whole receiver, dB re full scale per 1 {found.unit}: a level re full "
                         f"scale less this is psd", "units": "dB", "coverage_content_type": "physicalMeasurement",
        })  # fmt: skip
    if profile == "soundcoop":
        held |= _chain(found.frequencies, attributes.calibration)
    for name, more in attributes.variables.items():
        if name in held:
            held[name].attributes.update(more)
    return held


def _density(found: Minutes) -> dict[str, Any]:
    words = {"units": found.level_unit, "coverage_content_type": "physicalMeasurement"}
    if found.unit == "µPa":
        return words | {
            "long_name": "Single-sided mean-square sound pressure spectral density re 1 micropascal^2/Hz",
            "standard_name": "sound_intensity_in_water", "comment": "ISO 18405 3.1.3.13",
        }  # fmt: skip
    return words | {"long_name": f"Single-sided mean-square spectral density, {found.level_unit}"}


def _chain(frequencies: np.ndarray, known: Mapping[str, Any]) -> dict[str, Variable]:
    """What is known of the receiver over `cal_frequency`, the centres of the bands; between rows by a straight line."""
    words = {
        "sensor_sensitivity": "Sensitivity of the hydrophone, dB re 1 V per 1 µPa",
        "preamp_gain": "Gain of the preamplifier, dB", "recorder_gain": "Gain of the recorder, dB",
        "analog_sensitivity": "Sensitivity of hydrophone and gains together, dB re 1 V per 1 µPa",
    }  # fmt: skip
    over = {
        name: np.interp(frequencies, *np.array(value, float).T) if isinstance(value, list)
        else np.full(len(frequencies), float(value))
        for name, value in known.items()
    }  # fmt: skip
    if not over:
        return {}
    if "sensor_sensitivity" in over:
        over["analog_sensitivity"] = np.sum([over[name] for name in CHAIN_KEYS if name in over], axis=0)
    axis = Variable(("cal_frequency",), frequencies.astype(np.float64), {
        "long_name": "Frequency of the calibration, the centre of each band", "units": "Hz",
        "standard_name": "sound_frequency", "coverage_content_type": "coordinate",
    })  # fmt: skip
    return {"cal_frequency": axis} | {
        name: Variable(("cal_frequency",), values, {
            "long_name": words[name], "units": "dB", "coverage_content_type": "physicalMeasurement",
        }) for name, values in over.items()
    }  # fmt: skip


def globals_of(day: Day, profile: str) -> dict[str, Any]:
    """What is known of a day: times, rate, and how it was made."""
    found, before = day.minutes, "".join(f"{line}\n" for line in day.history)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told: dict[str, Any] = {
        "Conventions": "CF-1.8, ACDD-1.3",
        "date_created": now,
        "history": f"{before}{now}: sonograph {__version__}, profile {profile}: Hann, 1 s, half overlap, mean of the "
                   f"density over frames without a gap",
        "time_coverage_resolution": "PT60S",
        "SamplingRate": found.sample_rate,
    }  # fmt: skip
    there = found.times[found.effort > 0]
    if len(there):
        first, end = int(there[0]), int(there[-1]) + 60
        told["time_coverage_start"] = f"{moment_at(first * SECOND):%Y-%m-%dT%H:%M:%SZ}"
        told["time_coverage_end"] = f"{moment_at(end * SECOND):%Y-%m-%dT%H:%M:%SZ}"
        told["time_coverage_duration"] = f"PT{(end - first) // 60}M"
    return told
