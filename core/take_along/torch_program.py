"""The program in PyTorch: network, initialisation, photos, training loop."""

import inspect

from core.architecture import layers as kinds
from core.architecture.library import layers_of
from core.config import DRAWN, TrainConfig
from core.mistakes import Mistake
from core.take_along import torch_photos
from core.take_along.layers import layer_lines
from core.take_along.recipe import (
    SCHEDULE,
    batch_lines,
    constants,
    make_optimizer,
    opening,
    target_lines,
)
from core.take_along.torch_variations import variations_code
from core.take_along.writing import behind_imports, program
from core.training import muon
from core.wording import listed

DROPOUT = '''\
class Dropout(nn.Dropout):
    """Dropout whose masks NumPy draws from a seed, so that they are the same everywhere."""

    def __init__(self, share, seed):
        super().__init__(share)
        self.seed, self.masks_drawn = seed, 0

    def forward(self, x):
        if not self.training:
            return x
        random = np.random.default_rng((self.seed, self.masks_drawn))
        self.masks_drawn += 1
        mask = (random.random(tuple(x.shape)) >= self.p) / (1 - self.p)
        return x * torch.from_numpy(mask).to(x.dtype)
'''

MIXED = '''\
def train_answer(network, x):
    """Return P(label 1) (N, 1), all but the last linear layer computed in bfloat16."""
    with torch.autocast("cpu", torch.bfloat16):
        features = network[:{last}](x)
    return network[{last}:](features.to(DTYPE))
'''

AVERAGE = '''\
@torch.no_grad()
def move_average(average, network, steps):
    """Move the averaged weights towards those after so many steps, at first faster."""
    keep = min(WEIGHT_AVERAGE, (1 + steps) / (10 + steps))
    newest = network.state_dict()
    for name, mean in average.state_dict().items():
        if mean.is_floating_point():
            mean.lerp_(newest[name], 1 - keep)
        else:
            mean.copy_(newest[name])
'''

DRAWS = {
    "xavier_normal": ("xavier_normal_(layer.weight)", "from Xavier's normal distribution"),
    "kaiming_normal": (
        'kaiming_normal_(layer.weight, nonlinearity="relu")',
        "from Kaiming's normal distribution",
    ),
    "uniform": ("uniform_(layer.weight, -0.1, 0.1)", "evenly from -0.1 to 0.1"),
    "constant": ("constant_(layer.weight, 0.01)", "to nothing but 0.01"),
}


def torch_code(config: TrainConfig) -> str:
    """Write a training as a program of torch; of Glass CNN it needs the drawn pets alone."""
    layers = layers_of(config.model, config.image_size)
    has_dropout = any(isinstance(layer, kinds.Dropout) for layer in layers)
    drawn = config.data == DRAWN
    head = [
        opening(config, "PyTorch", needs(config)),
        "",
        imports(config),
        "",
        constants(config, *dtype_of(config)),
    ]
    return program(
        "\n".join(head) + ("" if drawn else f"\n{torch_photos.folder_constants(config)}"),
        DROPOUT if has_dropout else "",
        network_function(config),
        initialise_function(config),
        torch_photos.photos_code(config),
        variations_code() if config.variations else "",
        input_function(config),
        MIXED.format(last=last_linear(config)) if config.dtype == "bfloat16" else "",
        behind_imports(inspect.getsource(muon)) if config.optimizer == "muon" else "",
        SCHEDULE if config.schedule == "cosine" else "",
        AVERAGE if config.weight_average else "",
        train_function(config),
        test_function(config),
        main_function(config),
    )


def dtype_of(config: TrainConfig) -> tuple[str, str]:
    """Write the numbers of weights and sums, and a remark."""
    if config.dtype == "auto":
        return "torch.float32", "Glass CNN itself takes bfloat16 where that is quicker"
    if config.dtype == "bfloat16":
        return "torch.float32", "of the weights; most layers compute in bfloat16"
    return f"torch.{config.dtype}", ""


def last_linear(config: TrainConfig) -> int:
    """Return the place of the last linear layer."""
    layers = layers_of(config.model, config.image_size)
    return max(i for i, layer in enumerate(layers) if isinstance(layer, kinds.Linear))


def needs(config: TrainConfig) -> str:
    """Say what must be there to run the program."""
    packages = ["torch", "numpy"]
    packages += [] if config.data == DRAWN else ["pillow"]
    packages += ["opencv-python"] if config.variations else []
    sentence = f"Needs {listed(packages)}."
    if config.data == DRAWN:
        sentence += (
            "\nThe pets are drawn by Glass CNN: put this file into its folder and run it there,"
            "\nor run it with PYTHONPATH set to that folder, or have it installed"
            "\n(pip install -e .)."
        )
    return sentence


def imports(config: TrainConfig) -> str:
    """Import what is used: the standard library, then packages, then Glass CNN."""
    drawn = config.data == DRAWN
    standard = [] if drawn else ["import itertools", "import random", "import re"]
    standard += ["import math"] if config.schedule == "cosine" else []
    standard += ["import copy"] if config.weight_average else []
    standard += ["import tempfile", "import zipfile"] if torch_photos.is_zip(config) else []
    standard = sorted(standard)
    abstract = ["Collection"] if config.variations else []
    abstract += ["Iterable"] if config.optimizer == "muon" else []
    standard += [f"from collections.abc import {', '.join(abstract)}"] if abstract else []
    standard += ["from enum import StrEnum"] if config.variations else []
    standard += [] if drawn else ["from pathlib import Path"]
    standard += ["from typing import Any"] if config.optimizer == "muon" else []
    packages = ["import cv2"] if config.variations else []
    packages += ["import numpy as np", "import torch"]
    packages += ["from numpy.typing import NDArray"] if config.variations else []
    packages += [] if drawn else ["from PIL import Image, ImageOps"]
    packages += [f"from torch import {'Tensor, ' if config.optimizer == 'muon' else ''}nn"]
    own = ["from core.data import DataRequest, load_data"] if drawn else []
    groups = ("\n".join(group) for group in (standard, packages, own) if group)
    return "\n\n".join(groups)


def network_function(config: TrainConfig) -> str:
    """Write the function that builds the network, a line a layer."""
    layers = layers_of(config.model, config.image_size)
    side = config.image_size
    lines = layer_lines(layers, side, config.seed, "nn.")
    return f'''\
def make_network():
    """Build the network: photos (N, 3, {side}, {side}) in 0..1 become P(label 1) (N, 1)."""
    return nn.Sequential(
{lines}
    )
'''


def initialise_function(config: TrainConfig) -> str:
    """Write the function that draws the starting weights."""
    draw, words = DRAWS[config.init]
    return f'''\
def initialise(network):
    """Set weights {words}, biases to 0, batch norm near 1."""
    for layer in network:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.{draw}
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
            nn.init.zeros_(layer.bias)
'''


def input_function(config: TrainConfig) -> str:
    """Write the function from pixels to the network's input, with the mistakes made there."""
    swap = "    photos = photos[..., ::-1].copy()  # the mistake: red and blue are swapped\n"
    turn = "torch.from_numpy(photos).permute(0, 3, 1, 2)"
    if Mistake.RESHAPE in config.mistakes:
        turn = "torch.from_numpy(photos).reshape(-1, 3, *photos.shape[1:3])"
    wrong = "    # The mistake: permute(0, 3, 1, 2) would turn the axes round.\n"
    return f'''\
def network_input(photos):
    """Turn photos (N, S, S, 3) uint8 into (N, 3, S, S) in 0..1."""
{swap if Mistake.BGR in config.mistakes else ""}\
{wrong if Mistake.RESHAPE in config.mistakes else ""}\
    x = {turn}
    return (x.float() / 255).to(DTYPE)
'''


def train_function(config: TrainConfig) -> str:
    """Write the function that goes through all training photos once."""
    answer = "train_answer(network, {})" if config.dtype == "bfloat16" else "network({})"
    averaged = """\
        move_average(average, network, (epoch - 1) * len(batches) + step)
"""
    schedule = """\
        done = (epoch - 1) * len(batches) + step - 1
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(done, EPOCHS * len(batches))
"""
    return f'''\
def train_epoch(network, {"average, " if config.weight_average else ""}\
optimizer, photos, labels, epoch):
    """Take a step for each batch, in an order of the epoch's own."""
    network.train()
{batch_lines(config)}\
    for step, batch in enumerate(batches, 1):
{target_lines(config)}\
        probability = {answer.format("network_input(x)")}.squeeze(1)
        if not probability.isfinite().all():
            raise SystemExit("The training diverged: try a smaller learning rate.")
        target = torch.from_numpy(target).to(DTYPE)
        loss = nn.functional.binary_cross_entropy(probability, target)
        optimizer.zero_grad()
        loss.backward()
{schedule if config.schedule == "cosine" else ""}\
        optimizer.step()
{averaged if config.weight_average else ""}\
        print(f"epoch {{epoch}}  batch {{step}}/{{len(batches)}}  loss {{loss.item():.6f}}")
'''


def test_function(config: TrainConfig) -> str:
    """Write the function that tells the share of right answers."""
    mistake = """\
    for layer in network:
        if isinstance(layer, nn.BatchNorm2d):
            layer.train()  # the mistake: batch norm measures by the batch
            layer.momentum = 0.0  # but does not remember the test
"""
    back = """\
    for layer in network:
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = 0.1
"""
    wrong = Mistake.BATCH_NORM_IN_TEST in config.mistakes
    return f'''\
@torch.no_grad()
def test_accuracy(network, photos, labels):
    """Return the share of test photos on the right side of 0.5, in evaluation mode."""
    network.eval()
{mistake if wrong else ""}\
    right = 0
    for start in range(0, len(photos), 32):
        answers = network(network_input(photos[start : start + 32])).squeeze(1) >= 0.5
        right += int((answers.numpy() == labels[start : start + 32]).sum())
{back if wrong else ""}\
    return right / len(labels)
'''


def main_function(config: TrainConfig) -> str:
    """Write the function that does everything in order."""
    counted = """\
    # The mistake: labels are counted from what was asked for, not from what was found.
    labels = (np.arange(len(labels)) >= TRAIN_PER_CLASS).astype(np.uint8)
"""
    own = config.optimizer == "muon"
    more = ["numbers=torch.bfloat16"] if own and config.dtype == "bfloat16" else []
    prefix = "" if own else "torch.optim."
    optimizer = make_optimizer(config, prefix, "network.parameters()", "lr", *more)
    answers = "average" if config.weight_average else "network"
    copied = "    average = copy.deepcopy(network)\n" if config.weight_average else ""
    return f'''\
def main():
    """Train, test after each epoch, and keep the weights."""
    (photos, labels), (test_photos, test_labels) = load_photos()
{counted if Mistake.LABELS_BY_REQUEST in config.mistakes else ""}\
    torch.manual_seed(SEED)
    network = make_network()
    initialise(network)
    network.to(DTYPE)
{copied}\
{optimizer}
    for epoch in range(1, EPOCHS + 1):
        train_epoch(network, {"average, " if config.weight_average else ""}\
optimizer, photos, labels, epoch)
        accuracy = test_accuracy({answers}, test_photos, test_labels)
        print(f"epoch {{epoch}}  test accuracy {{accuracy:.1%}}")
    torch.save({answers}.state_dict(), "network.pt")
    print("The weights are in network.pt.")


if __name__ == "__main__":
    main()
'''
