"""Buckets on this machine alone: an emulated S3 (moto) in a process of its own, behind a proxy that makes faults.

    with emulated() as store:          # environment variables lead all clients to it, through store.proxy
        url = store.bucket()           # "s3://…", empty
        store.proxy.fail("503", 3)

`python -m tests.buckets --latency 0.1` keeps one up until it is interrupted, and prints what to set.
"""

import argparse
import contextlib
import itertools
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.fault_proxy import FaultProxy

_SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.disable()
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""
_numbers = itertools.count()


class Store:
    """An emulated store.

    proxy : the way to it, with faults
    port : the way around the proxy
    """

    def __init__(self, proxy, port):
        self.proxy, self.port = proxy, port

    def bucket(self):
        """The URL of a new bucket."""
        name = f"bucket-{os.getpid()}-{next(_numbers)}"
        self.direct("PUT", name)
        return f"s3://{name}"

    def direct(self, method, path, data=None):
        """A request that meets no fault, unsigned; what it writes all may read."""
        place = f"http://127.0.0.1:{self.port}/{urllib.parse.quote(path)}"
        headers = {"Content-Type": "application/octet-stream", "x-amz-acl": "public-read"}
        request = urllib.request.Request(place, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return answer.read()

    def put(self, url, data):
        """Write an object past the proxy."""
        self.direct("PUT", url.removeprefix("s3://"), data)

    def delete(self, url):
        """Take an object away past the proxy."""
        self.direct("DELETE", url.removeprefix("s3://"))

    def upload(self, folder, url):
        """All files below a folder, under their names; past the proxy."""
        for file in sorted(Path(folder).rglob("*")):
            if file.is_file():
                self.put(f"{url}/{file.relative_to(folder).as_posix()}", file.read_bytes())

    def http(self, url):
        """An object's URL on a plain server of files."""
        return f"{self.proxy.url}/{urllib.parse.quote(url.removeprefix('s3://'))}"


SET = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_REGION": "us-east-1"}


@contextlib.contextmanager
def emulated():
    """A `Store`, to which the environment leads; skips, saying so, where it cannot be."""
    pytest.importorskip("obstore", reason="obstore is not installed: make cloud")
    pytest.importorskip("moto", reason="moto is not installed: make cloud")
    with _running() as store:
        before = {key: os.environ.get(key) for key in (*SET, "AWS_ENDPOINT_URL")}
        os.environ.update(SET, AWS_ENDPOINT_URL=store.proxy.url)
        try:
            yield store
        finally:
            for key, value in before.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})


@contextlib.contextmanager
def _running():
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        port = int(process.stdout.readline())
        with FaultProxy("127.0.0.1", port) as proxy:
            yield Store(proxy, port)
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    with _running() as store:
        store.proxy.latency = parser.parse_args().latency
        print(f"export AWS_ENDPOINT_URL={store.proxy.url}", *(f"{key}={value}" for key, value in SET.items()))
        print(f"bucket: {store.bucket()}; past the proxy: http://127.0.0.1:{store.port}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
