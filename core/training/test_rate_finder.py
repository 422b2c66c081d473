import math
from itertools import islice, pairwise
from typing import cast

import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import small_data
from core.training.events import BatchDone, EpochDone
from core.training.learner import Learner
from core.training.loop import train
from core.training.preparation import training_stream
from core.training.rate_finder import RateTried, copied, next_batches, try_rates
from core.training.rate_suggestion import BATCHES, suggest
from core.training.state import TrainingState, build_state

CONFIG = TrainConfig(
    model="conv 4 kernel 3; batchnorm; relu; dropout 0.2; flatten; linear 1; sigmoid".replace(
        "; ", "\n"
    ),
    image_size=16,
    epochs=2,
    batch_size=8,
    learning_rate=1e-3,
)
DATA = small_data()


def everything(state):
    return copied(state.learner.weights()), copied(state.learner.optimizer_arrays())


def assert_same(one, other):
    for before, after in zip(one, other, strict=True):
        assert before.keys() == after.keys()
        for name, array in before.items():
            np.testing.assert_array_equal(array, after[name], err_msg=name)


@pytest.mark.parametrize("engine", ["torch", "numpy", "both"])
@pytest.mark.parametrize("optimizer", ["adam", "muon", "sgd"])
def test_all_is_put_back_and_a_training_goes_on_as_if_nothing_had_been(engine, optimizer):
    config = CONFIG.replace(engine=engine, optimizer=optimizer)
    state, untouched = build_state(config), build_state(config)
    before = everything(state)
    tried = list(try_rates(state, DATA, config))
    assert len(tried) > 20
    assert_same(before, everything(state))
    for each in (state, untouched):  # in the middle of an epoch there is a memory to put back
        events = train(each, DATA, config)
        while not isinstance(next(events), BatchDone):
            pass
    before, position = everything(state), state.to_dict()
    for event in try_rates(state, DATA, config):
        if event.step == 5:
            break  # whoever listens may leave at any step
    assert_same(before, everything(state))
    assert state.to_dict() == position
    losses = [
        [event.test_loss for event in train(each, DATA, config) if isinstance(event, EpochDone)]
        for each in (state, untouched)
    ]
    assert losses[0] == losses[1] and len(losses[0]) == 2


def test_rates_grow_by_the_same_factor_and_the_steps_are_told():
    tried = list(try_rates(build_state(CONFIG), DATA, CONFIG, steps=8))
    assert [each.step for each in tried] == list(range(1, len(tried) + 1))
    assert {each.steps for each in tried} == {8}
    factors = [b.learning_rate / a.learning_rate for a, b in pairwise(tried)]
    assert factors == pytest.approx([10.0] * len(factors))
    assert isinstance(tried[0], RateTried) and tried[0].learning_rate == pytest.approx(1e-6)


class Stub:
    """A learner whose losses are made up."""

    def __init__(self, losses):
        self.losses = list(losses)
        self.loaded = 0

    def train_batch(self, photos, labels, learning_rate, step):
        return self.losses.pop(0), 0

    def weights(self):
        return {}

    optimizer_arrays = weights

    def load_weights(self, weights):
        self.loaded += 1

    load_optimizer_arrays = load_weights


@pytest.mark.parametrize(
    ("losses", "steps"),
    [
        ([0.7] * 100, 100),
        ([0.7, 0.6, math.nan], 2),
        ([math.inf], 0),
        ([0.7, 0.5, 0.5, 20.0, 20.0, 20.0], 4),
    ],
)
def test_it_ends_when_the_loss_explodes_or_is_no_number(losses, steps):
    stub = Stub(losses)
    state = TrainingState(cast(Learner, stub), 1e-3)
    assert len(list(try_rates(state, DATA, CONFIG))) == steps
    assert stub.loaded == 2


def test_near_an_epochs_end_batches_of_the_next_one_follow():
    config = CONFIG.replace(batch_size=2)
    epoch, following = (list(training_stream(DATA, config, number)) for number in (1, 2))
    state = TrainingState(cast(Learner, Stub([])), 1e-3, step=len(epoch) - 1)
    given = [photos for _, photos, _ in islice(next_batches(state, DATA, config), BATCHES + 1)]
    wanted = [photos for photos, _ in [epoch[-1], *following[: BATCHES - 1], epoch[-1]]]
    assert all(map(np.array_equal, given, wanted)) and len(given) == len(wanted) == BATCHES + 1


def test_the_suggested_rate_trains_better_than_a_hundredth_of_it_and_than_a_hundred_times_it():
    config = CONFIG.replace(epochs=4)
    tried = list(try_rates(build_state(config), DATA, config))
    found = suggest([each.learning_rate for each in tried], [each.loss for each in tried])
    assert found.rate is not None

    def loss(rate):
        chosen = config.replace(learning_rate=rate)
        events = list(train(build_state(chosen), DATA, chosen))
        return [event.train_loss for event in events if isinstance(event, EpochDone)][-1]

    assert loss(found.rate) < min(loss(found.rate / 100), loss(100 * found.rate))
