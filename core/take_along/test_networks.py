"""The programs' networks are ours, whatever their layers: same weights, same answers."""

import numpy as np
import torch
from hypothesis import given

from core.architecture.conftest import networks
from core.architecture.text import Layers, write
from core.config import TrainConfig
from core.conftest import examples
from core.networks.build import build_model, numpy_twin
from core.take_along import numpy_code, torch_code

EXAMPLES = examples(40)


def functions_of(code: str) -> dict[str, object]:
    """Return what a program defines, without running it."""
    names: dict[str, object] = {"__name__": "program"}
    exec(compile(code, "program", "exec"), names)
    return names


@EXAMPLES
@given(networks())
def test_random_networks_start_and_answer_as_ours(network: tuple[Layers, int]) -> None:
    layers, side = network
    side = max(side, 16)
    config = TrainConfig(model=write(layers), image_size=side, dtype="float64", seed=2)
    ours = build_model(config.model, side, seed=2)
    x = np.random.default_rng(0).random((3, 3, side, side))

    theirs = functions_of(torch_code(config))
    torch.manual_seed(2)
    made = theirs["make_network"]()  # type: ignore[operator]
    theirs["initialise"](made)  # type: ignore[operator]
    for name, weights in made.state_dict().items():
        assert torch.equal(weights, ours.state_dict()[name])
    twin = functions_of(numpy_code(config))
    built = twin["make_network"]()  # type: ignore[operator]
    twin["load_starting_weights"](built)  # type: ignore[operator]

    wanted = numpy_twin(ours, "float64")
    ours.double()
    for training in (True, False):
        for each in (made.double(), ours):
            each.train(training)
        for each in (built, wanted):
            each.set_training(training)
        answer = ours(torch.from_numpy(x)).detach()
        torch.testing.assert_close(made(torch.from_numpy(x)).detach(), answer)
        np.testing.assert_array_equal(built.forward(x), wanted.forward(x))
