"""How a picture was made, kept inside it: settings, version, sounds and range, as text of the PNG."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

from sonograph.pictures.parts import Composition, notes
from sonograph.pictures.words import printable
from sonograph.sounds.derived import ways
from sonograph.texts import json_values

KEY = "sonograph"


def recipe(composition: Composition) -> dict[str, Any]:
    """What a picture was made of and how, as plain values."""
    computed = composition.computed
    return {
        "version": _version(),
        "sounds": [
            {
                "name": printable(part.named.name),
                "sample_rate": part.named.sound.sample_rate,
                "channels": part.channels,
                "samples": [part.span.start, part.span.stop],
            }
            | ({"taken": ways(part.named.sound)} if ways(part.named.sound) else {})
            | ({"defaults": part.named.origin} if part.named.origin else {})
            | ({"over": [one.to_dict() for one in part.named.over]} if part.named.over else {})
            for part in composition.parts
        ],
        "settings": [one.settings.to_dict() for one in computed],
        "look": {name: value for name, value in dataclasses.asdict(composition.look).items() if value is not None},
        "levels": [round(level, 3) for level in composition.levels] if computed else None,
        "unit": None if composition.main.computed is None else composition.main.computed.unit,
    }


def _version() -> str:
    """Ours. The package is loaded whenever this runs; to import it here would be to import upwards."""
    return str(sys.modules["sonograph"].__version__)


def text(composition: Composition) -> dict[str, str]:
    """The recipe as the text chunks of a PNG."""
    return {
        "Software": f"Sonograph {_version()}",
        "Title": printable(composition.title),
        "Description": printable("; ".join(notes(composition))),
        KEY: json.dumps(recipe(composition)),
    }


def recipe_in(file: Any) -> dict[str, Any] | None:
    """The recipe that a PNG carries; None where it carries none, or is no PNG."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file, formats=("PNG",)) as image:
            found = getattr(image, "text", {}).get(KEY)
            value = json_values(found) if found else None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None
    return value if isinstance(value, dict) else None
