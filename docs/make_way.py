"""Draw the picture of docs/how_it_works.md, light and dark: python docs/make_way.py"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import NamedTuple

WIDTH, HEIGHT = 960, 452
THEMES = {
    "light": {"paper": "#fff", "ink": "#1b1f24", "soft": "#566", "line": "#8b949e", "box": "#f2f5f8", "run": "#e3f0ec"},
    "dark": {"paper": "#111", "ink": "#e8ecf0", "soft": "#aab", "line": "#6d7884", "box": "#222830", "run": "#193630"},
}  # fmt: skip


class Box(NamedTuple):
    """A box: where it is, what it says, and where in the code it is."""

    x: int
    y: int
    width: int
    words: str
    below: str
    height: int = 54


RUN = Box(262, 150, 500, "Run: frames in order, through one chain", "computing/run.py", 176)
BOXES = {
    "file": Box(20, 20, 200, "file, array, microphone", "io: its bytes are checked"),
    "source": Box(262, 20, 200, "Source", "sounds: any range of samples"),
    "settings": Box(500, 20, 262, "settings", "settings: what, frozen, with a digest"),
    "whole": Box(20, 150, 200, "spectrogram", "one range: all frames"),
    "pieces": Box(20, 211, 200, "pieces", "one range after another"),
    "stream": Box(20, 272, 200, "Stream", "what the blocks complete"),
    "which": Box(276, 226, 144, "which samples?", "frames: integers"),
    "engine": Box(440, 226, 144, "engine", "transform, bands, log"),
    "stages": Box(604, 226, 144, "stages", "features/stages.py"),
    "result": Box(790, 211, 150, "Spectrogram", "numbers, names, units"),
    "picture": Box(20, 378, 216, "picture", "pixels, pictures, drawing"),
    "table": Box(261, 378, 206, "table of many files", "jobs, extract, tables"),
    "tensors": Box(492, 378, 206, "tensors", "learning: Torch, TensorFlow"),
    "sound": Box(724, 378, 216, "sound again, analysis", "inverse, analysis"),
}
ARROWS = [  # corners of lines, the last with a head
    [(220, 47), (262, 47)],
    [(362, 74), (362, 150)],
    [(631, 74), (631, 150)],
    [(220, 177), (262, 177)],
    [(220, 238), (262, 238)],
    [(220, 299), (262, 299)],
    [(420, 253), (440, 253)],
    [(584, 253), (604, 253)],
    [(762, 238), (790, 238)],
    [(865, 265), (865, 352), (128, 352), (128, 378)],
    [(364, 352), (364, 378)],
    [(595, 352), (595, 378)],
    [(832, 352), (832, 378)],
]
WORDS = [(370, 118, "read(range)"), (639, 118, "Pipeline: settings on an engine")]


def drawn(theme: dict[str, str]) -> str:
    """The picture as SVG."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="15" role="img" aria-labelledby="t">',
        '<title id="t">A file is a Source; settings on an engine are a Pipeline; a Run takes frames through it: '
        "the result is a Spectrogram, which becomes a picture, a table, tensors or sound.</title>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0.5 7.5 4 0 7.5z" fill="{theme["line"]}"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{theme["paper"]}"/>',
        *_box(RUN, theme["run"], theme),
    ]
    for box in BOXES.values():
        lines += _box(box, theme["box"], theme)
    for corners in ARROWS:
        points = " ".join(f"{x},{y}" for x, y in corners)
        lines.append(
            f'<polyline points="{points}" fill="none" stroke="{theme["line"]}" stroke-width="1.5" '
            'marker-end="url(#head)"/>'
        )
    lines += [f'<text x="{x}" y="{y}" fill="{theme["soft"]}" font-size="13">{words}</text>' for x, y, words in WORDS]
    return "\n".join([*lines, "</svg>", ""])


def _box(box: Box, fill: str, theme: dict[str, str]) -> list[str]:
    middle = box.x + box.width / 2
    place = f'x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="6"'
    return [
        f'<rect {place} fill="{fill}" stroke="{theme["line"]}"/>',
        f'<text x="{middle:g}" y="{box.y + 23}" text-anchor="middle" fill="{theme["ink"]}">{escape(box.words)}</text>',
        f'<text x="{middle:g}" y="{box.y + 42}" text-anchor="middle" fill="{theme["soft"]}" font-size="12">'
        f"{escape(box.below)}</text>",
    ]


if __name__ == "__main__":
    for name, theme in THEMES.items():
        (Path(__file__).parent / "pictures" / f"way-{name}.svg").write_text(drawn(theme), encoding="utf-8")
