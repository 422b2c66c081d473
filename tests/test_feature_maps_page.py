"""The Feature maps page without a browser: what it says when there is little or broken."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from core.config import TrainConfig
from core.explain.survey import Survey
from core.files import write_json
from core.runs.listing import create_run
from core.runs.run import Run
from core.runs.slots import LOOKS, room_to_look

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folders(tmp_path, monkeypatch):
    import streamlit as st

    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    st.cache_resource.clear()
    st.cache_data.clear()
    return tmp_path


@pytest.fixture
def page(folders):
    """Give the page, not yet run."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.run()
    return app.switch_page("pages/feature_maps.py")


@pytest.fixture
def run(folders) -> Run:
    """A run that has not begun: its network is untrained."""
    config = TrainConfig(
        model="compact", image_size=32, train_per_class=4, test_per_class=4, data="drawn"
    )
    return create_run(config, name="begun")


def said(page) -> str:
    kinds = ("info", "warning", "error", "markdown", "caption")
    return "\n".join(str(getattr(e, "value", "")) for kind in kinds for e in page.get(kind))


def test_an_untrained_run_can_be_looked_at(run, page):
    page.run()
    assert not page.exception
    assert not page.error
    kept = page.session_state["kept-addresses"]["feature_maps"]
    assert kept == {"run": run.id, "epoch": "0"}


@pytest.mark.parametrize("view", ["why", "map", "mistakes"])
def test_every_view_of_an_untrained_run_stands(run, page, view):
    page.query_params["view"] = view
    page.run()
    assert not page.exception
    assert not page.error
    if view == "mistakes":
        assert "no answers" in said(page)


def test_an_address_full_of_nonsense_shows_something_sensible(run, page):
    nonsense = {"view": "x", "layer": "99", "channel": "-3", "cell": "a,b", "epoch": "777"}
    for name, value in (nonsense | {"photo": "test:4000", "scale": "?"}).items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    assert "not at hand" in said(page)


@pytest.mark.parametrize("wanted", ["gone", "../../etc", ""])
def test_a_run_that_is_not_there_is_told(run, page, wanted):
    page.query_params["run"] = wanted
    page.run()
    assert not page.exception
    assert "The address names a run" in said(page)


def test_a_run_of_two_engines_is_not_offered(run, page):
    write_json(run.path / "config.json", run.record | {"dtype": "float64"})
    page.query_params["run"] = run.id
    page.run()
    assert not page.exception
    assert "not in the list" in said(page)


def test_a_run_with_a_broken_config_is_told(run, folders, page):
    (folders / "runs" / "broken").mkdir()
    (folders / "runs" / "broken" / "config.json").write_text("{not json")
    page.query_params["run"] = "broken"
    page.run()
    assert not page.exception
    assert "is damaged" in said(page)


def test_a_dropped_file_that_is_no_photo_is_one_sentence(folders):
    def script() -> None:
        from pages.parts.feature_maps.chosen_photo import offer_dropped

        offer_dropped(32, "photo")

    app = AppTest.from_function(script).run()
    app.file_uploader[0].upload("notes.txt", b"hello").run()
    assert not app.exception
    assert app.error[0].value.endswith("expected JPEG, PNG, WebP, BMP or GIF.")


def test_a_search_that_has_to_wait_for_others_says_so_and_is_offered_again(run, page):
    page.query_params["layer"], page.query_params["channel"] = "0", "0"
    with ExitStack() as others:
        for _ in range(LOOKS):
            others.enter_context(room_to_look())
        page.run()
        assert "Others' photos are being looked at" in said(page)
        assert search_of(page).disabled
    page.run()
    assert "Others' photos" not in said(page) and not search_of(page).disabled


def test_a_search_can_be_stopped_and_begun_again(run, page):
    page.query_params["layer"], page.query_params["channel"] = "0", "0"
    survey = Survey(run, "tops", max(run.saved_epochs()))
    survey.folder.mkdir(exist_ok=True)
    survey.report(3, 12)
    with FileLock(survey.lock_path):  # as its process would hold it
        page.run()
        (stop,) = (each for each in page.button if each.label == "Stop")
        stop.click().run()
        assert survey.progress() is None
        assert not page.exception
    page.run()
    assert "Stop" not in [each.label for each in page.button]
    assert not page.warning and not search_of(page).disabled


def search_of(page):
    (button,) = (each for each in page.button if each.label == "Search the training photos")
    return button


def keep_epoch(run: Run, epoch: int) -> None:
    """Keep the first weights as those after an epoch."""
    from core.runs.checkpoints import Position

    weights = {name: tensor.numpy() for name, tensor in run.load_model(0).state_dict().items()}
    facts = {"model": "compact", "image_size": 32, "classes": ["dog", "cat"]}
    run.checkpoints.save(Position(epoch), weights, {}, facts)


def test_the_page_of_mistakes_stays_while_one_of_them_is_looked_at(run, page):
    import numpy as np

    from core.data import DataRequest, load_data
    from core.runs.predictions import write_predictions, write_test_photos
    from pages.parts.feature_maps.mistakes import OTHER_THRESHOLD

    run = create_run(run.config.replace(test_per_class=30))
    keep_epoch(run, 1)
    write_test_photos(run.path, load_data(DataRequest.of(run.config)).test, ("dog", "cat"))
    write_predictions(run.path, 1, np.full(60, 0.9, np.float32))  # cats, it says of all
    page.query_params["run"], page.query_params["view"] = run.id, "mistakes"
    page.run()
    assert "**30 mistakes after epoch 1**" in said(page)
    page.number_input(key="page-of-mistakes").set_value(2).run()
    assert OTHER_THRESHOLD not in said(page)
    page.query_params["view"] = "why"
    page.run()
    page.query_params["view"] = "mistakes"
    page.run()
    assert page.number_input(key="page-of-mistakes").value == 2
    page.slider(key="at-threshold").set_value(0.95).run()
    assert OTHER_THRESHOLD in said(page)
    assert not page.exception


def test_broken_weights_and_answers_are_told_in_a_sentence(run, page):
    import numpy as np

    from core.runs.checkpoints import Position
    from core.runs.predictions import write_predictions

    keep_epoch(run, 1)
    write_predictions(run.path, 1, np.array([0.5, 0.5], dtype=np.float32))
    page.run()
    assert not page.exception
    assert not page.error
    path = run.checkpoints.path(Position(1))
    path.write_bytes(path.read_bytes()[:-100])
    import streamlit as st

    st.cache_resource.clear()
    page.run()
    assert not page.exception
    assert "cannot be looked at" in page.error[0].value
    path.with_suffix(".json").write_text("[]")
    page.run()
    assert not page.exception
    assert "cannot be read" in page.error[0].value
