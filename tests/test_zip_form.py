"""A zip as the source of a new training, without a browser."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from core.data.drawn import draw_pet
from core.folders import uploads_folder
from core.runs.listing import list_runs
from tests.test_training_form import address, choose, run, started


def pets(count: int = 6, kinds: tuple[str, ...] = ("cat", "dog")) -> bytes:
    """Zip a folder of drawn pets."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for kind in kinds:
            for number in range(count):
                photo = io.BytesIO()
                Image.fromarray(draw_pet(kind, 24, 0, number)).save(photo, "PNG")
                archive.writestr(f"pets/{kind}s/{number}.png", photo.getvalue())
    return file.getvalue()


PETS = pets()


@pytest.fixture
def train(app, pool):
    """Give the Train page."""
    app.run()
    app.switch_page("pages/train.py")
    return app


def drop(app, name: str, content: bytes) -> str:
    app.file_uploader[0].upload(name, content)
    return run(app)


@pytest.fixture
def dropped(train) -> str:
    """What the page says once a good zip was dropped."""
    run(train)
    assert "Drop a zip with photos of two classes" in choose(train, "source", "A zip of photos")
    assert train.button(key="start").disabled
    return drop(train, "My pets.zip", PETS)


def test_a_dropped_zip_is_shown_as_a_folder_and_can_be_trained_on(train, dropped, pool):
    assert r"**My pets\.zip**" in dropped and "is chosen" in dropped
    assert r"Class folders\. There is no test split" in dropped
    assert "5 dog and 5 cat pictures to train on" in dropped
    config = started(train, pool)
    path = Path(config.data)
    assert path.name == "My pets.zip" and path.read_bytes() == PETS
    assert list_runs()[0].record["source"] == config.data


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "no.zip",
            b"hello",
            r"no\.zip cannot be used: it is no zip; expected is a zip of a folder",
        ),
        ("cut.zip", PETS[:-40], r"cut\.zip cannot be used: its list of files is damaged"),
        ("photo.zip", b"\xff\xd8\xff", "it is a JPEG picture; expected"),
    ],
)
def test_a_bad_zip_is_refused_and_the_one_before_stays(train, dropped, name, content, sentence):
    said = drop(train, name, content)
    assert sentence.replace(": ", r"\: ") in said and r"**My pets\.zip**" in said
    assert not train.button(key="start").disabled
    assert len(list(uploads_folder().glob("*/*.zip"))) == 1
    assert "cannot be used" not in drop(train, "again.zip", pets(7))


def test_a_zip_of_one_class_is_told_where_a_folder_is(train, dropped):
    assert "only one class, cats" in drop(train, "cats.zip", pets(kinds=("cat",)))
    assert train.button(key="start").disabled


def test_the_address_brings_a_dropped_zip_back(train, dropped):
    said = address(train)
    assert said["photos"] == next(uploads_folder().iterdir()).name
    del train.session_state["training-form"]
    del train.session_state["training-form-addresses"]
    train.query_params.update(said)
    assert r"**My pets\.zip**" in run(train)
    assert train.segmented_control(key="source").value == "A zip of photos"
    del train.session_state["training-form"]
    train.query_params["photos"] = "../../etc"
    assert "The zip that the address names is not kept here" in run(train).replace("\\", "")


def test_a_zip_that_is_gone_is_to_be_dropped_again(train, dropped):
    for path in uploads_folder().glob("*/*.zip"):
        path.unlink()
    assert "is not kept any more; drop it again" in run(train)
    assert train.button(key="start").disabled


def test_new_training_from_a_run_takes_the_dropped_zip_over(train, dropped, pool):
    config = started(train, pool)
    train.button(key="new-training").click()
    said = run(train)
    assert r"**My pets\.zip**" in said and "Taken over from run" in said
    assert train.segmented_control(key="source").value == "A zip of photos"
    assert started(train, pool).data == config.data


def test_a_typed_path_may_be_quoted_and_a_zip(train, pool, tmp_path):
    path = tmp_path / "my pets.zip"
    path.write_bytes(PETS)
    run(train)
    choose(train, "source", "A folder of photos")
    for typed in (f"  '{path}' ", f"file://{str(path).replace(' ', '%20')}"):
        train.text_input(key="folder").set_value(typed)
        assert "5 dog and 5 cat pictures to train on" in run(train)
    assert started(train, pool).data == str(path)
    train.button(key="new-training").click()
    run(train)
    assert train.text_input(key="folder").value == str(path)
    train.text_input(key="folder").set_value("https://example.org/pets.zip")
    assert "an address on the web" in run(train)
