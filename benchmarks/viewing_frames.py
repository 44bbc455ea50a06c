"""The viewer's page in headless Chromium: what a frame takes while one moves about, and how soon all is seen.

    python -m benchmarks.viewing_frames [FOLDER] [--size 1600x800] [--frames 60] [--axis mel] [--only pan] [--webgl]
    python -m benchmarks.viewing_frames FOLDER --memory 10 --file hour.wav

Ten minutes of 48 kHz are made in FOLDER (a temporary one) as WAV and FLAC and viewed by a server of its own process,
with Chromium on software GL. A frame is the time from one call of the page's `requestAnimationFrame` to the next while
each of them moves the view: what a person sees, at best 16.7 ms. Processor time is of all processes of the browser.
Prints Markdown.
"""

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

RATE = 48_000
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--use-gl=angle", "--use-angle=swiftshader"]
TICK = os.sysconf("SC_CLK_TCK")

MOVES = {
    "pan, dragged": "pointer(5 * (i < n / 2 ? -1 : 1), 0)",
    "pan, by a share": "pan(0.00731 * (i < n / 2 ? 1 : -1))",
    "pan in frequency": "show({low: 3000 + 40 * turn, high: 15000 + 40 * turn})",
    "zoom in time": "wheel(i < n / 2 ? -25 : 25, false)",
    "zoom of both axes": "wheel(i < n / 2 ? -25 : 25, true)",
    "range": "show({range: [-110 + turn, -20]})",
    "cursor": "show({cursor: {seconds: start + (end - start) * i / n, hertz: 4000}})",
}
"""What happens before each frame, in terms of the function below: frame `i` of `n`, `turn` goes up and down again."""

RUN = """async n => {
    const {app, stage} = document.body.sonograph, plot = app.plot, box = plot.getBoundingClientRect();
    const {start, end} = app.store.get(), pane = app.panes()[0];
    let x = box.left + pane.left + pane.width / 2, y = box.top + pane.top + pane.height / 2;
    const event = (kind, more) => {
        const what = {clientX: x, clientY: y, pointerId: 1, bubbles: true, cancelable: true, ...more};
        plot.dispatchEvent(kind === 'wheel' ? new WheelEvent(kind, what) : new PointerEvent(kind, what));
    };
    plot.setPointerCapture = () => undefined;  // of a pointer that no hand moves
    const pointer = (dx, dy) => { x += dx; y += dy; event('pointermove', {}) };
    const wheel = (deltaY, ctrlKey) => event('wheel', {deltaY: ctrlKey ? deltaY / 3 : deltaY, ctrlKey});
    const show = (view) => app.store.set(view);
    const pan = (share) => {
        const v = app.store.get(), by = share * (v.end - v.start);
        show({start: v.start + by, end: v.end + by});
    };
    const step = (i, turn) => { MOVE };
    const next = () => new Promise(requestAnimationFrame);
    event('pointerdown', {button: 0});
    if (!DRAGGED) event('pointerup', {});
    const times = [], drawn = stage.revision;
    for (let i = -5; i <= n; i++) {
        times.push(await next());
        if (i < n) step(Math.max(0, i), i < n / 2 ? Math.max(0, i) : n - i);
    }
    event('pointerup', {});
    return times.slice(5).map((t, i, all) => t - all[i - 1]).slice(1);
}"""


def write_sounds(folder, minutes=10):
    """Noise with sweeping calls in stereo, as WAV and FLAC; those that are there stay."""
    import soundfile

    paths = [folder / f"ten_minutes.{suffix}" for suffix in ("wav", "flac")]
    minute = np.random.default_rng(0).standard_normal((60 * RATE, 2)) * 0.01
    at = np.arange(RATE // 2) / RATE
    for i in range(0, 60, 2):
        call = 0.3 * np.sin(2 * np.pi * (1000 + 200 * i + 3000 * at) * at) * np.hanning(len(at))
        minute[i * RATE : i * RATE + len(at)] += call[:, None]
    for path in paths:
        if not path.exists():
            with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16") as file:
                for i in range(minutes):
                    file.write(np.roll(minute, i * 7919, axis=0))
    return paths


@contextlib.contextmanager
def serving(*words):
    """The address of `sonograph view` in a process of its own."""
    command = [sys.executable, "-m", "sonograph", "view", *map(str, words), "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def browser():
    """Chromium, with the GL that it computes itself."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        there = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield there
        there.close()


def processor():
    """Seconds of the processor that this process's browser has had so far, by what its processes are for."""
    parents, took = {}, {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            words = (process / "cmdline").read_text().replace("\0", " ").split()
            spent = (int(fields[11]) + int(fields[12])) / TICK
            parents[int(process.name)] = int(fields[1]), words, spent
    for number, (_, words, spent) in parents.items():
        above = number
        while above in parents and above != os.getpid():
            above = parents[above][0]
        if above == os.getpid() and words and "chrom" in Path(words[0]).name:
            kind = next((word.partition("=")[2] for word in words if word.startswith("--type=")), "browser")
            took[kind] = took.get(kind, 0) + spent
    return took


def settle(page):
    """Wait until all that is seen has come."""
    page.wait_for_function(
        "() => { const v = document.body.sonograph; return !!(v && v.stage.seen.draws.length && v.settled()) }",
        timeout=120_000,
    )


def p(times, share):
    return float(np.percentile(times, share))


def frames(page, names, n):
    """A row for each way of moving."""
    print("| | median, p95, longest (ms) | processor a frame (ms): page, GL, rest |\n|---|---|---|", flush=True)
    home = page.evaluate("() => document.body.sonograph.app.store.get()")
    for name in names:
        script = RUN.replace("MOVE", MOVES[name]).replace("DRAGGED", str("dragged" in name).lower())
        for _ in range(2):  # the first for the tiles
            page.evaluate("view => document.body.sonograph.app.store.set(view)", home)
            settle(page)
            page.wait_for_timeout(300)
            before = processor()
            times = page.evaluate(script, n)
            spent = {kind: 1000 * (now - before.get(kind, 0)) / n for kind, now in processor().items()}
        rest = sum(spent.values()) - spent.get("renderer", 0) - spent.get("gpu-process", 0)
        print(
            f"| {name} | {statistics.median(times):.0f}, {p(times, 95):.0f}, {max(times):.0f} | "
            f"{spent.get('renderer', 0):.0f}, {spent.get('gpu-process', 0):.0f}, {rest:.0f} |",
            flush=True,
        )


SEEN = """() => {
    const v = document.body.sonograph;
    const exact = (draw) => draw.mosaic.tiles.every((tile) => tile && tile.complete >= EXACT);
    return !!(v && v.stage.seen.draws.length && v.stage.seen.draws.every(exact));
}"""


def first(there, paths, folder, size):
    """A row for each file: from the command, with nothing in any cache, to what is seen of it."""
    print("| seconds from the command to | its address | something drawn | the exact picture | all settled |")
    print("|---|---|---|---|---|")
    for path in paths:
        context = there.new_context(viewport=size)
        cold, begun = folder / "cold", time.perf_counter()
        shutil.rmtree(cold, ignore_errors=True)
        with serving(path, "--cache", cold) as address:
            times = [time.perf_counter() - begun]
            page = context.new_page()
            page.goto(address)
            for condition in (
                SEEN.replace("EXACT", "0").replace("every((tile)", "some((tile)"),
                SEEN.replace("EXACT", "1"),
            ):
                page.wait_for_function(condition, polling=10, timeout=120_000)
                times.append(time.perf_counter() - begun)
            settle(page)
            times.append(time.perf_counter() - begun)
        context.close()
        print(f"| {path.name} | " + " | ".join(f"{one:.2f}" for one in times) + " |", flush=True)


PAN = """async seconds => {
    const {app} = document.body.sonograph, end = performance.now() + 1000 * seconds;
    const whole = app.recordings()[0].seconds;
    for (let i = 0; performance.now() < end; i++) {
        const v = app.store.get(), width = app.panes()[0].width, span = v.end - v.start, by = 90 * span / width;
        if (v.end + by > whole) app.store.set({start: 0, end: i % 2 ? span / 2 : Math.min(whole / 4, span * 3)});
        else app.store.set({start: v.start + by, end: v.end + by});
        await new Promise(requestAnimationFrame);
    }
}"""


def memory(page, minutes):
    """A row every half minute of panning over the whole recording: what the page holds once what is free is let go."""
    session = page.context.new_cdp_session(page)
    print("| minutes | heap MB | tiles MB | all buffers MB |\n|---|---|---|---|", flush=True)
    rows = []
    for i in range(round(2 * minutes) + 1):
        if i:
            page.evaluate(PAN, 30)
        session.send("HeapProfiler.collectGarbage")
        usage = session.send("Runtime.getHeapUsage")
        tiles = page.evaluate("() => document.body.sonograph.tiles.size")
        rows.append((i / 2, usage["usedSize"] / 1e6, tiles / 1e6, usage.get("backingStorageSize", 0) / 1e6))
        print("| {:.1f} | {:.1f} | {:.0f} | {:.0f} |".format(*rows[-1]), flush=True)
    late = np.array([row[:2] for row in rows[len(rows) // 2 :]])
    print(f"slope of the heap over the second half: {np.polyfit(late[:, 0], late[:, 1], 1)[0]:.2f} MB a minute")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--size", default="1600x800", help="of the window")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--axis", default="linear")
    parser.add_argument("--plane", default="salient")
    parser.add_argument("--seconds", type=float, default=60.0, help="that are seen")
    parser.add_argument("--only", default="", help="moves whose names hold this")
    parser.add_argument("--webgl", action="store_true", help="by the shader, though it is computed")
    parser.add_argument("--memory", type=float, metavar="MINUTES", help="of panning, instead, over --file")
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    size = {"width": width, "height": height}
    with contextlib.ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        paths = [given.file] if given.file else write_sounds(folder)
        there = stack.enter_context(browser())
        if not given.memory and not given.only:
            first(there, paths, folder, size)
        address = stack.enter_context(serving(paths[0], "--cache", folder / "cache"))
        page = there.new_page(viewport=size)
        page.add_init_script(f"localStorage.setItem('sonograph.webgl', '{'always' if given.webgl else ''}')")
        page.goto(address)
        settle(page)
        view = {"start": 120, "end": 120 + given.seconds, "axis": given.axis, "plane": given.plane}
        page.evaluate("view => document.body.sonograph.app.store.set(view)", view)
        settle(page)
        kind = "`${s.kind}, ${s.renderer.canvas.width} x ${s.renderer.canvas.height} pixels`"
        print("\n" + page.evaluate(f"() => {{ const s = document.body.sonograph.stage; return {kind} }}") + "\n")
        if given.memory:
            memory(page, given.memory)
        else:
            frames(page, [name for name in MOVES if given.only in name], given.frames)
    print(f"\nLoad of the machine, of {os.cpu_count()} cores: {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
