import dataclasses
import itertools

import numpy as np
import pytest
import torch
from torch import nn

from core.architecture.library import NAMES, layers_of
from core.config import TrainConfig
from core.conftest import small_data
from core.networks.build import build_model, numpy_twin
from core.networks.layers import describe_layers
from core.training import loop, torch_measuring
from core.training.blocks import ACTIVATIONS, Block, blocks_of
from core.training.events import BatchDone, LayersMeasured, from_json, to_json
from core.training.learner import build_learner
from core.training.loop import train
from core.training.measuring import layer_measured
from core.training.state import build_state

NETWORK = """conv 4 kernel 3\nbatchnorm\nrelu\nmaxpool 2\nconv 5 kernel 3\ntanh\ndropout 0.4
conv 3 kernel 1\nleaky relu\nflatten\nlinear 6\nrelu\ndropout 0.2\nlinear 4\nsigmoid\nlinear 1
sigmoid\n"""
CONFIG = TrainConfig(model=NETWORK, image_size=16, epochs=2, batch_size=8, learning_rate=0.01)
DATA = small_data()
BATCH = DATA.train.pixels[:8], DATA.train.labels[:8]


def measured(**changes):
    learner = build_learner(CONFIG.replace(**changes))
    with learner.measuring() as layers:
        learner.train_batch(*BATCH, 0.01, 0)
    return layers


@pytest.mark.parametrize("name", NAMES)
def test_layers_are_called_as_everywhere_however_the_network_is_held(name):
    model = build_model(name, 96).eval()
    blocks = blocks_of(model)
    assert blocks == blocks_of(numpy_twin(model)) == blocks_of(layers_of(name, 96))
    described = describe_layers(model, 96)
    assert [block.name for block in blocks] == [described[block.place].name for block in blocks]
    assert len(blocks) == sum(isinstance(layer, nn.Conv2d | nn.Linear) for layer in model)


def test_a_block_gives_out_what_its_activation_makes():
    blocks = blocks_of(layers_of(NETWORK, 16))
    assert blocks[0] == Block("Conv 1", 0, 2, "ReLU", normalised=True)
    assert blocks[1] == Block("Conv 2", 4, 5, "Tanh", normalised=False)
    kinds = [block.activation for block in blocks]
    assert kinds == ["ReLU", "Tanh", "LeakyReLU", "ReLU", "Sigmoid", "Sigmoid"]
    bare = blocks_of(layers_of("conv 2 kernel 3\nflatten\nlinear 1\nsigmoid", 16))
    assert bare[0] == Block("Conv", 0, 0, "", normalised=False)
    assert set(kinds) == set(ACTIVATIONS)


def test_both_engines_measure_the_same_in_float64():
    ours, theirs, both = (
        measured(engine=engine, dtype="float64") for engine in ("numpy", "torch", "both")
    )
    assert both == theirs and len(ours) == 6
    for one, other in zip(ours, theirs, strict=True):
        for name, value in dataclasses.asdict(one).items():
            expected = getattr(other, name)
            if isinstance(value, float):
                expected = pytest.approx(expected, rel=1e-9, abs=1e-12)
            assert value == expected, (one.name, name)
    assert [one.dead is None for one in ours] == [False, True, True, False, True, True]
    assert [one.saturated is None for one in ours] == [True, False, True, True, False, False]


def test_the_numbers_are_those_one_finds_by_hand():
    learner = build_learner(CONFIG.replace(engine="numpy", optimizer="sgd", dtype="float64"))
    before = learner.weights()["0.weight"].copy()
    with learner.measuring() as layers:
        learner.train_batch(*BATCH, 0.01, 0)
    # The first step of SGD is the gradient times the rate.
    gradient = (before - learner.weights()["0.weight"]) / 0.01
    assert layers[0].gradient == pytest.approx(np.sqrt((gradient**2).mean()))
    changed = np.sqrt(((0.01 * gradient) ** 2).sum())
    assert layers[0].update == pytest.approx(changed / np.sqrt((before**2).sum()))


def test_of_outputs_the_mean_the_spread_and_what_is_dead_or_saturated():
    output = torch.zeros(2, 3, 2, 2)
    output[1, 0, 1, 1] = 4.0  # one cell of one photo: the channel is alive
    output[:, 1] = torch.nan
    assert torch_measuring.activations(output, "ReLU")["dead"] == pytest.approx(1 / 3)
    numbers = torch.tensor([[0.98, -0.99], [0.5, 0.0]])
    found = torch_measuring.activations(numbers, "Tanh")
    assert found["saturated"] == 0.5 and found["mean"] == pytest.approx(0.1225)
    assert found["spread"] == pytest.approx(numbers.numpy().std())
    assert torch_measuring.activations(numbers.abs(), "Sigmoid")["saturated"] == 0.75


@pytest.mark.parametrize("engine", ["torch", "numpy"])
@pytest.mark.parametrize("model", [NETWORK, "compact"], ids=["with dropout", "compact"])
def test_measuring_changes_no_bit_of_the_training(engine, model, monkeypatch):
    config = CONFIG.replace(engine=engine, model=model, optimizer="adamw", weight_decay=0.1)
    weights = []
    for seen in (True, False):
        state = build_state(config)
        events = [
            event
            for event in train(state, DATA, config)
            if isinstance(event, BatchDone | LayersMeasured)
        ]
        weights.append({name: array.copy() for name, array in state.learner.weights().items()})
        assert any(isinstance(event, LayersMeasured) for event in events) == seen
        kind = type(state.learner)
        monkeypatch.setattr(kind, "measuring", lambda self: loop.nullcontext())
    for name, array in weights[0].items():
        np.testing.assert_array_equal(array, weights[1][name], err_msg=name)


def test_the_last_whole_batch_of_an_epoch_is_measured_and_told_before_its_batch():
    events = [
        event
        for event in train(build_state(CONFIG), DATA, CONFIG)
        if isinstance(event, BatchDone | LayersMeasured)
    ]
    found = [
        (one, after) for one, after in itertools.pairwise(events) if isinstance(one, LayersMeasured)
    ]
    assert [(one.epoch, one.step, one.photos) for one, _ in found] == [(1, 4, 8), (2, 4, 8)]
    assert all((one.epoch, one.step) == (after.epoch, after.step) for one, after in found)


def test_the_event_survives_its_line_and_what_is_no_number_is_left_out():
    event = LayersMeasured(1, 4, 8, tuple(measured()))
    assert from_json(to_json(event)) == event
    strange = layer_measured("Conv 1", {"gradient": float("inf"), "update": float("nan")})
    assert strange.gradient is strange.update is strange.mean is None
    alone = LayersMeasured(1, 1, 8, (strange,))
    assert from_json(to_json(alone)) == alone


@pytest.mark.parametrize("engine", ["torch", "numpy"])
def test_a_step_that_is_not_taken_breaks_nothing(engine):
    learner = build_learner(CONFIG.replace(engine=engine))
    weights = {name: array.copy() for name, array in learner.weights().items()}
    learner.load_weights(weights | {"0.weight": weights["0.weight"] * np.nan})
    with learner.measuring() as layers:
        loss, _ = learner.train_batch(*BATCH, 0.01, 0)
    assert np.isnan(loss)
    assert all(one.gradient is one.update is one.spread is None for one in layers)
