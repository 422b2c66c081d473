import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from core.config import TrainConfig
from core.conftest import TINY, small_data
from core.data import batches, to_network_input
from core.networks.build import build_model
from core.networks.tensors import network_input
from core.training.events import (
    BatchDone,
    Diverged,
    EpochDone,
    Evaluating,
    Finished,
    LayersMeasured,
)
from core.training.loop import accuracy, cross_entropy, train
from core.training.muon import Muon
from core.training.state import build_state
from core.training.torch_learner import TorchLearner
from core.variations import Variation

NETWORK = TINY.replace("flatten", "adaptive avgpool 2\nflatten")
CONFIG = TrainConfig(
    model=NETWORK, image_size=16, epochs=2, batch_size=8, learning_rate=1e-2, seed=3
)
DATA = small_data()


def run(config=CONFIG, data=DATA, state=None):
    """Train to the end; return the events and the final weights."""
    state = state or build_state(config)
    events = list(train(state, data, config))
    return events, copied(state)


def network(state):
    assert isinstance(state.learner, TorchLearner)
    return state.learner.model


def copied(state):
    return {name: array.copy() for name, array in state.weights().items()}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_the_events_tell_the_whole_story_in_order():
    events, _ = run()
    kinds = [type(event) for event in events]
    whole = [BatchDone] * 3 + [LayersMeasured, BatchDone]
    epoch = [*whole, BatchDone, Evaluating, EpochDone]  # 34 photos: four times 8, and 2
    assert kinds == [*epoch, *epoch, Finished]
    batch_events = [event for event in events if isinstance(event, BatchDone)]
    assert [event.step for event in batch_events] == [1, 2, 3, 4, 5] * 2
    assert sum(event.images for event in batch_events) == 2 * 34
    assert batch_events[-1].seconds_left >= 0 < batch_events[-1].images_per_second
    for done in (event for event in events if isinstance(event, EpochDone)):
        of_epoch = [event for event in batch_events if event.epoch == done.epoch]
        assert done.probabilities is not None
        for name, mean in (("loss", done.train_loss), ("accuracy", done.train_accuracy)):
            values = [getattr(event, name) for event in of_epoch]
            assert mean == pytest.approx(np.average(values, weights=[e.images for e in of_epoch]))
        assert done.test_accuracy == accuracy(done.probabilities, DATA.test.labels)
        assert done.test_loss == cross_entropy(done.probabilities, DATA.test.labels)


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "muon", "sgd"])
def test_training_is_the_plain_torch_loop(optimizer):
    config = CONFIG.replace(optimizer=optimizer, weight_decay=0.01, image_size=32, batch_size=17)
    data = small_data(side=32)
    model = build_model(NETWORK, 32, config.init, config.seed)
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rate, decay = config.learning_rate, config.weight_decay
    plain = {
        "adam": lambda p: torch.optim.Adam(p, lr=rate, weight_decay=decay),
        "adamw": lambda p: torch.optim.AdamW(p, lr=rate, weight_decay=decay),
        "muon": lambda p: Muon(p, rate, decay),
        "sgd": lambda p: torch.optim.SGD(p, lr=rate, momentum=0.9, weight_decay=decay),
    }[optimizer](model.parameters())
    state = build_state(config)
    events = train(state, data, config)
    steps = (event for event in events if isinstance(event, BatchDone))
    for epoch in (1, 2):
        model.train()
        for photos, labels in batches(data.train, 17, config.seed, epoch):
            inputs = torch.from_numpy(photos.transpose(0, 3, 1, 2) / 255).float()
            target = torch.from_numpy(labels[:, None]).float()
            loss = nn.functional.binary_cross_entropy(model(inputs), target)
            plain.zero_grad()
            loss.backward()
            plain.step()
            assert next(steps).loss == pytest.approx(loss.item(), rel=1e-5)
            weights = state.learner.weights()
            for name, tensor in model.state_dict().items():
                np.testing.assert_allclose(tensor.numpy(), weights[name], rtol=1e-5, atol=1e-7)
            # The next step from the very same weights: else a last bit may send a ReLU another way.
            state.learner.load_weights({n: t.numpy() for n, t in model.state_dict().items()})
    assert next(steps, None) is None


def test_the_test_runs_in_evaluation_mode():
    events, weights = run()
    model = build_model(NETWORK, 16)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    done = [event for event in events if isinstance(event, EpochDone)][-1]
    assert done.probabilities is not None
    with torch.no_grad():
        expected = model.eval()(network_input(DATA.test.pixels)).squeeze(1).numpy()
    np.testing.assert_allclose(done.probabilities, expected, rtol=1e-4)


def test_the_listener_never_stands_inside_no_grad():
    state = build_state(CONFIG)
    for _ in train(state, DATA, CONFIG):
        assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    losses = [
        [event.loss for event in run(CONFIG.replace(seed=seed))[0] if isinstance(event, BatchDone)]
        for seed in (3, 3, 4)
    ]
    assert losses[0] == losses[1] != losses[2]
    assert_same(run()[1], run()[1])


def test_training_leaves_the_callers_random_numbers_alone():
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    run()
    assert torch.rand(1) == expected


EVERY = tuple(Variation)
ALL_AT_ONCE = CONFIG.replace(
    optimizer="adamw",
    schedule="cosine",
    variations=EVERY,
    weight_decay=0.05,
    weight_average=0.9,
    label_smoothing=0.05,
    views=2,
    image_size=24,
    window=0.75,
)


@pytest.mark.parametrize(
    ("config", "stop_at"),
    [
        (CONFIG, (1, 3)),
        (CONFIG.replace(optimizer="sgd"), (2, 1)),
        (CONFIG.replace(optimizer="muon", weight_decay=0.1), (1, 2)),
        (ALL_AT_ONCE, (1, 3)),
        (ALL_AT_ONCE, (1, 9)),
        (ALL_AT_ONCE, (2, 1)),
        (ALL_AT_ONCE.replace(dtype="bfloat16"), (1, 3)),
        (ALL_AT_ONCE.replace(engine="both", epochs=1), (1, 3)),
        (CONFIG.replace(model="article", image_size=80, batch_size=16), (1, 2)),
    ],
    ids=[
        "adam",
        "sgd",
        "muon",
        "mid-epoch",
        "mid-test",
        "second epoch",
        "bfloat16",
        "both",
        "article",
    ],
)
def test_going_on_from_a_saved_state_gives_the_uninterrupted_weights_bit_for_bit(config, stop_at):
    data = small_data(side=config.image_size)
    events, expected = run(config, data)
    state = build_state(config)
    stream = train(state, data, config)
    before = []
    for event in stream:
        before.append(event)
        # A step too many is the moment between two batches of the test.
        if isinstance(event, BatchDone) and (event.epoch, event.step) == stop_at:
            break
        if isinstance(event, Evaluating) and stop_at == (event.epoch, 9):
            break
    saved = state.to_dict(), copied(state)
    memory = {name: array.copy() for name, array in state.memory().items()}
    stream.close()

    resumed = build_state(config)
    resumed.load(saved[1], memory)
    resumed.restore(saved[0])
    after, weights = run(config, data, resumed)
    assert_same(weights, expected)
    assert told(before + after) == told(events)


def told(events):
    """Drop what depends on the clock and the tests that an interruption repeats."""
    clock = {"seconds": 0.0, "images_per_second": 0.0, "seconds_left": 0.0}
    clock |= {f"{engine}_images_per_second": 0.0 for engine in ("numpy", "torch")}
    return [
        dataclasses.replace(event, **{k: v for k, v in clock.items() if hasattr(event, k)})
        for event in events
        if not isinstance(event, Evaluating)
    ]


def test_random_layers_go_on_bit_for_bit_too():
    config = CONFIG.replace(epochs=1)

    def state_with_dropout():
        state = build_state(config)
        network(state).insert(3, nn.Dropout2d(0.3))
        return state

    _, expected = run(config, state=state_with_dropout())
    state = state_with_dropout()
    stream = train(state, DATA, config)
    list(itertools.islice(stream, 2))
    torch.rand(100)  # the global random numbers play no part
    list(stream)
    assert_same(copied(state), expected)


def test_a_learning_rate_set_by_the_listener_holds_from_the_next_batch():
    config = CONFIG.replace(schedule="cosine", epochs=1)
    state = build_state(config)
    rates = []
    for event in train(state, DATA, config):
        if isinstance(event, BatchDone):
            rates.append(event.learning_rate)
            state.learning_rate = config.learning_rate * (10 if event.step < 3 else 1)
    unchanged = [e.learning_rate for e in run(config)[0] if isinstance(e, BatchDone)]
    assert rates == pytest.approx(np.multiply(unchanged, [1, 10, 10, 1, 1]))


@pytest.mark.parametrize("bad_step", [1, 4, 22, 26], ids="after {} steps".format)
def test_a_loss_that_is_not_finite_stops_and_keeps_the_newest_copied_good_weights(bad_step):
    config, data = CONFIG.replace(epochs=1, batch_size=2), small_data(train=60)
    state = build_state(config)
    kept_step = {1: 0, 4: 0, 22: 20, 26: 20}[bad_step]
    events, good = [], copied(state)
    for event in train(state, data, config):
        events.append(event)
        if isinstance(event, BatchDone) and event.step == kept_step:
            good = copied(state)
        if isinstance(event, BatchDone) and event.step == bad_step:
            network(state)[0].weight.data.fill_(math.nan)
    last = events[-1]
    assert isinstance(last, Diverged)
    assert (last.epoch, last.step) == (1, bad_step + 1)
    assert (last.kept_epoch, last.kept_step) == (0, kept_step)
    assert "not a finite number" in last.message and "learning rate" in last.message
    assert_same(copied(state), good)


def test_answers_that_are_not_finite_in_the_test_stop_the_run_as_well():
    state = build_state(CONFIG)
    events = []
    for event in train(state, DATA, CONFIG):
        events.append(event)
        if isinstance(event, BatchDone) and event.step == event.steps:
            network(state)[1].running_var.fill_(math.nan)
    assert isinstance(events[-1], Diverged) and not any(isinstance(e, EpochDone) for e in events)


def test_cross_entropy_and_accuracy_are_torchs():
    probabilities = np.array([0.0, 1.0, 0.25, 0.5, 1.0], np.float32)
    labels = np.array([1, 1, 0, 1, 0], np.uint8)
    expected = nn.functional.binary_cross_entropy(
        torch.from_numpy(probabilities), torch.from_numpy(labels).float()
    )
    assert cross_entropy(probabilities, labels) == pytest.approx(expected.item())
    assert accuracy(probabilities, labels) == pytest.approx(3 / 5)


def test_network_input_divides_every_value_exactly():
    values = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(3, axis=3)
    expected = values.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
    np.testing.assert_array_equal(network_input(values).numpy(), expected)
    np.testing.assert_array_equal(to_network_input(values), expected)  # the NumPy engine's


def test_weights_of_another_shape_are_refused():
    state = build_state(CONFIG)
    weights = copied(state)
    weights["0.weight"] = weights["0.weight"][:2]
    with pytest.raises(ValueError, match=r"do not fit.*0\.weight"):
        state.learner.load_weights(weights)
