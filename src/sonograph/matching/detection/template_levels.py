"""How templates and recordings are heard: the settings, and levels of a template as those of the recording."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sonograph.computing.spectrogram import spectrogram
from sonograph.errors import SettingsError
from sonograph.matching.detection.correlation import Shape
from sonograph.matching.detection.templates import Template
from sonograph.settings import BandSettings, LevelSettings, LinearBank, StftSettings, stages, stft_of, whole_sound
from sonograph.sounds.source import Signal

WINDOW = 0.02
"""Seconds of a window, where the template is long and wide enough."""

BANDS = 24
"""In the narrowest template, so many at least, where the transform has the bins; twice as many over all."""

MOST_BANDS = 128
BELOW = 25.0
"""dB under its loudest, to which a template's own band and length are taken."""

DEEP = 45.0
"""dB under its loudest, at which a template is cut off: what is softer is its own recording's noise."""

SETTLED = 1.0
"""Seconds of noise before and after a template whose values know what was before, as PCEN does …"""

UNDER = 20.0
"""… so many dB under it: it is not heard out of silence."""

SHORTEST = 4
"""Frames of a template at least."""


@dataclass(frozen=True, eq=False)
class Hearing:
    """Templates, ready to be looked for in sounds of one rate and unit.

    settings : of the levels
    templates : at this rate, with the band that each is compared in
    shapes : of each
    notes : what was changed, in words
    """

    settings: Any
    sample_rate: float
    templates: tuple[Template, ...]
    shapes: tuple[Shape, ...]
    notes: tuple[str, ...]

    @property
    def hop(self) -> int:
        """Samples from frame to frame."""
        return stft_of(self.settings).hop

    @property
    def lead(self) -> int:
        """Samples from a frame's place in a sound back to its first."""
        stft = stft_of(self.settings)
        return stft.window_length // 2 if stft.edges in ("zeros", "missing", "reflect") else 0


def hearing_of(templates: list[Template], sample_rate: float, unit: str, settings: Any = None) -> Hearing:
    """How some templates are looked for in sounds of a rate.

    Raises
    ------
    SettingsError
        A template that is too short, or has nothing at these frequencies; settings that need the whole sound, have no
        frequencies, or are for another rate.
    """
    notes = [
        f"the template {one.name!r} is at {one.sound.sample_rate:g} Hz and was resampled to {sample_rate:g} Hz"
        + _cut(one, sample_rate)
        for one in templates
        if one.sound.sample_rate != sample_rate
    ]
    notes += [
        f"the template {one.name!r} is clipped: its harmonics are the recorder's; another would find more"
        for one in templates
        if one.is_clipped
    ]
    there = [one.at_rate(sample_rate) for one in templates]
    bands = [_band(one) for one in there]
    if settings is None:
        settings = _settings(there, bands, sample_rate)
    elif reason := whole_sound(settings):
        raise SettingsError(f"{reason}; a sound is looked for in blocks")
    elif settings.quantity == "power":
        settings = LevelSettings(of=settings)
    pairs = [_shape(one, band, settings, unit) for one, band in zip(there, bands, strict=True)]
    return Hearing(settings, sample_rate, tuple(t for t, _ in pairs), tuple(s for _, s in pairs), tuple(notes))


def _cut(template: Template, sample_rate: float) -> str:
    top = min(sample_rate, template.sound.sample_rate) / 2
    if template.high is not None and template.high > top:
        return f", its band cut at {top:g} Hz"
    return ""


def _band(template: Template) -> tuple[float, float]:
    """The band that a template is compared in."""
    rate = template.sound.sample_rate
    if template.low is not None and template.high is not None:
        return template.low, min(template.high, rate / 2)
    samples = template.samples
    n = 1 << max(5, min(11, int(math.log2(max(len(samples) / 4, 2)))))
    stft = StftSettings(window_length=n, hop=n // 2, edges="zeros")
    loudest = spectrogram(Signal(samples - samples.mean(), rate), stft).values.max(axis=1)
    loud = np.flatnonzero(10 * np.log10(np.maximum(loudest, 1e-30)) > 10 * math.log10(loudest.max()) - BELOW)
    width = rate / n
    low = max(0.0, (loud[0] - 1) * width) if template.low is None else template.low
    high = min(rate / 2, (loud[-1] + 1) * width) if template.high is None else template.high
    if low >= high:
        low, high = template.low or 0.0, template.high or rate / 2
    return float(low), float(high)


def _settings(templates: list[Template], bands: list[tuple[float, float]], sample_rate: float) -> Any:
    """Levels of bands fine enough for the narrowest template and windows short enough for the shortest."""
    shortest = min(one.duration for one in templates)
    narrowest = min(high - low for low, high in bands)
    low, high = min(low for low, _ in bands), max(high for _, high in bands)
    seconds = min(max(BANDS / narrowest, min(WINDOW, shortest / 8)), max(shortest / 6, 32 / sample_rate))
    n = 1 << max(5, round(math.log2(seconds * sample_rate)))
    width = sample_rate / n
    wanted = max(2 * BANDS, math.ceil(BANDS * (high - low) / narrowest))
    n_bands = max(2, min(MOST_BANDS, wanted, int((high - low) / width) - 1))
    stft = StftSettings(window_length=n, hop=max(1, n // 4), scaling="density", edges="inside")
    if (high - low) / (n_bands + 1) < width:  # hardly a bin to a band
        return LevelSettings(of=stft)
    return LevelSettings(of=BandSettings(of=stft, bands=LinearBank(n_bands=n_bands, low=low, high=high)))


def _shape(template: Template, band: tuple[float, float], settings: Any, unit: str) -> tuple[Template, Shape]:
    """A template's levels, from where it begins to where it ends, in the rows of its band."""
    stft = stft_of(settings)
    rate, samples = template.sound.sample_rate, template.samples
    n, hop = stft.window_length, stft.hop
    if len(samples) < n + hop or len(samples) < SHORTEST * hop:
        raise SettingsError(
            f"the template {template.name!r} lasts {template.duration:g} s, which is hardly a frame of {n / rate:g} s; "
            f"give a longer part, or settings with a shorter window"
        )
    samples = samples - samples.mean()
    decibels = settings.quantity == "level"
    pad = hop * -(-(n // 2 if decibels else max(n // 2, round(SETTLED * rate))) // hop)
    padded = np.concatenate([np.zeros(pad), samples, np.zeros(pad)])
    if not decibels:
        noise = np.random.default_rng(0).standard_normal(len(padded))
        padded += noise * np.sqrt(np.mean(samples**2)) * 10 ** (-UNDER / 20)
    found = spectrogram(Signal(padded, rate, unit), settings)
    rows = _rows(found, band, template)
    values = np.asarray(found.values, float)[rows]
    if decibels:
        values = np.maximum(values, values.max() - DEEP)
        loud = np.flatnonzero(values.max(axis=0) > values.max() - BELOW)
        first, stop = int(loud[0]), int(loud[-1]) + 1
    else:
        first, stop = pad // hop, values.shape[1] - pad // hop
    if stop - first < SHORTEST:
        raise SettingsError(
            f"the template {template.name!r} is loud in {stop - first} frames of {hop / rate:g} s only; give a longer "
            f"part, or settings with a smaller hop"
        )
    band_of = Template(template.sound, template.name, band[0], band[1])
    return band_of, Shape(values[:, first:stop], rows, decibels, first - pad / hop)


def _rows(found: Any, band: tuple[float, float], template: Template) -> slice:
    if found.rows not in ("bin", "band"):
        raise SettingsError(f"the settings give rows that are {found.rows}s; a sound is looked for in bins or bands")
    inside = np.flatnonzero((found.frequencies >= band[0]) & (found.frequencies <= band[1]))
    if len(inside) < 2:
        raise SettingsError(
            f"the template {template.name!r} is compared from {band[0]:g} to {band[1]:g} Hz, where the settings have "
            f"{len(inside)} rows; widen its band, or give settings with a longer window"
        )
    return slice(int(inside[0]), int(inside[-1]) + 1)


def kind_of(settings: Any) -> str:
    """Settings in words, for a report."""
    return " of ".join(type(stage).__name__ for stage in reversed(stages(settings)))
