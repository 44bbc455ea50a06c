"""What a model says of itself, checked: whoever shows it or asks it need not look whether it is there."""

from __future__ import annotations

import math
import re
from typing import Any

MOST_NUMBERS = 1_000_000
_WORDS = ("sonograph", "recipe", "settings_digest", "training_digest")
_MEASURED = ("accuracy", "balanced_accuracy", "majority", "log_loss", "calibration_error")
"""Of sounds that were held out."""


def are_facts(facts: dict[str, Any]) -> bool:
    """Whether all that a model says beside its classes, its rate and its parts is there and can be."""
    n_classes, held = len(facts["classes"]), facts.get("held_out")
    return (
        all(isinstance(facts.get(name), str) for name in _WORDS)
        and all(_is_count(facts.get(name)) for name in ("n_sounds", "n_files"))
        and _is_list(facts.get("sounds_of_class"), _is_count, n_classes, n_classes)
        and _is_list(facts.get("rates"), lambda rate: is_number(rate) and rate > 0, 1)
        and _is_list(facts.get("summary"), lambda kind: isinstance(kind, str), 0)
        and isinstance(facts.get("settings"), dict | None)
        and isinstance(held, dict)
        and all(is_number(held.get(name)) for name in _MEASURED)
        and _is_list(held.get("interval"), is_number, 2, 2)
        and _is_list(held.get("folds"), is_number, 1)
        and _is_list(held.get("recall"), is_number, n_classes, n_classes)
        and _is_list(held.get("sureness"), is_number, 2)
        and held["sureness"] == sorted(held["sureness"])
        and ("embedding" not in facts or _is_embedding(facts["embedding"], facts["sample_rate"]))
    )


def is_number(value: Any) -> bool:
    """Whether it is a finite number that a float can be."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 53


def _is_list(value: Any, of: Any, least: int, most: int | None = None) -> bool:
    return isinstance(value, list) and least <= len(value) <= (most or len(value)) and all(map(of, value))


def _is_embedding(named: Any, sample_rate: float) -> bool:
    """Whether it can be what a model says of the ONNX file that it learnt from."""
    return (
        isinstance(named, dict)
        and all(isinstance(named.get(name), str) for name in ("file", "sha256", "output"))
        and re.fullmatch("[0-9a-f]{64}", named["sha256"]) is not None
        and type(named.get("n_numbers")) is int
        and 0 < named["n_numbers"] <= MOST_NUMBERS
        and named.get("sample_rate") == sample_rate
        and "settings" in named
        and isinstance(named["settings"], dict | None)
    )
