"""`sonograph info --loudness`, `--levels` and `--octaves`: what meters and analysers read of each file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sonograph.cli.watched import Watched
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    import numpy as np

    from sonograph.cli.progress import Bar
    from sonograph.sounds.source import Source

READS = {"loudness": 2, "levels": 1, "octaves": 1}
"""How often each reads the sound."""


def loudness_facts(source: Source, bar: Bar) -> dict[str, Any]:
    """Loudness, its range and its maxima, and the true peak; None where there is none, and a sentence of why."""
    from sonograph.analysis.lufs import ABSOLUTE, loudness
    from sonograph.analysis.true_peak import true_peak

    try:
        found = loudness(_watched(source, bar))
        peak = _rounded(true_peak(_watched(source, bar)))
    except SettingsError as error:
        return {"loudness": None, "loudness_sentence": str(error)}
    quiet = math.isinf(found.integrated)
    return {
        "loudness": None if quiet else round(found.integrated, 3),
        "loudness_sentence": f"nothing is louder than {ABSOLUTE:g} LUFS" if quiet else "",
        "loudness_range": None if math.isnan(found.range) else round(found.range, 3),
        "momentary_max": _largest(found.momentary),
        "short_term_max": _largest(found.short_term),
        "true_peak": peak,
    }


def levels_facts(source: Source, weighting: str, bar: Bar) -> dict[str, Any]:
    """What a sound level meter reads of each channel, by the names that acousticians know, and the unit."""
    from sonograph.analysis.sound_levels import sound_levels

    try:
        found, name = sound_levels(_watched(source, bar), weighting), weighting
    except SettingsError as error:
        return {"levels": None, "levels_sentence": str(error)}
    levels = {f"L{name}eq": found.leq, f"L{name}E": found.sel, f"L{name}peak": found.peak}
    for letter, one in (("F", found.fast), ("S", found.slow)):
        levels |= {f"L{name}{letter}max": one.max, f"L{name}{letter}min": one.min}
    levels |= {f"L{name}F{share:g}": value for share, value in found.fast.exceeded.items()}
    return {"levels": {what: _rounded(values) for what, values in levels.items()}, "levels_unit": found.unit}


def octaves_facts(source: Source, per_octave: int, weighting: str, bar: Bar) -> dict[str, Any]:
    """The level of each band of each channel, lowest first, and the unit."""
    from sonograph.analysis.band_levels import band_levels

    try:
        found = band_levels(_watched(source, bar), per_octave, weighting=weighting)
    except SettingsError as error:
        return {"bands": None, "bands_sentence": str(error)}
    named = zip(found.names, found.centres, found.levels.T, strict=True)
    bands = [{"band": name, "centre": round(float(hz), 3), "levels": _rounded(row)} for name, hz, row in named]
    return {"bands": bands, "bands_total": _rounded(found.totals), "bands_unit": found.unit}


def loudness_rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Loudness for people."""
    if "loudness" not in facts:
        return []
    value = facts["loudness"]
    rows = [("loudness", f"none: {facts['loudness_sentence']}" if value is None else f"{value:.2f} LUFS")]
    if "true_peak" not in facts:
        return rows
    span, momentary, short = (facts[name] for name in ("loudness_range", "momentary_max", "short_term_max"))
    rows += [("range", f"{span:.2f} LU" if span is not None else "none: it needs 3 s that pass its gates")]
    rows += [("momentary", f"{momentary:.2f} LUFS at most")] if momentary is not None else []
    rows += [("short-term", f"{short:.2f} LUFS at most")] if short is not None else []
    return [*rows, ("true peak", f"{_said(facts['true_peak'])} dBTP")]


def levels_lines(facts: dict[str, Any]) -> list[str]:
    """Levels and bands for people, a number for each channel."""
    lines = []
    for name in ("levels", "bands"):
        if name in facts and facts[name] is None:
            lines.append(f"  {name:<12}none: {facts[f'{name}_sentence']}")
    if facts.get("levels"):
        lines.append(f"  {'levels':<12}{facts['levels_unit']}")
        lines += [f"    {name:<10}{_said(values)}" for name, values in facts["levels"].items()]
    if facts.get("bands"):
        lines.append(f"  {'bands':<12}{facts['bands_unit']}")
        lines += [f"    {one['band'].removeprefix('band_'):<10}{_said(one['levels'])}" for one in facts["bands"]]
        lines.append(f"    {'together':<10}{_said(facts['bands_total'])}")
    return lines


def _watched(source: Source, bar: Bar) -> Watched:
    """The source, counted by the bar, whose total holds it already."""
    bar.total -= source.n_samples
    return Watched(source, bar)


def _largest(values: np.ndarray) -> float | None:
    import numpy as np

    known = values[np.isfinite(values)]
    return round(float(known.max()), 3) if len(known) else None


def _rounded(values: np.ndarray) -> list[float | None]:
    """For JSON, which has no infinity: None in silence and where nothing is known."""
    return [round(float(value), 3) if math.isfinite(value) else None for value in values]


def _said(values: list[float | None]) -> str:
    return "  ".join("none" if value is None else f"{value:.2f}" for value in values)
