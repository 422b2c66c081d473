from typing import Any

import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import TINY, same_weights, small_data
from core.runs.listing import create_run
from core.runs.worker import Worker
from core.training.events import BatchDone, EpochDone, Finished
from core.training.loop import train
from core.training.state import build_state

CONFIG = TrainConfig(
    model=TINY, image_size=16, epochs=2, batch_size=9, learning_rate=1e-4, engine="numpy"
)


DATA = small_data(train=18, test=4)


@pytest.mark.parametrize("optimizer", ["adam", "muon", "sgd"])
def test_both_engines_tell_the_same_story(optimizer):
    losses: dict[str, list[float]] = {}
    answers: dict[str, Any] = {}
    for engine in ("numpy", "torch"):
        config = CONFIG.replace(engine=engine, optimizer=optimizer, weight_decay=0.01)
        state = build_state(config)
        events = list(train(state, DATA, config))
        losses[engine] = [event.loss for event in events if isinstance(event, BatchDone)]
        answers[engine] = [event.probabilities for event in events if isinstance(event, EpochDone)]
    assert losses["numpy"] == pytest.approx(losses["torch"], rel=1e-4)
    np.testing.assert_allclose(answers["numpy"], answers["torch"], rtol=1e-3)


@pytest.mark.usefixtures("runs_folder")
def test_a_run_of_the_numpy_engine_is_a_run_like_any_other(monkeypatch):
    monkeypatch.setattr("core.data.load_data", lambda *_, **__: DATA)
    whole, run = create_run(CONFIG), create_run(CONFIG)
    list(Worker(whole).events())
    worker = Worker(run)
    for event in worker.events():
        if isinstance(event, BatchDone) and (event.epoch, event.step) == (2, 1):
            worker.ask_to_stop()
    assert isinstance(list(Worker(run).events())[-1], Finished)
    assert run.log.batch_losses().losses.tolist() == whole.log.batch_losses().losses.tolist()
    same_weights(run, whole)
    classifier = run.classifier()  # torch answers with the weights that NumPy learnt
    answers = [classifier.classify_pixels(photo).probability_one for photo in DATA.test.pixels]
    np.testing.assert_allclose(answers, run.test_predictions().probabilities, rtol=1e-3)
