"""The routes of the viewer, on one page. What each answers is in the file that it names."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sonograph.settings import Settings
from sonograph.web import describing, page_files
from sonograph.web.recordings import Recordings
from sonograph.web.replies import HANDLERS, json_of, told, worked
from sonograph.web.security import App, Guarded
from sonograph.web.viewer import Look, Viewer


def application(
    recordings: Sequence[tuple[str, Any]] | Recordings,
    *,
    settings: Settings | None = None,
    token: str | None = None,
) -> App:
    """The viewer of some sounds as an ASGI application, which a notebook calls without a network.

    Parameters
    ----------
    recordings
        Sounds with their names: Signals or open files.
    settings
        What is computed of them at first; `StftSettings()` by default.
    token
        What the first visit must bring; None: nobody is asked for one, as no network leads here.
    """
    known = recordings if isinstance(recordings, Recordings) else Recordings.of_sounds(recordings)
    look = Look() if settings is None else Look(settings=lambda source: settings)
    return Guarded(routes(Viewer(known, look)), token=token)


def routes(viewer: Viewer) -> Starlette:
    """All that a viewer answers."""

    async def list_recordings(request: Request) -> Response:
        rows, complete = await worked(request, viewer.slow, lambda cancelled: viewer.listing.rows())
        look = viewer.look
        defaults = {"range": look.range, "colours": look.colours, "axis": look.axis}
        return told({"recordings": rows, "complete": complete, "writable": False, "defaults": defaults})

    async def describe(request: Request) -> Response:
        asked = await json_of(request)

        def work(cancelled: threading.Event) -> dict[str, Any]:
            sound = viewer.recordings.sound(str(asked.get("recording")))
            return describing.described(sound, describing.settings_of(asked.get("settings"), viewer.usual(sound)))

        return told(await worked(request, viewer.slow, work))

    return Starlette(
        routes=[
            Route("/", page_files.index),
            Route("/app/{file}", page_files.file),
            Route("/recordings", list_recordings),
            Route("/describe", describe, methods=["POST"]),
            Route("/events", viewer.events),
        ],
        exception_handlers=HANDLERS,
    )
