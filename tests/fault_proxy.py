"""A server on loopback between us and a store of objects, which is slow, fails and lies as networks and stores do."""

import contextlib
import http.client
import http.server
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass

ANSWERS = {
    "503": (503, [], b""),
    "501": (501, [], b""),
    "408": (408, [], b""),
    "409": (409, [], b"<Error><Code>ConditionalRequestConflict</Code><Message>Try again.</Message></Error>"),
    "429": (429, [("Retry-After", "1")], b""),
    "slow down": (503, [], b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"),
    "200": (200, [], b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"),
}
KINDS = (*ANSWERS, "drop", "cut", "short", "lost", "stall")
"""503, 408, 409: not now, and nothing was done. 429, slow down: likewise, as too much is asked. 200: likewise, but it
begins as if all were well. 501: such a thing is not known. drop: the connection ends unanswered, nothing was done. cut:
half of the body, then the end. short: half of the body, and a length that agrees. lost: it is done, and the answer
never comes. stall: half of the body, then silence."""


@dataclass
class Fault:
    kind: str
    times: int
    method: str = ""
    within: str = ""

    def fits(self, method, path):
        return self.times > 0 and self.method in ("", method) and self.within in path


class FaultProxy:
    """Hands requests on to a store at `host:port`; `with` it.

    latency : seconds before each answer
    page : names in a page of a list; None: as many as the store gives
    bytes_a_second : of a body; None: as fast as it comes
    share, kinds : which part of all requests meets one of these faults, at random
    forgets_conditions : whether it leaves out If-Match and If-None-Match, as old stores do
    requests : (method, path, range) of all that came
    """

    def __init__(self, host, port, seed=0):
        self.backend = (host, port)
        self.latency, self.page, self.bytes_a_second = 0.0, None, None
        self.share, self.kinds = 0.0, ("503", "drop", "cut", "short")
        self.forgets_conditions, self.requests = False, []
        self.at_once, self.most_at_once, self.met = 0, 0, Counter()
        self._faults, self._random, self._lock, self._lists = [], random.Random(seed), threading.Lock(), None

    def fail(self, kind, times=1, *, method="", within=""):
        """The next requests of a method whose path holds a text meet a fault."""
        assert kind in KINDS
        self._faults.append(Fault(kind, times, method, within))

    def heal(self):
        self._faults.clear()
        self.latency, self.page, self.bytes_a_second = 0.0, None, None
        self.share, self.forgets_conditions, self._lists = 0.0, False, None
        self.requests.clear()

    @contextlib.contextmanager
    def lagging_lists(self):
        """Lists stay as they are asked for first."""
        self._lists = {}
        try:
            yield
        finally:
            self._lists = None

    def fault_of(self, method, path):
        with self._lock:
            for fault in self._faults:
                if fault.fits(method, path):
                    fault.times -= 1
                    self.met[fault.kind] += 1
                    return fault.kind
            if self._random.random() < self.share:
                kind = self._random.choice(self.kinds)
                self.met[kind] += 1
                return kind
        return None

    def answer_of(self, method, path, headers, body):
        """(status, headers, body) of the store."""
        is_list = method == "GET" and "list-type=" in path
        lists = self._lists
        if is_list and lists is not None and path in lists:
            return lists[path]
        connection = http.client.HTTPConnection(*self.backend)
        asked = f"{path}&max-keys={self.page}" if is_list and self.page else path
        try:
            connection.request(method, asked, body, headers)
            response = connection.getresponse()
            answer = response.status, response.getheaders(), response.read()
        finally:
            connection.close()
        if is_list and lists is not None:
            lists[path] = answer
        return answer

    @property
    def url(self):
        host, port = self.server.server_address
        return f"http://{host}:{port}"

    def __enter__(self):
        handler = type("Handler", (_Handler,), {"proxy": self})
        self.server = _Server(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads, block_on_close, request_queue_size = True, False, 256

    def handle_error(self, *_):
        """A client that goes away is no news."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version, proxy = "HTTP/1.1", None
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """Quiet."""

    def handle_request(self):
        proxy, method = self.proxy, self.command
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with proxy._lock:
            proxy.requests.append((method, self.path, self.headers.get("Range", "")))
            proxy.at_once += 1
            proxy.most_at_once = max(proxy.most_at_once, proxy.at_once)
        try:
            if proxy.latency:
                time.sleep(proxy.latency)
            self.answer(proxy, method, body)
        finally:
            with proxy._lock:
                proxy.at_once -= 1

    def answer(self, proxy, method, body):
        kind = proxy.fault_of(method, self.path)
        if kind in ANSWERS:
            return self.send(*ANSWERS[kind])
        if kind == "drop":
            self.close_connection = True
            return None
        left_out = {"connection", "if-match", "if-none-match"} if proxy.forgets_conditions else {"connection"}
        headers = {name: value for name, value in self.headers.items() if name.lower() not in left_out}
        status, answered, data = proxy.answer_of(method, self.path, headers, body)
        if kind == "lost":
            self.close_connection = True
            return None
        return self.send(status, answered, data, kind if len(data) > 1 else None)

    def send(self, status, headers, data, kind=None):
        self.send_response_only(status)
        length = len(data) // 2 if kind == "short" else len(data)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        if self.command == "HEAD":
            length = next((value for name, value in headers if name.lower() == "content-length"), 0)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.send_body(data if kind is None else data[: len(data) // 2], kind)

    def send_body(self, data, kind):
        rate = self.proxy.bytes_a_second
        step = max(1, int(rate / 20)) if rate else len(data) or 1
        for first in range(0, len(data), step):
            self.wfile.write(data[first : first + step])
            if rate:
                time.sleep(1 / 20)
        if kind == "stall":
            self.wfile.flush()
            time.sleep(5)
        if kind in ("cut", "stall"):
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_request  # noqa: N815
