"""The page itself: files that lie beside this one, and no others."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from sonograph.web.recordings import Unknown

FOLDER = Path(__file__).parent / "page"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""What is given out; anything else that lies there is not."""


async def index(request: Request) -> Response:
    """The page."""
    return _file("index.html")


async def file(request: Request) -> Response:
    """A file of it, by its name."""
    return _file(request.path_params["file"])


def _file(name: str) -> Response:
    with os.scandir(FOLDER) as entries:  # a name is looked for, never made into a path
        found = [entry for entry in entries if entry.name == name and entry.is_file(follow_symlinks=False)]
    kind = TYPES.get(os.path.splitext(name)[1])  # noqa: PTH122
    if not found or kind is None or name.startswith("."):
        raise Unknown("there is no such file of the page")
    return Response(Path(found[0].path).read_bytes(), 200, {"Cache-Control": "no-cache", "Content-Type": kind})
