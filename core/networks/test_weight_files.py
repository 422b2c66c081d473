import json

import numpy as np
import pytest

from core.errors import ModelError
from core.networks.build import build_model
from core.networks.classifier import Classifier
from core.networks.weight_files import read_weight_file, write_weight_file

WEIGHTS = {"0.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "1.count": np.array(7)}
OPTIMIZER = {"0.exp_avg": np.ones((2, 3), np.float32), "0.step": np.array(4, np.float32)}


def test_a_json_whose_sum_has_lost_its_name_is_noticed(tmp_path):
    path = tmp_path / "a.safetensors"
    write_weight_file(path, WEIGHTS, {"network": "linear 1", "image_size": 64})
    beside = path.with_suffix(".json")
    beside.write_text(beside.read_text().replace("record_sha256", "record_shb256"))
    with pytest.raises(ModelError, match="its check sum does not match"):
        read_weight_file(path)


def test_a_changed_number_in_the_json_is_noticed(tmp_path):
    write_weight_file(tmp_path / "a.safetensors", WEIGHTS, {"image_size": 64})
    text = (tmp_path / "a.json").read_text()
    (tmp_path / "a.json").write_text(text.replace("64", "65", 1))
    with pytest.raises(ModelError, match="check sum"):
        read_weight_file(tmp_path / "a.safetensors")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.safetensors", b"", "damaged"),
        ("a.safetensors", None, "cannot be read"),
        ("a.json", b"not json", "not a JSON object"),
        ("a.json", b"[]", "not a JSON object"),
        ("a.json", b"\xff\xfe", "not a JSON object"),
        ("a.json", None, "needs a.json beside it"),
    ],
)
def test_a_pair_that_cannot_be_used_says_why(tmp_path, name, content, words):
    write_weight_file(tmp_path / "a.safetensors", WEIGHTS, {})
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=words):
        read_weight_file(tmp_path / "a.safetensors")


def test_a_file_that_is_no_safetensors_says_so_even_when_its_sum_is_right(tmp_path):
    import hashlib

    (tmp_path / "a.safetensors").write_bytes(b"nothing like it")
    record = {"sha256": hashlib.sha256(b"nothing like it").hexdigest()}
    (tmp_path / "a.json").write_text(json.dumps(record))
    with pytest.raises(ModelError, match="no safetensors file"):
        read_weight_file(tmp_path / "a.safetensors")


def test_float16_is_read_as_float32(tmp_path):
    half = {"0.weight": WEIGHTS["0.weight"].astype(np.float16), "1.count": WEIGHTS["1.count"]}
    write_weight_file(tmp_path / "a.safetensors", half, {})
    weights, _ = read_weight_file(tmp_path / "a.safetensors")
    assert weights["0.weight"].dtype == np.float32 and weights["1.count"].dtype == np.int64
    np.testing.assert_array_equal(weights["0.weight"], WEIGHTS["0.weight"])


OWN = "conv 4 kernel 3\nrelu\nflatten\nlinear 1\nsigmoid"


def write_own(path, text):
    """Write the weights of ``OWN`` with another network's text."""
    weights = {name: each.numpy() for name, each in build_model(OWN, 16).state_dict().items()}
    config = {"init": "xavier_normal", "seed": 0}
    facts = {"network": text, "image_size": 16, "classes": ["dog", "cat"], "config": config}
    write_weight_file(path, weights, facts)


def test_a_file_with_a_networks_text_answers_and_knows_its_beginning(tmp_path):
    write_own(tmp_path / "a.safetensors", OWN)
    classifier = Classifier.load(tmp_path / "a.safetensors")
    answer = classifier.classify_pixels(np.zeros((16, 16, 3), np.uint8))
    assert answer.label in ("dog", "cat")
    start = classifier.untrained()
    assert start is not None and len(start) == len(classifier.model)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OWN.replace("kernel 3", "kernel 5"), "0.weight is 4 x 3 x 3 x 3.* has 4 x 3 x 5 x 5"),
        (OWN.replace("relu", "batchnorm"), "1.weight is none, and the network has 4"),
        (OWN.replace("linear 1", "linear 1 bias off"), "3.bias is 1, and the network has none"),
        (OWN.replace("kernel 3", "kernel 30"), "Layer 1, conv 4 kernel 30: .* does not fit"),
    ],
)
def test_a_text_that_does_not_fit_the_arrays_names_the_file_and_the_first_array(
    tmp_path, text, words
):
    write_own(tmp_path / "a.safetensors", text)
    with pytest.raises(ModelError, match=f"^a.safetensors .*{words}"):
        Classifier.load(tmp_path / "a.safetensors")
