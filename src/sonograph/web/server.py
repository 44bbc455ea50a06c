"""The viewer as a server of this machine: a port that is free, an address to open, and an end within a second."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from typing import Any

from sonograph.errors import MissingExtra, OutputError, SettingsError

PORT = 8765
TRIED = 100
"""Ports after the one that was asked for."""
FILES = 8192
"""Files and connections that may be open at a time, as far as the system allows."""


def check_extra() -> None:
    """Refuse where the packages of the viewer are not installed.

    Raises
    ------
    MissingExtra
        One of them is not.
    """
    from importlib.util import find_spec

    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"the viewer needs {' and '.join(missing)}: pip install '.[view]'")


def listening(host: str, port: int, talk: Callable[[str], None]) -> socket.socket:
    """A socket on the port, or the first free one after it, which is said.

    Raises
    ------
    SettingsError
        A port that cannot be; a host that this machine is not.
    OutputError
        No port is free, or none may be used.
    """
    if not 0 <= port <= 65535:
        raise SettingsError(f"--port is {port}; it must be 0 (any that is free) to 65535")
    for tried in range(port, min(port + TRIED, 65536)):
        try:
            found = _bound(host, tried)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and port:
                continue
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise SettingsError(f"--host is {host}; it must be a name or an address of this machine") from None
            reason = (error.strerror or "no reason given").lower()
            raise OutputError(f"port {tried}: may not be listened on ({reason}). Name another with --port.") from None
        if tried != port and port:
            talk(f"port {port} is in use; {tried} is taken instead.")
        return found
    raise OutputError(f"ports {port} to {tried}: are all in use. Name another with --port.")


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
        0
    ]
    made = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere it would share the port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(where)
        made.listen(2048)
    except OSError:
        made.close()
        raise
    return made


def names_of(host: str) -> list[str]:
    """The names by which others reach this machine; none where only it listens to itself."""
    if is_local(host):
        return []
    own = socket.gethostname()
    shown = f"[{host}]" if ":" in host else host
    return [shown, own, f"{own}.local", *([own.split(".")[0]] if "." in own else []), *_full_name(own)]


def _full_name(own: str) -> list[str]:
    with contextlib.suppress(OSError):
        return [socket.getfqdn(own)]
    return []


def is_local(host: str) -> bool:
    """Whether nobody but this machine can reach it there.

    >>> is_local("127.0.0.1"), is_local("0.0.0.0"), is_local("::1")
    (True, False, True)
    """
    import ipaddress

    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address(host: str, port: int, token: str) -> str:
    """What to open.

    >>> address("::1", 8765, "abc")
    'http://[::1]:8765/?token=abc'
    """
    if host in ("0.0.0.0", "::"):  # noqa: S104  # every address of this machine
        host = socket.gethostname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/?token={token}"


def serve(viewer: Any, sock: socket.socket, host: str, *, ready: Callable[[str], None]) -> None:
    """Answer until Ctrl-C or a signal to end; `ready` is called with the address once somebody can come."""
    import uvicorn

    from sonograph.web.app import routes
    from sonograph.web.security import Guarded

    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    _allow_files()
    port, token = sock.getsockname()[1], secrets.token_urlsafe(24)
    app = Guarded(routes(viewer), token=token, port=port, hosts=names_of(host))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", ws="none", server_header=False,
        timeout_graceful_shutdown=1, timeout_keep_alive=30,
    )  # fmt: skip
    config.timeout_graceful_shutdown = 0.4  # seconds, of which its Config takes whole ones

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: Any) -> None:
            viewer.end()
            super().handle_exit(sig, frame)

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            ready(address(host, port, token))

    try:
        with contextlib.suppress(KeyboardInterrupt):
            Server(config).run(sockets=[sock])
    finally:
        viewer.close()


def open_browser(where: str, talk: Callable[[str], None]) -> None:
    """Open an address in the browser of the user, in a thread; say so where there is none."""
    headless = sys.platform.startswith("linux") and not any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY"))
    if headless and "BROWSER" not in os.environ:
        talk("there is no screen here; open the address in a browser yourself.")
        return

    def work() -> None:
        try:
            done = webbrowser.open(where)
        except Exception:
            done = False
        if not done:
            talk("no browser could be opened; open the address in one yourself.")

    threading.Thread(target=work, name="browser", daemon=True).start()


def _allow_files() -> None:
    """As many connections as may be: each is a file of the process, and 1,024 are soon there."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
