import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from core.config import TrainConfig
from core.conftest import small_data
from core.errors import ModelError, PhotoError
from core.networks.classifier import SHIPPED
from core.networks.weight_files import read_weight_file, to_half, write_weight_file
from core.predict import main
from core.runs.listing import create_run
from core.runs.load import load_classifier
from core.runs.worker import Worker

CONFIG = TrainConfig(model="compact", image_size=16, epochs=2, batch_size=8)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Train one small run for all tests here."""
    folder = tmp_path_factory.mktemp("predict")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(folder / "runs"))
        patch.setattr("core.data.load_data", lambda request, progress=None: small_data())
        run = create_run(CONFIG, "small")
        list(Worker(run).events())
    return run


@pytest.fixture
def photo(tmp_path):
    return write_photo(tmp_path / "photo.png", 40, 30)


def export_weights(run, path: Path, half: bool = False) -> None:
    """Write a run's newest weights as a weight file of their own."""
    checkpoint = run.checkpoint()
    names = (
        "model",
        "image_size",
        "classes",
        "accuracy",
        "recipe",
        "epoch",
        "certainty",
        "likeness",
    )
    weights = checkpoint.weights
    if half:
        weights = {name: to_half(array) for name, array in weights.items()}
    write_weight_file(path, weights, {name: checkpoint.facts[name] for name in names})


def write_photo(path: Path, width: int, height: int) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    cv2.imwrite(str(path), pixels)
    return path


def test_a_classifier_answers_as_the_run_did_in_its_test(run):
    data = small_data()
    for epoch, classifier in ((1, run.classifier(1)), (2, load_classifier(run.path))):
        expected = run.test_predictions(epoch).probabilities
        answers = [classifier.classify_pixels(pixels) for pixels in data.test.pixels]
        np.testing.assert_allclose([a.probability_one for a in answers], expected, rtol=1e-4)
        for answer in answers:
            assert answer.label == ("cat" if answer.probability_one >= 0.5 else "dog")
            assert answer.probability == max(answer.probability_one, 1 - answer.probability_one)
    assert classifier.classes == ("dog", "cat") and classifier.name == "small"


def test_a_photo_is_seen_at_the_networks_size(run, photo):
    classifier = run.classifier()
    answer = classifier.classify(photo)
    assert answer.pixels.shape == (16, 16, 3) and answer.notes == ()
    again = classifier.classify(photo.read_bytes())
    assert again.to_dict() == answer.to_dict()
    with pytest.raises(PhotoError):
        classifier.classify(b"no photo")


@pytest.mark.parametrize("half", [False, True])
def test_exported_weights_answer_the_same(run, photo, tmp_path, half):
    path = tmp_path / "small.safetensors"
    export_weights(run, path, half=half)
    whole, exported = run.classifier(), load_classifier(path)
    tolerance = 0.01 if half else 0
    assert exported.classify(photo).probability_one == pytest.approx(
        whole.classify(photo).probability_one, abs=tolerance
    )
    facts = json.loads(path.with_suffix(".json").read_text())
    assert facts["model"] == "compact" and facts["classes"] == ["dog", "cat"]
    assert facts["accuracy"] == run.log.epochs()[-1].test_accuracy
    assert facts["recipe"] == CONFIG.to_dict() and facts["epoch"] == 2
    size = path.stat().st_size
    assert size < 0.55 * run.checkpoints.path(run.checkpoint().position).stat().st_size or not half


def test_half_keeps_what_float16_cannot_hold():
    assert to_half(np.array([1e5], np.float32)).dtype == np.float32
    assert to_half(np.array([1e4], np.float32)).dtype == np.float16
    assert to_half(np.array([3], np.int64)).dtype == np.int64


def change_json(path: Path, **changes) -> None:
    weights, facts = read_weight_file(path)
    facts = {k: v for k, v in (facts | changes).items() if v is not None and "sha256" not in k}
    write_weight_file(path, weights, facts)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network": "resnet"}, "must be one of article, compact"),
        ({"network": None, "model": None}, "must name its network"),
        ({"network": ["compact"]}, "must name its network"),
        ({"network": "article", "image_size": 80}, "does not fit the article network"),
        ({"network": "flatten\nlinear 1"}, "must end in linear 1 and sigmoid"),
        ({"image_size": 8}, "from 16 to 512, not"),
        ({"image_size": "big"}, "image_size in pixels, not 'big'"),
        ({"image_size": None}, "image_size in pixels, not None"),
        ({"classes": ["cat"]}, "two classes"),
        ({"classes": None}, "two classes"),
        ({"classes": [1, 2]}, "two classes"),
    ],
)
def test_weights_that_cannot_be_used_say_why(run, tmp_path, changes, words):
    path = tmp_path / "small.safetensors"
    export_weights(run, path)
    change_json(path, **changes)
    with pytest.raises(ModelError, match=words):
        load_classifier(path)


def test_weights_that_are_not_finite_cannot_answer(run, tmp_path):
    weights, facts = read_weight_file(run.checkpoints.path(run.checkpoint().position))
    weights["0.weight"][0, 0, 0, 0] = np.nan
    write_weight_file(tmp_path / "nan.safetensors", weights, facts)
    with pytest.raises(ModelError, match=r"0\.weight holds numbers that are not finite"):
        load_classifier(tmp_path / "nan.safetensors")


def test_the_command_asks_any_epoch_of_a_run_or_its_best(run, photo, tmp_path, capsys, monkeypatch):
    answers = {}
    for epoch in ("1", "2", "best"):
        monkeypatch.setattr("core.runs.load.best_epoch", lambda run: 1)
        assert main([str(photo), "--model", str(run.path), "--epoch", epoch]) == 0
        answers[epoch] = capsys.readouterr().out
    assert answers["best"] == answers["1"] != answers["2"]
    monkeypatch.setattr("core.runs.load.best_epoch", lambda run: None)
    exported = tmp_path / "small.safetensors"
    export_weights(run, exported)
    for model, epoch, words in (
        (run.path, "best", "has no best epoch: nothing was learnt in any it keeps."),
        (run.path, "9", "keeps the weights of the epochs 0, 1, 2, not of 9."),
        (exported, "1", "An epoch can be chosen of a run's folder, not of"),
    ):
        assert main([str(photo), "--model", str(model), "--epoch", epoch]) == 2
        assert words in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([str(photo), "--epoch", "last"])
    assert "must be best or a whole number from 1, not last" in capsys.readouterr().err


def test_what_is_no_model_says_so(tmp_path):
    for place, words in {
        tmp_path: "holds no run",
        tmp_path / "gone": "does not exist",
        write_photo(tmp_path / "photo.png", 8, 8): "no weight file",
    }.items():
        with pytest.raises(ModelError, match=words):
            load_classifier(place)


def test_the_command_answers_every_good_file_and_reports_the_bad_ones(run, tmp_path, capsys):
    good = write_photo(tmp_path / "good.png", 40, 30)
    (tmp_path / "empty.jpg").touch()
    files = [good, tmp_path / "empty.jpg", tmp_path / "missing.jpg", good]
    arguments = ["--model", str(run.path), *map(str, files)]
    assert main([*arguments, "--json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["file"] for line in lines] == [str(file) for file in files]
    keys = ["file", "label", "probability", "probability_cat", "declined", "notes"]
    assert list(lines[0]) == keys and lines[0]["declined"] in (None, "unsure", "unlike")
    assert lines[1]["error"]["code"] == "empty" and "error" in lines[2] and lines[3] == lines[0]
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert told.out.count(f"{good}: {lines[0]['label']} ") == 2
    assert "empty.jpg: " in told.err and "missing.jpg: " in told.err
    assert main(["--model", str(run.path), str(good)]) == 0


def test_photos_are_found_as_people_type_them(run, tmp_path, monkeypatch, capsys):
    write_photo(tmp_path / "my cat.png", 40, 30)
    monkeypatch.chdir(tmp_path)
    typed = [f"'{tmp_path}/my cat.png'", f"file://{tmp_path}/my%20cat.png", " my cat.png "]
    assert main([*typed, "--model", str(run.path), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.pop("file") for line in lines] == typed
    assert lines[0] == lines[1] == lines[2]
    assert main(["gone/cat.png", ".", "https://cat", "--model", str(run.path)]) == 1
    told = capsys.readouterr().err
    assert f"There is no photo {tmp_path}/gone/cat.png; the nearest folder that exists" in told
    assert f"{tmp_path} is a folder; expected is the file of a photo." in told
    assert "https://cat is an address on the web" in told


def test_transparent_parts_are_noted_beside_the_answer(run, tmp_path, capsys):
    Image.new("RGBA", (40, 40), (200, 30, 30, 0)).save(tmp_path / "clear.png")
    assert main([str(tmp_path / "clear.png"), "--model", str(run.path)]) == 0
    assert "(its transparent parts are filled with white)" in capsys.readouterr().out


def test_other_classes_name_their_own_probability(run, tmp_path, photo, capsys):
    path = tmp_path / "small.safetensors"
    export_weights(run, path)
    change_json(path, classes=["ant", "Bumble bee"])
    assert main(["--model", str(path), "--json", str(photo)]) == 0
    assert "probability_bumble_bee" in json.loads(capsys.readouterr().out)


def test_wrong_use_exits_with_2(run, tmp_path, photo, capsys):
    for arguments in ([], ["--what"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
    broken = tmp_path / "broken.safetensors"
    export_weights(run, broken)
    broken.write_bytes(b"rot")
    capsys.readouterr()
    assert main(["--model", str(broken), str(photo)]) == 2
    error = capsys.readouterr().err
    assert "broken.safetensors is damaged" in error and error.count("\n") == 1


def test_without_a_model_the_one_that_comes_along_answers(run, tmp_path, photo, monkeypatch):
    export_weights(run, tmp_path / "shipped.safetensors")
    monkeypatch.setattr("core.networks.classifier.SHIPPED", tmp_path / "shipped.safetensors")
    assert main([str(photo)]) == 0
    assert load_classifier().name == "The shipped model"
    assert SHIPPED.name == "cat-or-dog.safetensors"


def test_a_checkpoint_file_is_a_model(run, photo, tmp_path):
    source = run.checkpoints.path(run.checkpoint().position)
    for file in (source, source.with_suffix(".json")):
        shutil.copy(file, tmp_path)
    by_file = load_classifier(tmp_path / source.name).classify(photo)
    assert by_file.to_dict() == run.classifier().classify(photo).to_dict()
