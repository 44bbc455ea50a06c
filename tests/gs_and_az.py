"""Google's and Azure's stores on this machine: the few routes that obstore's own clients use, as their references say.

Where the two are odd, so are these: Azure lists tags without the quotes that its headers have, takes no notice of
`startFrom` from clients of a version before 2026-02-06 and includes that name for others, and has no removal but in
batches; Google counts versions (generations), and writing on condition is by them.

    with emulated("az") as store:      # environment variables lead obstore to it, through store.proxy
        url = store.bucket()           # "az://…", empty
"""

import base64
import contextlib
import http.server
import itertools
import json
import os
import re
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

from tests.fault_proxy import FaultProxy

_numbers = itertools.count(1)


class Store:
    """The objects of all buckets, each a (bytes, tag, generation, time) by (bucket, name).

    page : names in a page of a list
    denies : whether all is refused
    starts_from : whether Azure's lists know startFrom
    """

    def __init__(self, scheme):
        self.scheme, self.buckets, self.objects, self.parts = scheme, set(), {}, {}
        self.page, self.denies, self.starts_from, self.lock = 1000, False, False, threading.Lock()

    def bucket(self):
        """The URL of a new bucket."""
        name = f"bucket-{os.getpid()}-{next(_numbers)}"
        self.buckets.add(name)
        return f"{self.scheme}://{name}"

    def put(self, url, data):
        """Write an object past the proxy."""
        bucket, _, name = url.removeprefix(f"{self.scheme}://").partition("/")
        return self.write(bucket, name, data)

    def upload(self, folder, url):
        """All files below a folder, under their names; past the proxy."""
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self.put(f"{url}/{file.relative_to(folder).as_posix()}", file.read_bytes())

    def write(self, bucket, name, data):
        number = next(_numbers)
        self.objects[bucket, name] = data, f"0x8D{number:013X}", str(1_700_000_000_000_000 + number), datetime.now(UTC)
        return self.objects[bucket, name]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm, store = "HTTP/1.1", True, None

    def log_message(self, *_):
        """Quiet."""

    def handle_request(self):
        place = urlsplit(self.path)
        bucket, _, name = place.path.lstrip("/").partition("/")
        self.bucket, self.name = unquote(bucket), unquote(name)
        self.asked = dict(parse_qsl(place.query, keep_blank_values=True))
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.is_azure = "x-ms-version" in self.headers
        with self.store.lock:
            status, headers, data = self.answer()
        self.send_response_only(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", headers.get("Content-Length", len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_request  # noqa: N815

    def answer(self):
        if self.store.denies or (self.is_azure and "SharedKey nobody:" not in self.headers.get("Authorization", "")):
            return self.no(403, "AuthorizationFailure" if self.is_azure else "AccessDenied")
        if self.bucket not in self.store.buckets:
            return self.no(404, "ContainerNotFound" if self.is_azure else "NoSuchBucket")
        if self.asked.keys() & {"uploads", "uploadId", "comp"} and self.name:
            return self.part()
        if self.command == "POST":
            return self.remove_batch()
        if not self.name:
            return self.azure_list() if self.is_azure else self.google_list()
        if self.command == "PUT":
            return self.write()
        found = self.store.objects.get((self.bucket, self.name))
        if found is None:
            return self.no(404, "BlobNotFound" if self.is_azure else "NoSuchKey")
        if self.command == "DELETE":
            del self.store.objects[self.bucket, self.name]
            return 204, {}, b""
        return self.read(*found)

    def no(self, status, code):
        message = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>No: {code}.</Message></Error>"
        return status, {"Content-Type": "application/xml"}, message.encode()

    def told(self, tag, generation, time):
        own = {"x-ms-blob-type": "BlockBlob"} if self.is_azure else {"x-goog-generation": generation}
        return {"ETag": f'"{tag}"', "Last-Modified": format_datetime(time, usegmt=True), **own}

    def read(self, data, tag, generation, time):
        headers, wanted = self.told(tag, generation, time), self.headers.get("If-Match")
        if wanted is not None and wanted != headers["ETag"]:
            return self.no(412, "ConditionNotMet" if self.is_azure else "PreconditionFailed")
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if self.command == "HEAD" or not part:
            return 200, {**headers, "Content-Length": str(len(data))}, data
        first, last = int(part[1]), min(int(part[2]), len(data) - 1)
        if first >= len(data):
            return self.no(416, "InvalidRange")
        headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
        return 206, headers, data[first : last + 1]

    def write(self):
        there = self.store.objects.get((self.bucket, self.name))
        if self.is_azure:
            wanted = self.headers.get("If-Match")
            if there is not None and self.headers.get("If-None-Match") == "*":
                return self.no(409, "BlobAlreadyExists")
            if wanted is not None and (there is None or wanted != f'"{there[1]}"'):
                return self.no(412, "ConditionNotMet")
            assert self.headers["x-ms-blob-type"] == "BlockBlob"
        else:
            wanted = self.headers.get("x-goog-if-generation-match")
            if wanted is not None and wanted != (there[2] if there else "0"):
                return self.no(412, "PreconditionFailed")
        _, *about = self.store.write(self.bucket, self.name, self.body)
        return (201 if self.is_azure else 200), self.told(*about), b""

    def part(self):
        """Of a large object, which is there once all its parts are named."""
        number = self.asked.get("blockid") or self.asked.get("partNumber")
        if "uploads" in self.asked:
            return 200, {}, b"<InitiateMultipartUploadResult><UploadId>7</UploadId></InitiateMultipartUploadResult>"
        if number is not None:
            self.store.parts[self.bucket, self.name, number] = self.body
            return (201 if self.is_azure else 200), {"ETag": f'"{number}"'}, b""
        named = re.findall(r"<(?:Latest|Uncommitted|PartNumber)>([^<]+)<", self.body.decode())
        _, tag, *about = self.store.write(
            self.bucket, self.name, b"".join(self.store.parts.pop((self.bucket, self.name, one)) for one in named)
        )
        text = f"<CompleteMultipartUploadResult><ETag>&quot;{tag}&quot;</ETag></CompleteMultipartUploadResult>"
        return (201, self.told(tag, *about), b"") if self.is_azure else (200, self.told(tag, *about), text.encode())

    def remove_batch(self):
        """Azure's: each request of a multipart body has an answer of its own."""
        mark = re.search(r"boundary=(\S+)", self.headers["Content-Type"])[1]
        answers = []
        for number, path in re.findall(r"Content-ID: (\d+).*?DELETE (\S+)", self.body.decode(), re.DOTALL):
            bucket, _, name = unquote(path).lstrip("/").partition("/")
            gone = self.store.objects.pop((bucket, name), None) is None
            said = "404 The specified blob does not exist.\r\nx-ms-error-code: BlobNotFound" if gone else "202 Accepted"
            head = f"--{mark}\r\nContent-Type: application/http\r\nContent-ID: {number}\r\n\r\n"
            answers.append(f"{head}HTTP/1.1 {said}\r\nx-ms-version: 2023-11-03\r\n\r\n")
        body = "\r\n".join([*answers, f"--{mark}--\r\n"])
        return 202, {"Content-Type": f"multipart/mixed; boundary={mark}"}, body.encode()

    def listed(self, first, includes):
        """A page: names and folders from a name on, and what the next page begins behind."""
        prefix, names, last = self.asked.get("prefix", ""), {}, ""
        for bucket, name in sorted(self.store.objects):
            if (
                bucket != self.bucket
                or not name.startswith(prefix)
                or not (name > first or (includes and name == first))
            ):
                continue
            folder, cut, _ = name[len(prefix) :].partition(self.asked.get("delimiter") or "\0")
            shown = prefix + folder + cut if cut else name
            if shown not in names and len(names) == self.store.page:
                return names, last
            names[shown], last = None if cut else self.store.objects[bucket, name], name
        return names, ""

    def google_list(self):
        names, after = self.listed(self.asked.get("continuation-token", self.asked.get("start-after", "")), False)
        rows = "".join(
            f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>" if one is None else
            f"<Contents><Key>{escape(name)}</Key><Generation>{one[2]}</Generation><ETag>\"{one[1]}\"</ETag>"
            f"<LastModified>{one[3]:%Y-%m-%dT%H:%M:%S.%fZ}</LastModified><Size>{len(one[0])}</Size></Contents>"
            for name, one in names.items()
        )  # fmt: skip
        token = f"<NextContinuationToken>{escape(after)}</NextContinuationToken>" if after else ""
        more = str(bool(after)).lower()
        text = f"<ListBucketResult><IsTruncated>{more}</IsTruncated>{token}{rows}</ListBucketResult>"
        return 200, {"Content-Type": "application/xml"}, text.encode()

    def azure_list(self):
        marker, begin = self.asked.get("marker", ""), self.asked.get("startFrom", "") if self.store.starts_from else ""
        names, after = self.listed(marker or begin, not marker)
        rows = "".join(
            f"<BlobPrefix><Name>{escape(name)}</Name></BlobPrefix>" if one is None else
            f"<Blob><Name>{escape(name)}</Name><Properties><Last-Modified>{format_datetime(one[3], usegmt=True)}"
            f"</Last-Modified><Etag>{one[1]}</Etag><Content-Length>{len(one[0])}</Content-Length>"
            f"<Content-Type>application/octet-stream</Content-Type><BlobType>BlockBlob</BlobType></Properties></Blob>"
            for name, one in names.items()
        )  # fmt: skip
        text = f"<EnumerationResults><Blobs>{rows}</Blobs><NextMarker>{escape(after)}</NextMarker></EnumerationResults>"
        return 200, {"Content-Type": "application/xml"}, text.encode()


KEY = {"client_email": "", "private_key": "", "private_key_id": "", "disable_oauth": True}


def surroundings(scheme, url):
    """What leads obstore to a store of a scheme."""
    if scheme == "az":
        key = base64.b64encode(b"no key of any account's, for tests").decode()
        return {"AZURE_STORAGE_ACCOUNT_NAME": "nobody", "AZURE_STORAGE_ACCOUNT_KEY": key, "AZURE_STORAGE_ENDPOINT": url}
    return {"GOOGLE_BASE_URL": url, "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps({**KEY, "gcs_base_url": url})}


@contextlib.contextmanager
def emulated(scheme):
    """A `Store` of a scheme, behind a proxy that makes faults, to which the environment leads."""
    pytest.importorskip("obstore", reason="obstore is not installed: make cloud")
    store = Store(scheme)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"store": store}))
    server.daemon_threads, server.block_on_close = True, False
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    with FaultProxy("127.0.0.1", server.server_port) as store.proxy, pytest.MonkeyPatch.context() as patch:
        for key, value in surroundings(scheme, store.proxy.url).items():
            patch.setenv(key, value)
        try:
            yield store
        finally:
            server.shutdown()
            server.server_close()
