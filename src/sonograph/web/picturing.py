"""A picture of what the page shows, drawn as `sonograph draw` draws it: to print, and to put into a paper."""

from __future__ import annotations

import contextlib
import json
import threading
from io import BytesIO
from typing import Any

from sonograph.checks import one_of
from sonograph.errors import SettingsError, SonographError
from sonograph.io.mark import Mark
from sonograph.pictures.parts import Named
from sonograph.pictures.settings import PictureSettings
from sonograph.sounds.mono import mono
from sonograph.web import describing
from sonograph.web.viewer import Viewer

TYPES = {"png": "image/png", "svg": "image/svg+xml"}
AXES = {"linear": "linear", "log": "log", "mel": "mel", "note": "musical"}
REDUCTIONS = {"max": "max", "mean": "mean", "salient": "salient"}
MOST = 8
"""Recordings on a picture."""
_alone = threading.Lock()  # Matplotlib has one state for a process


def picture(viewer: Viewer, key: str, view: str | None, format: str) -> bytes:
    """The bytes of a picture of a view, the page's own JSON of it; without one, of a whole recording.

    Raises
    ------
    SettingsError
        A view or a format that cannot be.
    """
    from sonograph.drawing.sounds import composed
    from sonograph.pictures.figure import figure_of
    from sonograph.pictures.out.recipe import text
    from sonograph.pictures.out.save import save

    one_of("format", format, tuple(TYPES))
    values = _object(view)
    sounds, look = _named(viewer, key, values), _look(values)
    with _alone:
        composition, _ = composed(sounds, look)
        if composition is None:
            raise SettingsError("there is nothing to draw")
        file = BytesIO()
        save(figure_of(composition), file, format, text(composition))
    return file.getvalue()


def _object(view: str | None) -> dict[str, Any]:
    try:
        values = json.loads(view or "{}")
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise SettingsError("view is no JSON object; give the page's own")
    return values


def _named(viewer: Viewer, key: str, view: dict[str, Any]) -> list[Named]:
    """The recordings that are seen, each with its part of the time and its marks."""
    panes = view.get("recordings") or [{"id": key}]
    if not isinstance(panes, list) or not all(isinstance(pane, dict) for pane in panes):
        raise SettingsError("recordings of a view are no list of panes")
    arrangement = view.get("arrangement", "stack")
    panes = {"first": panes[:1], "second": panes[1:2] or panes[:1]}.get(arrangement, panes)
    if len(panes) > MOST:
        raise SettingsError(f"the view has {len(panes)} recordings; a picture has {MOST} at most")
    return [_pane(viewer, pane, view) for pane in panes]


def _pane(viewer: Viewer, pane: dict[str, Any], view: dict[str, Any]) -> Named:
    sound = viewer.recordings.sound(str(pane.get("id")))
    source = sound.source
    settings = describing.settings_of(view.get("settings"), viewer.usual(sound), source)
    channel = int(_number(pane, "channel", 0))
    if not 0 <= channel < source.n_channels:
        raise SettingsError(f"channel is {channel}; it must be 0 to {source.n_channels - 1}")
    later, ends = _number(pane, "offset", 0) / source.sample_rate, source.n_samples / source.sample_rate
    start = max(0.0, _number(view, "start", 0) - later)
    end = min(ends, _number(view, "end", ends) - later)
    if not start < end:
        raise SettingsError(f"{sound.recording.name}: is not seen between these times")
    name = sound.recording.name + (f", channel {channel}" if source.n_channels > 1 else "")
    marks: tuple[Mark, ...] = ()
    with contextlib.suppress(SonographError):  # a damaged file of labels is told where labels are asked for
        found, _ = viewer.labels.read(sound.recording)
        marks = tuple(Mark(m["start"], m["end"], m["text"], m["low"], m["high"]) for m in found["marks"])
    one = mono(source, channel=channel)
    return Named(one, name, settings, seconds=(start, end), marks=marks)


def _look(view: dict[str, Any]) -> PictureSettings:
    """How it looks, in the words of `draw`."""
    look: dict[str, Any] = {"axis": AXES.get(view.get("axis", "linear"), "linear")}
    look["reduction"] = REDUCTIONS.get(view.get("plane", "max"), "max")
    if view.get("high") is not None:
        look["frequencies"] = _number(view, "low", 0), _number(view, "high", 0)
    if view.get("arrangement") == "difference":
        return PictureSettings(view="difference", **look)
    if (levels := view.get("range")) is not None:
        look["range"] = tuple(levels) if isinstance(levels, list) else levels
    if view.get("colours") is not None:
        look["colours"] = str(view["colours"])
    return PictureSettings(**look)


def _number(values: dict[str, Any], name: str, usual: float) -> float:
    value = values.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise SettingsError(f"{name} is {str(value)[:20]!r}; it must be a number")
    return float(value)
