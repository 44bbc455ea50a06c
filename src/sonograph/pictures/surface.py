"""A spectrogram in three dimensions: time, frequency and level, each with its true numbers.

The surface has as many points as the eye can tell apart; each is the loudest of the frames and bins around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.errors import MissingExtra
from sonograph.pictures import axes as on
from sonograph.pictures import frequency, ticks
from sonograph.pictures.colours import colour_map, palette
from sonograph.pictures.layout import Box
from sonograph.pictures.paper import Paper
from sonograph.pictures.parts import Composition, notes
from sonograph.pictures.themes import THEMES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ELEVATION, AZIMUTH = 38.0, -62.0  # degrees: the sound comes towards the reader, low frequencies in front


def surface_of(composition: Composition) -> Figure:
    """Draw it."""
    import mpl_toolkits.mplot3d  # type: ignore[import-untyped]  # noqa: F401  # registers the projection

    sheet, look, theme = composition.sheet, composition.look, THEMES[composition.look.theme]
    paper = Paper(sheet, look.dpi, theme)
    panel, (low, high) = composition.panels[0], composition.levels
    time, height, levels = points(composition)
    share = (
        0.0,
        0.045,
        (panel.box.left + panel.box.width) / sheet.width,
        (sheet.note_top - 2 * sheet.em) / sheet.height,
    )
    axes: Any = paper.figure.add_axes(share, projection="3d", facecolor=theme.paper)
    axes.set_box_aspect((1.7, 1.2, 0.65), zoom=1.08)
    axes.view_init(ELEVATION, AZIMUTH)
    shades = colour_map(look.colours_shown)(np.clip((levels - low) / (high - low), 0, 1))
    axes.plot_surface(
        time[None, :] + 0 * levels,
        height[:, None] + 0 * levels,
        levels,
        facecolors=shades,
        rstride=1,
        cstride=1,
        linewidth=0,
        antialiased=False,
        shade=False,
    )
    _axes(axes, composition)
    mapped = _image(paper, composition)
    bar = Box(panel.box.left + panel.box.width + round(1.1 * sheet.em), panel.box.bottom, round(1.3 * sheet.em), 0)
    paper.colour_bar(bar._replace(height=panel.box.height), mapped, panel.made.label)
    paper.write(sheet.boxes[0].left, composition.title, notes(composition))
    return paper.figure


def points(composition: Composition) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seconds (columns,), places on the scale of the frequencies (rows,), levels within the range (rows, columns)."""
    panel = composition.panels[0]
    raster = panel.made
    edges = frequency.SCALES[raster.axis].forward(raster.bounds)
    levels = raster.levels[panel.channel]
    start, stop = raster.seconds
    time = start + (np.arange(levels.shape[1]) + 0.5) * (stop - start) / levels.shape[1]
    low, high = composition.levels
    return time, (edges[1:] + edges[:-1]) / 2, np.clip(levels, low, high)


def _axes(axes: Any, composition: Composition) -> None:
    theme, raster = THEMES[composition.look.theme], composition.panels[0].made
    low, high = composition.levels
    times, time_words = ticks.time(raster.seconds[0], raster.seconds[1], 6, raster.start)
    hertz, hertz_words = frequency.place(raster.axis, float(raster.bounds[0]), float(raster.bounds[-1]), 6)
    forward = frequency.SCALES[raster.axis].forward
    places, ends = forward(np.array(hertz.places)), forward(raster.bounds[[0, -1]])
    on.put_ticks(axes.xaxis, times)
    on.put_ticks(axes.yaxis, ticks.Ticks([float(p) for p in places], hertz.words))
    on.put_ticks(axes.zaxis, ticks.level(low, high, 4))
    axes.set(xlim=raster.seconds, ylim=ends, zlim=(low, high))
    labels = (time_words, hertz_words, raster.label)
    for axis, words in zip((axes.xaxis, axes.yaxis, axes.zaxis), labels, strict=True):
        axis.set_label_text(words, fontsize=on.LABEL, color=theme.ink)
        axis.set_tick_params(labelsize=on.TICK, labelcolor=theme.ink, pad=1)
        axis.line.set_color(theme.ink)
        axis.pane.set(facecolor=theme.paper, edgecolor=theme.faint)
        axis._axinfo["grid"].update(color=theme.missing, linewidth=on.LINE)


def _image(paper: Paper, composition: Composition) -> Any:
    """What the colour bar is the scale of."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    return ScalarMappable(Normalize(*composition.levels), colour_map(composition.look.colours_shown))


def page_of(composition: Composition) -> str:
    """The surface as a page of its own, to be turned in the browser; it needs no network.

    Raises
    ------
    MissingExtra
        Plotly is not installed.
    """
    try:
        import plotly.graph_objects as plotly  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        raise MissingExtra("a page to turn needs Plotly: pip install 'sonograph[html]'") from None
    raster, theme = composition.panels[0].made, THEMES[composition.look.theme]
    time, height, levels = points(composition)
    low, high = composition.levels
    colours = palette(composition.look.colours_shown)[np.linspace(0, 255, 64).round().astype(int)]
    scale = [[i / 63, "rgb({},{},{})".format(*colour)] for i, colour in enumerate(colours)]
    times, time_words = ticks.time(raster.seconds[0], raster.seconds[1], 8, raster.start)
    hertz, hertz_words = frequency.place(raster.axis, float(raster.bounds[0]), float(raster.bounds[-1]), 8)
    places = frequency.SCALES[raster.axis].forward(np.array(hertz.places))
    surface = plotly.Surface(
        x=time, y=height, z=levels.round(2), colorscale=scale, cmin=low, cmax=high,
        colorbar={"title": {"text": raster.label, "side": "right"}},
        hovertemplate="%{x:.3f} s, %{z:.1f} " + raster.unit + "<extra></extra>",
    )  # fmt: skip
    figure = plotly.Figure(surface)
    words = "<br>".join([composition.title, *(f"<sub>{_escaped(note)}</sub>" for note in notes(composition))])
    axis = {"color": theme.ink, "gridcolor": theme.hatch, "backgroundcolor": theme.paper}
    figure.update_layout(
        title={"text": words}, paper_bgcolor=theme.paper, font={"color": theme.ink},
        scene={
            "xaxis": axis | {"title": {"text": time_words}, "tickvals": times.places, "ticktext": times.words},
            "yaxis": axis | {"title": {"text": hertz_words}, "tickvals": list(places), "ticktext": hertz.words},
            "zaxis": axis | {"title": {"text": raster.label}, "range": [low, high]},
            "aspectmode": "manual", "aspectratio": {"x": 1.7, "y": 1.2, "z": 0.65},
            "camera": {"eye": {"x": 0.9, "y": -1.7, "z": 1.1}},
        },
    )  # fmt: skip
    return str(figure.to_html(include_plotlyjs=True, div_id="sonograph"))


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")
