"""A trained network's kernels as the lab's own."""

import numpy as np
from numpy.typing import NDArray
from torch import nn

from core.conv_lab.experiment import RANGES, Experiment
from core.conv_lab.own import encode_numbers

Weights = NDArray[np.float32]


def convolution_weights(model: nn.Module) -> dict[str, Weights]:
    """Return the weights (O, C, KH, KW) of a network's convolutions that fit into the lab.

    The names say where they stand: "Convolution 1 (3 to 16 channels, 11 x 11)", "Convolution 2 (24
    channels, depthwise, 3 x 3)". A filter of a convolution in groups has the weights of the C
    channels of its group alone.
    """
    found: dict[str, Weights] = {}
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    for place, layer in enumerate(layers, start=1):
        weight = layer.weight.detach().cpu().numpy()
        kh, kw = weight.shape[2:]
        groups = f", in {layer.groups} groups" if layer.groups > 1 else ""
        channels = f"{layer.in_channels} to {layer.out_channels} channels{groups}"
        if 1 < layer.groups == layer.in_channels == layer.out_channels:
            channels = f"{layer.groups} channels, depthwise"
        if max(kh, kw) <= RANGES["kernel"][1]:
            found[f"Convolution {place} ({channels}, {kh} x {kw})"] = weight
    return found


def use_filter(experiment: Experiment, weight: Weights, number: int) -> Experiment:
    """Take one of a convolution's filters, with its first 8 input channels, as the kernel."""
    ins = min(weight.shape[1], RANGES["channels"][1])
    kernel = weight[number : number + 1, :ins].astype(np.float64)
    return experiment.with_changes(
        channels=ins,
        out_channels=1,
        groups=1,
        kernel=kernel.shape[2:],
        filters="own",
        filters_data=encode_numbers(kernel),
    )
