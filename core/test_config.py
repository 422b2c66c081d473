import math

import pytest

from core.architecture.library import NAMES, smallest_image_size
from core.config import LIMITS, RECIPES, TrainConfig, in_words
from core.errors import ConfigError
from core.networks.build import build_model
from core.variations import PLAIN


def test_the_article_preset_is_the_articles_recipe():
    config = RECIPES["article"]
    assert (config.model, config.image_size, config.init) == ("article", 224, "xavier_normal")
    assert (config.train_per_class, config.test_per_class) == (1000, 200)
    assert (config.optimizer, config.learning_rate, config.weight_decay) == ("adam", 5e-4, 0.0)
    assert (config.batch_size, config.epochs) == (16, 5)
    assert (config.schedule, config.variations) == ("constant", ())


@pytest.mark.parametrize("config", RECIPES.values(), ids=RECIPES)
def test_a_config_survives_json(config):
    assert TrainConfig.from_dict(config.to_dict()) == config


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("data", "", "drawn"),
        ("model", "resnet", "article, compact, early-pooling, late-pooling"),
        ("model", 3, "article, compact"),
        ("init", "zeros", "xavier_normal"),
        ("optimizer", "lion", "adam, adamw, muon, sgd"),
        ("schedule", "steps", "constant, cosine"),
        ("engine", "jax", "torch, numpy, both"),
        ("dtype", "int8", "auto, float32, float64, bfloat16"),
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
        ("variations", ("sepia",), "some of window, mirror"),
        ("variations", "mirror", "a list of names"),
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


def test_what_an_older_version_wrote_of_varied_photos_is_understood():
    old = {"model": "compact", "image_size": 96}
    assert TrainConfig.from_dict(old | {"augment": True}).variations == PLAIN
    assert TrainConfig.from_dict(old | {"augment": False}).variations == ()


def test_a_window_is_refused_where_the_network_has_other_weights_for_it():
    with pytest.raises(ConfigError, match="window must be 1, or an adaptive average pool"):
        TrainConfig(variations=PLAIN, window=0.8)
    with pytest.raises(ConfigError, match=r"Window 0\.5 makes pictures of 10 pixels"):
        TrainConfig(model="compact", image_size=20, variations=PLAIN, window=0.5)
    config = TrainConfig(model="compact", image_size=160, variations=PLAIN, window=0.8)
    assert config.window_side == 128 and config.replace(variations=()).window_side == 160


@pytest.mark.parametrize("engine", ["numpy", "both"])
def test_engines_with_numpy_refuse_what_numpy_lacks(engine):
    with pytest.raises(ConfigError, match="bfloat16"):
        TrainConfig(engine=engine, dtype="bfloat16")
    with pytest.raises(ConfigError, match="processor alone"):
        TrainConfig(engine=engine, device="cuda")
