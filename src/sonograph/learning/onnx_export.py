"""A model as an ONNX graph, from rows to probabilities: linear parts, the small network, and their blends.

    rows (sounds, numbers), float64  ->  probabilities (sounds, classes), float64

Rows are those of the model's summary; which it is, of which log-mel, and the classes are in the file's metadata.
"""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from sonograph.analysis.summaries.excerpt import N_FRAMES, N_ROWS
from sonograph.atomic import written
from sonograph.errors import MissingExtra, SettingsError
from sonograph.learning.model import Model
from sonograph.learning.network_arrays import CHANNELS
from sonograph.learning.recipes import LEAST_LOG, PARTS, columns

OPSET, IR_VERSION = 17, 8
"""Which every onnxruntime since 1.12 runs."""


def write_onnx(path: str | os.PathLike[str], model: Model) -> None:
    """Write a model as ONNX, whole or not at all.

    Raises
    ------
    MissingExtra
        onnx is not installed.
    SettingsError
        A model with support vectors or trees.
    OutputError
        It cannot be written.
    """
    for part in model.parts:
        if part.kind != "network" and "coefficients" not in PARTS[part.kind].arrays:
            raise SettingsError(
                f"this model has {PARTS[part.kind].words}; ONNX is written of discriminants, logistic regressions and "
                f"networks: train with one of these"
            )
    try:
        from onnx import TensorProto, helper
    except ImportError as error:
        raise MissingExtra("writing ONNX needs onnx: pip install '.[onnx]'") from error
    n_numbers = _n_numbers(model)
    nodes = _Nodes()
    nodes.of_model(model, n_numbers)
    rows = helper.make_tensor_value_info("rows", TensorProto.DOUBLE, ["sounds", n_numbers])
    out = helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, ["sounds", len(model.classes)])
    graph = helper.make_graph(nodes.listed, "classifier", [rows], [out], nodes.weights)
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    whole.producer_name = "sonograph"
    helper.set_model_props(whole, metadata_of(model))
    with written(path) as file:
        file.write_bytes(whole.SerializeToString())


def metadata_of(model: Model) -> dict[str, str]:
    """What the file says of itself, as JSON by name."""
    names = ("classes", "sample_rate", "summary", "embedding", "settings", "recipe", "sonograph", "training_digest")
    return {name: json.dumps(model.facts[name]) for name in names if model.facts.get(name) is not None}


def _n_numbers(model: Model) -> int:
    return int(model.facts["embedding"]["n_numbers"]) if "embedding" in model.facts else len(model.summary.names)


class _Nodes:
    """The nodes of a graph as they are made, and their weights."""

    def __init__(self) -> None:
        self.listed: list[Any] = []
        self.weights: list[Any] = []

    def of_model(self, model: Model, n_numbers: int) -> None:
        """From "rows" to "probabilities"."""
        logs = []
        for part in model.parts:
            used = slice(0, n_numbers) if "embedding" in model.facts else columns(part.kind, model.summary)
            rows = self._cut("rows", used.start or 0, n_numbers if used.stop is None else used.stop)
            scores = self._network(rows, part.arrays) if part.kind == "network" else self._linear(rows, part.arrays)
            logs.append(self._("LogSoftmax", self._("Div", scores, self._weight(part.temperature)), axis=1))
        if len(logs) > 1:
            held = [self._("Max", log, self._weight(LEAST_LOG)) for log in logs]
            mean = self._("Div", self._("Sum", *held), self._weight(float(len(logs))))
            logs = [self._("LogSoftmax", mean, axis=1)]
        self._("Exp", logs[0], to="probabilities")

    def _linear(self, rows: str, arrays: dict[str, np.ndarray]) -> str:
        centred = self._("Sub", rows, self._weight(arrays["mean"]))
        z = self._("Div", centred, self._weight(arrays["scale"]))
        scores = self._("MatMul", z, self._weight(arrays["coefficients"].T))
        return self._("Add", scores, self._weight(arrays["intercept"]))

    def _network(self, rows: str, arrays: dict[str, np.ndarray]) -> str:
        shape = self._weight(np.array([-1, 1, N_ROWS, N_FRAMES]), np.int64)
        x = self._("Reshape", self._("Cast", rows, to_type=np.float32), shape)
        for k in range(1, len(CHANNELS)):
            weights = (self._weight(arrays[f"{name}_{k}"], np.float32) for name in ("weights", "bias"))
            x = self._("Relu", self._("Conv", x, *weights, kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
            x = self._("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
        x = self._("ReduceMean", x, axes=[2], keepdims=0)
        ends = [self._(name, x, axes=[2], keepdims=0) for name in ("ReduceMean", "ReduceMax")]
        dense = self._("MatMul", self._("Concat", *ends, axis=1), self._weight(arrays["dense"].T, np.float32))
        return self._("Cast", self._("Add", dense, self._weight(arrays["dense_bias"], np.float32)), to_type=np.float64)

    def _cut(self, rows: str, start: int, stop: int) -> str:
        ends = [self._weight(np.array([value]), np.int64) for value in (start, stop, 1)]
        return self._("Slice", rows, *ends)

    def _(self, kind: str, *inputs: str, to: str = "", to_type: Any = None, **attributes: Any) -> str:
        """A further node; the name of what it gives."""
        from onnx import helper

        if to_type is not None:
            attributes["to"] = helper.np_dtype_to_tensor_dtype(np.dtype(to_type))
        name = to or f"{kind.lower()}_{len(self.listed)}"
        self.listed.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def _weight(self, value: Any, dtype: Any = np.float64) -> str:
        from onnx import numpy_helper

        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype), name))
        return name
