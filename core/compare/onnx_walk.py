"""One photo's way through an ONNX file: every node's output made an output of the graph.

The photo is prepared as for a network of ours: stretched to the side that the file takes, RGB. A
file that takes bytes gets them; one that takes floats gets what our network sees, 0..1. Optimising
is off, so that every node is computed by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, numpy_helper
from torch import nn

from core.compare.onnx_modules import matrix, module_of
from core.compare.walk import POOL, Step, Walk
from core.comparison.rounding import Array
from core.errors import ComparisonError
from core.networks.layers import NAMES
from core.wording import listed, numbered, shape_words, spoken_size

MOST_BYTES: Final = 512 * 2**20
KINDS: Final = {
    "Conv": NAMES[nn.Conv2d],
    "BatchNormalization": NAMES[nn.BatchNorm2d],
    "Relu": NAMES[nn.ReLU],
    "LeakyRelu": NAMES[nn.LeakyReLU],
    "MaxPool": NAMES[nn.MaxPool2d],
    "AveragePool": POOL,
    "GlobalAveragePool": POOL,
    "Gemm": NAMES[nn.Linear],
    "MatMul": NAMES[nn.Linear],
    "Sigmoid": NAMES[nn.Sigmoid],
    "Flatten": NAMES[nn.Flatten],
    "Tanh": "Tanh",
}
"""What operators are called here; any other goes by its own name."""
NOTHING: Final = ("Identity", "Dropout", "Cast")
"""Operators behind which the same numbers stand as before."""
TYPES: Final = {
    "tensor(uint8)": np.uint8,
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
}


@dataclass(frozen=True)
class OnnxNetwork:
    """A file that was read: its input's name, type, and shape (N, 3, S, S) or (N, S, S, 3).

    ``image_size`` is None where the file takes photos of any size.
    """

    model: ModelProto
    name: str
    input: str
    type: type
    channels_last: bool
    batch: int
    image_size: int | None


def read_onnx(path: Path) -> OnnxNetwork:
    """Read an ONNX file, with the files beside it that may hold its weights.

    ``ComparisonError`` when it cannot be read, or takes no photo.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ComparisonError(
                f"{path.name} has {spoken_size(size)}; {spoken_size(MOST_BYTES)} are allowed."
            )
        model = onnx.load(path)
        onnx.checker.check_model(model)
        check_names(model)
    except OSError as error:
        raise ComparisonError(f"{path} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # protobuf's and the checker's own, without a common class
        raise ComparisonError(
            f"{path.name} is no ONNX file, or a damaged one: {first_line(error)}."
        ) from error
    session = session_of(model, path.name)
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise ComparisonError(f"{path.name} takes {len(inputs)} inputs; one photo is expected.")
    shape = inputs[0].shape
    if inputs[0].type not in TYPES or len(shape) != 4 or 3 not in (shape[1], shape[3]):
        raise ComparisonError(
            f"{path.name} takes {inputs[0].type} of shape {shape}; expected is a photo, "
            "(N, 3, S, S) or (N, S, S, 3), of uint8 or floats."
        )
    last = shape[1] != 3
    sides = shape[1:3] if last else shape[2:4]
    known = [side for side in sides if isinstance(side, int)]
    if len(set(known)) > 1:
        raise ComparisonError(f"{path.name} takes photos of {sides[0]} x {sides[1]}; expected are "
                              "square ones.")  # fmt: skip
    batch = shape[0] if isinstance(shape[0], int) else 1
    kind, name = TYPES[inputs[0].type], inputs[0].name
    return OnnxNetwork(
        model, path.name, name, kind, last, max(batch, 1), known[0] if known else None
    )


def check_names(model: ModelProto) -> None:
    """Raise ``ValueError`` where a damaged file has a name that is no text."""
    names: list[object] = []
    for node in model.graph.node:
        names += [node.name, node.op_type, *node.input, *node.output]
        names += [each.name for each in node.attribute]
    for value in (*model.graph.input, *model.graph.output):
        sizes = value.type.tensor_type.shape.dim
        names += [value.name, *(size.dim_param for size in sizes)]
    if not all(isinstance(name, str) for name in names):
        raise ValueError("a name in it is no text")


def session_of(model: ModelProto, name: str) -> Any:  # noqa: ANN401 - onnxruntime has no types
    """Make onnxruntime ready to compute a graph as it stands."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime's own, without a common class
        raise ComparisonError(
            f"{name} cannot be computed by onnxruntime: {first_line(error)}."
        ) from error


def walk_onnx(network: OnnxNetwork, pixels: np.ndarray, seen: Array) -> Walk:
    """Send a photo through the file: pixels (S, S, 3) uint8, or ``seen`` (3, S, S) in 0..1."""
    photo = pixels if network.type is np.uint8 else seen.transpose(1, 2, 0).astype(network.type)
    photo = photo if network.channels_last else photo.transpose(2, 0, 1)
    given = np.ascontiguousarray(np.repeat(photo[np.newaxis], network.batch, axis=0))
    nodes = data_nodes(network)
    outputs = [node.output[0] for node in nodes]
    extended = ModelProto()
    extended.CopyFrom(network.model)
    there = {each.name for each in extended.graph.output}
    extended.graph.output.extend(
        onnx.ValueInfoProto(name=name) for name in outputs if name not in there
    )
    session = session_of(extended, network.name)
    try:
        arrays = session.run(outputs, {network.input: given})
    except Exception as error:  # onnxruntime's own, without a common class
        raise ComparisonError(
            f"{network.name} cannot compute a photo of {shape_words(pixels.shape)}: "
            f"{first_line(error)}."
        ) from error
    found = [
        (node, array[0])
        for node, array in zip(nodes, arrays, strict=True)
        if array.dtype.kind == "f" and array.ndim > 1 and len(array) == network.batch
    ]
    first = next((k for k, (node, array) in enumerate(found) if is_layer(node, array)), len(found))
    entered = found[first - 1][1] if first else given[0]
    if entered.ndim != 3 or entered.dtype.kind != "f":
        raise ComparisonError(
            f"{network.name} has no layer that could be compared: its nodes are "
            f"{listed([node.op_type for node, _ in found[:5]])}."
        )
    if not first and network.channels_last:
        entered = entered.transpose(2, 0, 1)
    constants = constants_of(network.model)
    return Walk(
        network.name,
        entered,
        tuple(steps_of(found[first:], constants)),
        (preparation(network, [node for node, _ in found[:first]]),),
    )


def data_nodes(network: OnnxNetwork) -> list[NodeProto]:
    """List the nodes that depend on the photo, in their order."""
    reached, nodes = {network.input}, []
    for node in network.model.graph.node:
        if reached & set(node.input):
            reached |= set(node.output)
            nodes.append(node)
    return nodes


def is_layer(node: NodeProto, array: Array) -> bool:
    """Tell the first layer from what prepares the photo: casts, scaling, orders of axes."""
    return node.op_type in KINDS or array.ndim == 1


def constants_of(model: ModelProto) -> dict[str, np.ndarray]:
    """Return the arrays that a graph holds, by their names."""
    arrays = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            arrays[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        elif node.op_type == "Identity" and node.input[0] in arrays:
            arrays[node.output[0]] = arrays[node.input[0]]
    return arrays


def steps_of(
    found: Sequence[tuple[NodeProto, Array]], constants: dict[str, np.ndarray]
) -> list[Step]:
    """Make a step of every layer; numbers added to a product without them belong to it."""
    made: list[tuple[str, NodeProto, Array, nn.Module | None]] = []
    last = None  # the name of the newest step's output
    for node, array in found:
        chained = not made or node.input[0] == last or (last in node.input)
        if node.op_type in NOTHING and made and chained:
            last = node.output[0]
            continue
        before = made[-1] if made else None
        if before is not None and chained and is_bias(node, before[1], constants):
            weight, bias = constants[before[1].input[1]], addend(node, constants)
            assert bias is not None
            made[-1] = (before[0], before[1], array, matrix(weight.T, bias))
        else:
            module = module_of(node, constants) if chained else None
            made.append((kind_of(node, array), node, array, module))
        last = node.output[0]
    names = numbered([kind for kind, *_ in made])
    return [
        Step(name, kind, array, None if module is None else (module,), label(name, node))
        for name, (kind, node, array, module) in zip(names, made, strict=True)
    ]


def is_bias(node: NodeProto, before: NodeProto, constants: dict[str, np.ndarray]) -> bool:
    """Tell whether a node adds the bias to the matrix product before it."""
    bias = addend(node, constants) if node.op_type == "Add" else None
    weight = constants.get(before.input[1]) if before.op_type == "MatMul" else None
    if bias is None or weight is None or weight.ndim != 2:
        return False
    return bias.size in (1, weight.shape[1])


def addend(node: NodeProto, constants: dict[str, np.ndarray]) -> np.ndarray | None:
    """Return the array that a node adds."""
    return next((constants[name] for name in node.input if name in constants), None)


def kind_of(node: NodeProto, array: Array) -> str:
    """Return the kind of a node: a product of maps is pooling, a reshape to a list flattening."""
    if node.op_type == "MatMul" and array.ndim == 3:
        return POOL
    if node.op_type == "Reshape" and array.ndim == 1:
        return NAMES[nn.Flatten]
    return KINDS.get(node.op_type, node.op_type)


def label(name: str, node: NodeProto) -> str:
    """Return a layer's name with what the file calls it."""
    return f"{name} (node {node.name})" if node.name and node.name.isprintable() else name


def preparation(network: OnnxNetwork, before: Sequence[NodeProto]) -> str:
    """Say how the photo came in, and what the file does to it before its first layer."""
    given = "bytes" if network.type is np.uint8 else "numbers from 0 to 1"
    inside = (
        f"; before its first layer it does {listed([node.op_type for node in before])}"
        if before
        else ""
    )
    return f"{network.name} was given the photo as {given}{inside}."


def first_line(error: Exception) -> str:
    """Return what a library says, shortened to one line."""
    return (str(error).strip().partition("\n")[0] or type(error).__name__)[:200].rstrip(".")
