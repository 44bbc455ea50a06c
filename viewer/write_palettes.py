"""Writes src/palettes.json from the Python table, so that page and pictures have the same colours."""

import base64
import json
from pathlib import Path

from sonograph.pictures.colours import PERCEPTUAL, palette

OUTPUT = Path(__file__).parent / "src" / "palettes.json"


def text() -> str:
    """All perceptual palettes, 256 × 3 octets each, base64."""
    table = {name: base64.b64encode(palette(name).tobytes()).decode() for name in PERCEPTUAL}
    return json.dumps(table, indent=1) + "\n"


if __name__ == "__main__":
    OUTPUT.write_text(text(), "utf-8")
