"""An ONNX file as a function of one array: opened by onnxruntime on one thread, refused where it is more than data.

ONNX is a graph of operators that onnxruntime brings; no Python and no library of a stranger is run. What a file could
do is take long or give nonsense. Weights in other files are refused: the digest of the file would not cover them, and
their names may lead anywhere.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from sonograph.atomic import name_of
from sonograph.checks import short
from sonograph.errors import MissingExtra, SourceError
from sonograph.io.door import OpenFile
from sonograph.io.status import cause

LARGEST = (1 << 31) - 1
"""Bytes: no protocol buffer has more."""
TYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16}
_INSIDE = {  # of each kind of message, the fields that hold others in which weights may lie
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_ELSEWHERE = (13, 14)
"""Fields of a tensor that say that its numbers lie in another file."""


class Port(NamedTuple):
    """An input or an output: its name, its axes (None where any length will do) and its type."""

    name: str
    shape: tuple[int | None, ...]
    type: str


class Graph:
    """An ONNX file that can be run.

    sha256 : of its bytes
    inputs, outputs : what goes in and comes out
    metadata : what it says of itself
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name = name_of(path)
        data = _bytes_of(path)
        self.sha256 = hashlib.sha256(data).hexdigest()
        try:
            elsewhere = any(_elsewhere(memoryview(data), "model"))
        except (ValueError, IndexError):
            raise SourceError(f"{self.name}: is no ONNX file. Give one that a library exported.") from None
        if elsewhere:
            raise SourceError(
                f"{self.name}: keeps weights in other files (external data), which its digest would not cover. Save it "
                f"as one file."
            )
        self._session = _session(self.name, data)
        self.inputs = tuple(_port(one) for one in self._session.get_inputs())
        self.outputs = tuple(_port(one) for one in self._session.get_outputs())
        self.metadata = dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, values: np.ndarray, output: str) -> np.ndarray:
        """What an output gives of the one input.

        Raises
        ------
        SourceError
            It cannot be run on an array of this shape.
        """
        (port,) = self.inputs
        try:
            return np.asarray(self._session.run([output], {port.name: values.astype(TYPES[port.type])})[0])
        except Exception as error:  # onnxruntime's own kinds have no common parent
            raise SourceError(
                f"{self.name}: onnxruntime could not run it on an array of shape {values.shape} ({_first(error)})."
            ) from None


_OPEN: OrderedDict[tuple[str, str], Graph] = OrderedDict()
"""By path and digest, those of this process that were used last."""
KEPT_OPEN = 2


def graph_of(path: str, sha256: str = "") -> Graph:
    """The graph of a file, opened once in each process; with a digest, of the very file that has it.

    Raises
    ------
    SourceError
        It cannot be opened, or has another digest.
    """
    if (found := _OPEN.get((path, sha256))) is not None:
        _OPEN.move_to_end((path, sha256))
        return found
    graph = Graph(path)
    if sha256 not in ("", graph.sha256):
        raise SourceError(
            f"{graph.name}: has the SHA-256 {graph.sha256[:16]}…, and what was learnt is of a file with "
            f"{sha256[:16]}…. Give that one."
        )
    _OPEN[path, graph.sha256] = graph
    if len(_OPEN) > KEPT_OPEN:
        _OPEN.popitem(last=False)
    return graph


def _bytes_of(path: str | os.PathLike[str]) -> bytes:
    file = OpenFile(path)
    try:
        if file.size > LARGEST:
            raise SourceError(f"{name_of(path)}: has {file.size:,} bytes; an ONNX file has at most {LARGEST:,}.")
        return file.at(0, file.size)
    except OSError as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{name_of(path)}: could not be read ({cause(error)}).") from None
    finally:
        file.close()


def _session(name: str, data: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtra("an embedding needs onnxruntime: pip install '.[onnx]'") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise SourceError(f"{name}: onnxruntime could not open it ({_first(error)}). Export it again.") from None


def _port(one: Any) -> Port:
    return Port(one.name, tuple(n if isinstance(n, int) and n > 0 else None for n in one.shape), one.type)


def _first(error: Exception) -> str:
    """The first line of what onnxruntime says, without its codes."""
    return short(str(error).split("\n")[0].rsplit(" : ", 1)[-1].strip().rstrip("."))


def _elsewhere(data: memoryview, kind: str, depth: int = 0) -> Iterator[bool]:
    """For each tensor in a message, whether its numbers lie in another file.

    Raises
    ------
    ValueError, IndexError
        It is no protocol buffer.
    """
    if depth > 64:
        raise ValueError("too deep")
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        field, wire = tag >> 3, tag & 7
        if field == 0:
            raise ValueError("no field")
        if wire == 0:
            value, at = _varint(data, at)
            if kind == "tensor" and field in _ELSEWHERE:
                yield value != 0
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        elif wire == 2:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise ValueError("cut")
            if kind == "tensor" and field in _ELSEWHERE:
                yield True
            elif field in _INSIDE[kind]:
                yield from _elsewhere(data[at : at + size], _INSIDE[kind][field], depth + 1)
            at += size
        else:
            raise ValueError("no wire type")


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("too long")
