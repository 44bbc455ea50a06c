"""The viewer's server: many clients who pan over many recordings at once, its memory, and how long a tile takes.

    python -m benchmarks.viewing_server FOLDER [--clients 200] [--recordings 20] [--seconds 60] [--minutes 2]

Recordings of noise are made in FOLDER, and kept for the next run. Each client opens one and pans over it: a
view's tiles, four at a time, as the page does, then half a second to look at it. Once cold, once again when all of it
is in memory. Prints Markdown.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

AT_ONCE = 4
"""Requests of a client."""
LEVELS = range(3, 7)
"""Zooms at which tiles are computed when asked for; of 20 recordings of 2 minutes they fit into memory."""
LATER = 10, 70
"""Seconds after which memory is looked at: what is free is given back by then, and then tiles that are cheap."""
PAUSE = 0.5
"""Seconds that a view is looked at."""


def write_recordings(folder, count, minutes):
    """WAV files of noise, as many as are asked for."""
    import soundfile

    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"noise-{minutes:g}-{i}.wav" for i in range(count)]
    for i, path in enumerate(paths):
        if not path.exists():
            noise = np.random.default_rng(i).standard_normal(round(minutes * 60 * 48_000)).astype("f4") / 10
            soundfile.write(path, noise, 48_000, subtype="PCM_16")
    return paths


@contextlib.contextmanager
def serving(paths, cache):
    """A server of its own process; its address and its number."""
    words = [sys.executable, "-m", "sonograph", "view", *map(str, paths), "--no-browser", "--port", "0"]
    process = subprocess.Popen([*words, "--cache", str(cache)], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.terminate()
        process.wait(10)


def resident(pid):
    """MB that a process has in memory."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1000


class Client:
    """One connection's worth of a page: HTTP/1.1 on a few sockets, as a browser keeps them."""

    def __init__(self, host, port, cookie):
        self.host, self.port, self.cookie = host, port, cookie
        self.free = asyncio.Queue()
        for _ in range(AT_ONCE):
            self.free.put_nowait(None)

    async def ask(self, path, method="GET", body=b""):
        """Status and body."""
        pair = await self.free.get()
        try:
            if pair is None:
                pair = await asyncio.open_connection(self.host, self.port, limit=1 << 22)
            reader, writer = pair
            head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nCookie: {self.cookie}\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
            top = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(re.search(r"content-length: (\d+)", top)[1])
            return int(top.split()[1]), await reader.readexactly(length)
        except BaseException:
            pair = None
            raise
        finally:
            self.free.put_nowait(pair)

    async def close(self):
        while not self.free.empty():
            if (pair := self.free.get_nowait()) is not None:
                pair[1].close()


async def pan(client, recording, until, chance, took, errors):
    """Go over a recording at chance places and zooms until a time."""
    _status, body = await client.ask("/describe", "POST", json.dumps({"recording": recording}).encode())
    said = json.loads(body)
    root = f"/tiles/{said['recording']}/{said['settings']}/0/max"

    async def tile(level, column, row):
        begun = time.perf_counter()
        try:
            status, body = await client.ask(f"{root}/{level}.0/{column}.{row}")
            if status != 200 or body[:4] != b"SGT1":
                errors.append(status)
        except (OSError, asyncio.IncompleteReadError) as error:
            errors.append(repr(error))
        took.append(time.perf_counter() - begun)

    while time.perf_counter() < until:
        level = chance.choice(LEVELS)
        columns = max(1, -(-said["n_frames"] // (256 << level)))
        first = chance.randrange(columns)
        seen, rows = range(first, min(first + 2, columns)), range(max(1, said["n_rows"] // 512))
        await asyncio.gather(*(tile(level, column, row) for column in seen for row in rows))
        await asyncio.sleep(PAUSE)


async def crowd(address, clients, seconds):
    """All clients at once; how long each tile took, and what went wrong."""
    host, port = address.split("/")[2].rsplit(":", 1)
    cookie = await cookie_of(host, int(port), address)
    first = Client(host, int(port), cookie)
    rows = json.loads((await first.ask("/recordings"))[1])["recordings"]
    took, errors = [], []
    until = time.perf_counter() + seconds
    everyone = [Client(host, int(port), cookie) for _ in range(clients)]
    await asyncio.gather(
        *(pan(one, rows[i % len(rows)]["id"], until, random.Random(i), took, errors) for i, one in enumerate(everyone))
    )
    for one in (*everyone, first):
        await one.close()
    return took, errors


async def cookie_of(host, port, address):
    """What the token is exchanged for."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET /?{address.partition('?')[2]} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    writer.close()
    return re.search(r"(?i)set-cookie: ([^;]+)", head)[1]


def report(name, took, memory, errors):
    took = sorted(took)
    p95 = took[int(0.95 * (len(took) - 1))]
    print(
        f"| {name} | {len(took):,} | {len(errors)} | {1000 * statistics.median(took):.0f} ms | {1000 * p95:.0f} ms | "
        f"{memory:.0f} MB |",
        flush=True,
    )
    if errors:
        print(f"  errors: {errors[:3]}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--recordings", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--minutes", type=float, default=2.0)
    given = parser.parse_args()
    paths = write_recordings(given.folder, given.recordings, given.minutes)
    print(
        f"{given.clients} clients over {given.recordings} recordings of {given.minutes:g} min, {os.cpu_count()} cores\n"
    )
    print("| | tiles | errors | median | p95 | memory |\n|---|---|---|---|---|---|")
    with serving(paths, given.folder / "cache") as (address, pid):
        before = resident(pid)
        one, errors = asyncio.run(crowd(address, 1, min(10.0, given.seconds)))
        report("one client, cold", one, resident(pid), errors)
        one, errors = asyncio.run(crowd(address, 1, min(10.0, given.seconds)))
        alone = resident(pid)
        report("one client, the same again", one, alone, errors)
        for name in ("cold", "again"):
            took, errors = asyncio.run(crowd(address, given.clients, given.seconds))
            report(f"{given.clients} clients, {name}", took, resident(pid), errors)
        after = []
        for seconds in LATER:
            time.sleep(seconds - LATER[0] if after else seconds)
            after.append(f"{seconds} s after all had left {resident(pid):.0f} MB")
        print(f"\nmemory before anybody came {before:.0f} MB, of one client {alone:.0f} MB, {', '.join(after)}")


if __name__ == "__main__":
    main()
