"""Two boxes of photos as the source of a new training, without a browser."""

import pytest

from core.data.collection.conftest import fill, photo
from core.data.collection.store import collections, delete, make_collection
from core.folders import collections_folder
from core.runs.listing import create_run
from pages.parts.shared.photo_boxes import NEW
from pages.parts.shared.run_photos import run_data
from tests.test_training_form import address, choose, run, started


@pytest.fixture
def train(app, pool):
    """Give the Train page with the boxes chosen."""
    app.run()
    app.switch_page("pages/train.py")
    run(app)
    return app


def boxes(app) -> str:
    return choose(app, "source", "Photos dropped here")


def make(app, **names: str) -> str:
    """Fill in the form for new boxes and send it."""
    for label, text in names.items():
        (box,) = [box for box in app.text_input if label in box.label]
        box.set_value(text)
    (button,) = [button for button in app.button if button.label == "Make two boxes"]
    button.click()
    return run(app)


def drop(app, class_name: str, files: dict[str, bytes]) -> str:
    (uploader,) = [each for each in app.file_uploader if each.label.endswith(f"{class_name} here")]
    for name, content in files.items():
        uploader.upload(name, content)
    return run(app)


def some(kind: str, count: int, first: int = 0) -> dict[str, bytes]:
    return {f"{kind}{n}.png": photo(kind, n) for n in range(first, first + count)}


def test_boxes_are_named_filled_and_trained_on(train, pool):
    said = boxes(train)
    assert "Drop photos into both boxes to see" in said and "Everybody who opens this page" in said
    said = make(train, Name="Our pets", first="tabby", second="terrier")
    assert "**tabby**: 0 photos, 10 more needed" in said
    assert (
        "10 of tabby and 10 of terrier are missing" in said and train.button(key="start").disabled
    )
    said = drop(train, "tabby", some("cat", 9))
    assert "**tabby**: 9 photos, 1 more needed" in said
    drop(train, "terrier", some("dog", 12))
    assert train.button(key="start").disabled
    said = drop(train, "tabby", some("cat", 1, first=20))
    assert "more needed" not in said and "8 tabby and 10 terrier pictures to train on" in said
    config = started(train, pool)
    assert config.data == str(collections()[0].path)
    assert collections()[0].path == collections_folder() / "Our pets"


def test_what_is_no_photo_and_what_is_there_already_is_told_beside_what_is_kept(train):
    boxes(train)
    make(train)
    said = drop(
        train, "cat", some("cat", 2) | {"notes.txt": b"hello", "again.png": photo("cat", 1)}
    )
    assert "**cat**: 2 photos" in said
    assert r"notes\.txt was not added\. This is not a picture; expected JPEG" in said
    assert r"again\.png was not added\. The same picture is in this box already" in said
    said = drop(train, "dog", {"tom.png": photo("cat", 0)})
    assert r"tom\.png was not added\. The same picture is in the box cat already" in said
    assert "**dog**: 0 photos" in said and r"notes\.txt" not in said


def test_more_reasons_than_fit_are_counted(train):
    boxes(train)
    make(train)
    bad = {"a.txt": b"hello", "b.pdf": b"%PDF", "c.tif": b"II*\0", "d.zip": b"PK\3\4", "e.gif": b""}
    assert "2 others were not added for other reasons" in drop(train, "cat", bad).replace("\\", "")


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ({"Name": "../x"}, "The name of your photos must have 1 to 40 letters"),
        ({"first": "dogs"}, "need different names, not dogs and dog"),
        ({"second": "test"}, "A class cannot be called test"),
    ],
)
def test_names_that_cannot_be_used_are_told(train, names, sentence):
    boxes(train)
    assert sentence in make(train, **names).replace("\\", "")
    assert collections() == []


def test_the_address_and_a_visit_elsewhere_bring_them_back(train):
    fill(make_collection("My pets", ("cat", "dog")), 10)
    fill(make_collection("Others", ("cat", "dog")), 11)
    assert "8 dog and 8 cat pictures to train on" in boxes(train)
    train.selectbox(key="which-photos").set_value("Others")
    assert "9 dog and 9 cat pictures to train on" in run(train)
    said = address(train)
    assert said["photos"] == "photos:Others"
    train.switch_page("pages/about.py")
    run(train)
    train.switch_page("pages/train.py")
    assert "9 dog and 9 cat" in run(train)
    del train.session_state["training-form"]
    del train.session_state["training-form-addresses"]
    train.query_params.update(said)
    assert "9 dog and 9 cat" in run(train)
    assert train.selectbox(key="which-photos").value == "Others"
    del train.session_state["training-form"]
    train.query_params["photos"] = "photos:../../etc"
    assert "No photos were dropped here under the name '../../etc'" in run(train).replace("\\", "")


def test_new_boxes_are_made_beside_the_old_ones(train):
    fill(make_collection("My photos", ("cat", "dog")), 10)
    boxes(train)
    train.selectbox(key="which-photos").set_value(NEW)
    run(train)
    make(train, first="wren", second="robin")
    assert [each.name for each in collections()] == ["My photos", "My photos 2"]
    assert train.selectbox(key="which-photos").value == "My photos 2"


def test_deleting_asks_first_and_says_which_runs_use_them(train, pool):
    pets = make_collection("My pets", ("cat", "dog"))
    fill(pets, 10)
    boxes(train)
    config = started(train, pool)
    create_run(config, "second try")
    train.button(key="new-training").click()
    said = run(train)
    assert "Taken over from run" in said and train.selectbox(key="which-photos").value == "My pets"
    assert "nothing brings them back" not in said and pets.path.exists()
    train.session_state["delete-boxes-My pets"] = True
    said = run(train)
    assert r"All 20 photos of **My pets** are deleted" in said
    assert r"2 runs use them: **" in said and "**second try**" in said
    train.button(key="delete-My pets").click()
    said = run(train)
    assert not pets.path.exists() and "Name your photos" in said
    assert train.button(key="start").disabled


def test_boxes_that_somebody_else_deletes_are_told(train):
    pets = make_collection("My pets", ("cat", "dog"))
    fill(pets, 10)
    boxes(train)
    delete(pets)
    assert "The photos called My pets were deleted" in run(train)
    assert train.button(key="start").disabled


def test_a_run_tells_that_its_photos_were_deleted(train, pool):
    pets = make_collection("My pets", ("cat", "dog"))
    fill(pets, 10)
    boxes(train)
    started(train, pool)
    delete(pets)
    said = run_data(pool.begun[-1])
    assert isinstance(said, str)
    assert "cannot be shown. The photos that were dropped here as My pets were deleted" in said
