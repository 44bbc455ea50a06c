"""The routes of the viewer, on one page. What each answers is in the file that it names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sonograph.errors import SettingsError
from sonograph.settings import Settings
from sonograph.web import address, describing, measuring, page_files, pointing, sounding
from sonograph.web.leaving import worked
from sonograph.web.originals import Original
from sonograph.web.recordings import Recordings, Unknown
from sonograph.web.replies import HANDLERS, json_of, number, octets, optional, told, whole
from sonograph.web.security import Guarded
from sonograph.web.viewer import Look, Viewer


class Application(Guarded):
    """A viewer that is called as an ASGI application; `close()` ends its work and gives its threads back."""

    def __init__(self, viewer: Viewer, *, token: str | None) -> None:
        super().__init__(routes(viewer), token=token)
        self._viewer = viewer

    def close(self) -> None:
        """End all work for it."""
        self._viewer.close()


def application(
    recordings: Sequence[tuple[str, Any]] | Recordings,
    *,
    settings: Settings | None = None,
    token: str | None = None,
) -> Application:
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
    return Application(Viewer(known, look), token=token)


def routes(viewer: Viewer) -> Starlette:
    """All that a viewer answers."""
    recordings, layers = viewer.recordings, viewer.layers

    async def quick(request: Request, work: Callable[[threading.Event], Any]) -> Any:
        return await worked(request.receive, viewer.quick, work)

    async def slow(request: Request, work: Callable[[threading.Event], Any]) -> Any:
        return await worked(request.receive, viewer.slow, work)

    async def list_all(request: Request) -> Response:
        reply: Response = await slow(request, lambda cancelled: told(viewer.listed()))
        return reply

    async def describe(request: Request) -> Response:
        asked = await json_of(request)

        def work(cancelled: threading.Event) -> dict[str, Any]:
            sound = recordings.sound(str(asked.get("recording")))
            settings = describing.settings_of(asked.get("settings"), viewer.usual(sound), sound.source)
            return describing.described(layers.add(sound, settings))

        return told(await slow(request, work))

    async def tile(request: Request) -> Response:
        path = request.path_params
        names = path["recording"], path["settings"]
        try:
            asked = address.parsed(path["channel"], path["plane"], path["zoom"], path["place"])
        except SettingsError as error:
            raise Unknown(str(error)) from None

        def work(cancelled: threading.Event) -> tuple[bytes, bool]:
            try:
                return viewer.tile(layers.find(*names), asked, cancelled)
            except SettingsError as error:
                raise Unknown(str(error)) from None

        at_hand = layers.at_hand(*names, asked)
        body, exact = work(threading.Event()) if at_hand else await quick(request, work)
        return octets(body, for_ever=exact)

    async def wave(request: Request) -> Response:
        channel, level, column = (whole(request, name) for name in ("channel", "level", "column"))
        key = request.path_params["recording"]

        def work(cancelled: threading.Event) -> tuple[bytes, bool]:
            sound = recordings.sound(key)
            try:
                body, exact = layers.wave(sound, channel, level, column, cancelled)
            except SettingsError as error:
                raise Unknown(str(error)) from None
            return body, exact and key == sound.digest

        body, exact = await quick(request, work)
        return octets(body, for_ever=exact)

    async def samples(request: Request) -> Response:
        key, channel, part = request.path_params["recording"], whole(request, "channel"), _samples(request)
        work = lambda cancelled: pointing.samples_of(recordings.sound(key), channel, part)  # noqa: E731
        return octets(await quick(request, work), for_ever=False)

    async def level(request: Request) -> Response:
        path, channel = request.path_params, whole(request, "channel")
        sample, hertz = number(request, "sample"), number(request, "hertz")
        find = lambda: layers.find(path["recording"], path["settings"])  # noqa: E731
        return told(await quick(request, lambda cancelled: pointing.level_at(find(), channel, sample, hertz)))

    async def measure(request: Request) -> Response:
        path, channel, part = request.path_params, whole(request, "channel"), _samples(request)
        band = number(request, "low"), number(request, "high")
        find = lambda: layers.find(path["recording"], path["settings"])  # noqa: E731
        return told(await slow(request, lambda cancelled: measuring.box_of(find(), channel, part, band, cancelled)))

    async def sound(request: Request) -> Response:
        key, part, rate = request.path_params["recording"], _samples(request), number(request, "rate", least=1)
        slower, channel = number(request, "slow", 1.0), optional(request, "channel")
        low, high = optional(request, "low"), optional(request, "high")

        def work(cancelled: threading.Event) -> bytes:
            source = recordings.sound(key).source
            half = source.sample_rate / 2
            band = (
                None
                if low is None and high is None
                else (-half if low is None else low, half if high is None else high)
            )
            one = None if channel is None else int(channel)
            return sounding.pcm(source, part, rate, slow=slower, band=band, channel=one)

        return octets(await quick(request, work), for_ever=False)

    async def original(request: Request) -> Any:
        key, headers = request.path_params["recording"], request.headers
        found = await quick(request, lambda cancelled: recordings.sound(key))
        return Original(found, headers.get("range"), headers.get("if-range"))

    async def marks(request: Request) -> Response:
        recording = recordings.recording(request.path_params["recording"])
        if request.method == "PUT":
            sent, known = (await json_of(request)).get("marks"), request.headers.get("if-match")
            tag = await slow(request, lambda cancelled: viewer.labels.write(recording, sent, known))
            return told({}, headers={"ETag": tag})
        values, tag = await slow(request, lambda cancelled: viewer.labels.read(recording))
        return told(values, headers={"ETag": tag})

    async def picture(request: Request) -> Response:
        from sonograph.web import picturing  # Matplotlib, where it is asked for

        key, query = request.path_params["recording"], request.query_params
        format = query.get("format", "png")
        body = await slow(request, lambda cancelled: picturing.picture(viewer, key, query.get("view"), format))
        return Response(body, 200, {"Cache-Control": "no-store"}, picturing.TYPES[format])

    return Starlette(
        routes=[
            Route("/", page_files.index),
            Route("/app/{file}", page_files.file),
            Route("/recordings", list_all),
            Route("/describe", describe, methods=["POST"]),
            Route("/tiles/{recording}/{settings}/{channel}/{plane}/{zoom}/{place}", tile),
            Route("/waves/{recording}/{channel}/{level}/{column}", wave),
            Route("/samples/{recording}/{channel}", samples),
            Route("/level/{recording}/{settings}/{channel}", level),
            Route("/measure/{recording}/{settings}/{channel}", measure),
            Route("/sound/{recording}", sound),
            Route("/file/{recording}", original),
            Route("/marks/{recording}", marks, methods=["GET", "PUT"]),
            Route("/picture/{recording}", picture),
            Route("/events", viewer.events),
        ],
        exception_handlers=HANDLERS,
    )


def _samples(request: Request) -> range:
    """Samples from start to end, in the query."""
    start, end = number(request, "start"), number(request, "end")
    return range(int(start), max(int(start), int(end)))
