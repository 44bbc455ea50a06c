"""Who may ask: one ASGI class around everything, which looks at the request before any route does.

* Host: only names of this machine pass, as a page elsewhere can have its own name lead here (DNS rebinding).
* A token, printed with the address, is exchanged at the first visit for a cookie; the address that stays has none.
* Origin: what writes must come from our own page; and a request that a browser says is another site's is refused.
* Every answer, also a refusal, says that nothing of elsewhere may be loaded into it, or it elsewhere.
"""

from __future__ import annotations

import ipaddress
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl, urlencode

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOCAL = ("localhost", "127.0.0.1", "[::1]")
READING = ("GET", "HEAD")

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
        b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
"""On every answer."""

LOCKED = (
    "<!doctype html><meta charset=utf-8><title>Sonograph</title><p>This page opens by the whole address that "
    "<code>sonograph view</code> printed, with its token. <p>If you came from there, <a href='/'>go on</a>."
)


class Guarded:
    """An application that only this machine, or who was given the token, can use.

    Parameters
    ----------
    app
        What answers those who may ask.
    token
        What the first visit has to bring; None asks for none of this, for an application that no network reaches.
    port
        By which the cookie is named, as the browser shares cookies between the ports of a machine.
    hosts
        Names that this machine has besides localhost.
    """

    def __init__(self, app: App, *, token: str | None, port: int = 0, hosts: Iterable[str] = ()) -> None:
        self.app, self.token = app, token
        self.cookie = f"sonograph_{port}"
        self.session = secrets.token_urlsafe(32)
        self.hosts = {*LOCAL, *(host.lower() for host in hosts)}
        self.any_address = bool(self.hosts - set(LOCAL))  # an address cannot be rebound as a name can

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or exchange the token for a cookie."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        if self.token is not None and (refusal := self._refusal(scope)) is not None:
            await _answer(send, scope, *refusal)
            return

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
            await send(message)

        await self.app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> tuple[int, list[tuple[bytes, bytes]], bytes] | None:
        """The answer to one who is not let in; None for who is."""
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        hosts = headers.get(b"host", [])
        if len(hosts) != 1 or (host := _host(hosts[0])) is None:
            return 400, [], b""
        if not self._is_ours(host):
            return 403, [], b""
        origins = headers.get(b"origin", [])
        own = [b"http://" + hosts[0], b"https://" + hosts[0]]
        if scope["method"] not in READING and any(origin not in own for origin in origins):
            return _refused("this came from another page than the viewer's own")
        arrives = scope["path"] == "/" and scope["method"] in READING
        if not arrives and headers.get(b"sec-fetch-site", [b"none"])[0] not in (b"same-origin", b"none"):
            return _refused("this came from another page than the viewer's own")
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in query if name == "token"]
        if given:
            if not arrives or not compare_digest(given[0].encode(), (self.token or "").encode()):
                return _locked(arrives)
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            cookie = f"{self.cookie}={self.session}; Path=/; HttpOnly; SameSite=Strict"
            where = "/" + (f"?{rest}" if rest else "")
            return 303, [(b"location", where.encode()), (b"set-cookie", cookie.encode())], b""
        if not any(compare_digest(value.encode(), self.session.encode()) for value in self._cookies(headers)):
            return _locked(arrives)
        return None

    def _is_ours(self, host: str) -> bool:
        if host in self.hosts:
            return True
        if not self.any_address:
            return False
        try:
            ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            return False
        return True

    def _cookies(self, headers: dict[bytes, list[bytes]]) -> list[str]:
        # by hand, as others of this machine's servers leave cookies that no parser goes beyond
        pairs = [part.strip().partition("=") for line in headers.get(b"cookie", []) for part in _text(line).split(";")]
        return [value for name, _, value in pairs if name == self.cookie]


def _text(value: bytes) -> str:
    return value.decode("latin-1")


def _host(value: bytes) -> str | None:
    """The name in a Host header, in small letters, without its port; None for what is none."""
    found = re.fullmatch(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?", value)
    return None if found is None else found[1].decode("ascii").lower()


def _locked(arrives: bool) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    if arrives:
        return 403, [(b"content-type", b"text/html; charset=utf-8")], LOCKED.encode()
    return _refused("there is no token with this; open the whole address that 'sonograph view' printed")


def _refused(why: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    return 403, [(b"content-type", b"application/json")], json.dumps({"error": why}).encode()


async def _answer(send: Send, scope: Scope, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    own = [*headers, length, (b"cache-control", b"no-store"), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
