"""The live camera without a browser: what is answered to whatever a browser may send."""

import base64
import dataclasses
import io

import pytest
from PIL import Image

from core.data.drawn import draw_pet
from core.data.frame import MOST_BYTES
from core.networks.classifier import Classifier
from pages.parts.classify.answers import photo_answer
from pages.parts.classify.live import answer_frame, pace
from tests.test_pages import png, texts


@pytest.fixture(scope="module")
def classifier():
    return Classifier.load()


def sent(picture: bytes, number: object = 7) -> dict[str, object]:
    address = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    return {"number": number, "picture": address}


def plain(width: int, height: int, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "green").save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["cat", "dog"])
@pytest.mark.parametrize("threshold", [0.5, 0.99])
def test_a_frame_is_answered_as_the_same_photo_is(classifier, kind, threshold):
    said = answer_frame(sent(png(kind)), classifier, threshold)
    photo = photo_answer("", classifier.classify(png(kind)))
    assert said["problem"] == "" and said["number"] == 7
    assert said["probability"] == photo.probability
    assert said["label"] == photo.label(threshold)
    assert said["reason"] == photo.reason(threshold)
    assert said["milliseconds"] > 0


def test_not_sure_and_unlike_are_said_in_the_pages_words(classifier):
    answers = [
        answer_frame(sent(png_of(number)), classifier, threshold)
        for number in range(4)
        for threshold in (0.5, 1.0)
    ]
    assert {"cat", "not sure"} <= {said["label"] for said in answers}
    for said in answers:
        assert bool(said["reason"]) is (said["label"] == "not sure")
    flat = answer_frame(sent(plain(192, 192)), classifier, 0.5)
    assert flat["label"] == "unlike anything it learnt"
    assert "nothing that it learnt from looked like this" in flat["reason"]


def png_of(number: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(draw_pet("cat", 192, 3, number)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (None, "not a frame"),
        ("hello", "not a frame"),
        ({}, "not a frame"),
        ({"number": 7, "picture": 7}, "not a frame"),
        ({"number": 7, "picture": "data:text/html;base64,PGI+"}, "not a frame"),
        ({"number": 7, "picture": "data:image/png;base64,%%"}, "not base64"),
        (sent(b"hello"), "not a picture"),
        (sent(plain(32, 32)[:60]), "ends too early"),
        (sent(plain(32, 32, "GIF")), "expected a JPEG or a PNG"),
        (sent(plain(1025, 8)), "1025 x 8 pixels"),
        (sent(plain(32, 32) + bytes(MOST_BYTES)), "at most 1024 pixels a side and 1 MB"),
    ],
)
def test_what_a_manipulated_browser_sends_gets_a_sentence(classifier, frame, words):
    said = answer_frame(frame, classifier, 0.9)
    assert words in said["problem"] and said["problem"].endswith(".")
    assert said["number"] == (7 if isinstance(frame, dict) and frame else 0)
    assert "probability" not in said


def test_an_answer_that_is_no_number_is_told(classifier, monkeypatch):
    given = dataclasses.replace(classifier.classify(png("cat")), probability_one=float("nan"))
    monkeypatch.setattr(classifier, "classify", lambda photo: given)
    said = answer_frame(sent(png("cat")), classifier, 0.9)
    assert said["problem"] == "The network's answer is not a number."


def test_a_class_of_cameras_shares_what_a_few_may_have_each():
    assert pace(1) == pace(4) == 200
    assert pace(20) == 1000


def test_the_switch_brings_the_camera_in_the_place_of_the_invitation(app):
    app.run()
    assert "Drop a photo" in texts(app)
    before = len(app.get("bidi_component"))
    app.toggle(key="live-camera-wanted").set_value(True).run()
    assert not app.exception
    assert "Drop a photo" not in texts(app)
    assert len(app.get("bidi_component")) == before + 1
    app.toggle(key="live-camera-wanted").set_value(False).run()
    assert "Drop a photo" in texts(app)


def test_a_model_that_cannot_answer_is_told_in_the_cameras_place(app, monkeypatch):
    from core.errors import ModelError

    def broken(model: object) -> None:
        raise ModelError("It is damaged.")

    monkeypatch.setattr("pages.parts.classify.live.load_classifier", broken)
    app.run()
    app.toggle(key="live-camera-wanted").set_value(True).run()
    assert not app.exception
    assert "It is damaged" in app.error[0].value.replace("\\", "")
