"""The form for a new training without a browser: any network, its recipe, its address."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.architecture.address import KEYS
from core.architecture.library import presets
from core.config import RECIPES, USUAL, TrainConfig
from core.mistakes import Mistake
from core.runs.estimate import Cost, folder, kind_of, remember
from core.runs.listing import create_run
from core.variations import PLAIN, Variation
from core.wording import rough_time
from pages.parts.shared.network_editor import EditedNetwork
from pages.parts.shared.variation_choice import answer
from tests.pool import Pool

ROOT = Path(__file__).parent.parent
SMALL = "conv 8 kernel 3\nrelu\nmaxpool 4\nflatten\nlinear 1\nsigmoid\n"
ANY_SIZE = "conv 8 kernel 3\nrelu\nadaptive avgpool 1\nflatten\nlinear 1\nsigmoid\n"
FIRST = RECIPES[USUAL].model
UNFINISHED = "conv 8 kernel 3\nrelu\n"


class Editor:
    """In the place of the editor: says ``typed`` until it is None, and remembers what it got."""

    typed: str | None = None
    unread = ""
    got: tuple[str, int] = ("", 0)

    def __call__(self, network: str, image_size: int, key: str) -> EditedNetwork:
        self.got = network, image_size
        return EditedNetwork(network if self.typed is None else self.typed, self.unread)


@pytest.fixture
def editor(monkeypatch):
    editor = Editor()
    monkeypatch.setattr("pages.parts.shared.network_choice.network_editor", editor)
    return editor


@pytest.fixture
def train(tmp_path, monkeypatch, editor, pool):
    """Give the Train page, with folders of its own."""
    import streamlit as st

    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    st.cache_resource.clear()
    st.cache_data.clear()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.run()
    app.switch_page("pages/train.py")
    return app


def run(app: AppTest) -> str:
    """Run the page's script; return all that it says."""
    app.run()
    assert not app.exception
    kinds = ("info", "warning", "error", "markdown", "caption")
    return "\n".join(getattr(each, "value", "") for kind in kinds for each in app.get(kind))


def choose(app: AppTest, key: str, value: str) -> str:
    app.segmented_control(key=key).set_value(value)
    return run(app)


def number(app: AppTest, label: str) -> float:
    (box,) = [box for box in app.number_input if box.label == label]
    assert box.value is not None
    return box.value


def edit(app: AppTest, editor: Editor, network: str) -> str:
    """Let the editor, which is then open, say a network."""
    app.session_state["training-form"].editor_open = True
    editor.typed = network
    said = run(app)
    editor.typed = None
    return said


def started(app: AppTest, pool: Pool) -> TrainConfig:
    app.button(key="start").click()
    run(app)
    return pool.begun[-1].config


def address(app: AppTest, page: str = "train") -> dict[str, str]:
    """Return what the browser's address says, which is kept for coming back."""
    return app.session_state["kept-addresses"][page]


def start_with_the_article(app: AppTest) -> None:
    run(app)
    choose(app, "network", "article")


def test_each_preset_is_a_click_and_brings_its_recipe(train):
    run(train)
    assert train.segmented_control(key="network").value == FIRST
    assert train.segmented_control(key="recipe").value == USUAL
    for name, preset in presets().items():
        said = choose(train, "network", name)
        assert preset.purpose in said
        recipe = "article" if name == "article" else USUAL
        assert train.segmented_control(key="recipe").value == recipe
        assert number(train, "Epochs") == RECIPES[recipe].epochs
        assert number(train, "Learning rate") == RECIPES[recipe].learning_rate
        assert not train.button(key="start").disabled
    assert address(train) == {"run": "new", "network": name}
    choose(train, "network", FIRST)
    assert not KEYS & address(train).keys()


def test_an_edited_article_keeps_recipe_and_numbers_and_can_be_put_back(train, editor, pool):
    start_with_the_article(train)
    train.number_input(key="epochs-article-drawn").set_value(7)
    said = edit(train, editor, SMALL)
    assert "**Own network**, from article" in said
    assert address(train) == {
        **{"run": "new", "from": "article"},
        "network": "conv 8 kernel 3;relu;maxpool 4;flatten;linear 1;sigmoid",
    }
    assert train.segmented_control(key="recipe").value == "article"
    assert train.number_input(key="epochs-article-drawn").value == 7
    config = started(train, pool)
    assert (config.model, config.epochs, config.optimizer) == (SMALL, 7, "adam")
    assert pool.begun[-1].name != pool.begun[-1].id

    train.query_params.clear()
    train.query_params["run"] = "new"
    assert "**Own network**, from article" in run(train)  # it outlives the visit to the run
    train.button(key="put-back").click()
    assert presets()["article"].purpose in run(train)
    assert started(train, pool).model == "article"


def test_the_recipe_is_a_choice_of_its_own(train, editor, pool):
    start_with_the_article(train)
    edit(train, editor, SMALL)
    said = choose(train, "recipe", "quick")
    assert "**Own network**, from article" in said
    assert number(train, "Epochs") == RECIPES["quick"].epochs
    assert address(train)["recipe"] == "quick"
    config, quick = started(train, pool), RECIPES["quick"]
    few = {"train_per_class": 300, "test_per_class": 100}
    assert config == quick.replace(model=SMALL, window=1.0, **few)


def test_a_recipe_brings_its_network_and_size_unless_another_was_chosen(train, editor, pool):
    run(train)
    few = {"train_per_class": 300, "test_per_class": 100}
    for name in ("article", "thorough", "quick"):
        choose(train, "recipe", name)
        recipe = RECIPES[name].replace(**few)
        expected = recipe.replace(image_size=96) if name == "article" else recipe
        assert started(train, pool) == expected
        train.query_params.clear()
        train.query_params["run"] = "new"
        run(train)
    choose(train, "network", "lenet")
    for name in ("article", "quick"):
        choose(train, "recipe", name)
        assert started(train, pool).model == "lenet"
        train.query_params.clear()
        train.query_params["run"] = "new"
        run(train)


def test_an_address_keeps_the_recipe(train, pool):
    train.query_params.update({"run": "new", "network": "all-convolutional", "recipe": "thorough"})
    run(train)
    assert train.segmented_control(key="recipe").value == "thorough"
    assert number(train, "Epochs") == RECIPES["thorough"].epochs
    assert address(train)["recipe"] == "thorough"
    train.query_params.clear()
    train.query_params.update({"run": "new", "recipe": "best"})
    assert "recipe must be one of article, quick, thorough, not 'best'" in run(train)
    assert train.segmented_control(key="recipe").value == USUAL


def test_each_variation_is_a_switch_with_its_line_and_what_it_does(train, pool):
    run(train)
    train.session_state["variations"] = True  # the fold is open
    said = run(train)
    recipe = RECIPES[USUAL].variations
    for variation in Variation:
        assert variation.purpose in said
        switch = train.toggle(key=f"vary-{variation}-{USUAL}-drawn")
        assert switch.label == variation.heading and switch.value == (variation in recipe)
    for variation in (Variation.MIX, Variation.MIRROR):
        switch = train.toggle(key=f"vary-{variation}-{USUAL}-drawn")
        switch.set_value(not switch.value)
        run(train)
    config = started(train, pool)
    assert set(config.variations) == set(recipe) ^ {Variation.MIX, Variation.MIRROR}


def test_what_a_step_learns_from_and_where_it_computes_are_choices(train, editor, pool):
    run(train)
    edit(train, editor, ANY_SIZE)
    suffix = f"{USUAL}-drawn"
    choices = {"window-0.75": 0.8, "views": 3, "smoothing": 0.1, "average": 0.99}
    for name, value in choices.items():
        train.number_input(key=f"{name}-{suffix}").set_value(value)
    train.selectbox(key=f"dtype-{suffix}").set_value("bfloat16")
    train.selectbox(key=f"device-{suffix}").set_value("cpu")
    train.toggle(key=f"vary-mirror-{suffix}").set_value(True)
    run(train)
    config = started(train, pool)
    assert (config.window, config.views) == (0.8, 3)
    assert (config.label_smoothing, config.weight_average) == (0.1, 0.99)
    assert (config.dtype, config.device) == ("bfloat16", "cpu")


def test_a_window_that_the_network_cannot_take_is_refused(train, editor):
    run(train)
    edit(train, editor, SMALL)
    train.toggle(key=f"vary-mirror-{USUAL}-drawn").set_value(True)
    train.number_input(key=f"window-1-{USUAL}-drawn").set_value(0.5)
    said = run(train).replace("\\", "")
    assert "This cannot work. This network has other weights for windows of" in said
    assert train.button(key="start").disabled
    train.number_input(key=f"window-1-{USUAL}-drawn").set_value(2.0)
    assert "Window must be a number from 0.25 to 1, not 2.0." in run(train)


def test_a_device_that_is_not_there_is_refused(train, monkeypatch):
    monkeypatch.setattr("core.training.devices.cuda", lambda: False)
    run(train)
    train.selectbox(key=f"device-{USUAL}-drawn").set_value("cuda")
    assert "torch finds none on this machine" in run(train).replace("\\", "")
    assert train.button(key="start").disabled


def test_the_answer_to_a_mixed_picture_is_said_as_its_larger_share():
    classes = ("dog", "cat")
    asked = {0.62: "62 % cat", 0.3: "70 % dog", 1.0: "cat", 0.0: "dog", 0.5: "50 % cat"}
    assert {target: answer(target, classes) for target in asked} == asked


def times(app: AppTest) -> str:
    """Return what stands below the recipes' names."""
    return next(str(e.proto.body) for e in app.get("html") if "times" in str(e.proto.body))


def test_times_are_said_once_they_are_known(train, monkeypatch):
    said = run(train)
    assert "photos on this machine" not in said and times(train).count("<dd>–</dd>") == 3
    monkeypatch.setenv("GLASS_CNN_MEASURE", "1")
    started = []
    monkeypatch.setattr("core.runs.estimate.start_process", lambda *told: started.append(told))
    assert "Measuring how long this takes" in run(train)
    assert times(train).count("measuring ...") == 3 and len(started) == 1
    few = {"train_per_class": 300, "test_per_class": 100}
    for name, seconds in (("article", 1.0), ("quick", 2.0), ("thorough", 4.0)):
        config = RECIPES[name].replace(**few)
        config = config.replace(image_size=96) if name == "article" else config
        remember(folder(), kind_of(config), Cost(seconds, 0.0))
    run(train)
    assert "<dd>3 minutes</dd>" in times(train)  # 5 epochs of 38 batches, a second each
    assert "measuring" not in times(train) and "for 600 photos on this machine" in times(train)
    train.number_input(key=f"epochs-{USUAL}-drawn").set_value(1)
    train.number_input(key=f"batch-{USUAL}-drawn").set_value(RECIPES[USUAL].batch_size)
    steps = -(-RECIPES[USUAL].views * 600 // RECIPES[USUAL].batch_size)
    assert f"About {rough_time(steps * 2.0)} on this machine for 600 photos." in run(train)
    assert len(started) == 1


def test_what_cannot_work_waits_with_its_sentence(train, editor):
    start_with_the_article(train)
    said = edit(train, editor, UNFINISHED)
    assert "must end in linear 1 and sigmoid" in said
    assert train.button(key="start").disabled
    edit(train, editor, SMALL)
    editor.unread = "Line 1: the kernel of conv must be told."  # while somebody types
    assert f"The network is not finished. {editor.unread}" in run(train).replace("\\", "")
    assert train.button(key="start").disabled
    train.session_state["training-form"].editor_open = False
    assert "The network is not finished" in run(train)
    editor.unread = ""
    edit(train, editor, SMALL.replace("kernel 3", "kernel 33 stride 8"))
    assert not train.button(key="start").disabled
    train.number_input(key="size-article-drawn").set_value(24)
    said = run(train)
    assert editor.got[1] == 24
    assert "This cannot work. Layer 1, conv 8 kernel 33 stride 8" in said.replace("\\", "")
    assert train.button(key="start").disabled
    assert all(button.proto.disabled for button in train.get("download_button"))


def test_from_nothing_says_what_two_classes_need(train):
    run(train)
    said = choose(train, "network", "nothing")
    assert "No layer yet" in said
    assert "must end in linear 1 and sigmoid" in said
    assert train.button(key="start").disabled
    assert address(train) == {"run": "new", "from": "nothing"}


def test_a_training_larger_than_the_computer_is_refused(train, monkeypatch):
    monkeypatch.setattr("core.training.memory.memory_bytes", lambda: 10_000_000)
    start_with_the_article(train)
    assert re.search(r"roughly 1\d MB of memory, and this computer has 10 MB", run(train))
    assert train.button(key="start").disabled


def test_a_training_larger_than_what_is_free_is_warned_of(train, monkeypatch):
    monkeypatch.setattr("core.training.memory.free_memory", lambda: 410_000_000)
    start_with_the_article(train)
    said = run(train)
    assert re.search(r"roughly 1\d MB of memory beside 400 MB for the program, and 410 MB", said)
    assert "the system may end it" in said
    assert not train.button(key="start").disabled
    monkeypatch.setattr("core.training.memory.free_memory", lambda: None)
    assert "the system may end it" not in run(train)


def test_a_runs_network_comes_with_the_runs_choices(train, pool):
    run(train)
    assert "There is no run yet" in choose(train, "network", "run")
    create_run(TrainConfig(model="lenet", image_size=32, epochs=3), "the small one")
    create_run(TrainConfig(model=SMALL, image_size=48, seed=9, optimizer="sgd"), "my own")
    choose(train, "network", "article")
    said = choose(train, "network", "run")
    assert "**Own network** of run my own." in said
    assert number(train, "Pixels a side") == 48
    train.selectbox(key="network-run").set_value(
        next(o for o in train.selectbox(key="network-run").options if "small" in o)
    )
    said = run(train)
    assert "lenet: " in said and number(train, "Epochs") == 3
    config = started(train, pool)
    assert (config.model, config.image_size) == ("lenet", 32)


def test_new_training_takes_over_everything_and_a_fresh_form_is_a_click_away(
    train, pool, tmp_path, editor
):
    choices = {"data": str(tmp_path), "model": ANY_SIZE, "epochs": 4, "batch_size": 8, "seed": 5}
    choices |= {"learning_rate": 0.003, "image_size": 40, "train_per_class": 12, "init": "uniform"}
    choices |= {
        "test_per_class": 6,
        "optimizer": "sgd",
        "weight_decay": 0.1,
        "variations": list(PLAIN),
    }
    choices |= {"window": 0.75, "views": 2, "label_smoothing": 0.05, "weight_average": 0.9}
    choices |= {"device": "cpu"}
    choices |= {"schedule": "cosine", "dtype": "float64", "mistakes": [str(Mistake.RESHAPE)]}
    config = TrainConfig.from_dict(choices)
    for kind in ("cats", "dogs"):
        (tmp_path / "training_set" / kind).mkdir(parents=True)
    train.query_params["run"] = create_run(config, "first").id
    run(train)
    train.button(key="new-training").click()
    said = run(train)
    assert "Taken over from run **first**" in said
    assert "weight decay 0.1" in said
    assert train.text_input(key="folder").value == str(tmp_path)
    choose(train, "source", "Drawn pets")  # no photos there to train on
    for label, value in (("Pixels a side", 40), ("Pictures per class", 12)):
        (box,) = [box for box in train.number_input if box.label == label]
        box.set_value(value)
    run(train)
    (box,) = [box for box in train.number_input if box.label == "Test pictures per class"]
    box.set_value(6)
    run(train)
    assert started(train, pool).replace(data=config.data) == config

    train.button(key="new-training").click()
    run(train)
    train.button(key="fresh-form").click()
    said = run(train)
    assert "Taken over" not in said and presets()[FIRST].purpose in said
    assert started(train, pool) == RECIPES[USUAL].replace(train_per_class=300, test_per_class=100)


def test_an_address_opens_the_same_network_and_size(train, editor):
    train.query_params.update(
        {"run": "new", "from": "lenet", "network": "Conv 8 kernel 3;relu;flatten;linear 1;sigmoid"}
    )
    train.query_params["size"] = "48"
    said = run(train)
    assert "**Own network**, from lenet" in said
    assert editor.got == ("conv 8 kernel 3\nrelu\nflatten\nlinear 1\nsigmoid\n", 48)  # it is open
    assert number(train, "Pixels a side") == 48
    kept = address(train)
    assert (kept["from"], kept["size"]) == ("lenet", "48")
    train.query_params.clear()
    train.query_params.update({"network": "tiny-vgg"})  # without run=new too
    assert presets()["tiny-vgg"].purpose in run(train)
    assert number(train, "Pixels a side") == RECIPES[USUAL].image_size


def test_nonsense_in_the_address_gets_a_sentence(train):
    wrong = {"network": "<b>;what", "size": "0", "from": "../../etc"}
    train.query_params.update({"run": "new"} | wrong)
    said = run(train).replace("\\", "")
    assert "network cannot be read and is left out" in said
    assert "size must be from 16 to 512, not 0; 16 is used" in said
    assert "from must be a preset's name, nothing, or a run that is here" in said
    assert train.segmented_control(key="network").value == FIRST


def test_the_edited_network_is_still_there_after_a_visit_elsewhere(train, editor):
    start_with_the_article(train)
    edit(train, editor, SMALL)
    train.number_input(key="epochs-article-drawn").set_value(7)
    run(train)
    train.switch_page("pages/about.py")
    train.run()
    train.query_params.clear()
    train.switch_page("pages/train.py")
    train.query_params.update(address(train))
    assert "**Own network**, from article" in run(train)
    assert editor.got[0] == SMALL
    assert number(train, "Epochs") == 7


def test_the_pair_takes_its_form_from_a_pair(train, pool):
    config = TrainConfig(model=SMALL, image_size=32, engine="both", dtype="float32", seed=4)
    pair = create_run(config.replace(train_per_class=20, test_per_class=4))
    train.switch_page("pages/numpy_network.py")
    train.query_params.update({"view": "Side-by-side training", "run": pair.id})
    run(train)
    train.button(key="new-training").click()
    assert "Taken over from run" in run(train)
    train.button(key="start-pair").click()
    run(train)
    assert pool.begun[-1].config == pair.config
    train.button(key="new-training").click()
    run(train)
    train.button(key="fresh-form").click()
    run(train)
    assert train.get("button_group")[-1].value in ("float64", ["float64"])
    assert "view" in address(train, "numpy_network")
