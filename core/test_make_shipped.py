import json

import pytest
from PIL import Image

from core import make_shipped
from core.data.drawn import draw_pet
from core.make_shipped import main
from core.networks.classifier import Classifier
from core.networks.weight_files import SHIPPED


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A folder of eight training and four test photos; few drawings beside them."""
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(make_shipped, "DRAWN_TRAIN", 3)
    monkeypatch.setattr(make_shipped, "DRAWN_TEST", 2)
    for split, count in (("train", 4), ("test", 2)):
        for kind in ("cat", "dog"):
            folder = tmp_path / "photos" / split / kind
            folder.mkdir(parents=True)
            for number in range(count):
                Image.fromarray(draw_pet(kind, 96, len(split), number)).save(
                    folder / f"{number}.png"
                )
    return tmp_path / "photos"


def test_a_model_is_made_measured_again_and_answers(photos, tmp_path, capsys):
    out = tmp_path / "shipped"
    assert main(["--photos", str(photos), str(photos), "--epochs", "1", "--out", str(out)]) == 0
    path = out / SHIPPED.name
    facts = json.loads(path.with_suffix(".json").read_text())
    assert (facts["train_photos"], facts["train_drawn"], facts["test_photos"]) == (20, 6, 4)
    answer = Classifier.load(path).classify(photos / "test" / "cat" / "0.png")
    assert answer.label in facts["classes"]
    assert main(["--photos", str(photos), "--measure", "--out", str(out)]) == 0
    again = json.loads(path.with_suffix(".json").read_text())
    assert again["test_accuracy"] == facts["test_accuracy"]
    assert "of 4 photos it never saw" in (out / "README.md").read_text()
    assert capsys.readouterr().out.count("of the test photos") == 2


def test_no_photos_no_model(tmp_path, capsys):
    assert main(["--photos", str(tmp_path / "gone"), "--out", str(tmp_path)]) == 1
    assert "No model was made" in capsys.readouterr().err
