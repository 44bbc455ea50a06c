"""Frequency axes: where numbers or notes stand beside a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sonograph import scales
from sonograph.pictures import ticks
from sonograph.pictures.ticks import Ticks
from sonograph.pixels.scale import SCALES
from sonograph.units import prefix, tuned

NOTES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
NAMED_TOGETHER = (range(12), (0, 2, 4, 5, 7, 9, 11), (0, 4, 7), (0, 7), (0,))


def place(axis: str, low: float, high: float, most: int, centre: float = 0.0) -> tuple[Ticks, str]:
    """Ticks in hertz, at most so many, and what the axis says: from where they are counted, where that is not 0.

    >>> place("linear", -1e6, 1e6, 5, 433.92e6)[1]
    'Frequency from 433.92 MHz (kHz)'
    """
    if axis == "linear":
        numbers, words = ticks.frequency(low, high, most)
        return numbers, words.replace(" (", f" from {tuned(centre)} (") if centre else words
    unit, name = ticks.frequency_unit(high)
    if name.startswith("1/"):
        return _slow(axis, low, high, most, unit), f"Frequency ({name})"
    if axis == "musical" and len((notes := _notes(low, high, most)).places) > 1:
        return notes, f"Note ({SCALES[axis].words})"
    words = f", {SCALES[axis].words}" if SCALES[axis].words and axis != "musical" else ""
    there = _spread(axis, low, high, _round_numbers(low, high), most)
    if len(there) < 3:  # a narrow band, in which hardly a round number lies
        return ticks.frequency(low, high, most)[0], ticks.frequency(low, high, most)[1] + words
    return Ticks(there, [hertz(f) for f in there]), f"Frequency (Hz{words})"


def _slow(axis: str, low: float, high: float, most: int, unit: float) -> Ticks:
    """Ticks in cycles per hour, day or year."""
    there = _spread(axis, low, high, [f * unit for f in _round_numbers(low / unit, high / unit)], most)
    if len(there) < 3:
        return ticks.decimal(low, high, most, unit)
    return Ticks(there, [f"{f / unit:.6f}".rstrip("0").rstrip(".") for f in there])


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
    places: list[float] = []
    positions: list[float] = []
    for candidate in candidates:
        if not low <= candidate <= high or (candidate == 0 and axis == "log"):
            continue
        here = float(forward(np.array(candidate)))
        if all(abs(here - other) >= room for other in positions):
            places.append(candidate)
            positions.append(here)
    return sorted(places)


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
