"""A network as an ONNX file that needs nothing of this program, checked before it is handed out.

Into the file go photos as a decoder gives them, uint8 (N, S, S, 3) in RGB, upright and stretched to
S x S pixels; out comes P(class 1) (N, 1). Scaling, what was done to all pixels in training on
purpose, the temperature of the certainty and the sigmoid are in the graph; N is free. What the
file's metadata say is said in words by ``describe``.
"""

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from core.architecture.library import text_of
from core.architecture.plan import plan
from core.architecture.text import read
from core.data.drawn import KINDS, draw_pet
from core.errors import ExchangeError
from core.mistakes import Mistake
from core.networks.classifier import Classifier, network_of
from core.networks.tensors import network_input
from core.wording import percent

if TYPE_CHECKING:
    from core.exchange.onnx_graph import Graph

TOLERANCE: Final = 1e-4
"""By how much a probability of the file may differ from the network's: 0.01 %."""
PACKAGES: Final = "requirements-export.txt"
INPUT: Final = "photos"
OUTPUT: Final = "probability"


def onnx_bytes(classifier: Classifier) -> bytes:
    """Write a network as ONNX and ask the file a few photos; ``ExchangeError`` says what failed.

    It must give the network's own probabilities to within ``TOLERANCE``.
    """
    try:
        import onnx

        from core.exchange.onnx_graph import IR_VERSION, OPSET, Graph
    except ImportError as error:
        raise packages_missing() from error
    graph = Graph(INPUT)
    add_input(graph, classifier)
    add_layers(graph, classifier)
    side = classifier.image_size
    made = onnx.helper.make_graph(
        graph.nodes,
        "network",
        [
            onnx.helper.make_tensor_value_info(
                INPUT, onnx.TensorProto.UINT8, ["N", side, side, 3], input_words(side)
            )
        ],
        [
            onnx.helper.make_tensor_value_info(
                OUTPUT, onnx.TensorProto.FLOAT, ["N", 1], output_words(classifier)
            )
        ],
        graph.constants,
        doc_string=describe(classifier),
    )
    made.node[-1].output[0] = OUTPUT
    model = onnx.helper.make_model(
        made,
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="Glass CNN",
    )
    onnx.helper.set_model_props(model, metadata(classifier, OPSET))
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    check_answers(content, classifier)
    return content


def packages_missing() -> ExchangeError:
    """Say which packages an ONNX file takes, and how to get them."""
    return ExchangeError(
        "An ONNX file takes the packages onnx and onnxruntime, which are not installed here: "
        f"pip install -r {PACKAGES}."
    )


def add_input(graph: "Graph", classifier: Classifier) -> None:
    """Turn photos (N, S, S, 3) uint8 into network input (N, 3, S, S) as in the training."""
    from onnx import TensorProto

    graph.add("Cast", to=TensorProto.FLOAT)
    graph.add("Div", behind=[graph.constant("largest_byte", np.array(255, np.float32))])
    if Mistake.BGR in classifier.mistakes:
        graph.add("Gather", behind=[graph.constant("blue_first", np.array([2, 1, 0]))], axis=3)
    if Mistake.RESHAPE in classifier.mistakes:
        side = classifier.image_size
        shape = graph.constant("reshaped", np.array([0, 3, side, side]))
        graph.add("Reshape", behind=[shape])
    else:
        graph.add("Transpose", perm=[0, 3, 1, 2])


def add_layers(graph: "Graph", classifier: Classifier) -> None:
    """Add a node for each layer."""
    side = classifier.image_size
    steps = plan(read(text_of(network_of(classifier.facts))), side).steps
    shapes = [(3, side, side), *(step.shape for step in steps)]
    for place, (module, shape) in enumerate(zip(classifier.model, shapes, strict=False)):
        graph.add_module(place, module, shape)


def check_answers(content: bytes, classifier: Classifier) -> None:
    """Ask the file a few photos, alone and together, and compare; ``ExchangeError`` if it is off.

    They are two drawn pets, noise, and a black and a white picture.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise packages_missing() from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    photos = some_photos(classifier.image_size)
    with torch.inference_mode():
        seen = np.stack([classifier.see(photo) for photo in photos])
        expected = classifier.model(network_input(seen)).numpy()
    for part in (slice(0, 1), slice(None)):
        (given,) = session.run([OUTPUT], {INPUT: photos[part]})
        off = np.abs(given - expected[part])
        if not (off <= TOLERANCE).all():  # a NaN is refused too
            raise ExchangeError(
                "The ONNX file was not handed out: in onnxruntime it answers otherwise than the "
                f"network, by up to {off.max():.2g}, and {TOLERANCE:g} is allowed."
            )


def some_photos(side: int) -> np.ndarray:
    """Return photos (5, S, S, 3) uint8 to ask."""
    noise = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    pets = [draw_pet(kind, side, seed=7, index=0) for kind in KINDS]
    return np.stack([*pets, noise, np.zeros_like(noise), np.full_like(noise, 255)])


# Words


def input_words(side: int) -> str:
    """Say what goes in."""
    return (
        f"Photos as uint8 in RGB, shape (N, {side}, {side}, 3), any N: upright, stretched to "
        f"{side} x {side} pixels, not scaled: the division by 255 is in the graph."
    )


def output_words(classifier: Classifier) -> str:
    """Say what comes out."""
    zero, one = classifier.classes
    return f"P({one}) as float32, shape (N, 1); from 0.5 on the answer is {one}, below it {zero}."


def describe(classifier: Classifier) -> str:
    """Say in sentences what goes in, what comes out, and what the file leaves to its user."""
    sentences = [f"In: {input_words(classifier.image_size)}", f"Out: {output_words(classifier)}"]
    if done := classifier.mistake_notes():
        sentences.append(f"In the graph as well: {done[0]}.")
    if classifier.certainty is not None:
        band = classifier.certainty.band
        sentences.append(
            "The temperature of its certainty is in it. An answer counts from a certainty of "
            f"{percent(band.certainty)} on; below that, take it as not sure."
        )
    if classifier.likeness is not None:
        sentences.append("Whether a photo is like anything it learnt, this file cannot tell.")
    return " ".join(sentences)


def metadata(classifier: Classifier, opset: int) -> dict[str, str]:
    """Return what the file says of itself, as names and texts."""
    facts: dict[str, Any] = {
        "input": input_words(classifier.image_size),
        "output": output_words(classifier),
        "description": describe(classifier),
        "classes": json.dumps(list(classifier.classes)),
        "image_size": str(classifier.image_size),
        "network": text_of(network_of(classifier.facts)),
        "opset": str(opset),
        "weights": classifier.name,
    }
    accuracy = classifier.facts.get("accuracy")
    if isinstance(accuracy, int | float):
        facts["test_accuracy"] = percent(accuracy)
    if classifier.certainty is not None:
        facts["certainty_from"] = f"{classifier.certainty.band.certainty:g}"
    return facts
