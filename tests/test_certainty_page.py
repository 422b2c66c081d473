"""Classify says what the network does not know: when it is not sure, and of what it never saw."""

import csv
import io

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import TrainConfig
from core.data.drawn import draw_pet
from core.data.neither import draw_neither
from core.networks.calibration import Band
from core.networks.weight_files import SHIPPED, read_weight_file, read_weight_record
from core.runs.listing import create_run
from core.runs.worker import Worker
from pages.parts.classify.answers import PhotoAnswer, card, csv_text
from pages.parts.classify.band import about


def texts(app: AppTest) -> str:
    captions = [caption.value for caption in app.caption]
    return "\n".join([*captions, *(str(element.proto.body) for element in app.get("html"))])


def png(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()


def upload(app: AppTest, pixels: np.ndarray) -> AppTest:
    app.run()
    app.file_uploader[0].upload("photo.png", png(pixels))
    return app.run()


def test_the_slider_begins_at_the_models_own_band_and_says_what_it_costs(app):
    band = Band(**read_weight_record(SHIPPED)["certainty"]["band"])
    app.run()
    (slider,) = app.slider
    assert slider.value == round(band.certainty * 100)
    said = f"Right 98 times in 100: that takes {slider.value} % certainty, and declines"
    assert said in texts(app) and f"of its {band.photos} test photos" in texts(app)
    slider.set_value(55).run()
    assert f"Your choice. The model's own is {round(band.certainty * 100)} %" in texts(app)
    assert not app.exception


def test_a_picture_of_neither_is_told_whatever_certainty_is_asked_for(app):
    upload(app, draw_neither("checkerboards", 200, 1, 1))
    assert "unlike anything it learnt" in texts(app)
    assert "Asked all the same it says" in texts(app)
    assert "as another animal resembles a pet, it cannot tell from them" in texts(app)
    app.slider[0].set_value(50).run()
    assert ">unlike anything it learnt<" in texts(app)
    assert not app.exception


def test_a_pet_is_answered_or_not_sure(app):
    upload(app, draw_pet("cat", 200, 5, 1))
    assert ">unlike anything it learnt<" not in texts(app)
    app.slider[0].set_value(50).run()
    assert ">cat<" in texts(app) or ">dog<" in texts(app)
    assert not app.exception


def test_weights_that_measured_nothing_answer_as_they_always_did(app):
    config = TrainConfig(
        model="compact",
        image_size=16,
        epochs=1,
        batch_size=8,
        train_per_class=12,
        test_per_class=6,
    )
    run = create_run(config)
    list(Worker(run).events())
    position = run.checkpoint().position
    weights, facts = read_weight_file(run.checkpoints.path(position))
    bare = {name: facts[name] for name in facts if name not in ("certainty", "likeness")}
    run.checkpoints.save(position, weights, {}, bare)
    app.query_params["model"] = run.id
    upload(app, draw_neither("checkerboards", 200, 1, 1))
    assert not app.exception
    assert app.slider[0].value == 60
    assert "These weights have not measured how far their certainty can be believed" in texts(app)
    assert "these weights cannot tell that it is something else" in texts(app)
    assert ">unlike anything it learnt<" not in texts(app)


@pytest.mark.parametrize(
    ("band", "chosen", "words"),
    [
        (None, 60, "anybody's choice"),
        (Band(0.87, 0.98, 400, 0.75, 0.98, True), 87, "takes 87 % certainty, and declines 25.0 %"),
        (Band(0.87, 0.98, 400, 0.75, 0.98, True), 60, "The model's own is 87 %, for 98 times"),
        (Band(0.98, 0.98, 8, 0.25, 1.0, False), 98, "answers to 8 test photos do not show"),
    ],
)
def test_the_band_is_told_in_a_sentence(band, chosen, words):
    own = 60 if band is None else round(band.certainty * 100)
    assert words in about(band, own, chosen)


def answered(probability: float, *, unlike: bool = False) -> PhotoAnswer:
    return PhotoAnswer("a.png", None, None, probability, ("dog", "cat"), (), unlike=unlike)


def test_a_declined_answer_keeps_class_and_probability_beside_it():
    unsure, unlike = answered(0.7), answered(0.95, unlike=True)
    assert "not sure" in card(unsure, 0.9) and "It leans to cat" in card(unsure, 0.9)
    assert "cat 70.0 %" in card(unsure, 0.9) and "not sure" not in card(unsure, 0.6)
    assert "unlike anything it learnt" in card(unlike, 0.5) and "cat 95.0 %" in card(unlike, 0.5)


def test_the_table_says_it_too():
    rows: list[dict[str, object]] = [
        {"photo": said.name, "answer": said.label(0.9)}
        for said in (answered(0.7), answered(0.95, unlike=True), answered(0.05))
    ]
    read = list(csv.DictReader(io.StringIO(csv_text(rows, "a model"))))
    assert [row["answer"] for row in read] == ["not sure", "unlike anything it learnt", "dog"]
