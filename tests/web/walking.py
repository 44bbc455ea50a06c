"""A person at the viewer's page: a server of this process, Chromium on software GL, and what hands do.

A walk keeps a picture of each step where SONOGRAPH_STEPS names a folder, to be looked at.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ("--no-sandbox", "--enable-unsafe-swiftshader", "--use-gl=angle", "--use-angle=swiftshader")
TOKEN = "a-token-of-this-walk"  # noqa: S105
NO_BROWSER = "there is no Chromium, in which the viewer's page is tested; Debian: apt install chromium"
PATIENCE = 20_000
"""Milliseconds that a step may take before it counts as never; nothing is timed."""


class Running:
    """A viewer that answers on a port of this machine, until it is closed."""

    def __init__(self, *paths, labels=None, hits=None, cache=None):
        uvicorn = pytest.importorskip("uvicorn", reason="the viewer needs uvicorn: pip install '.[view]'")
        from sonograph.web.app import routes
        from sonograph.web.labels import Labels
        from sonograph.web.recordings import Recordings
        from sonograph.web.security import Guarded
        from sonograph.web.server import listening
        from sonograph.web.tiles import Tiles
        from sonograph.web.viewer import Viewer

        self.folder = Path(paths[0])
        recordings = Recordings.of_paths([str(path) for path in paths])
        tiles = None if cache is None else Tiles(cache=cache)
        self.viewer = Viewer(recordings, labels=Labels(recordings, labels, hits), tiles=tiles)
        sock = listening("127.0.0.1", 0, print)
        self.port = sock.getsockname()[1]
        app = Guarded(routes(self.viewer), token=TOKEN, port=self.port)
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
        config.timeout_graceful_shutdown = 1
        self.server = uvicorn.Server(config)
        self.server.install_signal_handlers = lambda: None
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [sock]}, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.address = f"http://127.0.0.1:{self.port}/?token={TOKEN}"

    def close(self):
        self.viewer.end()
        self.server.should_exit = True
        self.thread.join(10)
        self.viewer.close()


class Walker:
    """A page and what a person does on it."""

    def __init__(self, page, running, name, fragment=""):
        self.page, self.name, self.steps, self.faults = page, name, 0, []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self._hear(line))
        page.goto(running.address + fragment)
        self.settle()

    def _hear(self, line):
        if line.type == "error" and "status of 412" not in line.text:  # which the page is to deal with, and does
            self.faults.append(line.text)

    def settle(self):
        """Wait until what is seen has come and is drawn."""
        self.page.wait_for_function("() => document.body.sonograph?.app.panes().length")
        described = "app => app.store.get().recordings.every(pane => app.description(pane))"
        self.page.wait_for_function(f"() => ({described})(document.body.sonograph.app)")
        self.frame()
        self.page.wait_for_function("() => document.body.sonograph.tiles.settled")
        self.frame()

    def open(self, name):
        """Open a recording of the list by its name."""
        find = "name => document.body.sonograph.app.recordings().find(one => one.name === name).id"
        self.page.evaluate("id => document.body.sonograph.app.open([id])", self.page.evaluate(find, name))
        self.settle()

    def frame(self):
        """Wait until two frames have been drawn."""
        self.page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")

    def view(self):
        """What the page shows, as one value."""
        return self.page.evaluate("() => document.body.sonograph.app.store.get()")

    def until(self, condition):
        """Wait until a condition on the view holds, in JavaScript with `view`."""
        self.page.wait_for_function(
            f"() => {{ const view = document.body.sonograph.app.store.get(); return {condition}; }}"
        )

    def at(self, seconds, hertz, pane=0):
        """Where on the page a moment and a frequency are."""
        where = """([seconds, hertz, pane]) => {
            const {plot, panes} = document.body.sonograph.app;
            const one = panes()[pane], frame = plot.getBoundingClientRect();
            return [frame.left + one.time.x(seconds), frame.top + one.frequency.y(hertz)];
        }"""
        self.frame()
        return self.page.evaluate(where, [seconds, hertz, pane])

    def under(self, x, y, pane=0):
        """The moment and the frequency that are at a place on the page."""
        what = """([x, y, pane]) => {
            const {plot, panes} = document.body.sonograph.app;
            const one = panes()[pane], frame = plot.getBoundingClientRect();
            return [one.time.seconds(x - frame.left), one.frequency.hertz(y - frame.top)];
        }"""
        self.frame()
        return self.page.evaluate(what, [x, y, pane])

    def drag(self, start, end, *keys, pane=0):
        """Draw the pointer from one (seconds, hertz) to another with keys held."""
        mouse, keyboard = self.page.mouse, self.page.keyboard
        for key in keys:
            keyboard.down(key)
        mouse.move(*self.at(*start, pane))
        mouse.down()
        mouse.move(*self.at(*end, pane), steps=4)
        mouse.up()
        for key in keys:
            keyboard.up(key)

    def press(self, *keys):
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def said(self):
        """What the page has last said to those who listen to it."""
        return self.page.evaluate(
            "() => [...document.querySelectorAll('[aria-live]')].map(e => e.textContent).join(' ')"
        )

    def step(self, words):
        """Keep a picture of how the page is now, where somebody wants to look at it."""
        self.steps += 1
        if folder := os.environ.get("SONOGRAPH_STEPS"):
            self.settle()
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{folder}/{self.name}-{self.steps:02}-{words.replace(' ', '-')}.png")


def write_sounds(folder: Path) -> None:
    """What is walked through: a morning of calls, the same later and softer, bats, and one at another rate."""
    rate = 48_000
    rng = np.random.default_rng(7)
    time_ = np.arange(20 * rate) / rate
    calls = 0.002 * rng.standard_normal(time_.size)
    for begin, low, high in ((2.0, 2000, 4000), (6.0, 5000, 3000), (9.5, 2500, 2500), (14.0, 1500, 6000)):
        at = (time_ >= begin) & (time_ < begin + 1)
        phase = (time_[at] - begin) * low + (time_[at] - begin) ** 2 * (high - low) / 2
        calls[at] += 0.3 * np.sin(2 * np.pi * phase) * np.hanning(at.sum())
    hum = sum(0.05 / k * np.sin(2 * np.pi * 440 * k * time_) for k in range(1, 6))
    calls += np.where((time_ > 17) & (time_ < 19), hum, 0)
    soundfile.write(folder / "morning.wav", np.stack([calls, 0.5 * np.roll(calls, 40)], 1), rate, subtype="FLOAT")
    soundfile.write(folder / "later.wav", 0.5 * np.roll(calls, rate // 2), rate, subtype="FLOAT")
    soundfile.write(folder / "other_rate.wav", calls[::2], rate // 2, subtype="FLOAT")
    fast = np.arange(250_000) / 250_000
    bats = 0.001 * rng.standard_normal(fast.size)
    for begin in np.arange(0.05, 0.95, 0.1):
        at = (fast >= begin) & (fast < begin + 0.005)
        phase = (fast[at] - begin) * 80_000 - (fast[at] - begin) ** 2 * 40_000 / 0.005 / 2
        bats[at] += 0.4 * np.sin(2 * np.pi * phase) * np.hanning(at.sum())
    soundfile.write(folder / "bats.wav", bats, 250_000, subtype="FLOAT")


@pytest.fixture(scope="module")
def chromium():
    """The browser, for the tests of one file; others may want an event loop of their own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the viewer's page is tested with Playwright")
    if CHROMIUM is None:
        pytest.skip(NO_BROWSER)
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def walk(chromium, request):
    """Opens pages on a viewer: `walk(running)`; no page may have had a fault of its own."""
    contexts, walkers = [], []

    def go(running, fragment="", gpu="", **how):
        contexts.append(chromium.new_context(**{"viewport": {"width": 1010, "height": 540}, **how}))
        contexts[-1].add_init_script(f"localStorage.setItem('sonograph.webgl', '{gpu}')")  # "always": even in software
        name = request.node.name.removeprefix("test_")
        walkers.append(Walker(contexts[-1].new_page(), running, name, fragment))
        return walkers[-1]

    yield go
    for context in contexts:
        context.close()
    faults = [
        fault for walker in walkers for fault in walker.faults if "CONNECTION_REFUSED" not in fault
    ]  # its viewer ended
    assert not faults, faults


@pytest.fixture(scope="module")
def morning(tmp_path_factory):
    """A viewer of the sounds that are walked through."""
    folder = tmp_path_factory.mktemp("morning")
    write_sounds(folder)
    running = Running(folder)
    yield running
    running.close()
