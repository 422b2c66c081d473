"""The pages without a browser: what they say for good and for bad input."""

import re

import cv2
import pytest
from streamlit.testing.v1 import AppTest

from core.architecture.library import text_of
from core.config import TrainConfig
from core.data.drawn import draw_pet
from core.mistakes import Mistake
from core.pictures.colour import CLASS_COLOURS
from core.runs.listing import create_run
from core.runs.run import Run
from core.runs.status import State, Status
from core.train import main as train_on_the_command_line
from pages.parts.shared.why import patch_inside
from pages.parts.shared.words import sentence
from tests.pool import Pool


@pytest.fixture
def train_page(app):
    """Give the Train page."""
    app.run()
    return app.switch_page("pages/train.py")


def texts(app: AppTest) -> str:
    """Return everything that the page says in boxes, paragraphs and its own HTML."""
    kinds = ("info", "warning", "error", "markdown", "caption")
    parts = [getattr(element, "value", "") for kind in kinds for element in app.get(kind)]
    return "\n".join([*parts, *(str(element.proto.body) for element in app.get("html"))])


def png(kind: str) -> bytes:
    return cv2.imencode(".png", draw_pet(kind, 120, 5, 1)[..., ::-1])[1].tobytes()


def test_the_start_page_says_what_to_do(app):
    app.run()
    assert not app.exception
    assert app.title[0].value == "What does the network say about my photo?"
    assert "Drop a photo" in texts(app)


def test_a_good_and_a_bad_file_are_answered_side_by_side(app):
    app.run()
    app.file_uploader[0].upload("rex.png", png("dog")).upload("<i>.txt", b"hello").run()
    assert not app.exception
    said = texts(app)
    assert "rex.png" in said
    assert "&lt;i&gt;.txt" in said
    assert "<i>.txt" not in said
    assert "No answer." in said
    assert len(app.dataframe) == 1
    assert CLASS_COLOURS[1] in app.dataframe[0].proto.columns  # P(cat) in the cat's colour


def test_an_unknown_model_in_the_address_is_told(app):
    app.query_params["model"] = "../../etc"
    app.run()
    assert not app.exception
    assert "names a model that is not here" in texts(app)


def test_the_form_says_how_many_weights_the_chosen_network_has(train_page):
    train_page.query_params["network"] = "article"
    train_page.run()
    assert "At 96 pixels a side this network has 209,601 weights." in texts(train_page)
    train_page.number_input(key="size-article-drawn").set_value(224).run()
    assert "At 224 pixels a side this network has 6.5 million weights." in texts(train_page)
    train_page.number_input(key="size-article-drawn").set_value(50).run()
    assert "this network has" not in texts(train_page)


def test_the_form_refuses_a_folder_that_is_not_there(train_page):
    train_page.run()
    train_page.segmented_control(key="source").set_value("A folder of photos").run()
    train_page.text_input(key="folder").set_value("/no/such/folder").run()
    assert not train_page.exception
    assert "/no/such/folder" in train_page.error[0].value
    assert train_page.button(key="start").disabled


def test_the_articles_mistakes_can_be_switched_on_and_are_named_everywhere(train_page, monkeypatch):
    begun: list[Run] = []
    monkeypatch.setattr("pages.parts.shared.start_training.worker_pool", lambda: Pool(begun))
    train_page.run()
    assert not any(train_page.toggle(key=f"mistake-{each}").value for each in Mistake)
    for each in Mistake:
        assert each.effect in texts(train_page)
    train_page.toggle(key="mistake-reshape").set_value(True)
    train_page.toggle(key="mistake-shuffle-once").set_value(True).run()
    words = "pixels reshaped and shuffled once"
    assert words in texts(train_page)
    train_page.button(key="start").click().run()
    assert not train_page.exception
    (run,) = begun
    assert run.config.mistakes == (Mistake.RESHAPE, Mistake.SHUFFLE_ONCE)
    assert words in run.name
    assert f"Trained with a mistake on purpose: **{words}**" in texts(train_page)
    train_page.segmented_control(key="results-part").set_value("Compare runs").run()
    assert not train_page.exception


def test_a_run_that_never_started_can_be_looked_at(train_page):
    run = create_run(TrainConfig(image_size=96), "my run")
    train_page.query_params["run"] = run.id
    train_page.run()
    assert not train_page.exception
    assert "After the first epoch" in texts(train_page)
    assert "In float32" not in texts(train_page)


def test_networks_of_ones_own_are_compared_by_name(train_page):
    bare = text_of("article").replace("batchnorm\n", "")
    runs = [create_run(TrainConfig(model=model, image_size=96)) for model in ("article", bare)]
    train_page.query_params["run"] = runs[1].id
    train_page.run()
    train_page.segmented_control(key="results-part").set_value("Compare runs").run()
    train_page.multiselect(key=f"compare-{runs[1].id}").set_value([run.id for run in runs]).run()
    assert not train_page.exception
    table = train_page.dataframe[0].value
    assert list(table["network"]) == ["article", "article without batchnorm"]
    assert list(table["what differs"]) == ["article", "article without batchnorm"]


def test_a_finished_run_shows_its_mistakes_and_its_weights(train_page, tmp_path):
    path = tmp_path / "runs" / "quick"
    sizes = ["--image-size", "80", "--train-per-class", "8", "--test-per-class", "4"]
    options = ["--model", "article", "--epochs", "1", "--run-dir", str(path), "--json", *sizes]
    assert train_on_the_command_line(["--data", "drawn", *options]) == 0
    train_page.query_params["run"] = "quick"
    train_page.run()
    assert not train_page.exception
    assert "Test pictures after epoch 1" in texts(train_page)
    assert "In float32, as it was told. On " in texts(train_page)
    assert len(train_page.get("plotly_chart")) == 3
    for part in ("Compare runs", "What was found", "Rename or delete", "Weights and recipe"):
        train_page.segmented_control(key="results-part").set_value(part).run()
        assert not train_page.exception, part
    downloads = [button.proto.label for button in train_page.get("download_button")]
    assert any(label.startswith("Weights: epoch-0001.safetensors, ") for label in downloads)
    assert any(
        re.fullmatch(r"Description: epoch-0001.json, [\d.]+ (bytes|kB)", each) for each in downloads
    )


def test_a_broken_run_folder_does_not_break_the_page(train_page, tmp_path):
    broken = tmp_path / "runs" / "broken"
    broken.mkdir(parents=True)
    (broken / "config.json").write_text("{not json")
    train_page.query_params["run"] = "broken"
    train_page.run()
    assert not train_page.exception
    said = texts(train_page).replace("\\", "")
    assert "The run broken is damaged: its config.json is not JSON. Choose another run" in said
    train_page.query_params["run"] = "gone"
    train_page.run()
    assert "names a run that is not here" in texts(train_page)


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        (
            "size-article-drawn",
            50,
            "Image size must be at least 80 for the article network, not 50",
        ),
        ("epochs-article-drawn", 0, "Epochs must be a whole number from 1 to 1000, not 0."),
        ("batch-article-drawn", 1, "Batch size must be a whole number from 2 to 512, not 1."),
        ("rate-article-drawn", 0.0, "Learning rate must be a number from 1e-08 to 1e+12, not 0.0."),
    ],
)
def test_a_number_that_cannot_work_says_so_under_its_box_and_start_waits(
    train_page, key, typed, sentence
):
    train_page.query_params["network"] = "article"
    train_page.run()
    assert not train_page.button(key="start").disabled
    train_page.number_input(key=key).set_value(typed).run()
    assert not train_page.exception
    assert train_page.number_input(key=key).value == typed  # not replaced by another
    assert any(sentence in each.value for each in train_page.markdown)
    assert train_page.button(key="start").disabled
    train_page.number_input(key=key).set_value(96 if "size" in key else 3).run()
    assert not any(sentence in each.value for each in train_page.markdown)
    assert not train_page.button(key="start").disabled


def test_remarks_become_sentences_and_keep_their_names():
    assert sentence("rotated as its EXIF says") == "Rotated as its EXIF says."


def test_a_patch_that_a_browser_asks_for_lies_inside_the_photo():
    assert patch_inside([10, 20, 30, 40], 96) == (10, 20, 30, 40)
    assert patch_inside([-5, 90.0, 500, 0], 96) == (0, 90, 96, 1)


def test_a_run_deleted_while_it_is_followed_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path))

    def page():
        import shutil

        from core.config import TrainConfig
        from core.runs.listing import create_run
        from pages.parts.shared.live_run import follow_live

        run = create_run(TrainConfig(model="compact", image_size=32))

        def draw(status):
            shutil.rmtree(run.path)  # in another window, a moment ago
            run.record  # noqa: B018

        follow_live(run, run.status(), draw)

    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    assert [info.value for info in app.info] == ["This run was deleted while it was shown here."]


def test_a_change_between_the_list_of_runs_and_its_controls_reaches_the_list(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path))
    run = create_run(TrainConfig(model="compact", image_size=32), "the next")

    def page():
        import streamlit as st

        from core.runs.status import State, Status
        from pages.parts.shared.live_run import follow_live
        from pages.parts.shared.run_choice import choose_run

        chosen = choose_run()
        assert chosen is not None
        run, listed = chosen
        if "moved" not in st.session_state:
            st.session_state.moved = True
            run.write_status(Status(State.WAITING, "Waiting.", epochs=1, queue_place=2))
        follow_live(run, listed, lambda status: None)

    app = AppTest.from_function(page, default_timeout=60)
    app.query_params["run"] = run.id
    with run.lock():
        run.write_status(Status(State.WAITING, "Waiting.", epochs=1, queue_place=3))
        app.run()
    assert not app.exception
    assert "the next · waiting, number 2 in the queue" in app.selectbox[0].options
