"""How routes answer: by work that ends when its asker leaves, errors as one sentence, parameters as numbers."""

from __future__ import annotations

import json
import math
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sonograph.errors import LimitError, MissingExtra, OutputError, SettingsError, SonographError, SourceError
from sonograph.web.labels import ReadOnly, Stale
from sonograph.web.leaving import Left
from sonograph.web.recordings import Changed, Unknown
from sonograph.web.work import Cancelled

LARGEST_BODY = 16 << 20
"""Bytes of a request."""
GONE = 499
"""What is answered to nobody: the asker has left."""

STATUS: tuple[tuple[type[BaseException], int], ...] = (
    (ReadOnly, 403),
    (Stale, 412),
    (Unknown, 404),
    (Changed, 410),
    (SettingsError, 400),
    (LimitError, 413),
    (OutputError, 503),
    (MissingExtra, 503),
    (SourceError, 409),
    (MemoryError, 503),
)
"""The first that fits."""


def told(values: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON, in which what is no number is null."""
    body = json.dumps(finite(values), separators=(",", ":"), allow_nan=False)
    more = {"Cache-Control": "no-store", **(headers or {})}
    return Response(body, status, more, "application/json")


def octets(body: bytes, *, for_ever: bool) -> Response:
    """Bytes; `for_ever`: that never are others under this address."""
    keep = "private, max-age=31536000, immutable" if for_ever else "no-store"
    return Response(body, 200, {"Cache-Control": keep}, "application/octet-stream")


def finite(value: Any) -> Any:
    """Values as JSON can hold them."""
    if isinstance(value, dict):
        return {str(name): finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


async def error_reply(request: Request, error: Exception) -> Response:
    """An error as a sentence, with its status."""
    if isinstance(error, HTTPException):
        return told({"error": str(error.detail)}, error.status_code)
    if isinstance(error, Left | Cancelled):
        return Response(status_code=GONE)
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    words = str(error) or "there is not enough memory"
    if status == 500:
        words = f"this is a fault of Sonograph itself ({type(error).__name__}); please report it"
    return told({"error": words}, status)


HANDLERS: dict[Any, Any] = dict.fromkeys(
    (HTTPException, SonographError, MemoryError, Left, Cancelled, Exception), error_reply
)


async def body_of(request: Request) -> bytes:
    """All of a request's body.

    Raises
    ------
    LimitError
        It is too long.
    """
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > LARGEST_BODY:
            raise LimitError(f"the request has over {LARGEST_BODY:,} bytes; it must have fewer")
        parts.append(part)
    return b"".join(parts)


async def json_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request's body.

    Raises
    ------
    SettingsError
        It is none.
    """
    body = await body_of(request)
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise SettingsError("the request's body is no JSON object")
    return values


def whole(request: Request, name: str, most: int = 1 << 53) -> int:
    """A whole number from 0 on in the path.

    Raises
    ------
    Unknown
        It is none.
    """
    text = request.path_params[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= most):
        raise Unknown(f"{name} is {text[:20]!r}; it must be a whole number from 0 on")
    return int(text)


def number(request: Request, name: str, usual: float | None = None, *, least: float = -1e15) -> float:
    """A number in the query.

    Raises
    ------
    SettingsError
        It is none, or is missing and there is no usual one.
    """
    text = request.query_params.get(name)
    if text is None and usual is not None:
        return usual
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and least <= value <= 1e15):
        raise SettingsError(
            f"{name} is {(text or '')[:20]!r}; it must be a number" + (f" from {least:g} on" if least > -1e15 else "")
        )
    return value


def optional(request: Request, name: str, *, least: float = -1e15) -> float | None:
    """A number in the query, or None where it is not given."""
    return number(request, name, least=least) if request.query_params.get(name) else None
