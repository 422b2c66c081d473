"""Work on its way out of the pages and back in, without a browser."""

import io
import sys
from zipfile import ZipFile

import pytest
from safetensors.torch import save
from streamlit.testing.v1 import AppTest

from core.config import TrainConfig
from core.exchange.run_zip import write_run_zip
from core.networks.build import build_model
from core.networks.kept_weights import list_kept
from core.runs.listing import create_run, list_runs
from core.runs.run import Run
from core.runs.worker import Worker
from tests.test_pages import texts

LENET = save(build_model("lenet", 32, seed=1).state_dict())


@pytest.fixture
def run(app) -> Run:
    """A finished run on few drawn pets."""
    config = TrainConfig(
        model="lenet", image_size=32, epochs=2, batch_size=4, train_per_class=6, test_per_class=3
    )
    run = create_run(config, "Small & <b>own</b>")
    list(Worker(run).events())
    return run


def show(app: AppTest, page: str, **address: str) -> AppTest:
    app.default_timeout = 300  # what imports torch takes long on a busy machine
    app.run()
    if page:
        app.switch_page(f"pages/{page}.py")
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def take_along(app: AppTest, run: Run) -> AppTest:
    show(app, "train", run=run.id)
    app.segmented_control(key="results-part").set_value("Take it along").run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("onnx", "P\\(cat\\) as float32"),
        ("zip", "The photos are not in it"),
        ("html", "opens in any browser"),
    ],
)
def test_each_file_is_made_when_it_is_asked_for(app, run, ending, words):
    if ending == "onnx":
        pytest.importorskip("onnxruntime")
    take_along(app, run)
    assert "made-export" not in app.session_state
    app.button(key=f"make-{ending}-{run.id}").click().run()
    assert not app.exception and not app.error
    made = app.session_state["made-export"]
    begins = {"onnx": b"\x08", "zip": b"PK", "html": b"<!doctype html>"}[ending]
    assert made.content.startswith(begins)
    assert words.replace("\\", "") in texts(app).replace("\\", "")
    assert any("Download, " in each.proto.label for each in app.get("download_button"))


def test_without_the_packages_the_page_says_how_to_get_them(app, run, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "core.exchange.onnx_graph", raising=False)
    take_along(app, run)
    app.button(key=f"make-onnx-{run.id}").click().run()
    assert not app.exception
    assert "requirements" in texts(app) and "pip install" in texts(app)


def test_a_zip_becomes_a_run_and_a_bad_one_a_sentence(app, run):
    file = io.BytesIO()
    write_run_zip(run, file)
    run.delete()
    show(app, "train", run="new")
    app.session_state["take-in"] = True  # its section is open
    app.run()
    app.file_uploader(key="run-zip").upload("notes.txt", b"no zip at all").run()
    assert not app.exception and "it is no zip; expected is a run" in texts(app).replace("\\", "")
    assert not list_runs()
    app.file_uploader(key="run-zip").upload("run.zip", file.getvalue()).run()
    assert not app.exception
    (taken,) = list_runs()
    assert app.query_params["run"] == taken.id and taken.name == "Small & <b>own</b>"


def test_a_run_without_its_photos_says_so_and_can_be_told_where_they_are(app, run, tmp_path):
    file = io.BytesIO()
    write_run_zip(run, file)
    run.delete()
    moved = io.BytesIO()
    with ZipFile(file) as archive, ZipFile(moved, "w") as changed:
        for name in archive.namelist():
            text = archive.read(name)
            if name.endswith("config.json"):
                text = text.replace(b'"data": "drawn"', b'"data": "/home/ann/pets"')
            changed.writestr(name, text)
    from core.exchange.taking_run import take_in_run

    taken = take_in_run(moved)
    show(app, "train", run=taken.id)
    assert "did not come along" in texts(app)
    app.segmented_control(key="results-part").set_value("Rename or delete").run()
    folder = next(box for box in app.text_input if box.label.startswith("Folder or zip"))
    folder.set_value(str(tmp_path / "nowhere"))
    press(app, "Take its photos from there")
    assert "There is no folder or zip" in texts(app).replace("\\", "")
    folder = next(box for box in app.text_input if box.label.startswith("Folder or zip"))
    folder.set_value(str(tmp_path))
    press(app, "Take its photos from there")
    assert Run(taken.path).config.data == str(tmp_path)
    assert "did not come along" not in texts(app)


def press(app: AppTest, label: str) -> None:
    next(each for each in app.button if each.label == label).click().run()
    assert not app.exception


def open_weights(app: AppTest, parameter: str = "model") -> None:
    """Open what takes weights in."""
    app.session_state[f"weights-{parameter}"] = True
    app.run()
    assert not app.exception


@pytest.mark.parametrize(
    ("page", "parameter"), [("", "model"), ("numpy_network", "model"), ("feature_maps", "run")]
)
def test_weights_are_opened_where_a_network_is_chosen(app, page, parameter):
    show(app, page)
    open_weights(app, parameter)
    app.file_uploader(key=f"weight-file-{parameter}-0").upload("mine.safetensors", LENET).run()
    assert not app.exception
    chosen = [box.value for box in app.selectbox if box.label == "Network" and box.value == "lenet"]
    assert chosen == ["lenet"]
    press(app, "Use these weights")
    ((id, kept),) = list_kept().items()
    assert app.query_params[parameter] == id and kept.facts["image_size"] == 32
    assert not app.error, [each.value for each in app.error]
    press(app, "Delete the chosen weights")
    assert (not list_kept() and parameter not in app.query_params) or page == "feature_maps"


def test_pickle_is_refused_with_the_reason(app, tmp_path):
    import torch

    torch.save({"0.weight": torch.ones(1)}, tmp_path / "w.pt")
    show(app, "")
    open_weights(app)
    content = (tmp_path / "w.pt").read_bytes()
    app.file_uploader(key="weight-file-model-0").upload("w.pt", content).run()
    assert not app.exception
    assert "Opening pickle can run any program" in texts(app).replace("\\", "")


def test_weights_that_fit_nothing_ask_for_their_network(app):
    import torch

    show(app, "")
    open_weights(app)
    content = save({"conv1.weight": torch.ones(2, 3, 3, 3)})
    app.file_uploader(key="weight-file-model-0").upload("w.safetensors", content).run()
    assert not app.exception
    assert "Say which network it is of" in texts(app).replace("\\", "")
    press(app, "Use these weights")
    assert app.error and not list_kept()


def test_an_experiment_goes_out_as_one_file(app):
    show(app, "conv_lab")
    labels = [each.proto.label for each in app.get("download_button")]
    assert "This experiment as one HTML file" in labels
