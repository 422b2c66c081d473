"""The best epoch's weights on every page that asks a network, and a learning rate that is found."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import TrainConfig
from core.errors import DataError
from core.runs.checkpoints import Position
from core.runs.event_log import EventLogWriter
from core.runs.listing import create_run
from core.runs.rate_search import Found, RateSearch
from core.runs.run import Run
from core.runs.status import State, Status
from core.training.events import EpochDone
from core.training.rate_finder import rates_to_try

ROOT = Path(__file__).parent.parent
ACCURACIES = (0.6, 0.9, 0.7)
BEST, NEWEST = 2, 3


@pytest.fixture
def run(tmp_path, monkeypatch) -> Run:
    """A finished run of three epochs, of which the second was the best."""
    import streamlit as st

    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    st.cache_resource.clear()
    st.cache_data.clear()
    run = create_run(TrainConfig(model="compact", image_size=32, epochs=3, schedule="cosine"), "a")
    weights = {name: t.numpy().copy() for name, t in run.load_model(0).state_dict().items()}
    facts = {"model": "compact", "image_size": 32, "classes": ["dog", "cat"]}
    log = EventLogWriter(run.path / "events.jsonl")
    for epoch, accuracy in enumerate(ACCURACIES, 1):
        weights["0.weight"][0, 0, 0, 0] = epoch
        log.add(EpochDone(epoch, 1 - accuracy, accuracy, 1 - accuracy, accuracy, 1.0))
        log.flush()
        run.checkpoints.save(Position(epoch), weights, {}, facts)
    log.close()
    run.write_status(Status(State.FINISHED, "", epoch=3, epochs=3))
    return run


def open_page(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    if page:
        app = app.switch_page(f"pages/{page}.py")
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def first_weight(app_model) -> float:
    from pages.parts.shared.model_choice import load_classifier

    return float(load_classifier(app_model).model.state_dict()["0.weight"][0, 0, 0, 0])


@pytest.mark.parametrize("page", ["", "numpy_network"])
def test_a_run_answers_with_its_newest_weights_or_with_its_best(run, page):
    app = open_page(page, model=run.id)
    (choice,) = [each for each in app.segmented_control if each.label == "Weights"]
    assert choice.value == 0
    assert list(choice.options) == [f"Newest, epoch {NEWEST}", f"Best, epoch {BEST}"]
    assert "test photos have chosen it" in choice.help
    choice.set_value(BEST).run()
    assert not app.exception
    assert app.query_params["epoch"] == str(BEST)
    (choice,) = [each for each in app.segmented_control if each.label == "Weights"]
    assert choice.value == BEST
    choice.set_value(0).run()
    assert "epoch" not in app.query_params
    other = open_page(page, model=run.id, epoch="1")
    (choice,) = [each for each in other.segmented_control if each.label == "Weights"]
    assert choice.value == 1 and choice.options[-1] == "Epoch 1"
    gone = open_page(page, model=run.id, epoch="77")
    assert "epoch" not in gone.query_params


def test_the_weights_asked_are_those_of_the_epoch(run):
    from pages.parts.shared.model_choice import ModelChoice

    for epoch, name in ((None, "a"), (BEST, "a, epoch 2")):
        model = ModelChoice(run.id, name, Position(epoch or NEWEST).name, epoch)
        assert first_weight(model) == (epoch or NEWEST)


def test_feature_maps_go_to_the_best_epoch(run):
    app = open_page("feature_maps", run=run.id, epoch=str(NEWEST))
    (button,) = [b for b in app.button if b.label == f"Go to its best epoch, {BEST}"]
    button.click().run()
    assert not app.exception
    assert app.query_params["epoch"] == str(BEST)
    assert not [b for b in app.button if b.label.startswith("Go to its best")]


def test_the_train_page_offers_the_best_weights_and_says_that_the_rate_rises_again(run):
    app = open_page("train", run=run.id)
    assert "its cosine now ends after the last" in app.button(key="train-on").help
    app.segmented_control(key="results-part").set_value("Weights and recipe").run()
    labels = [button.proto.label.split(",")[0] for button in app.get("download_button")]
    assert "Weights: epoch-0003.safetensors" in labels
    assert "Best epoch's weights: epoch-0002.safetensors" in labels
    assert any("test photos have chosen it" in caption.value for caption in app.caption)
    links = [link.proto.label for link in app.get("page_link")]
    assert f"Try its best epoch, {BEST}, on your photos" in links


def test_weights_that_are_no_numbers_are_not_offered(run):
    weights = run.checkpoint().weights
    weights["0.weight"][:] = np.nan
    run.checkpoints.save(Position(4), weights, {}, run.checkpoint().facts)
    app = open_page("train", run=run.id)
    app.segmented_control(key="results-part").set_value("Weights and recipe").run()
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels and all("0004" not in label for label in labels)
    assert any("not finite" in warning.value for warning in app.warning)


def planted(search: RateSearch, found: Found) -> None:
    search.folder.mkdir(parents=True)
    search.write(found)


def valley() -> Found:
    rates = rates_to_try()
    exponents = np.log10(rates)
    losses = 0.2 + 0.5 / (1 + np.exp(4 * (exponents + 3))) + np.maximum(0, exponents + 1.5) ** 2
    return Found(tuple(rates), tuple(losses.tolist()), len(rates), "", done=True)


def test_a_rate_that_was_found_goes_into_the_box_of_a_new_training(run, monkeypatch):
    configs: list[TrainConfig] = []
    monkeypatch.setattr(
        "pages.parts.train.new_training.begin", lambda config: configs.append(config)
    )
    app = open_page("train", run="new", network="article")
    assert any(button.label == "Try the rates" for button in app.button)
    search = RateSearch(TrainConfig(image_size=96, train_per_class=300, test_per_class=100))
    planted(search, valley())
    app.run()
    (use,) = [button for button in app.button if button.label.startswith("Use 0.00")]
    rate = float(use.label.split()[1])
    assert any(f"{rate:g} suggested".replace(".", r"\.") in text.value for text in app.markdown)
    use.click().run()
    assert not app.exception
    assert app.number_input(key="rate-article-drawn").value == rate
    app.button(key="start").click().run()
    assert [config.learning_rate for config in configs] == [rate]


def test_what_cannot_be_searched_says_why_and_can_be_tried_again(run):
    search = RateSearch(TrainConfig(image_size=96, train_per_class=300, test_per_class=100))
    planted(search, Found(message=str(DataError("The folder is empty.")), failed=True))
    app = open_page("train", run="new", network="article")
    said = [error.value.replace("\\", "") for error in app.error]
    assert "No rate can be found. The folder is empty." in said
    assert not [button for button in app.button if button.label.startswith("Use")]


def test_a_finished_run_trains_on_with_the_rate_that_was_found(run, monkeypatch):
    started: list[Run] = []
    told: list[float] = []
    monkeypatch.setattr(
        "core.runs.worker_pool.WorkerPool.start", lambda _, run: started.append(run)
    )
    monkeypatch.setattr(Run, "set_learning_rate", lambda _, rate: told.append(rate))
    planted(RateSearch(run.config, run), valley())
    app = open_page("train", run=run.id)
    (use,) = [button for button in app.button if button.label.startswith("Train on with 0.00")]
    use.click().run()
    assert [each.id for each in started] == [run.id]
    assert told == [float(use.label.split()[-1])]


def test_a_run_that_has_learnt_on_says_that_its_rates_were_others(run):
    app = open_page("train", run=run.id)
    words = "The run has learnt on since rates were tried here"
    assert not any(words in caption.value for caption in app.caption)
    app.session_state[f"rates-of-{run.id}"] = "those of weights that were the newest"
    app.run()
    assert any(words in caption.value for caption in app.caption)
    assert any(button.label == "Try the rates" for button in app.button)
