"""A server that reads each file in a child of its own, with limits: nothing that a file does can reach the tests.

Paths come in on standard input, one JSON string a line, and a JSON object goes out for each: what the child says of the
file, or how the child died. It is run as a program; `ask` is the other end of it.
"""

import contextlib
import importlib
import json
import os
import pkgutil
import resource
import select
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

MEMORY, SECONDS, SERVERS = 2 << 30, 10.0, 2
OTHERS = ("av_child", ".hdf5", ".parquet", ".tdms", ".mat")  # what needs extras, in processes of its own


def ask(paths, limit_seconds=35_999.0):
    """What children say of some files, in order; a server that dies leaves too few answers, which is an error."""
    lines = [json.dumps([os.fsdecode(path), limit_seconds]) + "\n" for path in paths]
    answers = [None] * len(lines)

    def serve_some(first):
        command = [sys.executable, str(Path(__file__))]
        said = subprocess.run(
            command, input="".join(lines[first::SERVERS]).encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        answers[first::SERVERS] = [json.loads(line) for line in said.stdout.splitlines()]

    with ThreadPoolExecutor(SERVERS) as pool:
        list(pool.map(serve_some, range(min(SERVERS, len(lines)))))
    return answers


def serve():
    """Fork a child for each line, from a server that has loaded all that reads."""
    importlib.import_module("soundfile")
    for module in pkgutil.walk_packages(importlib.import_module("sonograph.io").__path__, "sonograph.io."):
        if not module.name.endswith(OTHERS):
            importlib.import_module(module.name)
    importlib.import_module("sonograph.io.decoders.flac_frames").program()
    importlib.import_module("sonograph.io.containers.flac_scan").scan(b"", 0)
    for line in sys.stdin:
        path, limit_seconds = json.loads(line)
        began, (out, into), said = time.monotonic(), os.pipe(), b""
        child = os.fork()
        if not child:
            os.close(out)
            run(path, limit_seconds, into)
        os.close(into)
        while True:
            left = SECONDS - (time.monotonic() - began)
            if left <= 0 or not select.select([out], [], [], left)[0]:
                os.kill(child, signal.SIGKILL)
                break
            part = os.read(out, 1 << 16)
            if not part:
                break
            said += part
        os.close(out)
        _, code, used = os.wait4(child, 0)
        answer = json.loads(said) if said and not code else {"died": code}
        answer |= {"seconds": time.monotonic() - began, "megabytes": used.ru_maxrss / 1024}
        print(json.dumps(answer), flush=True)


def run(path, limit_seconds, into):
    """In the child: everything that the promises are about."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    touched = []
    sys.addaudithook(lambda event, args: touched.append([event, str(args[0])]) if is_reach(event, args, path) else None)
    answer = {"kind": "foreign"}
    with contextlib.suppress(BaseException):
        answer = look(path, limit_seconds)
    answer["touched"] = touched[:3]
    os.write(into, json.dumps(answer).encode())
    os._exit(0)


def is_reach(event, args, path):
    """Whether an event of Python is another file or a host."""
    if event.startswith("socket.") or event in ("os.system", "subprocess.Popen"):
        return True
    if event != "open" or os.fspath(args[0]) == path:
        return False
    name = os.fsdecode(args[0]) if isinstance(args[0], str | bytes) else ""
    return not name.endswith((".py", ".pyc", ".so", ".toml")) and "__pycache__" not in name


def look(path, limit_seconds):
    """Read a file both ways; the oracle of every test of damaged files."""
    import hashlib

    import numpy as np

    from sonograph.errors import SonographError
    from sonograph.io.audio import open as open_sound
    from sonograph.io.examine import status_of
    from sonograph.limits import Limits

    try:
        with open_sound(path, limits=Limits(seconds=limit_seconds)) as sound:
            counts, ways = set(), []
            for size in (None, 1000, 4097):
                parts, n_samples, digest = [], 0, hashlib.sha256()
                for block in sound.blocks(size):
                    counts.add(len(block))
                    n_samples += block.shape[1]
                    digest.update(np.ascontiguousarray(block.T).tobytes())
                    parts.append(np.isnan(block).any(axis=0).sum())
                ways.append((n_samples, sound.status.word, digest.hexdigest()))
            anywhere = hashlib.sha256()
            for first in range(0, sound.n_samples, 50_001):
                part = sound.read(range(first, min(first + 50_001, sound.n_samples)))
                anywhere.update(np.ascontiguousarray(part.T).tobytes())
            status = sound.status
            return {
                "kind": status.word, "reason": status.reason, "sentence": status.sentence, "n_samples": ways[0][0],
                "missing": int(sum(parts)), "agree": len(set(ways)) == 1,
                "channels": sorted(counts - {sound.n_channels}),
                "anywhere": anywhere.hexdigest() == ways[0][2], "sha256": ways[0][2],
            }  # fmt: skip
    except SonographError as error:
        status = status_of(error)
        return {"kind": status.word, "reason": status.reason, "sentence": str(error), "n_samples": 0}


if __name__ == "__main__":
    serve()
