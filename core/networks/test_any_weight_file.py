"""Weight files with anything done to them: they are whole, or a sentence says what is wrong."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conftest import JSON, TINY, change_json, examples
from core.errors import GlassError, ModelError
from core.networks.build import build_model
from core.networks.calibration import measure_certainty
from core.networks.classifier import Classifier
from core.networks.likeness import fit_likeness
from core.networks.weight_files import read_weight_file, record_sum, write_weight_file

pytestmark = pytest.mark.parsers

Result = TypeVar("Result")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """Write a weight file that knows everything of itself."""
    path = tmp_path_factory.mktemp("weights") / "whole.safetensors"
    model = build_model(TINY, 16, seed=1)
    random_numbers = np.random.default_rng(0)
    features = [random_numbers.normal(size=(40, 4)) for _ in range(3)]
    labels = np.arange(40) % 2
    likeness = fit_likeness(features[0], features[1] + 3, features[2])
    facts = {
        "network": TINY,
        "image_size": 16,
        "classes": ["dog", "cat"],
        "mistakes": [],
        "certainty": measure_certainty(random_numbers.uniform(size=40), labels).to_dict(),
        "likeness": likeness.to_dict(),
        "accuracy": 0.5,
    }
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    write_weight_file(path, weights, facts)
    return path


def told_or(read: Callable[[], Result]) -> Result | None:
    """Return what is read, or None where a sentence says why it cannot be."""
    refused = None
    try:
        return read()
    except GlassError as error:
        refused = error
    assert str(refused)[-1] in ".)", refused
    return None


@examples(300)
@given(st.sampled_from([".safetensors", ".json"]), st.integers(0, 2**32), st.booleans())
def test_no_damaged_weights_are_ever_loaded(whole, tmp_path, suffix, seed, cut):
    chance = random.Random(seed)
    damaged = tmp_path / "damaged.safetensors"
    for each in (".safetensors", ".json"):
        damaged.with_suffix(each).write_bytes(whole.with_suffix(each).read_bytes())
    content = bytearray(damaged.with_suffix(suffix).read_bytes())
    for _ in range(chance.choice((1, 1, 4, 40))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    if cut:
        del content[chance.randrange(len(content)) :]
    damaged.with_suffix(suffix).write_bytes(content)
    read = told_or(lambda: read_weight_file(damaged))
    if read is None:
        return
    weights, facts = read
    expected, told = read_weight_file(whole)  # only where the damage changed nothing that counts
    assert all(np.array_equal(weights[name], array) for name, array in expected.items())
    assert {name: facts[name] for name in told if name != "record_sha256"} == {
        name: value for name, value in told.items() if name != "record_sha256"
    }


@pytest.mark.parametrize("side", [10**31, 100_000, 0, -16])
def test_an_image_size_that_no_photo_has_is_refused_before_anything_is_made_of_it(whole, side):
    weights, facts = read_weight_file(whole)
    with pytest.raises(ModelError, match="Image size must be a whole number from 16 to 512"):
        Classifier(weights, {**facts, "image_size": side}, "weights")


@examples(200, shrink=False)
@given(JSON, JSON, st.integers(0, 2**32))
def test_weights_that_say_nonsense_of_themselves_answer_or_say_why_not(whole, new, newer, seed):
    chance = random.Random(seed)
    weights, facts = read_weight_file(whole)
    facts = change_json(change_json(facts, new, chance), newer, chance)
    if not isinstance(facts, dict):
        return
    classifier = told_or(lambda: Classifier(weights, facts, "weights"))
    if classifier is None:
        return
    side = classifier.image_size
    answer = classifier.classify_pixels(np.zeros((side, side, 3), np.uint8))
    assert 0 <= answer.probability_one <= 1 and json.dumps(answer.to_dict())


@examples(200)
@given(JSON, st.integers(0, 2**32), st.binary(max_size=60))
def test_files_with_sums_that_hold_are_read_or_refused(tmp_path, new, seed, content):
    path = tmp_path / "any.safetensors"
    path.write_bytes(content)
    record = change_json({"sha256": "0" * 64, "classes": ["dog", "cat"]}, new, random.Random(seed))
    if isinstance(record, dict):
        try:
            record["record_sha256"] = record_sum(record)
        except (TypeError, ValueError, RecursionError):
            record["record_sha256"] = ""
    path.with_suffix(".json").write_text(json.dumps(record), errors="surrogatepass")
    told_or(lambda: read_weight_file(path))
