"""A surface as a page of its own, to be turned in the browser: 5 MB, most of it Plotly, so that it needs no network."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from sonograph.errors import MissingExtra
from sonograph.pictures import frequency, ticks, times
from sonograph.pictures.colours import palette
from sonograph.pictures.kinds.surface_points import REST, points
from sonograph.pictures.parts import Composition, notes
from sonograph.pictures.themes import THEMES
from sonograph.pictures.words import printable
from sonograph.pixels import scale
from sonograph.pixels.raster import Raster

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>html, body {{ margin: 0; height: 100%; overflow: hidden; background: {paper}; }}</style>
</head>
<body>
{drawing}
</body>
</html>
"""
BUTTONS = ["toImage", "zoom3d", "pan3d", "orbitRotation", "tableRotation", "resetCameraDefault3d"]
"""Those that work without a network."""


def page_of(raster: Raster, composition: Composition) -> str:
    """The page of a surface.

    Raises
    ------
    MissingExtra
        Plotly is not installed.
    """
    try:
        import plotly.graph_objects as plotly  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        raise MissingExtra("a page to turn needs Plotly: pip install '.[html]'") from None
    theme = THEMES[composition.look.theme]
    figure = plotly.Figure(plotly.Surface(**_surface(raster, composition)))
    words = [escape(printable(composition.title))] if composition.title else []
    words += [
        f"<span style='font-size: 12px; color: {theme.faint}'>{escape(note)}</span>" for note in notes(composition)
    ]
    figure.update_layout(
        title={"text": "<br>".join(words), "x": 0.02, "y": 1.0, "xanchor": "left", "yanchor": "top", "pad": {"t": 30}},
        paper_bgcolor=theme.paper, font={"color": theme.ink, "size": 13},
        margin={"l": 0, "r": 0, "t": 80, "b": 0}, scene=_scene(raster, composition),
    )  # fmt: skip
    config = {"displaylogo": False, "responsive": True, "modeBarButtons": [BUTTONS]}
    drawing = figure.to_html(
        full_html=False, include_plotlyjs=True, div_id="sonograph", config=config, default_height="100vh"
    )
    return PAGE.format(title=escape(printable(composition.title)) or "Sonograph", paper=theme.paper, drawing=drawing)


def _surface(raster: Raster, composition: Composition) -> dict[str, Any]:
    """The surface and its colour bar, in the colours of the levels: light from a side would change them."""
    low, high = composition.levels
    time, height, levels = points(raster, composition)
    hertz = scale.SCALES[raster.axis].inverse(height).round(1)
    colours = palette(composition.look.colours_shown)[np.linspace(0, 255, 64).round().astype(int)]
    there = ticks.level(low, high, 8)
    return {
        "x": time,
        "y": height,
        "z": levels.round(2),
        "customdata": np.repeat(hertz[:, None], len(time), axis=1),
        "hovertemplate": "%{x:.3f} s<br>%{customdata:,} Hz<br>%{z:.1f} " + escape(raster.unit) + "<extra></extra>",
        "colorscale": [[i / 63, "rgb({},{},{})".format(*colour)] for i, colour in enumerate(colours)],
        "cmin": low,
        "cmax": high,
        "colorbar": {
            "title": {"text": escape(raster.label), "side": "right"},
            "tickvals": there.places,
            "ticktext": there.words,
            "len": 0.8,
        },
        "lighting": {"ambient": 1.0, "diffuse": 0.0, "specular": 0.0, "fresnel": 0.0},
    }


def _scene(raster: Raster, composition: Composition) -> dict[str, Any]:
    """The box around it, with the numbers and words that the figure has."""
    theme, (low, high) = THEMES[composition.look.theme], composition.levels
    moments, time_words = times.time(raster.seconds[0], raster.seconds[1], 8, raster.start)
    hertz, hertz_words = frequency.place(raster.axis, float(raster.bounds[0]), float(raster.bounds[-1]), 8)
    forward, levels = scale.SCALES[raster.axis].forward, ticks.decimal(low, high, 4)
    sides = (
        ("x", time_words, moments, raster.seconds),
        (
            "y",
            hertz_words,
            ticks.Ticks(forward(np.array(hertz.places)).tolist(), hertz.words),
            forward(raster.bounds[[0, -1]]),
        ),
        ("z", raster.label, levels, (low, high)),
    )
    look = {"color": theme.ink, "gridcolor": theme.hatch, "backgroundcolor": theme.paper, "showbackground": True}
    scene: dict[str, Any] = {
        f"{side}axis": look
        | {"title": {"text": escape(words)}, "tickvals": there.places, "ticktext": there.words, "range": list(ends)}
        for side, words, there, ends in sides
    }
    return scene | {
        "aspectmode": "manual",
        "aspectratio": {"x": 1.9, "y": REST[0], "z": REST[1]},
        "camera": {"eye": {"x": 0.8, "y": -1.9, "z": 1.3}, "center": {"x": 0.05, "y": 0.0, "z": -0.15}},
    }
