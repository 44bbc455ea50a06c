"""The facts of a file for people, a fact a line."""

from __future__ import annotations

import json
from typing import Any

from sonograph.cli import info_box, info_levels
from sonograph.units import all_hertz, duration, level_unit, reference_power, tuned

DAYS = 2 * 86_400
"""Seconds from which on a duration is told in days, not in hours, minutes and seconds."""


def words(facts: dict[str, Any]) -> str:
    """The same for people, a fact a line."""
    from sonograph.io.status import shown

    name = shown(facts["file"])
    if "model" in facts:
        return "\n".join([name, *(f"  {what:<18}{value}" for what, value in _model_rows(facts["model"]))])
    if "recipe" in facts:
        return "\n".join([name, *(f"  {k:<12}{json.dumps(v)}" for k, v in facts["recipe"].items())])
    unit = level_unit(facts["unit"], "spectrum", reference_power(facts["unit"], "spectrum"))
    rows = [
        ("format", facts["format"]),
        ("taken", ", ".join(facts["taken"]) if "taken" in facts else None),
        ("sample rate", _rate(facts["sample_rate"])),
        ("channels", f"{facts['n_channels']}"),
        ("samples", "complex (I/Q); the peak is of one part" if facts.get("is_complex") else None),
        ("centre", tuned(facts["centre"]) if facts.get("centre") else None),
        ("duration", _duration(facts)),
        ("start", facts["start"] or _local_start(facts)),
        ("unit", _no_unit(facts)),
        ("peak", _level(facts, "peak", unit)),
        ("rms", _level(facts, "rms", unit)),
        ("offset", _offset(facts)),
        *info_levels.loudness_rows(facts),
        ("device", facts["metadata"].get("device")),
        ("status", facts["status"] + (f" ({facts['reason']})" if facts["reason"] else "")),
    ]
    boxed = [*info_levels.levels_lines(facts), *(info_box.lines(facts["box"]) if "box" in facts else [])]
    return "\n".join([name, *(f"  {name:<12}{value}" for name, value in rows if value is not None), *boxed])


def _model_rows(model: dict[str, Any]) -> list[tuple[str, str]]:
    """What a model is, for people."""
    held = model["held_out"]
    low, high = held["interval"]
    listed = [f"{name} ({count})" for name, count in zip(model["classes"], model["sounds_of_class"], strict=True)]
    more = f" … {len(listed)} classes" if len(listed) > 20 else ""
    folds = ", ".join(f"{100 * one:.1f}" for one in held["folds"][:10])
    return [
        ("format", f"classifier, by Sonograph {model['sonograph']}"),
        ("classes", ", ".join(listed[:20]) + more),
        ("accuracy", f"{held['accuracy']:.1%} of sounds held out (95 % interval {low:.1%} to {high:.1%})"),
        ("folds", f"{len(held['folds'])}: {folds} %"),
        ("majority guess", f"{held['majority']:.1%}"),
        ("calibration error", f"{held['calibration_error']:.1%}"),
        ("recipe", model["recipe"]),
        _of_rows(model),
        ("sample rate", f"{all_hertz(model['sample_rate'])}, bands up to {all_hertz(model['sample_rate'] / 2)}"),
        ("settings", f"digest {model['settings_digest']}"),
        ("training list", f"{model['n_sounds']} sounds of {model['n_files']} files, digest {model['training_digest']}"),
    ]


def _of_rows(model: dict[str, Any]) -> tuple[str, str]:
    """What the model learnt from."""
    if "embedding" not in model:
        return "summary", ", ".join(model["summary"])
    named = model["embedding"]
    return "embedding", f"{named['n_numbers']} numbers of {named['file']}, SHA-256 {named['sha256']}"


def of_offset(facts: dict[str, Any]) -> str:
    """That the numbers are mostly offset, and what they are without it."""
    from sonograph.io.status import shown
    from sonograph.settings import SLOW

    unit = level_unit(facts["unit"], "spectrum", reference_power(facts["unit"], "spectrum"))
    without = facts["rms_without_offset"]
    words = "silence" if without is None else f"{without:.2f} {unit}"
    off = "draw takes it off each frame; features and listen do" if facts["sample_rate"] < SLOW else ""
    return (
        f"{shown(facts['file'])}: its offset of {_offset(facts)} is over half of its rms; without it the rms is "
        f"{words}. {off or 'draw, features and listen take it off'} with --remove-dc or "
        f"--high-pass HZ."
    )


def _offset(facts: dict[str, Any]) -> str:
    """The mean of each channel."""
    if facts["offset"] is None:
        return "not read"
    means = [mean for mean in facts["offset"] if mean is not None]
    if not means:
        return "no data"
    alike = means if len(set(means)) > 1 else means[:1]
    return f"{', '.join(f'{mean:.4g}' for mean in alike[:8])}{' …' if len(alike) > 8 else ''} {facts['unit']}"


def _rate(sample_rate: float) -> str:
    """A sample rate; of a slow series also how far its samples lie apart."""
    apart = f" (one every {duration(1 / sample_rate)})" if sample_rate < 1 else ""
    return all_hertz(sample_rate) + apart


def _local_start(facts: dict[str, Any]) -> str | None:
    """When it began by its own clock, and what would say in which zone; None where it does not tell."""
    from sonograph.io.starts import local_time

    local = local_time(facts["metadata"].get("fields", {}))
    if local is None:
        return None
    return f"{local.isoformat(' ')} in a zone that the file does not tell: --zone UTC, or another, says it"


def _no_unit(facts: dict[str, Any]) -> str | None:
    """What would say what the numbers of a table are in that are no full scale; None of others."""
    beyond = facts["format"] == "table" and facts["unit"] == "FS" and (facts["peak"] or 0.0) > 0
    return "not told, 1 is taken for full scale: --unit V, m or °C says what they are in" if beyond else None


def _duration(facts: dict[str, Any]) -> str:
    if facts["duration"] is None:
        return "the header does not say"
    minutes, seconds = divmod(facts["duration"], 60)
    hours, minutes = divmod(int(minutes), 60)
    clock = f" ({hours}:{minutes:02}:{seconds:06.3f})" if facts["duration"] >= 60 else ""
    clock = f" ({duration(facts['duration'])})" if facts["duration"] >= DAYS else clock
    return f"{facts['duration']:.3f} s{clock}, {facts['n_samples']} samples"


def _level(facts: dict[str, Any], name: str, unit: str) -> str:
    if facts["read"] == "header":
        return "not read"
    if facts[name] is not None:
        return f"{facts[name]:.2f} {unit}"
    if not facts["n_finite"]:
        return "no data"
    return "silence" if facts["peak"] is None else "more than numbers can hold"
