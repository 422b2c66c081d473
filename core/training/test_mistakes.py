"""Each of the article's mistakes, in both engines: it does what it says, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import TINY, same_weights, small_data
from core.data.mistaken import as_seen
from core.errors import ConfigError
from core.mistakes import Mistake, told
from core.runs.listing import create_run
from core.runs.load import load_classifier
from core.runs.run import Run
from core.runs.worker import Worker
from core.training.events import BatchDone, EpochDone
from core.training.learner import build_learner
from core.training.loop import train
from core.training.state import build_state

CONFIG = TrainConfig(
    model=TINY, image_size=16, epochs=2, batch_size=9, learning_rate=1e-3, dtype="float64"
)
DATA = small_data(train=36, test=33)
ALL = tuple(Mistake)


def outcome(config, data=DATA):
    """Train; return the batches' losses, the epochs' answers, and the learner."""
    state = build_state(config)
    events = list(train(state, data, config))
    losses = [event.loss for event in events if isinstance(event, BatchDone)]
    return losses, [e.probabilities for e in events if isinstance(e, EpochDone)], state.learner


@pytest.mark.parametrize("mistakes", [*((each,) for each in Mistake), ALL], ids=str)
def test_both_engines_make_the_same_mistake(mistakes):
    config = CONFIG.replace(mistakes=mistakes, train_per_class=30)
    losses, answers, _ = outcome(config.replace(engine="numpy"))
    torch_losses, torch_answers, _ = outcome(config)
    assert losses == pytest.approx(torch_losses, rel=1e-7)
    np.testing.assert_allclose(answers, torch_answers, atol=1e-6)
    both = outcome(config.replace(engine="both"))
    assert both[0] == torch_losses
    np.testing.assert_array_equal(both[1], torch_answers)


@pytest.mark.parametrize("mistake", [Mistake.RESHAPE, Mistake.BGR])
def test_pixels_are_mistaken_in_training_and_test_alike(mistake):
    seen = small_data(train=36, test=33)
    object.__setattr__(seen.train, "pixels", as_seen(seen.train.pixels, [mistake]))
    object.__setattr__(seen.test, "pixels", as_seen(seen.test.pixels, [mistake]))
    losses, answers, _ = outcome(CONFIG.replace(mistakes=(mistake,)))
    assert losses != outcome(CONFIG)[0]
    expected = outcome(CONFIG, seen)
    assert losses == expected[0]
    np.testing.assert_array_equal(answers, expected[1])


def test_shuffled_once_every_epoch_has_the_same_batches(monkeypatch):
    config = CONFIG.replace(mistakes=(Mistake.SHUFFLE_ONCE,), epochs=3)
    state, seen = build_state(config), []
    learn = state.learner.train_batch

    def watch(photos, labels, rate, step):
        seen.append(photos.tobytes())
        return learn(photos, labels, rate, step)

    monkeypatch.setattr(state.learner, "train_batch", watch)
    list(train(state, DATA, config))
    assert seen[:4] == seen[4:8] == seen[8:]
    assert len(set(seen)) == 4


@pytest.mark.parametrize("engine", ["torch", "numpy"])
def test_batch_norm_in_the_test_changes_the_answers_and_no_weight(engine):
    config = CONFIG.replace(engine=engine)
    losses, answers, learner = outcome(config)
    wrong = config.replace(mistakes=(Mistake.BATCH_NORM_IN_TEST,))
    wrong_losses, wrong_answers, wrong_learner = outcome(wrong)
    assert wrong_losses == losses
    assert np.abs(np.subtract(wrong_answers, answers)).max() > 1e-3
    for name, array in learner.weights().items():
        np.testing.assert_array_equal(array, wrong_learner.weights()[name])


@pytest.mark.parametrize("engine", ["torch", "numpy"])
def test_in_training_mode_an_answer_depends_on_its_neighbours(engine):
    mistakes = (Mistake.BATCH_NORM_IN_TEST,)
    learner = build_learner(CONFIG.replace(engine=engine, mistakes=mistakes))
    photos = DATA.test.pixels[:8]
    assert abs(learner.predict(photos)[0] - learner.predict(photos[:4])[0]) > 1e-4
    right = build_learner(CONFIG.replace(engine=engine))
    assert right.predict(photos)[0] == pytest.approx(right.predict(photos[:4])[0], abs=1e-6)


def test_labels_counted_from_the_request_are_wrong_only_where_photos_lack():
    counted = CONFIG.replace(mistakes=(Mistake.LABELS_BY_REQUEST,))
    order = np.argsort(DATA.train.labels, kind="stable")  # class by class, as sources give them
    photos = replace(DATA.train, pixels=DATA.train.pixels[order], labels=np.sort(DATA.train.labels))
    data = replace(DATA, train=photos)
    right = outcome(CONFIG, data)[0]
    assert outcome(counted.replace(train_per_class=18), data)[0] == right
    assert outcome(counted.replace(train_per_class=25), data)[0] != right


@pytest.mark.parametrize("engine", ["torch", "numpy", "both"])
@pytest.mark.usefixtures("runs_folder", "no_likeness")
def test_a_run_with_all_mistakes_goes_on_bit_for_bit_and_is_asked_as_it_learnt(engine, monkeypatch):
    monkeypatch.setattr("core.data.load_data", lambda *_, **__: DATA)
    config = CONFIG.replace(mistakes=ALL, engine=engine)
    whole, run = create_run(config), create_run(config)
    list(Worker(whole).events())
    worker = Worker(run)
    for event in worker.events():
        if isinstance(event, BatchDone) and (event.epoch, event.step) == (2, 2):
            worker.ask_to_stop()
    list(Worker(run).events())
    assert Run(run.path).config.mistakes == ALL
    assert run.log.batch_losses().losses.tolist() == whole.log.batch_losses().losses.tolist()
    np.testing.assert_array_equal(
        run.test_predictions().probabilities, whole.test_predictions().probabilities
    )
    same_weights(run, whole)


@pytest.mark.usefixtures("runs_folder")
def test_weights_are_asked_with_the_pixels_they_learnt_wherever_they_go(monkeypatch, tmp_path):
    monkeypatch.setattr("core.data.load_data", lambda *_, **__: DATA)
    run = create_run(CONFIG.replace(mistakes=("bgr", "reshape"), dtype="float32"))
    list(Worker(run).events())
    newest = run.path / "checkpoints" / "epoch-0002.safetensors"
    for file in (newest, newest.with_suffix(".json")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    for classifier in (run.classifier(), load_classifier(tmp_path / newest.name)):
        answers = [classifier.classify_pixels(photo) for photo in DATA.test.pixels]
        np.testing.assert_allclose(
            [answer.probability_one for answer in answers],
            run.test_predictions().probabilities,
            atol=1e-6,
        )
        np.testing.assert_array_equal(
            answers[0].pixels, as_seen(DATA.test.pixels[0], [Mistake.RESHAPE, Mistake.BGR])
        )
        assert answers[0].notes == ("pixels reshaped and blue and red swapped, as in its training",)


def test_mistakes_are_kept_once_and_in_one_order_and_unknown_ones_refused():
    config = CONFIG.replace(mistakes=["shuffle-once", "reshape", "reshape"])
    assert config.mistakes == (Mistake.RESHAPE, Mistake.SHUFFLE_ONCE)
    assert config.to_dict()["mistakes"] == ["reshape", "shuffle-once"]
    assert TrainConfig.from_dict(config.to_dict()) == config
    assert TrainConfig.from_dict({}).mistakes == ()
    with pytest.raises(ConfigError, match=r"must be some of reshape, bgr, .*, not 'rgb'\.$"):
        CONFIG.replace(mistakes=["rgb"])
    with pytest.raises(ConfigError, match="a list of names, not 'bgr'"):
        CONFIG.replace(mistakes="bgr")


def test_mistakes_are_told_in_a_sentence():
    assert told(()) == ""
    assert told([Mistake.SHUFFLE_ONCE]) == "shuffled once"
    assert told({Mistake.BGR, Mistake.RESHAPE}) == "pixels reshaped and blue and red swapped"
