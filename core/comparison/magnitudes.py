"""How large the terms are that a layer adds up, forward and backward: what rounding goes by.

For every element of a layer's output and of its gradients, the sum of its terms' magnitudes, in
float64. Where a layer multiplies and adds, that is the layer itself, carried out on magnitudes.
Names are "y", "dx", and "d" with the name of a parameter: "dweight", "dbias".
"""

import copy
import math
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.comparison.rounding import COPIES, Sums
from core.comparison.torch_layer import run_layer

EACH_CHANNEL = (0, 2, 3)


def layer_sums(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, Sums]:
    """Return the sums behind what ``layer`` makes of ``x`` (N, ...), and behind its gradients.

    ``dy`` is the gradient of the layer's output. Raises ``ValueError`` for a layer that
    ``core.numpy_nn`` does not have.
    """
    for kinds, sums in SUMS.items():
        if isinstance(layer, kinds):
            return sums(layer, x.detach(), dy.detach())
    raise ValueError(f"layer must be one of numpy_nn's, not {type(layer).__name__}")


def multiplied_sums(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, Sums]:
    """Sums of products of inputs and weights: the layer itself on magnitudes."""
    twin = copy.deepcopy(layer).double()
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.abs_()
    magnitudes = run_layer(twin, x.abs().double(), dy.abs().double())
    terms = product_terms(layer, x, dy)
    return {name: Sums(array, terms[name]) for name, array in magnitudes.items()}


def product_terms(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, int]:
    """Return how many products each sum of a convolution or a linear layer has, and its bias."""
    if isinstance(layer, nn.Linear):
        ins, outs, rows = layer.in_features, layer.out_features, len(x)
        return {"y": ins + 1, "dx": outs, "dweight": rows, "dbias": rows}
    assert isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)
    window = cells(layer.kernel_size)
    ins, outs = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    outputs = dy[:, 0].numel()  # of each channel
    seen = outputs if isinstance(layer, nn.Conv2d) else x[:, 0].numel()
    return {"y": ins * window + 1, "dx": outs * window, "dweight": seen, "dbias": outputs}


def cells(kernel_size: int | tuple[int, ...]) -> int:
    """Return how many cells a window has, whose size may be given by one number."""
    return kernel_size**2 if isinstance(kernel_size, int) else math.prod(kernel_size)


def averaged_sums(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, Sums]:
    """Sums of average pooling, of at most as many cells as fit into a window."""
    sides = zip(x.shape[-2:], dy.shape[-2:], strict=True)
    window = math.prod(math.ceil(size / out) + 1 for size, out in sides)
    if isinstance(layer, nn.AvgPool2d):
        window = cells(layer.kernel_size)
    magnitudes = run_layer(layer, x.abs().double(), dy.abs().double())
    return {name: Sums(array, window) for name, array in magnitudes.items()}


def max_pool_sums(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, Sums]:
    """The largest number is copied; where windows overlap, a cell adds up their gradients."""
    assert isinstance(layer, nn.MaxPool2d)
    settings = (layer.kernel_size, layer.stride, layer.dilation)
    kernel, stride, dilation = (np.broadcast_to(each, 2) for each in settings)
    if (dilation * (kernel - 1) < stride).all():
        return {"y": COPIES, "dx": COPIES}
    magnitudes = run_layer(layer, x, dy.abs())["dx"].astype(np.float64)
    return {"y": COPIES, "dx": Sums(magnitudes, int(kernel.prod()))}


def copied_sums(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, Sums]:
    """ReLU and flattening: numbers are copied or become 0."""
    return {"y": COPIES, "dx": COPIES}


def sigmoid_sums(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, Sums]:
    """An exponential; backward dy p (1 - p), where 1 - p has the terms 1 and p."""
    numbers = torch.finfo(x.dtype)
    p = torch.sigmoid(x.double()).clamp(min=2 * numbers.tiny / numbers.eps)  # less may be lost
    return {"y": Sums(p.numpy(), 1), "dx": Sums((dy.double().abs() * p * (1 + p)).numpy(), 2)}


def leaky_sums(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, Sums]:
    """Leaky ReLU: a number as it is, or one product."""
    magnitudes = run_layer(layer, x.double(), dy.abs().double())
    return {name: Sums(np.abs(array), 1) for name, array in magnitudes.items()}


def tanh_sums(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, Sums]:
    """A few exponentials; backward dy (1 - y^2), with the terms 1 and y^2."""
    y = torch.tanh(x.double()).abs()
    return {"y": Sums(y.numpy(), 2), "dx": Sums((dy.double().abs() * (1 + y**2)).numpy(), 2)}


def dropout_sums(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, Sums]:
    """In evaluation numbers are copied; in training each is one product, at most."""
    assert isinstance(layer, nn.Dropout)
    if not layer.training:
        return copied_sums(layer, x, dy)
    scale = 1 / (1 - layer.p)
    sizes = {"y": x.double().abs() * scale, "dx": dy.double().abs() * scale}
    return {name: Sums(size.numpy(), 1) for name, size in sizes.items()}


def batch_norm_sums(layer: nn.Module, x: Tensor, dy: Tensor) -> dict[str, Sums]:
    """Batch norm: y = weight (x - mean) / deviation + bias, where x - mean has two terms.

    In training, mean and variance are sums over a channel themselves, and every number depends on
    them: dx = weight / deviation (dy - mean(dy) - x_hat mean(dy x_hat)).
    """
    assert isinstance(layer, nn.BatchNorm2d)
    size_dy, count = dy.double().abs(), x[:, 0].numel()
    weight, bias = (
        otherwise if each is None else each.detach().double().abs()[:, None, None]
        for each, otherwise in ((layer.weight, torch.ones(())), (layer.bias, torch.zeros(())))
    )
    if layer.training:
        mean_size, centred, var, spread = channel_statistics(x)
    else:
        assert layer.running_mean is not None and layer.running_var is not None
        mean, var = (
            each.double()[:, None, None] for each in (layer.running_mean, layer.running_var)
        )
        mean_size, centred, spread = mean.abs(), (x.double() - mean).abs(), var
    inverse = (var + layer.eps).rsqrt()
    # The root halves what the variance is off by.
    deviation = spread * inverse**2 / 2
    size = (x.double().abs() + mean_size) * inverse + centred * inverse * deviation
    dx = size_dy
    if layer.training:
        average = (size_dy * size).mean(EACH_CHANNEL, keepdim=True)
        dx = (dx + dx.mean(EACH_CHANNEL, keepdim=True) + size * average) * (1 + deviation)
    terms = count if layer.training else 1
    sums = {
        "y": Sums((weight * size + bias).numpy(), terms),
        "dx": Sums((weight * inverse * dx).numpy(), terms),
        "dweight": Sums((size_dy * size).sum(EACH_CHANNEL).numpy(), count),
        "dbias": Sums(size_dy.sum(EACH_CHANNEL).numpy(), count),
    }
    return sums if layer.affine else {name: sums[name] for name in ("y", "dx")}


def channel_statistics(x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return mean |x|, |x - mean|, the variance of each channel, and the sum behind the variance.

    That sum's terms are squares around a mean that is rounded itself: its square comes on top.
    """
    wide, count = x.double(), x[:, 0].numel()
    mean_size = wide.abs().mean(EACH_CHANNEL, keepdim=True)
    centred = (wide - wide.mean(EACH_CHANNEL, keepdim=True)).abs()
    var = (centred**2).mean(EACH_CHANNEL, keepdim=True)
    return mean_size, centred, var, var + count * torch.finfo(x.dtype).eps / 2 * mean_size**2


def running_sums(layer: nn.BatchNorm2d, x: Tensor) -> dict[str, Sums]:
    """The running statistics that ``layer`` goes on to with the batch ``x``, "mean" and "var"."""
    assert layer.running_mean is not None and layer.running_var is not None
    if not layer.training:
        return {"mean": COPIES, "var": COPIES}
    mean_size, _, _, spread = channel_statistics(x)
    count, momentum = x[:, 0].numel(), layer.momentum or 0.0
    newest = mean_size.flatten(), spread.flatten() * (count / (count - 1))
    mean, var = (
        (1 - momentum) * before.double().abs() + momentum * after
        for before, after in zip((layer.running_mean, layer.running_var), newest, strict=True)
    )
    return {"mean": Sums(mean.numpy(), count), "var": Sums(var.numpy(), count)}


def loss_sums(probability: Tensor, target: Tensor) -> dict[str, Sums]:
    """Binary cross entropy of a probability: "y" the mean loss, "dx" its gradient.

    The logarithm of 1 - p is off by what 1 - p is, whose terms are up to 1.
    """
    p = probability.detach().double().requires_grad_()
    losses = F.binary_cross_entropy(p, target.double(), reduction="none")
    (gradient,) = torch.autograd.grad(losses.mean(), p)
    size = np.asarray((1 + losses.detach()).mean().numpy())
    return {"y": Sums(size, 1 + p.numel()), "dx": Sums(gradient.abs().numpy(), 2)}


def logit_loss_sums(logit: Tensor, target: Tensor) -> dict[str, Sums]:
    """Binary cross entropy of a logit z: max(z, 0) - z t + log(1 + exp(-|z|)); dz = p - t.

    Torch writes it as (1 - t) z + max(-z, 0) + the same: either way the terms are up to 2 |z|.
    """
    z, t = logit.detach().double(), target.double()
    sizes = 2 * z.abs() + z.abs().neg().exp().log1p()
    size = np.asarray(sizes.mean().numpy())
    gradient = (torch.sigmoid(z) + t) / z.numel()
    return {"y": Sums(size, 2 + z.numel()), "dx": Sums(gradient.numpy(), 2)}


SUMS: dict[tuple[type[nn.Module], ...], Callable[[nn.Module, Tensor, Tensor], dict[str, Sums]]] = {
    (nn.Conv2d, nn.ConvTranspose2d, nn.Linear): multiplied_sums,
    (nn.BatchNorm2d,): batch_norm_sums,
    (nn.ReLU, nn.Flatten): copied_sums,
    (nn.MaxPool2d,): max_pool_sums,
    (nn.AvgPool2d, nn.AdaptiveAvgPool2d): averaged_sums,
    (nn.Sigmoid,): sigmoid_sums,
    (nn.LeakyReLU,): leaky_sums,
    (nn.Tanh,): tanh_sums,
    (nn.Dropout,): dropout_sums,
}
