"""The process that reads a file of arrays with a library; nothing else imports it.

It is given an open file and limits, and writes to its standard output the length of a JSON (4 bytes), the JSON, and the
samples.
"""

from __future__ import annotations

import importlib
import io
import json
import struct
import sys
from typing import Any, BinaryIO, cast

import numpy as np

from sonograph.io.decoders.confined import Bytes
from sonograph.io.numbers.series import Series
from sonograph.io.numbers.variables import RefusedError


def main(descriptor: int, kind: str, inside: str) -> None:
    """Read an open file with the reader of its kind."""
    reader = importlib.import_module(f"sonograph.io.numbers.{kind}")
    with io.BufferedReader(Bytes(descriptor), 1 << 20) as opened:
        head, data = answer(reader.read, cast(BinaryIO, opened), inside)
    body = json.dumps(head).encode()
    sys.stdout.buffer.write(struct.pack("<I", len(body)) + body)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def answer(read: Any, opened: BinaryIO, inside: str) -> tuple[dict[str, Any], Any]:
    """What a reader found, as values for JSON and the samples' bytes; or why there is nothing."""
    try:
        series: Series = read(opened, inside)
    except RefusedError as error:
        return {"error": [error.reason, error.what]}, b""
    except MemoryError:
        return {"error": ["too-large", "holds more than can be read at once. Save its sound as WAV."]}, b""
    except Exception:  # of any kind: what a library raises at damaged bytes is not promised
        return {"error": ["damaged", "is damaged and cannot be read. Copy it again if you have the original."]}, b""
    samples = np.ascontiguousarray(series.samples, series.samples.dtype.newbyteorder("<"))
    head = {
        "dtype": samples.dtype.str,
        "shape": samples.shape,
        "text": series.text,
        "rate": series.sample_rate,
        "unit": series.unit,
        "start": series.start.isoformat() if series.start else None,
        "fields": series.fields,
        "faults": [[fault.word, fault.reason, fault.what] for fault in series.faults],
        "decoder": series.decoder,
    }
    return head, samples.data
