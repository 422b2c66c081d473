import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import TINY, small_data
from core.training.both_engines import BothEngines
from core.training.events import BatchDone
from core.training.learner import build_learner

CONFIG = TrainConfig(model=TINY, image_size=24, batch_size=8, learning_rate=1e-3)
BATCH = BatchDone(1, 1, 4, 0.7, 0.5, 1e-3, 8, 100.0, 1.0)


def build(config=CONFIG, dtype="float32"):
    learner = build_learner(config.replace(engine="both", dtype=dtype))
    assert isinstance(learner, BothEngines)
    return learner


def train(both, steps, start=0):
    photos = small_data(train=32, side=CONFIG.image_size).train
    for step in range(start, start + steps):
        chosen = slice(step * 4, step * 4 + 4)
        both.train_batch(photos.pixels[chosen], photos.labels[chosen], 1e-3, step)


@pytest.mark.parametrize(
    ("optimizer", "decay"), [("adam", 0.0), ("adamw", 0.05), ("muon", 0.05), ("sgd", 0.01)]
)
def test_in_float64_both_engines_learn_the_same_to_ten_digits(optimizer, decay):
    both = build(CONFIG.replace(optimizer=optimizer, weight_decay=decay), "float64")
    before = {name: array.copy() for name, array in both.weights().items()}
    train(both, 2)
    newest = both.report(BATCH)
    assert newest.numpy_loss == pytest.approx(newest.torch_loss, rel=1e-10)
    largest = max(np.abs(array).max() for array in both.numpy.model.params.values())
    assert 0 < newest.weight_difference < 1e-10 * largest
    moved = {n for n, array in both.weights().items() if not np.array_equal(array, before[n])}
    assert moved == set(before)


def test_in_float32_they_start_equal_and_part_by_rounding():
    both = build()
    assert max(both.weight_differences().values()) == 0
    train(both, 1)
    newest = both.report(BATCH)
    assert newest.numpy_loss == pytest.approx(newest.torch_loss, rel=1e-5)
    assert 0 < newest.weight_difference < 2 * 2e-3
    assert newest.numpy_images_per_second > 0 < newest.torch_images_per_second


def test_biases_before_batch_norm_count_apart():
    both = build(CONFIG.replace(model="article", image_size=80))
    assert both.idle == ["0.bias", "4.bias", "8.bias", "11.bias"]
    both.numpy.model[4].params["bias"][2] += 0.5
    both.numpy.model[18].params["weight"][0, 3] += 0.25
    newest = both.report(BATCH)
    assert newest.idle_difference == 0.5
    assert newest.weight_difference == pytest.approx(0.25)
    assert newest.weight_name == "18.weight"


def test_both_go_on_from_its_arrays_bit_for_bit():
    whole, first, second = (build() for _ in range(3))
    train(whole, 2)
    train(first, 1)
    second.load_weights({name: array.copy() for name, array in first.weights().items()})
    second.load_optimizer_arrays({n: a.copy() for n, a in first.optimizer_arrays().items()})
    train(second, 1, start=1)
    for name, array in whole.weights().items():
        np.testing.assert_array_equal(array, second.weights()[name], err_msg=name)


def test_a_loss_that_is_not_finite_in_one_engine_is_told():
    both = build()
    both.numpy.model[0].params["weight"][0, 0, 0, 0] = np.nan
    photos = small_data(side=CONFIG.image_size).train
    loss, _ = both.train_batch(photos.pixels[:8], photos.labels[:8], 1e-3, 0)
    assert np.isnan(loss)


def test_it_answers_with_torchs_probabilities():
    both = build(dtype="float64")
    answers = both.predict(small_data(side=CONFIG.image_size).test.pixels)
    assert answers.shape == (12,) and answers.dtype == np.float32
    assert ((answers > 0) & (answers < 1)).all()
