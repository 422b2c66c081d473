"""Pages of a server that is open to a network, without a browser: who may do what on them."""

import re

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.config import TrainConfig
from core.runs.beginning import MOST
from core.runs.listing import create_run, list_runs
from core.runs.run import Run
from core.runs.status import State, Status
from core.served import SETTING
from core.visitors import mark_of, server_key, visitor_with
from tests.pool import Pool
from tests.test_pages import texts

ANN, BEN = "a" * 64, "b" * 64
SMALL = TrainConfig(model="compact", image_size=16, epochs=1, batch_size=8)


@pytest.fixture
def served(app, monkeypatch, tmp_path) -> AppTest:
    """Give the app on a server that opens one folder to others."""
    (tmp_path / "open").mkdir()
    monkeypatch.setenv(SETTING, str(tmp_path / "open"))
    monkeypatch.setattr("pages.parts.shared.workers.warm_up", lambda: None)
    return app


@pytest.fixture
def training(served, monkeypatch) -> Run:
    """A run of Ann's that is being trained."""
    monkeypatch.setattr(Run, "locked", lambda self, patience=0.0: True)
    run = create_run(SMALL, "Ann's run", owner=mark_of(ANN))
    run.write_status(Status(State.TRAINING, epoch=1, epochs=1, steps=9, step=3, progress=0.3))
    return run


def look(app: AppTest, browser: str, page: str = "train", **address: str) -> str:
    """Open a page as the browser that keeps a key; return what it says."""
    app.run()
    app.session_state["visitors-key"] = browser
    app.switch_page(f"pages/{page}.py")
    for name, text in address.items():
        app.query_params[name] = text
    app.run()
    assert not app.exception, app.exception
    return texts(app)


def force(app: AppTest, key: str) -> None:
    """Click a button that cannot be clicked, as a browser that was tampered with would."""
    button = app.button(key=key)
    assert button.disabled
    button.proto.disabled = False
    button.click().run()
    assert not app.exception


def test_a_run_obeys_the_browser_that_began_it(served, training):
    said = look(served, ANN, run=training.id)
    assert "Only the browser that started" not in said
    served.button(key="stop").click().run()
    assert not served.exception
    assert len(training.commands.waiting()) == 1


@pytest.mark.parametrize("key", [BEN, "", "no key"], ids=["another", "none", "wrong"])
def test_others_look_at_a_run_and_change_nothing(served, training, key):
    said = look(served, key, run=training.id)
    assert "Only the browser that started this run, and whoever sits at the server" in said
    for name in ("pause", "step", "stop"):
        force(served, name)
    assert not training.commands.waiting()
    served.segmented_control(key="results-part").set_value("Rename or delete").run()
    assert not served.exception
    assert [each.label for each in served.button if each.label in ("Rename", "Delete")] == []
    assert [each for each in served.text_input if each.label == "Name"] == []


def test_a_command_of_a_stranger_is_refused_where_it_is_given(served, training):
    look(served, ANN, run=training.id)
    served.session_state["visitors-key"] = BEN  # the button is still Ann's
    served.button(key="stop").click().run()
    assert not served.exception and not training.commands.waiting()
    assert any("Ann's run is somebody else's" in each.value for each in served.toast)


def test_a_stranger_neither_resumes_nor_deletes_a_run_that_stands_still(served):
    run = create_run(SMALL, "Ann's run", owner=mark_of(ANN))
    look(served, ANN, run=run.id)
    served.session_state["visitors-key"] = BEN
    served.button(key="resume").click().run()
    assert "is somebody else's" in texts(served).replace("\\", "")
    assert run.status().state is State.STOPPED
    look(served, ANN, run=run.id)
    served.segmented_control(key="results-part").set_value("Rename or delete").run()
    served.checkbox(key=f"sure-{run.id}").check().run()
    served.session_state["visitors-key"] = BEN
    served.button(key=f"delete-{run.id}").click().run()
    assert not served.exception and run.path.exists()
    look(served, ANN, run=run.id)
    served.checkbox(key=f"sure-{run.id}").check().run()
    served.button(key=f"delete-{run.id}").click().run()
    assert not served.exception and not run.path.exists()


def test_whoever_shows_the_servers_key_sits_at_it(served, training):
    look(served, BEN, "about", key="0" * 64)
    assert any("is not this server's" in each.value for each in served.toast)
    assert "key" not in served.query_params and not visitor_with(BEN).at_home
    look(served, BEN, "about", key=server_key())
    assert any("now sits at the server" in each.value for each in served.toast)
    assert "key" not in served.query_params and visitor_with(BEN).at_home
    look(served, BEN, run=training.id)
    served.button(key="stop").click().run()
    assert len(training.commands.waiting()) == 1


def test_the_terminal_tells_the_way_home_once(served, capsys):
    look(served, ANN)
    look(served, BEN)
    printed = capsys.readouterr().out
    assert printed.count("Whoever sits at the server opens this address once") == 1
    assert f"http://localhost:8501/?key={server_key()}" in printed


def test_no_page_shows_a_mark_or_a_key(served, training):
    for page in ("train", "feature_maps", "about", "numpy_network"):
        look(served, BEN, page, run=training.id)
        sent = "".join(map(str, served.main.children.values())) + str(served.query_params)
        for secret in (ANN, BEN, mark_of(ANN), server_key()):
            assert secret not in sent, page


def test_a_visitor_begins_so_many_trainings_at_once(served, training, monkeypatch):
    for _ in range(MOST - 1):
        run = create_run(SMALL, owner=mark_of(ANN))
        run.write_status(Status(State.WAITING, epochs=1, queue_place=1))
    look(served, ANN, run="new")
    served.button(key="start").click().run()
    assert not served.exception
    assert f"{MOST} trainings of yours run or wait here already" in texts(served)
    assert len(list_runs()) == MOST
    begun: list[Run] = []
    monkeypatch.setattr("pages.parts.shared.start_training.worker_pool", lambda: Pool(begun))
    look(served, BEN, run="new")
    served.button(key="start").click().run()
    assert not served.exception and [run.owner for run in begun] == [mark_of(BEN)]


def test_everybody_sees_the_place_in_the_queue(served, training):
    waiting = create_run(SMALL, "the next", owner=mark_of(ANN))
    waiting.write_status(Status(State.WAITING, "Waiting.", epochs=1, queue_place=4))
    look(served, BEN, run=waiting.id)
    assert served.get("progress")[0].proto.text == (
        "Waiting for a free place, number 4 in the queue"
    )
    look(served, BEN, run=training.id)
    choices = next(box for box in served.selectbox if box.label == "Run").options
    assert "the next · waiting, number 4 in the queue" in choices


def test_only_the_folders_of_the_setting_can_be_trained_on(served, tmp_path):
    look(served, ANN, run="new")
    served.segmented_control(key="source").set_value("A folder of photos").run()
    assert f"below {tmp_path / 'open'} alone" in texts(served).replace("\\", "")
    for path in ("/etc", f"{tmp_path}/open/../runs"):
        served.text_input(key="folder").set_value(path).run()
        assert not served.exception
        assert "may not be read here" in texts(served)
        force(served, "start")
        assert not list_runs()


def test_a_network_without_the_setting_opens_no_folder_and_says_so(app, monkeypatch):
    monkeypatch.setenv(SETTING, "to be put back after the test")
    monkeypatch.delenv(SETTING)
    monkeypatch.setattr("pages.parts.shared.workers.warm_up", lambda: None)
    told, bound = st.get_option, {"server.address": "0.0.0.0"}
    monkeypatch.setattr(st, "get_option", lambda name: bound.get(name) or told(name))
    look(app, ANN, run="new")
    app.segmented_control(key="source").set_value("A folder of photos").run()
    assert not app.exception
    said = texts(app).replace("\\", "")
    assert f"open to a network, and of its computer's folders {SETTING} names none" in said
    assert not [box for box in app.text_input if box.key == "folder"]
    assert app.button(key="start").disabled


def test_on_ones_own_computer_everything_is_as_it_was(app, monkeypatch, capsys):
    monkeypatch.delenv(SETTING, raising=False)
    run = create_run(SMALL, "mine")
    app.run()
    app.switch_page("pages/train.py")
    app.query_params["run"] = run.id
    app.run()
    assert not app.exception and not app.button(key="resume").disabled
    assert "Only the browser" not in texts(app)
    assert "opens this address" not in capsys.readouterr().out
    assert not (run.path.parent / ".access").exists()
    assert "visitor-key" not in app.session_state


def test_photos_of_one_visit_are_limited(served, monkeypatch):
    from tests.test_pages import png

    monkeypatch.setattr("core.runs.bringing.MOST_PHOTO_BYTES", len(png("dog")) + 5)
    served.run()
    served.session_state["visitors-key"] = ANN
    served.run()
    served.file_uploader[0].upload("a.png", png("dog")).upload("b.png", png("cat")).run()
    assert not served.exception
    assert "1 of 2 photos are left out" in texts(served)
    assert "a.png" in texts(served) and "b.png" not in texts(served)


def test_others_keep_their_hands_off_the_weights_that_somebody_brought(served):
    from safetensors.torch import save

    from core.exchange.taking_weights import Wanted, keep_weights
    from core.networks.build import build_model

    content = save(build_model("lenet", 32, seed=1).state_dict())
    kept = keep_weights(content, "w.safetensors", Wanted("lenet", 32), owner=mark_of(ANN))
    for key, may in ((ANN, True), (BEN, False)):
        served.run()
        served.session_state["visitors-key"] = key
        served.query_params["model"] = kept.id
        served.session_state["weights-model"] = True
        served.run()
        assert not served.exception
        labels = [each.label for each in served.button]
        assert ("Delete the chosen weights" in labels) == may


EVIL = "![x](https:192.0.2.7) <img src=//192.0.2.7>"
"""A name that would ask another host for a picture, were it read as Markdown or HTML."""


def drawn_as_markdown(app: AppTest) -> str:
    """Return all texts of a page that a browser reads as Markdown."""
    kinds = ("info", "warning", "error", "markdown", "caption")
    said = [getattr(element, "value", "") for kind in kinds for element in app.get(kind)]
    others = ("toast", "success", "title", "subheader", "progress", "expander")
    parts = [str(element.proto) for kind in others for element in app.get(kind)]
    widgets = ("button", "checkbox", "toggle", "radio", "slider", "file_uploader", "text_input")
    parts += [str(getattr(each, "label", "")) for kind in widgets for each in app.get(kind)]
    return "".join([*said, *parts])


def html_of(app: AppTest) -> str:
    """Return all HTML of a page."""
    return "".join(str(element.proto.body) for element in app.get("html"))


def test_no_name_of_a_strangers_asks_another_host(served, monkeypatch):
    from core.runs.worker import Worker

    monkeypatch.setattr("core.runs.worker.add_likeness", lambda *_: None)
    few = SMALL.replace(train_per_class=6, test_per_class=4, model="lenet", image_size=32)
    run, other = create_run(few, EVIL, owner=mark_of(ANN)), create_run(few, EVIL)
    list(Worker(run).events())
    other.write_status(Status(State.FAILED, f"No {EVIL} here.", epochs=1))
    seen = html = ""
    for page, address in (
        *(("train", {"run": each.id}) for each in (run, other)),
        *(("feature_maps", {"run": run.id, "view": view}) for view in ("layers", "map", "why")),
        ("feature_maps", {"run": other.id}),
        ("numpy_network", {"model": run.id}),
        ("train", {"from": run.id, "run": "new"}),
    ):
        look(served, BEN, page, **address)
        served.query_params.clear()
        seen, html = seen + drawn_as_markdown(served), html + html_of(served)
    for part in ("Compare runs", "What was found", "Weights and recipe", "Rename or delete"):
        look(served, ANN, run=run.id)
        served.segmented_control(key="results-part").set_value(part).run()
        assert not served.exception
        seen, html = seen + drawn_as_markdown(served), html + html_of(served)
    served.query_params.clear()
    served.switch_page("app.py")
    served.query_params["model"] = run.id
    served.run()
    seen += drawn_as_markdown(served)
    assert EVIL.split()[0] not in seen and "](https" not in seen
    assert not re.search(r"(?<!\\)<img src=//", seen)
    assert "<img src=//" not in html and "&lt;img src=//" in html
    assert r"\[x\]\(https\:192" in seen  # it is there, as a text
