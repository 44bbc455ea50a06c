"""Small ONNX files: networks whose answer can be reckoned by hand."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TYPES = {np.float32: TensorProto.FLOAT, np.float64: TensorProto.DOUBLE}


def write(path, nodes, shape, weights, outputs=("embedding",), metadata=None, dtype=np.float32, inputs=("x",)):
    """An ONNX file of one input x, or of several."""
    given = [helper.make_tensor_value_info(name, TYPES[dtype], shape) for name in inputs]
    listed = [helper.make_tensor_value_info(name, TYPES[dtype], None) for name in outputs]
    held = [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "g", given, listed, held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata or {})
    path.write_bytes(model.SerializeToString())
    return path


def projection(path, length=800, numbers=6, shape=None, metadata=None, dtype=np.float32, seed=0):
    """The magnitudes of some projections of samples: |x W|, W (length, numbers) of sines. Returns W too."""
    t = np.arange(length)[:, None]
    weights = np.sin(2 * np.pi * (t * np.geomspace(0.01, 0.4, numbers) + seed)).astype(dtype) / length
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"]), helper.make_node("Abs", ["y"], ["embedding"])]
    write(path, nodes, ["n", length] if shape is None else shape, {"w": weights}, metadata=metadata, dtype=dtype)
    return weights


def band_powers(path, shape=("n", "any"), metadata=None):
    """The logarithm of the mean square, of the mean absolute step and of both together, of samples of any length."""
    nodes = [
        helper.make_node("Mul", ["x", "x"], ["square"]),
        helper.make_node("ReduceMean", ["square"], ["power"], axes=[1], keepdims=1),
        helper.make_node("Slice", ["x", "one", "end", "axis"], ["later"]),
        helper.make_node("Slice", ["x", "zero", "last", "axis"], ["sooner"]),
        helper.make_node("Sub", ["later", "sooner"], ["step"]),
        helper.make_node("Abs", ["step"], ["size"]),
        helper.make_node("ReduceMean", ["size"], ["rough"], axes=[1], keepdims=1),
        helper.make_node("Concat", ["power", "rough"], ["both"], axis=1),
        helper.make_node("Add", ["both", "least"], ["above"]),
        helper.make_node("Log", ["above"], ["embedding"]),
    ]
    weights = {
        "one": np.array([1]), "zero": np.array([0]), "end": np.array([2**31]), "last": np.array([-1]),
        "axis": np.array([1]), "least": np.array([1e-9], np.float32),
    }  # fmt: skip
    return write(path, nodes, list(shape), weights, metadata=metadata)


def pooled(path, shape, axis, metadata=None):
    """Frames to the mean over one axis."""
    nodes = [helper.make_node("ReduceMean", ["x"], ["embedding"], axes=[axis], keepdims=0)]
    return write(path, nodes, list(shape), {}, metadata=metadata)


def with_weights_elsewhere(path):
    """A network that reads its weights from another file."""
    projection(path, length=4)
    model = onnx.load(path)
    tensor = model.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "weights.bin"
    tensor.ClearField("raw_data")
    path.write_bytes(model.SerializeToString())
    (path.parent / "weights.bin").write_bytes(bytes(4 * 4 * 6))
    return path
