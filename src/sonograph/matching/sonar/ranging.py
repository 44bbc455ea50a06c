"""An echogram of a plain recording of pings: when each was sent, what came back, from which range, how strong."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sonograph.analysis import seawater
from sonograph.checks import one_of
from sonograph.checks import quantity as checked_quantity
from sonograph.errors import SettingsError
from sonograph.io import audio
from sonograph.limits import Limits
from sonograph.matching.pulses.pulse_train import decibels
from sonograph.matching.sonar.echograms import GAINS, UNITS, Echogram
from sonograph.matching.sonar.ping_rows import PingRows
from sonograph.matching.sonar.pings import Pings, pings_of
from sonograph.matching.sonar.targets import bottom_of
from sonograph.settings.arguments import answered
from sonograph.sounds.derived import checked_source, recorded
from sonograph.sounds.source import Source
from sonograph.units import level_unit, reference_power

SPEED = 1500.0
"""m/s, where nothing is said of the water."""
MICRO = {"µPa": 1.0, "Pa": 1e6, "mPa": 1e3, "kPa": 1e9}
CELLS, NEIGHBOURS = 50, 10
"""Of ranges, whose quietest is noise; and pings to either side that it is taken over."""
OVER_NOISE = 3.0
"""dB over the noise that an echo must stand, or there is no data of it."""


@answered
def echogram(
    source: str | os.PathLike[str] | Source,
    *,
    pings: Any = None,
    ping_interval: float | None = None,
    first_ping: float | None = None,
    pulse: Any = None,
    band: tuple[float, float] | None = None,
    length: float | None = None,
    compress: bool = True,
    sound_speed: float | None = None,
    temperature: float | None = None,
    salinity: float = 35.0,
    depth: float = 0.0,
    ranges: tuple[float, float] | None = None,
    step: float | None = None,
    blind: float | None = None,
    gain: str = "40 log R",
    absorption: float | None = None,
    quantity: str = "level",
    source_level: float | None = None,
    beam: float | None = None,
    noise: bool = False,
    bottom: bool = False,
    channel: int = 0,
    limits: Limits | None = None,
) -> Echogram:
    """What came back of each ping of a recording, over range.

    Parameters
    ----------
    source
        A file or a Source of any length; what each ping gave is read by itself.
    pings
        When each was sent: seconds, `Mark`s, or the path of a table of marks, of which those called "echo" count for
        nothing. By default the pulses that `sonograph.pulses` finds, without their echoes.
    ping_interval
        Seconds from ping to ping, where they are regular: the first is found, and each of a known pulse looked for
        where it is due after the one before, as no two clocks agree.
    first_ping
        Seconds, of the first, where `ping_interval` is given and it cannot be found.
    pulse
        The pulse that was sent: a file, a Signal, or words as "chirp:12k-24k:4ms".
    band, length
        Of the pings, Hz and seconds, where the pulse is not known; by default found.
    compress
        Whether a known pulse is compressed by its matched filter, with unit gain.
    sound_speed
        m/s; by default by Mackenzie's equation from `temperature` (°C), `salinity` and `depth` (m), else 1500.
    ranges
        From which to which, m; by default from 0 to where the next ping begins.
    step
        m of range that each row is the mean over; by default what a sample is.
    blind
        m up to which there is no data, as the pulse itself is heard; by default half its length.
    gain
        "none", "20 log R" or "40 log R", onto a level, for the way there and back; absorption too, but with "none".
    absorption
        dB/m; by default by Francois and Garrison's equation from `temperature` …, else 0.
    quantity
        "level", or "TS" (target strength) or "Sv" (volume backscattering strength), for which the recording must be
        calibrated and the source level known.
    source_level
        Of the pulse over the twentieth of it that is strongest, dB re 1 µPa m (rms).
    beam
        Equivalent two-way beam angle, 10 log ψ, dB re 1 sr, for Sv.
    noise
        Whether the noise is taken off: the mean power of the quietest fiftieth of the ranges, of a ping and those near
        it; what stands less than 3 dB over it is no data.
    bottom
        Whether a bottom is looked for.
    channel
        Of the sound.
    limits
        How large an answer may be.

    Raises
    ------
    SettingsError
        What cannot be, as an interval shorter than the pulse, or Sv of a recording that is not calibrated; no pings.
    SourceError
        A file that cannot be read.
    LimitError
        An echogram larger than allowed; with the way out.

    Notes
    -----
    EL being the level of what came back, SL the source level, R the range and a the absorption: TS = EL - SL + 40 log R
    + 2 a R, and Sv = EL - SL + 20 log R + 2 a R - 10 log(c τ ψ / 2), where τ is the effective length of the pulse, of a
    compressed one behind its matched filter (as echopype's tau_effective). A range is c t / 2: of a compressed pulse
    from its beginning to the echo's, else from the middle of the ping to what is heard.

    Examples
    --------
    >>> from sonograph import signals
    >>> ping = signals.chirp(12_000, 24_000, 0.004, sample_rate=96_000)
    >>> heard = signals.echo_sounder(ping, n_pings=5, targets=[(12.0, -40.0)])
    >>> found = echogram(heard, pulse=ping, quantity="TS", source_level=200)
    >>> found.label, [(round(t.range, 2), round(t.strength, 1)) for t in found.targets(n=1)]
    ('TS (dB re 1 m²)', [(12.0, -40.0)])
    """
    asked = Asked(
        pings, ping_interval, first_ping, pulse, band, length, compress, sound_speed, temperature, salinity, depth,
        ranges, step, blind, gain, absorption, quantity, source_level, beam, noise, bottom, channel, limits or Limits(),
    )  # fmt: skip
    if isinstance(source, str | os.PathLike):
        return audio.settled(source, lambda opened: echogram_of(opened, asked))
    return echogram_of(checked_source(source), asked)


@dataclass(frozen=True)
class Asked:
    """What `echogram` is asked for, as it names it.

    Raises
    ------
    SettingsError
        It cannot be, whatever the sound.
    """

    pings: Any = None
    ping_interval: float | None = None
    first_ping: float | None = None
    pulse: Any = None
    band: Any = None
    length: float | None = None
    compress: bool = True
    sound_speed: float | None = None
    temperature: float | None = None
    salinity: float = 35.0
    depth: float = 0.0
    ranges: tuple[float, float] | None = None
    step: float | None = None
    blind: float | None = None
    gain: str = "40 log R"
    absorption: float | None = None
    quantity: str = "level"
    source_level: float | None = None
    beam: float | None = None
    noise: bool = False
    bottom: bool = False
    channel: int = 0
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        one_of("gain", self.gain, tuple(GAINS))
        one_of("quantity", self.quantity, ("level", *UNITS))
        for name, unit in (("sound_speed", "m/s"), ("ping_interval", "s"), ("step", "m"), ("length", "s")):
            if getattr(self, name) is not None:
                checked_quantity(name, getattr(self, name), unit, above=0)
        for name, unit in (("absorption", "dB/m"), ("blind", "m")):
            if getattr(self, name) is not None:
                checked_quantity(name, getattr(self, name), unit, least=0)
        if self.sound_speed is not None and self.temperature is not None:
            raise SettingsError("sound_speed is given with temperature, which gives it too; leave out one or the other")
        if self.pings is not None and self.ping_interval is not None:
            raise SettingsError("pings are given with ping_interval; leave out one or the other")
        if self.first_ping is not None:
            checked_quantity("first_ping", self.first_ping, "s", least=0)
            if self.ping_interval is None:
                raise SettingsError("first_ping is given without ping_interval, which says when the others were sent")
        if self.pulse is not None and (self.band is not None or self.length is not None):
            raise SettingsError("pulse is given with band or length, which it has itself; leave out one or the other")
        if self.ranges is not None and not (len(self.ranges) == 2 and 0 <= self.ranges[0] < self.ranges[1]):
            raise SettingsError(f"ranges is {self.ranges}; it must be two, 0 m or more, the first below the second")
        if self.quantity in UNITS and self.source_level is None:
            raise SettingsError(
                f'quantity is "{self.quantity}", which needs source_level, dB re 1 µPa m; without it there is only '
                f'quantity="level"'
            )
        if self.quantity == "Sv" and self.beam is None:
            raise SettingsError('quantity is "Sv", which needs beam: the equivalent two-way beam angle, dB re 1 sr')

    @property
    def speed(self) -> float:
        """Of sound, m/s."""
        if self.sound_speed is not None:
            return float(self.sound_speed)
        if self.temperature is None:
            return SPEED
        return seawater.sound_speed(self.temperature, self.salinity, self.depth)

    def lost(self, frequency: float) -> float:
        """On the way, dB/m."""
        if self.absorption is not None:
            return float(self.absorption)
        if self.temperature is None:
            return 0.0
        return seawater.absorption(frequency, self.temperature, self.salinity, self.depth)


def echogram_of(source: Source, asked: Asked) -> Echogram:
    """As `echogram`, of a Source."""
    if not 0 <= asked.channel < source.n_channels:
        raise SettingsError(f"channel is {asked.channel}; the sound has {source.n_channels}, counted from 0")
    checked_unit(asked, source.unit)
    pings = pings_of(source, asked)
    speed = asked.speed
    rows = PingRows(pings, asked, speed, pings.between(source.n_samples / source.sample_rate))
    _refuse_large(rows, len(pings.times), asked.limits)
    power = np.empty((len(pings.times), rows.n), np.float32)
    for row, time, following in zip(power, pings.times, np.append(pings.times[1:], np.inf), strict=True):
        row[:] = rows.power_of(source, asked.channel, float(time), float(following))
    power = power.T
    if asked.noise:
        power = _without_noise(power)
    return labelled(source, asked, pings, rows, power)


def checked_unit(asked: Asked, unit: str) -> None:
    """Refuse TS and Sv of a sound that is not calibrated."""
    if asked.quantity in UNITS and unit not in MICRO:
        raise SettingsError(
            f'quantity is "{asked.quantity}", which needs sound in µPa, and this is in {unit}: say what full '
            f'scale is (a calibration), or take quantity="level"'
        )


def _refuse_large(rows: PingRows, n_pings: int, limits: Limits) -> None:
    n_bytes = 4 * rows.n * n_pings
    if limits.bytes is not None and n_bytes > limits.bytes:
        wanted = rows.step * n_bytes / limits.bytes
        limits.check(f"the echogram (a step of {wanted:.2g} m would do)", bytes=n_bytes)


def labelled(source: Source, asked: Asked, pings: Pings, rows: PingRows, power: np.ndarray) -> Echogram:
    """An echogram of the power (ranges, pings) that came back of some pings, which is used up."""
    speed, lost = asked.speed, asked.lost(pings.frequency)
    scale, reference = MICRO.get(source.unit), reference_power(source.unit, "spectrum")
    power *= np.float32(scale**2 if scale else 1 / reference)
    unit = level_unit("µPa", "spectrum", 1.0) if scale else level_unit(source.unit, "spectrum", reference)
    effective = pings.effective_length
    away = np.maximum(rows.ranges, rows.step)
    spread = 10 * np.log10(away)
    gain = {"TS": "40 log R", "Sv": "20 log R"}.get(asked.quantity, asked.gain)
    with np.errstate(divide="ignore"):
        level = 10 * np.log10(power, out=power)
    level[~np.isfinite(level)] = np.where(np.isnan(level[~np.isfinite(level)]), np.nan, -400.0)
    depths = None
    if asked.bottom:
        wide = speed * (effective if pings.compressed else pings.length) / 2
        gained = level + (2 * spread)[:, None]
        depths = bottom_of(gained, rows.ranges, max(wide, rows.step), compressed=pings.compressed)
    onto = GAINS[gain] / 10 * spread + (2 * lost * rows.ranges if gain != "none" else 0)
    if asked.quantity in UNITS:
        assert asked.source_level is not None  # noqa: S101  # as it was checked
        onto = onto - asked.source_level
        unit = UNITS[asked.quantity]
    if asked.quantity == "Sv":
        assert asked.beam is not None  # noqa: S101
        onto = onto - decibels(speed * effective / 2) - asked.beam
    level += onto.astype(np.float32)[:, None]
    facts: dict[str, Any] = {"channel": asked.channel, "noise_taken_off": asked.noise, **pings.facts}
    file = recorded(source)
    if file is not None:
        facts["file"] = os.fsdecode(file.path) if isinstance(file.path, str | bytes | os.PathLike) else str(file.path)
    for name in ("source_level", "beam", "temperature"):
        if getattr(asked, name) is not None:
            facts[name] = getattr(asked, name)
    if asked.temperature is not None:
        facts |= {"salinity": asked.salinity, "depth": asked.depth}
        facts |= {"sound_speed_by": seawater.MACKENZIE} if asked.sound_speed is None else {}
        facts |= {"sound_absorption_by": seawater.FRANCOIS_GARRISON} if asked.absorption is None else {}
    return Echogram(
        values=level, ranges=rows.ranges, times=pings.times, quantity=asked.quantity, unit=unit, gain=gain,
        sound_speed=speed, absorption=lost, compressed=pings.compressed, pulse_length=pings.length,
        effective_length=effective, frequency=pings.frequency, bottom=depths, start=source.start, facts=facts,
    )  # fmt: skip


def _without_noise(power: np.ndarray) -> np.ndarray:
    """Power less that of the quietest ranges; NaN where little is left.

    De Robertis and Higginbottom, "A post-processing technique to estimate the signal-to-noise ratio and remove
    echosounder background noise", ICES Journal of Marine Science 64, 2007.
    """
    n_ranges, n_pings = power.shape
    cells = np.array_split(np.arange(n_ranges), min(CELLS, n_ranges))
    quiet = np.full(n_pings, np.nan)
    with np.errstate(invalid="ignore"):
        means = np.stack([_mean_there(power[cell], axis=0) for cell in cells])
        for ping in range(n_pings):
            near = _mean_there(means[:, max(0, ping - NEIGHBOURS) : ping + NEIGHBOURS + 1], axis=1)
            if np.isfinite(near).any():
                quiet[ping] = np.nanmin(near)
        return np.where(power - quiet > quiet * 10 ** (OVER_NOISE / 10), power - quiet, np.nan).astype(np.float32)


def _mean_there(values: np.ndarray, axis: int) -> np.ndarray:
    there = np.isfinite(values)
    count = there.sum(axis=axis)
    return np.where(there, values, 0).sum(axis=axis, dtype=float) / np.where(count, count, np.nan)
