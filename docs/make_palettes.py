"""Writes src/sonograph/pictures/palettes.py: the perceptual colour maps, to be used without loading Matplotlib."""

import base64
from pathlib import Path

import numpy as np
from matplotlib import colormaps

NAMES = ("magma", "inferno", "viridis", "cividis", "plasma")
TARGET = Path(__file__).parents[1] / "src/sonograph/pictures/palettes.py"

lines = [
    '"""Perceptual colour maps as 256 × 3 bytes, base64: Matplotlib\'s, written by docs/make_palettes.py."""',
    "",
    "PALETTES = {",
]
for name in NAMES:
    text = base64.b64encode(np.round(colormaps[name](np.arange(256))[:, :3] * 255).astype(np.uint8).tobytes()).decode()
    lines += [f'    "{name}": (', *(f'        "{text[i : i + 108]}"' for i in range(0, len(text), 108)), "    ),"]
TARGET.write_text("\n".join([*lines, "}", ""]))
