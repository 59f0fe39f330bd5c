"""Describe and run an ONNX model from its bytes. External data is refused: the bytes are the whole model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper


def describe(data: bytes) -> dict[str, Any]:
    """Return what a model is made of.

    Returns
    -------
    dict
        ``operators`` (name: how many, subgraphs included), ``inputs`` and ``outputs`` (names in order), ``weights``
        (name: ``{"dtype", "shape", "bytes", "values"}``).
    """
    model = _load(data)
    graphs = list(_graphs(model.graph))
    weights = {t.name: _weight(t) for g in graphs for t in g.initializer}
    fed = [v.name for v in model.graph.input if v.name not in weights]
    return {
        "operators": dict(Counter(node.op_type for g in graphs for node in g.node)),
        "inputs": fed,
        "outputs": [v.name for v in model.graph.output],
        "weights": weights,
    }


def weight(data: bytes, name: str) -> np.ndarray:
    """Return one weight as an array; `KeyError` where there is none of that name."""
    for graph in _graphs(_load(data).graph):
        for tensor in graph.initializer:
            if tensor.name == name:
                return np.array(numpy_helper.to_array(tensor))
    raise KeyError(name)


def run(data: bytes, inputs: dict[str, np.ndarray]) -> list[Any]:
    """Return the outputs of a model, in order, for arrays by input name; one thread, on the processor."""
    _load(data)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(bytes(data), options, providers=["CPUExecutionProvider"])
    return list(session.run(None, inputs))


def _load(data: bytes) -> onnx.ModelProto:
    model = onnx.load_model_from_string(bytes(data))
    onnx.checker.check_model(model)
    if any(t.data_location == onnx.TensorProto.EXTERNAL for g in _graphs(model.graph) for t in g.initializer):
        raise ValueError("the model keeps weights in other files")
    return model


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])):
                yield from _graphs(inner)


def _weight(tensor: onnx.TensorProto) -> dict[str, Any]:
    dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
    size = tensor.ByteSize()
    return {"dtype": str(dtype), "shape": list(tensor.dims), "bytes": size, "values": math.prod(tensor.dims)}
