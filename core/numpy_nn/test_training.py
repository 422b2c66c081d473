"""The engine trains like torch, step by step."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import DTypeLike
from torch.nn import functional

from core.networks.build import build_model
from core.numpy_nn import SGD, Adam, AdamW, Sequential, Trainer, build_network, describe, initialise
from core.numpy_nn.description import Description
from core.numpy_nn.engine.parallel import BLOCK
from core.numpy_nn.optimisers import Optimizer

TOLERANCE = 1e-9
"""Difference allowed after any step, relative to the largest value of its array, or to 1: a bias
before a batch norm has the gradient 0, of which only rounding errors remain, and Adam turns even
those into steps."""


def assert_close(what: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    scale = max(float(np.abs(theirs).max()), 1.0)
    difference = float(np.abs(ours - theirs).max())
    assert difference <= TOLERANCE * scale, f"{what} differs by {difference:.2e} of {scale:.2e}"


def drawn_network(
    description: Description, dtype: DTypeLike = np.float32, seed: int = 0
) -> Sequential:
    network = build_network(description, dtype)
    initialise(network, seed=seed)
    return network


def small_network(seed: int = 0) -> Sequential:
    return drawn_network(
        [
            {"type": "Conv2d", "in_channels": 3, "out_channels": 8, "kernel_size": 3, "stride": 2},
            {"type": "BatchNorm2d", "num_features": 8},
            {"type": "ReLU"},
            {"type": "Flatten"},
            {"type": "Linear", "in_features": 8 * 7 * 7, "out_features": 1},
            {"type": "Sigmoid"},
        ],
        seed=seed,
    )


def batches(
    count: int, batch_size: int, image_size: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    generator = np.random.default_rng(0)
    for _ in range(count):
        x = generator.uniform(size=(batch_size, 3, image_size, image_size))
        yield x, generator.integers(0, 2, (batch_size, 1)).astype(np.float64)


@pytest.mark.parametrize(("preset", "image_size"), [("article", 80), ("compact", 32)])
def test_twenty_steps_beside_torch(preset: str, image_size: int) -> None:
    model = build_model(preset, image_size).double().train()
    network = build_network(describe(model), dtype=np.float64)
    network.load_weights({name: tensor.numpy() for name, tensor in model.state_dict().items()})
    their_optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
    trainer = Trainer(network, Adam(network, 5e-4))
    for step, (x, target) in enumerate(batches(20, 4, image_size)):
        their_optimizer.zero_grad()
        probability = model(torch.from_numpy(x))
        their_loss = functional.binary_cross_entropy(probability, torch.from_numpy(target))
        torch.autograd.backward(their_loss)
        their_optimizer.step()

        loss, _ = trainer.step(x, target)

        assert_close(f"loss of step {step}", np.array(loss), their_loss.detach().numpy())
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None
            assert_close(
                f"gradient {name}, step {step}", network.grads[name], parameter.grad.numpy()
            )
        for name, tensor in model.state_dict().items():
            assert_close(f"{name} after step {step}", network.state()[name], tensor.numpy())


OPTIMIZERS = [
    (Adam, torch.optim.Adam, {}),
    (Adam, torch.optim.Adam, {"betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    (AdamW, torch.optim.AdamW, {}),
    (AdamW, torch.optim.AdamW, {"weight_decay": 0.5}),
    (SGD, torch.optim.SGD, {}),
    (SGD, torch.optim.SGD, {"momentum": 0.9, "weight_decay": 0.1}),
    (SGD, torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
]


@pytest.mark.parametrize(("ours", "theirs", "keywords"), OPTIMIZERS)
def test_optimisers_step_like_torch(
    ours: type[Optimizer], theirs: Callable[..., torch.optim.Optimizer], keywords: dict[str, Any]
) -> None:
    # one weight longer than several blocks, so that the last block is a short one
    description = [{"type": "Linear", "in_features": 5, "out_features": BLOCK - 3}]
    network = drawn_network(description, np.float64)
    tensors = {
        name: torch.from_numpy(array.copy()).requires_grad_()
        for name, array in network.params.items()
    }
    optimizer = ours(network, 0.01, **keywords)
    their_optimizer = theirs(list(tensors.values()), lr=0.01, **keywords)
    generator = np.random.default_rng(0)
    for step in range(5):
        if step == 3:
            optimizer.learning_rate = their_optimizer.param_groups[0]["lr"] = 0.1
        for name, tensor in tensors.items():
            gradient = generator.normal(size=tensor.shape)
            tensor.grad = torch.from_numpy(gradient)
            network[0].grads[name.removeprefix("0.")] = gradient
        optimizer.step()
        their_optimizer.step()
        for name, tensor in tensors.items():
            np.testing.assert_allclose(
                network.params[name], tensor.detach().numpy(), rtol=1e-12, atol=1e-14
            )


def test_optimiser_updates_weights_of_any_layout() -> None:
    network = drawn_network([{"type": "Linear", "in_features": 300, "out_features": 200}])
    expected = network.params["0.weight"] - 0.5
    network[0].params["weight"] = np.asfortranarray(network.params["0.weight"])
    network[0].grads = {"weight": np.ones((200, 300), np.float32)}
    SGD(network, 0.5).step()
    np.testing.assert_allclose(network.params["0.weight"], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda n: Adam(n, -1), "learning_rate must be at least 0, not -1"),
        (lambda n: Adam(n, float("nan")), "learning_rate must be at least 0, not nan"),
        (lambda n: Adam(n, betas=(0.9, 1.0)), "betas must be at least 0 and below 1"),
        (lambda n: Adam(n, eps=-1), "eps must be at least 0"),
        (lambda n: AdamW(n, weight_decay=-1), "weight_decay must be at least 0"),
        (lambda n: SGD(n, momentum=-1), "momentum must be at least 0"),
        (lambda n: SGD(n, nesterov=True), "momentum must be above 0 for nesterov"),
    ],
)
def test_optimisers_refuse_bad_settings(
    build: Callable[[Sequential], Optimizer], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        build(small_network())


def small_trainer(seed: int = 0) -> Trainer:
    network = small_network(seed=seed)
    return Trainer(network, Adam(network, 1e-2))


def test_training_goes_on_exactly_from_what_was_kept() -> None:
    data = [(x.astype(np.float32), target) for x, target in batches(6, 4, 16)]
    whole = small_trainer()
    for x, target in data[:3]:
        whole.step(x, target)
    weights = {name: array.copy() for name, array in whole.weights().items()}
    memory = {name: array.copy() for name, array in whole.optimizer_arrays().items()}
    resumed = small_trainer(seed=1)
    resumed.load_weights(weights)
    resumed.load_optimizer_arrays(memory)
    for x, target in data[3:]:
        assert whole.step(x, target)[0] == resumed.step(x, target)[0]
    for name, array in whole.weights().items():
        np.testing.assert_array_equal(array, resumed.weights()[name])


def test_optimiser_arrays_that_do_not_fit_are_refused() -> None:
    trainer = small_trainer()
    arrays = trainer.optimizer_arrays()
    with pytest.raises(ValueError, match="optimiser arrays must be named"):
        trainer.load_optimizer_arrays({"steps": np.array(1)})
    with pytest.raises(ValueError, match=r"0.weight.exp_avg must have the shape"):
        trainer.load_optimizer_arrays(arrays | {"0.weight.exp_avg": np.zeros(3)})


def test_it_learns_and_evaluation_changes_nothing() -> None:
    ((x, target),) = batches(1, 8, 16)
    trainer = small_trainer()
    first, probability = trainer.step(x.astype(np.float32), target[:, 0])
    assert probability.shape == (8, 1) and probability.dtype == np.float32
    for _ in range(15):
        last, _ = trainer.step(x.astype(np.float32), target)
    assert last < 0.5 * first
    before = trainer.network.weights()
    loss, probability = trainer.evaluate(x.astype(np.float32), target)
    assert np.isfinite(loss) and probability.shape == (8, 1)
    np.testing.assert_array_equal(trainer.predict(x.astype(np.float32)), probability)
    for name, array in trainer.network.weights().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_network_that_is_not_finite_takes_no_step() -> None:
    trainer = small_trainer()
    ((x, target),) = batches(1, 2, 16)
    trainer.network[0].params["weight"][0, 0, 0, 0] = np.inf
    before = trainer.network.weights()
    loss, _ = trainer.step(x, target)
    assert np.isnan(loss)
    assert np.isnan(trainer.evaluate(x, target)[0])
    for name, array in trainer.network.params.items():
        np.testing.assert_array_equal(array, before[name])
