"""How long one photo's answer takes, from its bytes, beside the plain steps of the same work."""

import argparse
import io
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.architecture.library import FIRST
from core.bench.measure import in_turns, median_ratio, table
from core.config import recipe_for
from core.networks.weight_files import write_weight_file

if TYPE_CHECKING:
    from torch import nn


def build_parser() -> argparse.ArgumentParser:
    """Describe the benchmark's arguments."""
    parser = argparse.ArgumentParser(prog="python -m core.bench predict", description=__doc__)
    parser.add_argument("--photo", type=Path, help="a photo (default: a drawn JPEG, 1600 x 1200)")
    parser.add_argument("--repetitions", type=int, default=30)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    options = build_parser().parse_args(arguments)
    photo = options.photo.read_bytes() if options.photo else drawn_jpeg()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for model in FIRST:
            rows += measure(model, photo, options.repetitions, Path(folder))
    print(f"one JPEG of {len(photo) / 1024:.0f} KB: medians of {options.repetitions} turns")
    print(table(["answer", "ms", "ratio"], rows))
    return 0


def measure(model: str, photo: bytes, repetitions: int, folder: Path) -> list[list[str]]:
    """Time an untrained preset's answer and the plain one; return rows of a table."""
    from core.networks.build import build_model
    from core.networks.classifier import Classifier

    size = recipe_for(model).image_size
    network = build_model(model, size).eval()
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    path = folder / f"{model}.safetensors"
    write_weight_file(
        path, weights, {"model": model, "image_size": size, "classes": ["dog", "cat"]}
    )
    classifier = Classifier.load(path)
    contestants = {
        f"{model}, plain: imdecode, resize, forward": timed(
            lambda: plain_answer(network, photo, size)
        ),
        f"{model}, Classifier, every check": timed(lambda: classifier.classify(photo)),
        f"{model}, its network alone": timed(lambda: classifier.classify_pixels(pixels)),
    }
    pixels = classifier.classify(photo).pixels
    results = in_turns(contestants, repetitions)
    plain = next(iter(results.values()))
    return [
        [name, f"{statistics.median(times) * 1000:.1f}", f"{median_ratio(times, plain):.2f}"]
        for name, times in results.items()
    ]


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """Return a function that does the work and returns its seconds."""

    def seconds() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return seconds


def plain_answer(network: "nn.Module", photo: bytes, size: int) -> float:
    """Answer a JPEG without any check."""
    import cv2
    import torch

    pixels = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert pixels is not None
    pixels = cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA)
    x = torch.from_numpy(pixels.transpose(2, 0, 1)).unsqueeze(0).float() / 255
    with torch.no_grad():
        return float(network(x))


def drawn_jpeg() -> bytes:
    """Return a JPEG as large as a camera's small one: smooth shapes and a little noise."""
    from PIL import Image

    random = np.random.default_rng(0)
    y, x = np.mgrid[0:1200, 0:1600] / 200
    waves = np.stack([np.sin(x + y), np.cos(x - y), np.sin(2 * x)], axis=2)
    pixels = (waves * 100 + 128 + random.normal(0, 8, waves.shape)).clip(0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
