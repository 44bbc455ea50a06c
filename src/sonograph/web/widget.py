"""The viewer in a cell of a notebook: the same page, whose requests are messages to this kernel. No port is opened."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.errors import MissingExtra, SettingsError
from sonograph.settings import Settings
from sonograph.settings.arguments import answered
from sonograph.sounds.source import Source

if TYPE_CHECKING:
    from sonograph.web.asking import Answer

PAGE = Path(__file__).parent / "page"
STYLES = PAGE / "view.css"
METHODS = ("GET", "POST", "PUT")
LEAST, MOST = 240, 4000

Sound = str | os.PathLike[str] | Source


@answered
def view(
    sound: Sound | Sequence[Sound] | Mapping[str, Sound],
    settings: Settings | str | None = None,
    *,
    height: int = 560,
) -> Any:
    """The viewer of a sound in a notebook's cell: zoom, listen, read, measure.

    Parameters
    ----------
    sound
        A path, a Source or a Signal, or a list of them, or a dictionary of them by name: stacked on one time axis.
    settings
        What to compute, or a preset's name; `StftSettings()` by default. It can be changed on the page.
    height
        Of the cell, in pixels.

    Returns
    -------
    anywidget.AnyWidget
        A notebook shows it where it is the last value of a cell. `close()` frees what it holds.

    Raises
    ------
    MissingExtra
        anywidget or Starlette is not there.
    SourceError
        A file that cannot be read.
    SettingsError
        There is no sound, or the settings cannot be.

    Examples
    --------
    >>> from sonograph import signals
    >>> viewer = view({"a tone": signals.tone(1000.0, 1.0)}, height=400)
    >>> viewer.height
    400
    >>> viewer.close()
    """
    from sonograph.named.given import settings_of

    if not (isinstance(height, int) and LEAST <= height <= MOST):
        raise SettingsError(f"height is {height!r}; it must be {LEAST} to {MOST} pixels")
    sounds = _named(sound)
    kind = _widget()
    return kind(sounds, None if settings is None else settings_of(settings), height)


def _named(sound: Any) -> list[tuple[str, Source]]:
    """Sounds by their names."""
    from sonograph.io.audio import open as open_sound

    if isinstance(sound, Mapping):
        given = list(sound.items())
    else:
        several = sound if isinstance(sound, list | tuple) else [sound]
        given = [(_name(one, f"sound {i}" if len(several) > 1 else "sound"), one) for i, one in enumerate(several, 1)]
    if not given:
        raise SettingsError("there is no sound to view; give one, or a list of them")
    named = []
    for name, one in given:
        source = open_sound(one) if isinstance(one, str | os.PathLike) else one
        if not isinstance(source, Source):
            what = type(source).__name__
            raise SettingsError(f"{name} is a {what}; it must be a path, a Signal or another Source")
        named.append((str(name), source))
    return named


def _name(sound: Any, otherwise: str) -> str:
    path = sound if isinstance(sound, str | os.PathLike) else getattr(sound, "path", None)
    return os.path.basename(os.fspath(path)) if isinstance(path, str | os.PathLike) else otherwise  # noqa: PTH119


@cache
def _widget() -> Any:
    """The class of the widget, made where anywidget is."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise MissingExtra("the viewer in a notebook needs anywidget: pip install '.[jupyter]'") from None
    try:
        from sonograph.web.app import application
    except ImportError:
        raise MissingExtra("the viewer needs Starlette: pip install '.[jupyter]'") from None
    from sonograph.web.asking import Asker

    class Viewer(anywidget.AnyWidget):  # type: ignore[misc,unused-ignore]
        _esm = PAGE / "view.js"
        styles = traitlets.Unicode().tag(sync=True)
        height = traitlets.Int().tag(sync=True)

        def __init__(self, sounds: list[tuple[str, Source]], settings: Settings | None, height: int) -> None:
            super().__init__(styles=STYLES.read_text("utf-8"), height=height)
            self._viewer = application(sounds, settings=settings)
            self._asker = Asker(self._viewer)
            self.on_msg(self._heard)

        def _heard(self, widget: Any, message: Any, buffers: Sequence[Any]) -> None:
            """A request of the page, or that it has left one."""
            if not isinstance(message, dict):
                return
            number, leave = message.get("id"), message.get("leave")
            if isinstance(leave, int):
                self._asker.leave(leave)
            path, method = message.get("path"), message.get("method", "GET")
            if not isinstance(number, int) or not isinstance(path, str) or method not in METHODS:
                return
            headers = message.get("headers") or {}
            body = bytes(buffers[0]) if buffers else b""
            parts = bool(message.get("parts"))

            def reply(answer: Answer) -> None:
                facts = {"id": number, "status": answer.status, "headers": dict(answer.headers), "more": answer.more}
                self.send(facts, [answer.body])

            self._asker.ask(number, path, reply, method=method, headers=headers, body=body, parts=parts)

        def close(self) -> None:
            """End its requests, and take it off the page."""
            self._asker.close()
            self._viewer.close()
            super().close()

    return Viewer
