import json
import shutil

import cv2
import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import small_data
from core.data.drawn import draw_pet
from core.data.neither import KEPT_OUT, draw_neither
from core.networks.calibration import calibrated
from core.networks.classifier import Declined
from core.networks.weight_files import read_weight_file
from core.predict import main
from core.runs.certainty import certainty_facts
from core.runs.checkpoints import Position
from core.runs.listing import create_run
from core.runs.predictions import read_predictions, write_predictions
from core.runs.run import Run
from core.runs.worker import Worker
from core.training.events import BatchDone, Stopped
from core.variations import PLAIN

pytestmark = pytest.mark.usefixtures("runs_folder")

CONFIG = TrainConfig(model="compact", image_size=16, epochs=2, batch_size=8)


def trained(**changes) -> Run:
    run = create_run(CONFIG.replace(**changes))
    list(Worker(run).events())
    return run


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Run:
    """A finished run, which no test changes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(tmp_path_factory.mktemp("finished")))
        patch.setattr("core.data.load_data", lambda *_, **__: small_data())
        return trained()


@pytest.fixture
def run(finished, tmp_path) -> Run:
    """A copy of it, with which anything may be done."""
    return Run(shutil.copytree(finished.path, tmp_path / "copy"))


def test_every_epoch_knows_its_certainty_and_the_last_one_what_is_unlike(run):
    for epoch in (1, 2):
        classifier = run.classifier(epoch)
        assert classifier.certainty is not None and classifier.certainty.band.photos == 12
    assert classifier.likeness is not None and classifier.likeness.photos == 12
    likeness = classifier.facts["likeness"]
    assert len(json.dumps(likeness)) < 40_000


def test_the_network_itself_is_calibrated_and_the_file_is_not(run):
    classifier, checkpoint = run.classifier(), run.checkpoint()
    temperature = classifier.certainty.temperature
    last = max(int(name.split(".")[0]) for name in checkpoint.weights)
    for name in ("weight", "bias"):
        np.testing.assert_allclose(
            classifier.model.state_dict()[f"{last}.{name}"].numpy() * temperature,
            checkpoint.weights[f"{last}.{name}"],
            rtol=1e-6,
        )
    raw = read_predictions(run.path, raw=True).probabilities
    np.testing.assert_allclose(
        [classifier.classify_pixels(photo).probability_one for photo in small_data().test.pixels],
        calibrated(raw, temperature),
        rtol=1e-4,
    )


def test_answers_of_an_older_version_are_read_as_they_are(run):
    raw = read_predictions(run.path, 1, raw=True).probabilities
    write_predictions(run.path, 1, raw)
    np.testing.assert_array_equal(read_predictions(run.path, 1).probabilities, raw)


def test_lost_answers_tell_nothing_and_stop_nobody(run):
    assert set(certainty_facts(run, Position(2))) == {"certainty"}
    (run.path / "predictions" / "epoch-0002.safetensors").unlink()
    assert certainty_facts(run, Position(2)) == {}


def test_weights_in_the_middle_of_an_epoch_know_nothing_of_it(small_loader):
    run = create_run(CONFIG)
    worker = Worker(run)
    for event in worker.events():
        if isinstance(event, BatchDone) and (event.epoch, event.step) == (2, 2):
            worker.ask_to_stop()
    classifier = run.classifier()
    assert classifier.certainty is None and classifier.likeness is None
    assert classifier.classify_pixels(small_data().test.pixels[0]).declined is None
    assert run.classifier(1).certainty is not None


def test_a_test_that_the_network_would_answer_otherwise_says_nothing(small_loader):
    run = trained(mistakes=("batch-norm-in-test",))
    assert run.classifier().certainty is None
    raw = read_predictions(run.path, 2, raw=True).probabilities
    np.testing.assert_array_equal(run.test_predictions(2).probabilities, raw)


def test_answers_say_why_they_do_not_count(run, monkeypatch):
    classifier = run.classifier()
    photo = small_data().test.pixels[0]
    monkeypatch.setattr(type(classifier.likeness), "alike", lambda self, features: [True])
    # Of twelve photos nobody can learn more than that 98 % certainty is needed.
    assert classifier.certainty.band.certainty == 0.98
    assert classifier.classify_pixels(photo).declined is Declined.UNSURE
    assert classifier.declines(0.99, np.zeros((1, 1))) is None
    monkeypatch.setattr(type(classifier.likeness), "alike", lambda self, features: [False])
    answer = classifier.classify_pixels(photo)
    assert answer.declined is Declined.UNLIKE and answer.label in ("cat", "dog")


def test_drawn_pets_of_twenty_a_class_are_told_from_pictures_of_neither():
    run = trained(image_size=32, train_per_class=20, test_per_class=8, epochs=4, variations=PLAIN)
    classifier = run.classifier()
    unlike = [
        classifier.classify_pixels(draw_neither(family, 32, 11, number)).declined == "unlike"
        for family in KEPT_OUT
        for number in range(4)
    ]
    pets = [classifier.classify_pixels(photo).declined == "unlike" for photo in fresh_pets(32)]
    assert np.mean(unlike) > 0.75 and np.mean(pets) < 0.4


def fresh_pets(side: int) -> list[np.ndarray]:
    return [draw_pet(kind, side, 99, number) for kind in ("cat", "dog") for number in range(20)]


def test_the_command_says_it_in_words_and_in_json(run, tmp_path, capsys):
    path = tmp_path / "noise.png"
    cv2.imwrite(str(path), draw_neither("checkerboards", 64, 0, 1))
    assert main([str(path), "--model", str(run.path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["declined"] in ("unsure", "unlike") and told["label"] in ("cat", "dog")
    assert main([str(path), "--model", str(run.path)]) == 0
    words = {"unsure": "not sure", "unlike": "unlike anything it learnt"}[told["declined"]]
    assert f" %, {words}" in capsys.readouterr().out.replace("%", " %").replace("  ", " ")


def test_facts_are_added_without_touching_the_weights(run):
    path = run.checkpoints.path(run.checkpoint().position)
    weights, facts = read_weight_file(path)
    assert {"certainty", "likeness", "state", "sha256"} <= facts.keys()
    assert all(np.isfinite(array).all() for array in weights.values())


def test_a_stop_is_obeyed_while_it_learns_what_is_unlike_and_that_comes_later(small_loader):
    run = create_run(CONFIG)
    worker = Worker(run)

    def stop_here(photos: np.ndarray, copy: int) -> np.ndarray:
        worker.ask_to_stop()
        return photos

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.training.learn_likeness.varied", stop_here)
        events = list(worker.events())
    assert events[-1] == Stopped(2, 0) and run.status().resumable
    assert run.classifier().likeness is None
    list(Worker(Run(run.path)).events())
    assert run.status().state == "finished" and run.classifier().likeness is not None
