"""The look through the photos of a source on the Train page, without a browser."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from core.changes import Changes, Choice
from core.config import TrainConfig
from core.conftest import TINY, wait_for
from core.data import DataRequest
from core.data.change_list import ChangeList, changes_of
from core.data.drawn import draw_pet
from core.review.look import Look
from core.runs.listing import create_run
from tests.test_training_form import choose, run, started

SIDE = 96


@pytest.fixture
def source(tmp_path) -> Path:
    """Draw pets: one cat twice, one dog among the test photos too, and a cat among the dogs."""
    root = tmp_path / "my_pets"
    for split, seed in (("train", 3), ("test", 4)):
        for kind in ("cat", "dog"):
            folder = root / split / f"{kind}s"
            folder.mkdir(parents=True)
            for number in range(5):
                Image.fromarray(draw_pet(kind, SIDE, seed, number)).save(folder / f"{number}.png")
    shutil.copy(root / "train/cats/1.png", root / "train/cats/again.png")
    shutil.copy(root / "train/dogs/2.png", root / "test/dogs/tested.png")
    Image.fromarray(draw_pet("cat", SIDE, 9, 0)).save(root / "train/dogs/wrong.png")
    return root


@pytest.fixture
def train(app, pool, source):
    """Give the Train page with the folder chosen and the fold open."""
    app.run()
    app.switch_page("pages/train.py")
    run(app)
    choose(app, "source", "A folder of photos")
    app.text_input(key="folder").set_value(str(source))
    app.session_state["review"] = True
    return app


def press(app, label: str) -> str:
    (button,) = [each for each in app.button if each.label == label]
    button.click()
    return run(app)


def finish(source: Path, network: str = "") -> None:
    """Wait until the process that looks has ended."""
    look = Look(DataRequest(str(source)), network)
    wait_for(lambda: (now := look.progress()) and now.ended, "the look ends", 120)


def switches(app, key: str) -> list:
    return [each for each in app.segmented_control if str(each.key).startswith(f"change-{key}")]


def compared(train, source: Path) -> str:
    run(train)
    press(train, "Compare the photos")
    finish(source)
    return run(train)


def test_photos_that_show_the_same_are_shown_and_left_out(train, source, pool):
    told = compared(train, source)
    assert "2 photos show** what another" in told or "2 photos show what another" in told
    assert "The same file, twice, to train and to test on. The network is tested" in told
    assert r"train/cats/again\.png: a cat to train on, 96 x 96 pixels" in told
    of_the_cat = next(each for each in switches(train, "alike") if "again" in each.label)
    of_the_cat.set_value(Choice.LEAVE_OUT)
    assert "1 photo left out" in run(train)
    assert changes_of(str(source)) == Changes(("train/cats/again.png",))
    press(train, "Leave out 1 spare photo")
    assert changes_of(str(source)).left_out == ("test/dogs/tested.png", "train/cats/again.png")
    config = started(train, pool)
    assert config.left_out == ("test/dogs/tested.png", "train/cats/again.png")


def test_a_look_can_be_stopped(train, source):
    run(train)
    press(train, "Compare the photos")
    press(train, "Stop")
    assert Look(DataRequest(str(source))).progress() is None
    assert "Stop" not in [each.label for each in train.button]
    compared(train, source)


def test_a_label_that_looks_wrong_is_turned_over(train, source, pool):
    run(train)
    told = choose(train, "review-part", "Labels that look wrong")
    assert "learnt by heart" in told
    press(train, "Ask it about every photo")
    finish(source, "shipped")
    told = run(train)
    assert "1 label looks wrong** among 23 photos" in told
    assert "% cat**, says the network" in told
    (switch,) = switches(train, "doubts")
    switch.set_value(Choice.TURN_OVER)
    assert "1 label turned over" in run(train)
    assert started(train, pool).changes == Changes((), ("train/dogs/wrong.png",))


def test_odd_sizes_are_told(train, source):
    Image.fromarray(draw_pet("cat", SIDE, 9, 1)).resize((200, 60)).save(source / "train/cats/w.png")
    compared(train, source)
    told = choose(train, "review-part", "Odd sizes")
    assert "1 photo has a size unlike the others'" in told
    assert "It has 200 x 60 pixels: 3.3 times as wide as high" in told


def test_what_was_changed_is_taken_back(train, source):
    kept = ChangeList(str(source))
    kept.choose("train/cats/1.png", "gone.png", choice=Choice.LEAVE_OUT)
    told = choose(train, "review-part", "What you changed") if run(train) else ""
    assert "**2 photos left out.**" in told and r"gone\.png is not there any more" in told
    press(train, "Take everything back")
    assert kept.read() == Changes()
    assert "Nothing is changed" in run(train)


def test_a_list_that_leaves_no_photo_can_still_be_taken_back(train, source, pool):
    cats = [f"test/cats/{number}.png" for number in range(5)]
    ChangeList(str(source)).choose(*cats, choice=Choice.TURN_OVER)
    assert "leaves no cat photo to test on" in run(train)
    assert train.button(key="start").disabled
    choose(train, "review-part", "What you changed")
    press(train, "Take everything back")
    assert not train.button(key="start").disabled


def test_a_damaged_list_is_a_sentence_with_a_way_out(train, source, pool):
    kept = ChangeList(str(source))
    kept.choose("train/cats/1.png", choice=Choice.LEAVE_OUT)
    kept.path.write_text("{")
    assert "The list of what was changed about" in run(train)
    press(train, "Begin a new list")
    assert kept.read() == Changes() and not started(train, pool).changes


def test_what_goes_wrong_in_a_look_is_told(train, source):
    run(train)
    look = Look(DataRequest(str(source)))
    look.folder.mkdir(parents=True)
    away = source.rename(source.with_name("away"))
    with pytest.raises(ValueError, match="There is no folder"):
        look.perform()
    away.rename(source)
    assert "There is no folder or zip" in run(train)
    press(train, "Look again")
    finish(source)
    assert "2 photos show" in run(train)


def test_drawn_pets_have_nothing_to_look_through(app, pool):
    app.run()
    app.switch_page("pages/train.py")
    run(app)
    assert not [each for each in app.expander if "Look through" in each.label]


def test_a_run_says_what_it_leaves_out(app, source):
    config = TrainConfig(str(source), TINY, image_size=16)
    changed = create_run(config.replace(left_out=("a*b.png", "c.png"), turned_over=("d.png",)))
    app.run()
    app.switch_page("pages/train.py")
    app.query_params["run"] = changed.id
    assert ":material/rule: 2 photos left out and 1 label turned over." in run(app)
    app.query_params["run"] = create_run(config).id
    assert "material/rule" not in run(app)
