"""Frequency axes: where hertz lie on a picture, which hertz a pixel row covers, and where numbers or notes stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sonograph import scales
from sonograph.errors import SettingsError
from sonograph.pictures import ticks
from sonograph.pictures.prefixes import prefix, rate
from sonograph.pictures.ticks import Ticks

Curve = Callable[[np.ndarray], np.ndarray]

LOWEST_HEARD = 20.0  # Hz
NOTES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
NAMED_TOGETHER = (range(12), (0, 2, 4, 5, 7, 9, 11), (0, 4, 7), (0, 7), (0,))


class Scale(NamedTuple):
    """From hertz to where equal steps are equally high, and back."""

    forward: Curve
    inverse: Curve
    words: str


def _octaves(hertz: np.ndarray) -> np.ndarray:
    return np.log2(np.maximum(hertz, 1e-9))


def _same(hertz: np.ndarray) -> np.ndarray:
    return np.asarray(hertz, float)


SCALES = {
    "linear": Scale(_same, _same, ""),
    "log": Scale(_octaves, np.exp2, ""),
    "mel": Scale(scales.hz_to_mel, scales.mel_to_hz, "mel scale"),
    "bark": Scale(scales.hz_to_bark, scales.bark_to_hz, "Bark scale"),
    "erb": Scale(scales.hz_to_erb, scales.erb_to_hz, "ERB scale"),
    "musical": Scale(_octaves, np.exp2, "A4 = 440 Hz"),
}


def evenest(centres: np.ndarray) -> str:
    """The scale on which bands are most evenly spaced.

    >>> evenest(scales.mel_to_hz(np.linspace(1, 40, 30))), evenest(1000 * 2.0 ** np.arange(-4, 4))
    ('mel', 'log')
    """
    if len(centres) < 3:
        return "linear"

    def unevenness(name: str) -> float:
        steps = np.diff(SCALES[name].forward(centres[centres > 0]))
        return float(np.std(steps) / np.mean(steps))

    return min((name for name in SCALES if name != "musical"), key=unevenness)


def limits(
    axis: str, frequencies: np.ndarray, nyquist: float, asked: tuple[float, float] | None
) -> tuple[float, float]:
    """From which frequency to which: as asked, else all that the axis can show.

    An axis of octaves has no place for 0 Hz: it begins at the first bin or band above, of bins at 20 Hz or more.
    """
    if asked is not None:
        low, high = asked
        if low >= nyquist:
            raise SettingsError(f"frequencies begin at {rate(low)}; this sound reaches {rate(nyquist)}")
        high = min(high, nyquist)
    else:
        low, high = 0.0, nyquist
    if axis in ("log", "musical") and low <= 0:
        first = float(frequencies[frequencies > 0].min(initial=nyquist))
        from_zero = bool((frequencies <= 0).any())  # bands that begin above it are shown whole
        low = min(max(first, LOWEST_HEARD if from_zero and nyquist > 10 * LOWEST_HEARD else 0.0), high / 2)
    return low, high


def within_bands(low: float, high: float, edges: np.ndarray) -> tuple[float, float]:
    """From `low` to `high`, but no further than bands (bands, 2) reach: beyond them there are no numbers to show.

    >>> within_bands(20.0, 11_025.0, np.array([[32.0, 33.6], [33.6, 35.2]]))
    (32.0, 35.2)
    """
    first, last = float(edges.min()), float(edges.max())
    if last <= low or high <= first:
        raise SettingsError(
            f"frequencies are {rate(low)} to {rate(high)}; the bands reach from {rate(first)} to {rate(last)}"
        )
    return max(low, first), min(high, last)


def bounds(axis: str, low: float, high: float, height: int) -> np.ndarray:
    """Where `height` pixel rows begin and end, Hz, (height + 1,)."""
    scale = SCALES[axis]
    low_high = scale.forward(np.array([low, high]))
    edges = scale.inverse(np.linspace(low_high[0], low_high[1], height + 1))
    edges[0], edges[-1] = low, high
    return edges


def place(axis: str, low: float, high: float, most: int) -> tuple[Ticks, str]:
    """Ticks in hertz, at most so many, and what the axis says."""
    if axis == "linear":
        return ticks.frequency(low, high, most)
    if axis == "musical" and len((notes := _notes(low, high, most)).places) > 1:
        return notes, f"Note ({SCALES[axis].words})"
    words = f", {SCALES[axis].words}" if SCALES[axis].words and axis != "musical" else ""
    there = _spread(axis, low, high, _round_numbers(low, high), most)
    if len(there) < 3:  # a narrow band, in which hardly a round number lies
        return ticks.frequency(low, high, most)[0], ticks.frequency(low, high, most)[1] + words
    return Ticks(there, [hertz(f) for f in there]), f"Frequency (Hz{words})"


def hertz(frequency: float) -> str:
    """A frequency as an axis has it.

    >>> hertz(400.0), hertz(1600.0), hertz(5e6), hertz(0.005), hertz(0.0002)
    ('400', '1.6k', '5M', '0.005', '200µ')
    """
    unit, name = (1.0, "") if 0.001 <= frequency < 1000 else prefix(frequency)
    return f"{frequency / unit:g}{name}"


def _round_numbers(low: float, high: float) -> list[float]:
    """Round frequencies, those that matter most first."""
    decades = [10.0**p for p in range(int(np.floor(np.log10(max(low, high / 1e6)))), int(np.ceil(np.log10(high))) + 1)]
    order = [1.0, 5.0, 2.0, 3.0, 4.0, 7.0, 1.5, 6.0, 8.0]
    return [0.0, *(float(f"{m * d:.6g}") for m in order for d in decades)]


def _spread(axis: str, low: float, high: float, candidates: Sequence[float], most: int) -> list[float]:
    """Of the candidates, in their order, those that keep their distance from the ones before."""
    forward = SCALES[axis].forward
    ends = forward(np.array([low, high]))
    room = (ends[1] - ends[0]) / max(1, most)
    kept: list[float] = []
    at: list[float] = []
    for candidate in candidates:
        if not low <= candidate <= high or (candidate == 0 and axis == "log"):
            continue
        here = float(forward(np.array(candidate)))
        if all(abs(here - other) >= room for other in at):
            kept.append(candidate)
            at.append(here)
    return sorted(kept)


def _notes(low: float, high: float, most: int) -> Ticks:
    """All twelve notes where they have room, else fewer of the scale, else one C in so many."""
    first, last = int(np.ceil(scales.hz_to_midi(low) - 1e-6)), int(np.floor(scales.hz_to_midi(high) + 1e-6))
    notes: list[int] = []
    for pitches in NAMED_TOGETHER:
        notes = [note for note in range(first, last + 1) if note % 12 in pitches]
        if len(notes) <= most:
            break
    notes = notes[:: -(-len(notes) // max(1, most)) or 1]
    words = [f"{NOTES[note % 12]}{note // 12 - 1}" for note in notes]
    return Ticks([float(scales.midi_to_hz(note)) for note in notes], words)
