import json
import shutil

import pytest
from PIL import Image

from core import make_shipped
from core.config import RECIPES
from core.data.drawn import draw_pet
from core.make_shipped import main
from core.networks.classifier import Classifier
from core.networks.weight_files import SHIPPED

SMALL = {"image_size": 40, "views": 1, "dtype": "float32", "weight_average": 0.5}


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A folder of forty training and four test photos; few drawings beside them."""
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(make_shipped, "DRAWN_TRAIN", 3)
    monkeypatch.setattr(make_shipped, "DRAWN_TEST", 2)
    monkeypatch.setitem(RECIPES, "thorough", RECIPES["thorough"].replace(**SMALL))
    for split, count in (("train", 20), ("test", 2)):
        for kind in ("cat", "dog"):
            folder = tmp_path / "photos" / split / kind
            folder.mkdir(parents=True)
            for number in range(count):
                Image.fromarray(draw_pet(kind, 48, len(split), number)).save(
                    folder / f"{number}.png"
                )
    return tmp_path / "photos"


def test_a_model_is_made_measured_again_and_answers(photos, tmp_path, capsys):
    again = tmp_path / "again"  # has two of the first folder's test photos among its own
    for kind in ("cat", "dog"):
        (again / kind).mkdir(parents=True)
        shutil.copy(photos / "test" / kind / "0.png", again / kind / "copy.png")
        for number in range(5):
            Image.fromarray(draw_pet(kind, 48, 9, number)).save(again / kind / f"{number}.png")
    out, work = tmp_path / "shipped", tmp_path / "work"
    asked = ["--photos", str(photos), str(again), "--work", str(work), "--out", str(out)]
    assert main([*asked, "--epochs", "1"]) == 0
    path = out / SHIPPED.name
    facts = json.loads(path.with_suffix(".json").read_text())
    assert (facts["train_photos"], facts["train_drawn"], facts["test_photos"]) == (47, 6, 4)
    assert facts["validation_photos"] == facts["certainty"]["band"]["photos"] == 3
    answer = Classifier.load(path).classify(photos / "test" / "cat" / "0.png")
    assert answer.label in facts["classes"]
    assert main([*asked, "--measure"]) == 0
    later = json.loads(path.with_suffix(".json").read_text())
    assert later["test_accuracy"] == facts["test_accuracy"]
    assert later["certainty"] == facts["certainty"]
    card = (out / "README.md").read_text()
    assert " of 4 (95 % interval " in card and "3 photos that were kept out" in card
    assert len(facts["test_wrong"]) == round(4 * (1 - facts["test_accuracy"]))
    assert capsys.readouterr().out.count("of the test photos and") == 2


def test_a_training_that_was_interrupted_is_gone_on_with(photos, tmp_path, capsys):
    asked = ["--photos", str(photos), "--work", str(tmp_path), "--out", str(tmp_path / "out")]

    def stop_after_one(worker):
        raise make_shipped.RunError("Stopped.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.runs.worker.Worker.keep", lambda *_: stop_after_one(_))
        assert main([*asked, "--epochs", "2"]) == 1
    assert "the same command goes on with it" in capsys.readouterr().err
    assert main([*asked, "--epochs", "2"]) == 0


def test_no_photos_no_model(tmp_path, capsys):
    asked = ["--photos", str(tmp_path / "gone"), "--work", str(tmp_path), "--out", str(tmp_path)]
    assert main(asked) == 1
    assert "No model was made" in capsys.readouterr().err
