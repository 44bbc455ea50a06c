"""A page in headless Chromium that looks at a sound, and what is read from it."""

from __future__ import annotations

import base64
import contextlib
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--use-gl=angle", "--use-angle=swiftshader"]
PATIENCE = 60.0  # seconds; only a page that hangs takes them


def chromium() -> str:
    """Its path; skips the test where there is none."""
    pytest.importorskip("playwright", reason="Playwright, which drives the browser, is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine to look at the page with")
    return CHROMIUM


@contextlib.contextmanager
def served(application: Any) -> Iterator[str]:
    """The address of an application on the loopback, as long as the block lasts."""
    uvicorn = pytest.importorskip("uvicorn")
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(application, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


class Looking:
    """A page that looks at the first recording."""

    def __init__(self, page: Any, address: str):
        self.page = page
        self.faults: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(address)
        self.settle()

    def ask(self, script: str, given: Any = None) -> Any:
        """What a function of the viewer (`app`, `stage`, `tiles`, `settled`) and of `given` answers."""
        return self.page.evaluate(
            f"given => {{ const v = document.body.sonograph; return ({script})(v, given) }}", given
        )

    def settle(self) -> None:
        """Wait until all that is seen has come and is drawn."""
        ready = "() => { const v = document.body.sonograph; return !!(v && v.stage.seen.draws.length && v.settled()) }"
        frames = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
        end = time.monotonic() + PATIENCE
        for _ in range(2):  # what has come may ask for more
            self.page.evaluate(frames)
            while not self.page.evaluate(ready):
                assert time.monotonic() < end, f"the page does not come to rest: {self.faults}"
                self.page.wait_for_timeout(20)
        self.page.evaluate(frames)

    def see(self, **view: Any) -> None:
        """Change the view, and wait."""
        self.ask("(v, view) => v.app.store.set(view)", view)
        self.settle()

    def codes(self, of: str = "stage.read().codes") -> np.ndarray:
        """The code of every pixel of the plot, (height, width)."""
        script = f"""v => {{
            const {{width, height}} = v.stage.read();
            const octets = new Uint8Array(Uint16Array.from(v.{of}).buffer);
            let text = "";
            const some = 32768;
            for (let i = 0; i < octets.length; i += some) text += String.fromCharCode(...octets.subarray(i, i + some));
            return [width, height, btoa(text)];
        }}"""
        width, height, octets = self.ask(script)
        return np.frombuffer(base64.b64decode(octets), np.uint16).reshape(height, width)

    def place(self) -> dict[str, float]:
        """Left, top, width and height of the first picture on the plot."""
        return self.ask(
            "v => { const {left, top, width, height} = v.app.panes()[0]; return {left, top, width, height} }"
        )

    def picture(self, of: str = "stage.read().codes") -> np.ndarray:
        """The codes of the first picture."""
        at = {name: round(value) for name, value in self.place().items()}
        return self.codes(of)[at["top"] : at["top"] + at["height"], at["left"] : at["left"] + at["width"]]

    def point(self, x: float, y: float) -> None:
        """Move the pointer to a place on the plot."""
        box = self.page.locator(".plot").bounding_box()
        self.page.mouse.move(box["x"] + x, box["y"] + y)

    def reading(self, name: str) -> str:
        """What the read-out says of time, frequency, note or level."""
        return self.page.locator(f".readout output.{name}").evaluate("output => output.value")
