import math

import pytest

from core.architecture.library import NAMES, smallest_image_size
from core.config import LIMITS, PRESETS, TrainConfig, in_words
from core.errors import ConfigError
from core.networks.build import build_model


def test_the_article_preset_is_the_articles_recipe():
    config = PRESETS["article"]
    assert (config.model, config.image_size, config.init) == ("article", 224, "xavier_normal")
    assert (config.train_per_class, config.test_per_class) == (1000, 200)
    assert (config.optimizer, config.learning_rate, config.weight_decay) == ("adam", 5e-4, 0.0)
    assert (config.batch_size, config.epochs) == (16, 5)
    assert (config.schedule, config.augment) == ("constant", False)


@pytest.mark.parametrize("config", PRESETS.values(), ids=PRESETS)
def test_a_config_survives_json(config):
    assert TrainConfig.from_dict(config.to_dict()) == config


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("data", "", "drawn"),
        ("model", "resnet", "article, compact, all-convolutional"),
        ("model", 3, "article, compact"),
        ("init", "zeros", "xavier_normal"),
        ("optimizer", "lion", "adam, adamw, sgd"),
        ("schedule", "steps", "constant, cosine"),
        ("engine", "jax", "torch, numpy, both"),
        ("dtype", "int8", "float32, float64"),
        ("epochs", 0, "from 1 to"),
        ("epochs", 2.0, "whole number"),
        ("epochs", True, "whole number"),
        ("batch_size", 1, "from 2 to"),
        ("train_per_class", 0, "from 1"),
        ("test_per_class", -1, "from 1"),
        ("seed", -1, "from 0"),
        ("learning_rate", 0.0, "not 0.0"),
        ("learning_rate", math.nan, "not nan"),
        ("learning_rate", math.inf, "not inf"),
        ("learning_rate", "fast", "not 'fast'"),
        ("weight_decay", -0.1, "not -0.1"),
        ("augment", 1, "true or false"),
        ("image_size", 79, "at least 80"),
        ("image_size", 10**6, "from 16 to"),
    ],
)
def test_a_field_that_cannot_work_is_refused_with_a_sentence(field, value, words):
    with pytest.raises(ConfigError) as caught:
        TrainConfig(**{field: value})
    sentence = str(caught.value)
    assert sentence.startswith(in_words(field)) and words in sentence and sentence.endswith(".")


def test_an_unknown_field_is_refused():
    with pytest.raises(ConfigError, match="momentum"):
        TrainConfig.from_dict({"momentum": 0.9})


@pytest.mark.parametrize("model", NAMES)
def test_the_smallest_image_size_works_and_the_next_smaller_does_not(model):
    side = smallest_image_size(model)
    assert side
    layers = build_model(model, side)
    import torch

    assert layers(torch.rand(2, 3, side, side)).shape == (2, 1)
    with pytest.raises(ConfigError, match=f"(at least|from) {side}"):
        TrainConfig(model=model, image_size=side - 1)


def test_limits_are_allowed_themselves():
    for name in ("epochs", "batch_size", "learning_rate", "seed", "weight_decay"):
        for value in LIMITS[name]:
            assert getattr(TrainConfig().replace(**{name: value}), name) == value
