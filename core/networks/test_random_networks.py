"""Both engines build every legal network and agree on it.

``pytest core/networks/test_random_networks.py --hypothesis-profile thorough`` takes 2,000 of them.
"""

import numpy as np
import torch
from hypothesis import given
from torch import nn

from core.architecture.conftest import networks
from core.architecture.layer import Layer
from core.architecture.text import Layers
from core.conftest import examples
from core.networks.build import numpy_twin
from core.networks.modules import torch_modules
from core.numpy_nn import SGD, Sequential, Trainer

TOLERANCE = 1e-10
BATCH = 3


def assert_close(what: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    """Fail unless two arrays differ by at most ``TOLERANCE`` of the largest expected number."""
    assert ours.shape == theirs.shape, what
    allowed = TOLERANCE * max(1.0, float(np.abs(theirs).max(initial=0)))
    worst = float(np.abs(ours - theirs).max(initial=0))
    assert worst <= allowed, f"{what}: {worst} apart, {allowed} allowed"


def both(layers: tuple[Layer, ...], side: int) -> tuple[nn.Sequential, Sequential]:
    """Build a network in both engines; no number is 0, where a ReLU could go either way."""
    model = nn.Sequential(*torch_modules(layers, side)).to(torch.float64)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(0.5 * torch.randn(parameter.shape, dtype=torch.float64))
    return model, numpy_twin(model, "float64")


@examples(200)
@given(networks())
def test_both_engines_agree_on_random_networks(network: tuple[Layers, int]) -> None:
    layers, side = network
    torch.manual_seed(0)
    model, twin = both(layers, side)
    x = torch.randn(BATCH, 3, side, side, dtype=torch.float64, requires_grad=True)
    target = torch.tensor([[0.0], [1.0], [1.0]], dtype=torch.float64)

    for training in (True, False):
        model.train(training).zero_grad()
        twin.set_training(training)
        y, x.grad = model(x), None
        torch.autograd.backward(y.sum())
        assert_close("output", twin.forward(x.detach().numpy()), y.detach().numpy())
        dx = twin.backward(np.ones(y.shape))
        assert x.grad is not None
        assert_close("dx", dx, x.grad.numpy())
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None
            assert_close(name, twin.grads[name], parameter.grad.numpy())

    # Not Adam: it would blow rounding up where a gradient is 0, as for a bias before a batch norm.
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    trainer = Trainer(twin, SGD(twin, 0.01, momentum=0.9))
    model.train()
    for _ in range(3):
        loss = nn.functional.binary_cross_entropy(model(x.detach()), target)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        ours, _probability = trainer.step(x.detach().numpy(), target.numpy())
        assert_close("loss", np.array(ours), loss.detach().numpy())
    for name, tensor in model.state_dict().items():
        assert_close(name, twin.state()[name], tensor.numpy())
