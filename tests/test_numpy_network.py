"""The NumPy network page without a browser: what it says for good and for bad input."""

import io
import json

import numpy as np
import pytest
from safetensors.numpy import save_file
from streamlit.testing.v1 import AppTest

from core.config import TrainConfig
from core.data.collection.conftest import photo
from core.files import sha256, write_json
from core.folders import side_by_side_folder
from core.networks.build import build_model
from core.runs.listing import create_run, list_runs

SIDE = 32


@pytest.fixture
def app(app):
    """Give the page, with folders of its own."""
    app.switch_page("pages/numpy_network.py")
    return app


def texts(app: AppTest) -> str:
    """Return everything that the page says in boxes, paragraphs and its own HTML."""
    kinds = ("info", "warning", "error", "markdown", "caption")
    parts = [getattr(element, "value", "") for kind in kinds for element in app.get(kind)]
    return "\n".join([*parts, *(str(element.proto.body) for element in app.get("html"))])


def metric(app: AppTest, label: str) -> str:
    return next(each.value for each in app.metric if each.label == label)


def make_run(broken: str = "") -> str:
    """Make a run with the weights of an untrained compact network; return its id."""
    run = create_run(TrainConfig(model="compact", image_size=SIDE), "my run")
    weights = {
        name: tensor.numpy() for name, tensor in build_model("compact", SIDE).state_dict().items()
    }
    if broken:
        weights[broken] = np.full_like(weights[broken], np.nan)
    folder = run.path / "checkpoints"
    folder.mkdir()
    path = folder / "epoch-0001.safetensors"
    save_file(weights, path)
    facts = {"model": "compact", "image_size": SIDE, "classes": ["dog", "cat"], "epoch": 1}
    write_json(path.with_suffix(".json"), facts | {"sha256": sha256(path)})
    return run.id


def test_the_ladder_shows_every_layer_in_both_directions(app):
    app.query_params["model"] = make_run()
    app.run()
    assert not app.exception
    said = texts(app)
    assert "Both engines agree" in said
    layers = len(build_model("compact", SIDE))
    assert said.count('class="layer-row"') == layers
    assert said.index("<b>Conv 1</b>") < said.index("<b>Sigmoid</b>")
    numpy, torch = (float(metric(app, f"P(cat), {name}")) for name in ("NumPy", "torch"))
    assert numpy == pytest.approx(torch, abs=1e-6)

    app.segmented_control(key="direction").set_value("Backward, loss to photo").run()
    assert not app.exception
    said = texts(app)
    assert said.count('class="layer-row"') == layers
    assert said.index("<b>Sigmoid</b>") < said.index("<b>Conv 1</b>")
    assert "weight gradient: " in said
    of_answer = float(metric(app, "Loss, torch"))
    other = "dog" if torch >= 0.5 else "cat"
    app.selectbox(key="label").set_value(other).run()
    assert float(metric(app, "Loss, torch")) > of_answer


def test_float64_and_training_mode_agree_too(app):
    app.query_params["model"] = make_run()
    app.query_params["dtype"] = "float64"
    app.query_params["mode"] = "training"
    app.run()
    assert not app.exception
    assert "Both engines agree" in texts(app)
    assert "as closely as float64 allows" in texts(app)
    assert len(metric(app, "P(cat), torch")) == len("0.") + 15


def test_a_file_that_is_no_photo_is_a_sentence(app):
    app.query_params["model"] = make_run()
    app.run()
    app.file_uploader[0].upload("notes.txt", b"hello").run()
    assert not app.exception
    assert app.error[0].value.startswith(r"notes\.txt: This is not a picture")


def test_a_dropped_photo_is_compared(app):
    app.query_params["model"] = make_run()
    app.run()
    app.file_uploader[0].upload("rex.png", photo("dog", 1, 90)).run()
    assert not app.exception
    assert "Both engines agree on **rex\\.png**" in texts(app)


def test_of_several_photos_one_is_chosen_and_a_new_one_is_looked_at(app):
    app.run()
    drawn = [
        (f"{name}.png", photo(name[:3], number, 90), "image/png")
        for number, name in enumerate(("cat", "cat 2", "dog"))
    ]
    app.file_uploader[0].set_value(drawn).run()
    assert "Both engines agree on **cat\\.png**" in texts(app)
    app.selectbox[0].select_index(2).run()
    assert not app.exception
    assert "Both engines agree on **dog\\.png**" in texts(app)
    app.file_uploader[0].set_value(drawn[:2]).run()  # the chosen one is taken away
    assert not app.exception
    assert "Both engines agree on **cat\\.png**" in texts(app)


def test_broken_weights_are_a_sentence(app):
    app.query_params["model"] = make_run(broken="0.weight")
    app.run()
    assert not app.exception
    assert "cannot be compared" in app.error[0].value
    assert "0.weight" in app.error[0].value.replace("\\", "")


def test_a_damaged_file_is_a_sentence(app, tmp_path):
    run = make_run()
    facts = next((tmp_path / "runs" / run / "checkpoints").glob("*.json"))
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"sha256": "0" * 64}))
    app.query_params["model"] = run
    app.run()
    assert not app.exception
    assert "cannot be compared" in app.error[0].value


def test_nonsense_in_the_address_falls_back(app):
    app.query_params["model"] = make_run()
    for name in ("view", "dtype", "mode", "direction"):
        app.query_params[name] = "<b>?</b>"
    app.run()
    assert not app.exception
    assert "Both engines agree" in texts(app)


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def compare(app: AppTest, ours: bytes, theirs: bytes) -> AppTest:
    """Drop two files on the fold and look at what it says."""
    app.query_params["view"] = "Side-by-side training"  # which computes nothing
    app.run()
    app.file_uploader(key="array-ours").upload("ours.npy", ours)
    app.file_uploader(key="array-theirs").upload("theirs.npy", theirs)
    app.run()
    assert not app.exception
    return app


def test_two_arrays_are_compared_and_the_report_can_be_copied(app):
    theirs = np.random.default_rng(0).standard_normal((1, 4, 9, 9)).astype(np.float32)
    ours = theirs * np.float32(1 + 3e-6)
    compare(app, npy(ours), npy(theirs))
    assert "This is not rounding" in app.error[0].value.replace("\\", "")
    report = app.code[0].value
    assert report.startswith("ours.npy and theirs.npy (float32, 1 x 4 x 9 x 9 each)")
    assert "ours.npy is theirs.npy times 1" in report and "A sum of" in report
    assert len(app.get("plotly_chart")) == 2
    app.number_input(key="array-terms").set_value(200).run()
    assert not app.error and "Rounding explains every difference" in app.code[0].value


def test_arrays_that_cannot_be_compared_are_sentences(app):
    array = npy(np.ones((2, 3)))
    compare(app, array, b"PK\x03\x04")
    assert app.error[0].value.replace("\\", "").startswith("theirs.npy is a zip")
    app.file_uploader(key="array-theirs").upload("theirs.npy", npy(np.ones((3, 2)))).run()
    assert not app.exception
    assert "The shapes differ" in app.code[0].value
    app.file_uploader(key="array-theirs").upload("theirs.npy", array).run()
    assert "are equal to the last bit" in app.code[0].value and not app.error
    assert not app.get("plotly_chart")


def test_the_form_for_side_by_side_training_says_what_happens(app):
    app.query_params["view"] = "Side-by-side training"
    app.run()
    assert not app.exception
    assert "the same weights" in texts(app)
    assert list_runs(side_by_side_folder()) == []
    assert not app.button(key="start-pair").disabled


@pytest.mark.parametrize(
    ("optimizer", "words"),
    [("adamw", "Adam divides"), ("muon", "Muon makes"), ("sgd", "SGD carries")],
)
def test_a_pair_that_never_started_can_be_looked_at(app, optimizer, words):
    pair = create_run(TrainConfig(image_size=96, engine="both", optimizer=optimizer), "my pair")
    app.query_params["view"] = "Side-by-side training"
    app.query_params["run"] = pair.id
    app.run()
    assert not app.exception
    assert "What to look for" in texts(app) and words in texts(app)
    assert any(button.label == "Resume" for button in app.button)
