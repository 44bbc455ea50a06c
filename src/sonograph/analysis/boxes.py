"""What is in a box of a spectrogram: from the samples and frames inside it, never from pixels.

Times of the energy and the level of the band come of the samples, through a symmetric filter as wide as the box; the
peak, the mean and the frequencies of the energy come of the frames whose middles lie in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sonograph.analysis.box_energy import energy_of, share_of
from sonograph.analysis.box_frames import BoxFrames
from sonograph.checks import pair, whole
from sonograph.errors import SettingsError
from sonograph.io.sources import Sound, of_files
from sonograph.named.given import settings_of
from sonograph.notes import in_hertz
from sonograph.settings import LevelSettings, Settings, as_power, stft_of, whole_sound
from sonograph.settings.common import power_kind
from sonograph.sounds.derived import checked_source, is_complex
from sonograph.sounds.mono import mono
from sonograph.sounds.source import Source
from sonograph.spectrograms import describe
from sonograph.spectrograms.described import usual
from sonograph.units import level_unit, reference_power, resolved_reference

FLOOR = 1e-20
"""Silence, of the power that reads 0 dB: -200 dB."""


class Measure(NamedTuple):
    """One thing that is measured.

    label : what a selection table of Raven calls it
    """

    value: float | None
    unit: str
    label: str


@dataclass(frozen=True, kw_only=True)
class BoxMeasures:
    """What was measured in a box of one channel; None where there is nothing to measure.

    start, end, low, high : the box, seconds and Hz
    peak_level : of the loudest frame and row in it, dB; peak_time, peak_frequency : where that is
    mean_level : the mean power of its frames and rows, dB
    band_level : the mean square of its samples, of its frequencies alone, dB
    time_5, time_50, time_95 : when so much of its energy has passed, seconds
    frequency_5, frequency_50, frequency_95 : below which so much of its energy lies, Hz
    missing : the share of its samples that are missing
    level_unit, band_unit : what levels are in, of a row and of the band
    """

    channel: int
    start: float
    end: float
    low: float
    high: float
    peak_level: float | None
    peak_time: float | None
    peak_frequency: float | None
    mean_level: float | None
    band_level: float | None
    time_5: float | None
    time_50: float | None
    time_95: float | None
    frequency_5: float | None
    frequency_50: float | None
    frequency_95: float | None
    missing: float
    level_unit: str = field(repr=False)
    band_unit: str = field(repr=False)

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start

    @property
    def bandwidth(self) -> float:
        """Hz."""
        return self.high - self.low

    @property
    def measures(self) -> dict[str, Measure]:
        """All of it by name, each with its unit and what Raven calls it."""
        times = {f"time_{p}": Measure(getattr(self, f"time_{p}"), "s", label) for p, label in _TIMES.items()}
        tones = {f"frequency_{p}": Measure(getattr(self, f"frequency_{p}"), "Hz", label) for p, label in _TONES.items()}
        return {
            "start": Measure(self.start, "s", "Begin Time (s)"),
            "end": Measure(self.end, "s", "End Time (s)"),
            "low": Measure(self.low, "Hz", "Low Freq (Hz)"),
            "high": Measure(self.high, "Hz", "High Freq (Hz)"),
            "duration": Measure(self.duration, "s", "Delta Time (s)"),
            "bandwidth": Measure(self.bandwidth, "Hz", "Delta Freq (Hz)"),
            "peak_level": Measure(self.peak_level, self.level_unit, "Peak Power (dB)"),
            "peak_time": Measure(self.peak_time, "s", "Max Time (s)"),
            "peak_frequency": Measure(self.peak_frequency, "Hz", "Peak Freq (Hz)"),
            "mean_level": Measure(self.mean_level, self.level_unit, "Avg Power (dB)"),
            "band_level": Measure(self.band_level, self.band_unit, "Inband Power (dB)"),
            **times,
            "duration_90": Measure(_less(self.time_95, self.time_5), "s", "Dur 90% (s)"),
            **tones,
            "bandwidth_90": Measure(_less(self.frequency_95, self.frequency_5), "Hz", "BW 90% (Hz)"),
            "missing": Measure(self.missing, "", "Missing"),
        }

    def to_dict(self) -> dict[str, Any]:
        """The same ready for JSON."""
        return {name: one._asdict() for name, one in self.measures.items()}


_TIMES = {5: "Time 5% (s)", 50: "Center Time (s)", 95: "Time 95% (s)"}
_TONES = {5: "Freq 5% (Hz)", 50: "Center Freq (Hz)", 95: "Freq 95% (Hz)"}


@of_files
def measure_box(
    source: Sound,
    settings: Settings | str | None = None,
    *,
    seconds: tuple[float, float] | None = None,
    hertz: tuple[float, float] | None = None,
    channel: int = 0,
) -> BoxMeasures:
    """What is in a box of a spectrogram: its peak, its levels, and when and where its energy lies.

    Parameters
    ----------
    source
        A path or a Source, of any length.
    settings
        The frames and rows that are looked at; `StftSettings()` by default, of complex samples with sides="two".
    seconds, hertz
        The box; all of the sound, all frequencies by default: of complex samples those below 0 too.
    channel
        Counted from 0.

    Returns
    -------
    BoxMeasures
        Levels are in the unit of the sound. `measures` has each with its unit, and as Raven's tables call it.

    Raises
    ------
    SettingsError
        A box that is none or not within the sound; settings that give no power over frequency.
    SourceError
        A file that cannot be read.

    Examples
    --------
    >>> from sonograph import signals
    >>> box = measure_box(signals.tone(1000.0, 1.0, amplitude=0.5), seconds=(0.2, 0.8), hertz=(500.0, 2000.0))
    >>> round(box.band_level, 2), round(box.peak_frequency), round(box.time_50, 2)
    (-6.02, 1008, 0.5)
    """
    source = checked_source(source, iq=True)
    return measured(source, settings_of(settings, usual(source)), seconds, hertz, channel)


def measured(
    source: Source,
    settings: Settings,
    seconds: tuple[float, float] | None,
    hertz: tuple[float, float] | None,
    channel: int,
    between: Callable[[], None] = lambda: None,
) -> BoxMeasures:
    """The same of checked values; `between` is called again and again, and raises what shall end it."""
    channel = whole("channel", channel, 0, source.n_channels - 1)
    rate, one = source.sample_rate, mono(source, channel=channel)
    samples, band = _samples(source, seconds), _band(source, hertz)
    of, reference = _power(settings, source.unit)
    rows = describe(of, rate, source.unit)
    frames = BoxFrames(rows, of, samples, band, source)
    frames.look(one, between)
    energy, square, missing = energy_of(one, samples, band, between)
    if source.calibration is not None and source.calibration.response:  # it is taken off powers, not off samples
        square = frames.mean_square()
    peak_time, peak_frequency = frames.where(rate)
    times = [share_of(energy, share) for share in (0.05, 0.5, 0.95)]
    tones = [frames.frequency(share) for share in (0.05, 0.5, 0.95)]
    step = len(samples) / max(1, len(energy))
    when = [None if t is None else (samples.start + t * step) / rate for t in times]
    band_kind = power_kind("spectrum", usual(source).sides)
    full = reference_power(source.unit, band_kind)
    return BoxMeasures(
        channel=channel,
        start=samples.start / rate,
        end=samples.stop / rate,
        low=band[0],
        high=band[1],
        peak_level=_decibels(frames.peak, reference),
        peak_time=peak_time,
        peak_frequency=peak_frequency,
        mean_level=_decibels(frames.mean, reference),
        band_level=_decibels(square, full),
        time_5=when[0],
        time_50=when[1],
        time_95=when[2],
        frequency_5=tones[0],
        frequency_50=tones[1],
        frequency_95=tones[2],
        missing=missing,
        level_unit=level_unit(source.unit, of.power_kind, reference, stft_of(of).weighting),
        band_unit=level_unit(source.unit, band_kind, full),
    )


def _samples(source: Source, seconds: tuple[float, float] | None) -> range:
    n, rate = source.n_samples, source.sample_rate
    if n == 0:
        raise SettingsError("the sound has 0 samples; a box needs one or more")
    if seconds is None:
        return range(n)
    start, end = pair("seconds", seconds)
    if start >= end:
        raise SettingsError(f"the box is {start:g} to {end:g} s; it must begin before it ends")
    first, stop = max(0, round(start * rate)), min(n, round(end * rate))
    if first >= n or stop <= 0:
        raise SettingsError(f"the box is {start:g} to {end:g} s; this sound ends at {n / rate:g} s")
    return range(first, max(first + 1, stop))


def _band(source: Source, hertz: tuple[float, float] | None) -> tuple[float, float]:
    half = source.sample_rate / 2
    least = -half if is_complex(source) else 0.0
    if hertz is None:
        return least, half
    low, high = pair("hertz", in_hertz(hertz))
    if not (low < high and low < half and high > least):
        raise SettingsError(f"the box is {low:g} to {high:g} Hz; it must go up, within {least:g} to {half:g} Hz")
    return max(least, low), min(high, half)


def _power(settings: Settings, unit: str) -> tuple[Any, float]:
    """The power that settings are the level of, and what reads 0 dB."""
    of: Any = settings
    reference = None
    if isinstance(settings, LevelSettings):
        of, reference = settings.of, settings.reference
    of = as_power(of)
    if whole_sound(of) or of.quantity != "power" or of.rows not in ("bin", "band"):
        raise SettingsError(
            f"the settings give a {of.quantity} of {of.rows}s; a box is measured in a power over frequency"
        )
    zero = resolved_reference(None if reference == "max" else reference, unit, of.power_kind)
    return of, zero or 1.0


def _decibels(power: float, reference: float) -> float | None:
    return 10 * math.log10(max(power / reference, FLOOR)) if math.isfinite(power) else None


def _less(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b
