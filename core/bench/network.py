"""A training step of the article's network: NumPy against torch, as a whole and in parts."""

import argparse
import statistics
import tracemalloc
from collections.abc import Callable

import numpy as np

from core.bench.conv import seconds
from core.bench.measure import in_turns, median_ratio, table
from core.numpy_nn import Adam, Trainer, article_network

Steps = dict[str, Callable[[], object]]
CALLS = 2
LEARNING_RATE = 5e-4


def build_parser() -> argparse.ArgumentParser:
    """Describe the benchmark's arguments."""
    parser = argparse.ArgumentParser(prog="python -m core.bench network", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--batch", type=int, default=16)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    options = build_parser().parse_args(arguments)
    generator = np.random.default_rng(0)
    x = generator.uniform(size=(options.batch, 3, 224, 224)).astype(np.float32)
    target = (np.arange(options.batch) % 2).astype(np.float32)[:, np.newaxis]
    engines = {
        "NumPy": numpy_steps(x, target),
        "torch": torch_steps(x, target, tuned=False),
        "torch, tuned": torch_steps(x, target, tuned=True),
    }
    print(
        f"Article network, 224 x 224, batch {options.batch}: "
        f"medians of {options.repetitions} turns, in milliseconds\n"
    )
    print(compare(engines, options.repetitions), end="\n\n")
    print(f"A NumPy step holds at most {peak_megabytes(x, target):.0f} MB beside the weights.")
    return 0


def compare(engines: dict[str, Steps], repetitions: int) -> str:
    """Return the table of every part of the step."""
    rows = []
    for part in engines["NumPy"]:
        turns = {
            name: lambda run=steps[part]: seconds(run, CALLS) for name, steps in engines.items()
        }
        measured = in_turns(turns, repetitions)
        rows.append(
            [
                part,
                *(f"{1000 * statistics.median(times):.1f}" for times in measured.values()),
                f"{median_ratio(measured['NumPy'], measured['torch']):.2f}",
                f"{median_ratio(measured['NumPy'], measured['torch, tuned']):.2f}",
            ]
        )
    return table(["", *engines, "NumPy / torch", "NumPy / tuned"], rows)


def numpy_steps(x: np.ndarray, target: np.ndarray) -> Steps:
    """Return the parts of a step with the NumPy engine."""
    network = article_network()
    trainer = Trainer(network, Adam(network, LEARNING_RATE))

    def forward_and_backward() -> None:
        probability = network.train().forward(x)
        trainer.loss.forward(probability, target)
        network.backward_parameters(trainer.loss.backward())

    forward_and_backward()  # Adam needs gradients
    return {
        "prediction": lambda: trainer.predict(x),
        "forward": lambda: network.train().forward(x),
        "forward, loss, backward": forward_and_backward,
        "Adam": trainer.optimizer.step,
        "whole step": lambda: trainer.step(x, target),
    }


def torch_steps(x: np.ndarray, target: np.ndarray, tuned: bool) -> Steps:
    """Return the parts of a step with torch, plain or ``tuned`` as this project trains: images
    with their channels last in memory, and Adam in one pass.
    """
    import torch

    from core.networks.build import build_model

    model = build_model("article", 224)
    photos, labels = torch.from_numpy(x), torch.from_numpy(target)
    if tuned:
        model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        photos = photos.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=tuned or None)

    def predict() -> None:
        with torch.inference_mode():
            model.eval()(photos)

    def forward_and_backward() -> None:
        optimizer.zero_grad()
        probability = model.train()(photos)
        torch.autograd.backward(torch.nn.functional.binary_cross_entropy(probability, labels))

    def step() -> None:
        forward_and_backward()
        optimizer.step()

    step()
    return {
        "prediction": predict,
        "forward": lambda: model.train()(photos),
        "forward, loss, backward": forward_and_backward,
        "Adam": optimizer.step,
        "whole step": step,
    }


def peak_megabytes(x: np.ndarray, target: np.ndarray) -> float:
    """Return the most memory that a step holds beyond its weights, gradients and Adam's memory."""
    network = article_network()
    trainer = Trainer(network, Adam(network, LEARNING_RATE))
    trainer.step(x, target)
    tracemalloc.start()
    trainer.step(x, target)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6
