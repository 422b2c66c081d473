"""Pages when something is wrong underneath, a full disk or half a run, and at any address."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.config import TrainConfig
from core.conftest import TINY, examples, launch_nothing
from core.runs.end import note_end
from core.runs.listing import create_run
from core.runs.run import Run
from core.runs.run_record import FORMAT
from core.runs.status import State, Status
from core.runs.worker import Worker
from core.served import SETTING
from tests.test_pages import texts

SMALL = TrainConfig(
    model=TINY, image_size=16, epochs=1, batch_size=8, train_per_class=8, test_per_class=4
)


@pytest.fixture
def trained(app, monkeypatch) -> Run:
    """A run of one epoch."""
    monkeypatch.setattr("core.runs.worker.add_likeness", lambda *_: None)
    run = create_run(SMALL, "small")
    list(Worker(run).events())
    return run


def on(app: AppTest, page: str, **query: str) -> str:
    """Open a page at an address; return what it says."""
    app.run()
    app.switch_page(f"pages/{page}.py")
    for name, text in query.items():
        app.query_params[name] = text
    app.run()
    assert not app.exception, app.exception
    return texts(app)


def full_disk(descriptor: int, content: memoryview) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_run_of_a_newer_version_is_shown_with_its_reason_and_stays_as_it_is(app):
    run = create_run(SMALL, "of tomorrow")
    path = run.path / "config.json"
    path.write_text(json.dumps(run.record | {"format": FORMAT + 1}))
    before = path.read_bytes()
    said = on(app, "train", run=run.id).replace("\\", "")
    assert f"must have a format of {FORMAT} or less, not {FORMAT + 1}" in said
    assert "Choose another run, or start a new one below." in said
    assert app.expander[0].label == "One run here cannot be read"
    assert path.read_bytes() == before


@pytest.mark.parametrize("key", ["resume", "start"])
def test_a_full_disk_is_told_where_the_button_was_pressed(app, monkeypatch, key):
    monkeypatch.setattr("core.runs.worker_pool.launch", launch_nothing)
    monkeypatch.setattr("pages.parts.shared.workers.warm_up", lambda: None)
    run = create_run(SMALL, "small")
    on(app, "train", run=run.id if key == "resume" else "new")
    monkeypatch.setattr("core.files.write_some", full_disk)
    app.button(key=key).click().run()
    assert not app.exception
    assert "The disk is full, so " in texts(app).replace("\\", "")


def test_a_training_that_the_system_ended_says_so_and_can_be_resumed(app):
    run = create_run(SMALL, "small")
    run.write_status(Status(State.TRAINING, epoch=1, epochs=1, progress=0.5))
    note_end(run.path, -9)
    on(app, "train", run=run.id)
    progress = app.get("progress")[0].proto.text.replace("\\", "")
    assert "The system ended the training (signal 9, SIGKILL), as it does when memory" in progress
    assert not app.button(key="resume").disabled


def test_what_a_resumed_training_found_changed_is_told(app, trained):
    shutil.rmtree(trained.path / "checkpoints")
    worker = Worker(trained)
    list(worker.events())
    note = trained.log.note()
    assert note and note in on(app, "train", run=trained.id).replace("\\", "")


GONE = ["events.jsonl", "checkpoints", "predictions", "status.json", "test_photos.json"]


@pytest.mark.parametrize("gone", [*GONE, "config.json"])
def test_pages_show_what_is_left_of_a_run(app, trained, gone):
    path = trained.path / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    for page in ("train", "feature_maps"):
        said = on(app, page, run=trained.id)
        assert gone != "config.json" or "config.json" in said.replace("\\", "")


PAGES = ("classify", "train", "feature_maps", "conv_lab", "numpy_network", "about")
NAMES = st.sampled_from(
    [
        *("run", "epoch", "view", "layer", "channel", "cell", "scale", "photo", "other", "model"),
        *("network", "size", "from", "recipe", "in", "out", "kernel", "image", "image_data"),
        *("photos", "photo2", "dtype", "mode", "direction", "key", "embed"),
    ]
)
TEXTS = (
    st.text(max_size=12)
    | st.integers(-5, 200).map(str)
    | st.sampled_from(
        ["9" * 5000, "²", "٣", "test:0", "drawn:99", "test:" + "9" * 5000, "dropped:x"]
    )
    | st.sampled_from(["new", "shipped", "best", "why", "map", "mistakes", "conv", "relu", "1,2"])
    | st.sampled_from(["../..", "\x00", "a" * 10_000, "conv 3;;", "<b>", "$x$", "linear 1;sigmoid"])
)
USUAL = examples(4)


@pytest.mark.parsers
@pytest.mark.parametrize("served", [False, True])
@pytest.mark.parametrize("page", PAGES)
def test_any_address_opens_its_page(page, served, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("any")
        patch.setenv("GLASS_CNN_RUNS", str(folder / "runs"))
        patch.setenv("GLASS_CNN_CACHE", str(folder / "cache"))
        if served:  # open to a network, and somebody else's run
            patch.setenv(SETTING, "")
        create_run(SMALL, "small", folder / "runs" / "small", owner="0" * 64)
        app = AppTest.from_file(str(Path(__file__).parent.parent / "app.py"), default_timeout=120)
        app.run()

        @settings(USUAL, max_examples=min(500, USUAL.max_examples))
        @given(st.dictionaries(NAMES, TEXTS, max_size=5), st.booleans())
        def opens(query: dict[str, str], own: bool) -> None:
            said = query | ({"run": "small"} if own else {})
            for name in list(app.query_params):
                del app.query_params[name]
            app.switch_page("app.py" if page == "classify" else f"pages/{page}.py")
            for name, text in said.items():
                app.query_params[name] = text
            app.run()
            assert not app.exception, (said, app.exception)

        opens()
