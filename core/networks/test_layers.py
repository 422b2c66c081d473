import pytest
import torch
from torch import nn

from core.config import MODELS
from core.networks import layers
from core.networks.build import build_model


@pytest.mark.parametrize("name", MODELS)
def test_the_trace_ends_in_the_probability_that_the_network_gives(name):
    model = build_model(name, 80).eval()
    x = torch.rand(1, 3, 80, 80)
    outputs = layers.trace(model, x)
    assert len(outputs) == len(model)
    assert outputs[-1].tolist() == layers.probability(model, x)
    assert torch.equal(outputs[-1], model(x)[0].detach())


@pytest.mark.parametrize("name", MODELS)
def test_descriptions_tell_shapes_names_and_all_parameters(name):
    model = build_model(name, 80).eval()
    described = layers.describe_layers(model, 80)
    outputs = layers.trace(model, torch.rand(1, 3, 80, 80))
    assert [layer.shape for layer in described] == [tuple(o.shape) for o in outputs]
    assert sum(layer.parameters for layer in described) == sum(
        p.numel() for p in model.parameters()
    )
    assert len({layer.name for layer in described}) == len(described)


def test_the_articles_network_at_its_own_size():
    described = layers.describe_layers(build_model("article", 224).eval(), 224)
    assert described[0].name == "Conv 1"
    assert described[0].shape_text == "16 × 72 × 72"
    assert described[0].has_maps
    assert described[-1].name == "Sigmoid"
    assert not described[-1].has_maps


def test_a_layer_that_writes_into_its_input_changes_no_other_output():
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(16, 1), nn.Sigmoid()
    ).eval()
    outputs = layers.trace(model, torch.rand(1, 3, 4, 4) - 0.5)
    assert float(outputs[0].min()) < 0
    assert float(outputs[1].min()) == 0


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (nn.Sequential(nn.Flatten(), nn.Linear(12, 2)).eval(), "ends in a Sigmoid"),
        (nn.Sequential().eval(), "ends in a Sigmoid"),
        (nn.Sequential(nn.Sequential(nn.Flatten()), nn.Sigmoid()).eval(), "flat nn.Sequential"),
        (nn.Sequential(nn.Flatten(), nn.Linear(12, 1), nn.Sigmoid()), "evaluation mode"),
    ],
)
def test_networks_that_cannot_be_explained_are_refused_in_words(model, sentence):
    with pytest.raises(ValueError, match=sentence):
        layers.trace(model, torch.rand(1, 3, 2, 2))


def test_more_than_one_photo_is_refused():
    with pytest.raises(ValueError, match="expected one photo"):
        layers.trace(build_model("compact", 16).eval(), torch.rand(2, 3, 16, 16))


def test_a_convolutions_evidence_is_taken_after_its_activation():
    article = build_model("article", 80).eval()
    assert layers.convolutions(article) == [0, 4, 8, 11]
    assert [layers.evidence_layer(article, index) for index in (0, 4, 8, 11)] == [2, 6, 10, 13]
    with pytest.raises(ValueError, match="index of a convolution"):
        layers.evidence_layer(article, 1)


def test_hidden_features_are_what_the_last_linear_layer_reads():
    for name in MODELS:
        model = build_model(name, 80).eval()
        x = torch.rand(3, 3, 80, 80)
        features = layers.last_hidden(model, x)
        last = model[-2]
        assert isinstance(last, nn.Linear) and features.shape == (3, last.in_features)
        assert torch.allclose(last(features), layers.logit(model, x), atol=1e-5)
    with pytest.raises(ValueError, match="linear layer"):
        layers.last_hidden(nn.Sequential(nn.Flatten(), nn.Sigmoid()).eval(), x)
