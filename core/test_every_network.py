"""Everything that walks layers walks every network: the presets, and random ones.

``pytest core/test_every_network.py --hypothesis-profile thorough`` takes 2,000 random networks.
"""

import numpy as np
import pytest
import torch
from hypothesis import given
from torch import Tensor, nn

from core.architecture.conftest import networks
from core.architecture.library import NAMES, layers_of, smallest_image_size
from core.architecture.plan import plan
from core.architecture.text import Layers, write
from core.comparison.network_comparison import compare_network
from core.comparison.strips import draw_strips
from core.conftest import examples
from core.conv_lab.experiment import Experiment
from core.conv_lab.trained import convolution_weights, use_filter
from core.data.drawn import draw_pet
from core.errors import ComparisonError
from core.explain.anatomy import Network, PhotoInside
from core.explain.anatomy_packing import Selection, pack_inside
from core.explain.class_drawing import ClassDrawing, draw_classes
from core.explain.deletion import Trial, try_maps
from core.explain.fooling import Fooling, fool
from core.explain.heat_maps import HeatMaps
from core.explain.occlusion import occlude
from core.explain.saliency import grad_cam, input_gradient, integrated_gradients
from core.explain.silence import count_silent
from core.explain.top_photos import find_top_photos
from core.networks.build import build_model
from core.networks.layers import convolutions, evidence_layer, last_hidden, probability
from core.networks.tensors import network_input

SIDE = 20


def trained(text: str, side: int) -> nn.Sequential:
    """Build a network whose biases and statistics are no longer what they begin with."""
    model = build_model(text, side, seed=1)
    torch.manual_seed(0)
    for name, tensor in model.state_dict().items():
        if tensor.ndim == 1:
            tensor += 0.1 * (torch.rand_like(tensor) if "var" in name else torch.randn_like(tensor))
    return model.eval()


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_is_walked(name: str) -> None:
    smallest = smallest_image_size(name)
    assert smallest is not None
    walk(name, smallest)


@examples(25, shrink=False)  # to make a failing one smaller takes minutes
@given(networks())
def test_every_legal_network_is_walked(network: tuple[Layers, int]) -> None:
    layers, _ = network
    walk(write(layers), SIDE)


def walk(text: str, side: int) -> None:
    """Send a drawn cat everywhere that a photo goes."""
    model = trained(text, side)
    network = Network(model, side, build_model(text, side, seed=0).eval())
    photo = draw_pet("cat", side, seed=0, index=1)
    inside, x = PhotoInside(network, photo), network_input(photo[None])
    assert inside.probability == pytest.approx(probability(model, x)[0], abs=1e-6)
    layers_are_those_of_the_plan(network, text, side)
    for layer in range(len(model)):
        every_channel_can_be_opened(inside, layer)
    every_method_explains(model, x, photo)
    every_answer_is_distrusted(model, photo)
    engines_agree(model, x)
    kernels_go_into_the_lab(model)


def layers_are_those_of_the_plan(network: Network, text: str, side: int) -> None:
    """What the Train page says beforehand is what Feature maps says afterwards."""
    steps = plan(layers_of(text, side), side).steps
    assert [layer.shape for layer in network.layers] == [step.shape for step in steps]
    assert [field.size for field in network.fields] == [step.field for step in steps]
    assert len({layer.name for layer in network.layers}) == len(steps) == len(network.moved)


def every_channel_can_be_opened(inside: PhotoInside, layer: int) -> None:
    """The first and the last of them: its map, its parts, and the sum behind a cell."""
    assert pack_inside(inside, Selection(layer), {})
    for channel in {0, inside.channel_count(layer) - 1}:
        assert pack_inside(inside, Selection(layer, channel, (0, 0)), {})
        split = inside.contributions(layer, channel)
        if split is None:
            continue
        terms = np.abs(split.parts).sum(axis=0) + abs(split.bias)
        assert np.abs(split.rounding).max() <= 1e-5 * terms.max()
        written = inside.sum_at(layer, channel, (0, 0))
        assert written is not None
        total = sum(term.value for term in written.terms) + written.bias + written.rounding
        assert total == pytest.approx(written.total, abs=1e-9)


def every_method_explains(model: nn.Sequential, x: Tensor, photo: np.ndarray) -> None:
    """Each gives finite numbers of the photo's or the layer's size."""
    size = photo.shape[:2]
    for index in convolutions(model):
        assert np.isfinite(grad_cam(model, x, evidence_layer(model, index)).signed).all()
    assert np.isfinite(input_gradient(model, x)).all()
    assert integrated_gradients(model, x, steps=2).attributions.shape == (3, *size)
    *_, found = occlude(model, photo, 8, 8)
    assert not isinstance(found, float) and np.isfinite(found.on_photo()).all()
    with_maps = [place for place, y in enumerate(stages(model, x)) if y.ndim == 4]
    assert sorted(count_silent(model, [x, x]).counts) == with_maps
    *_, (seen, tops) = find_top_photos(model, [x, x])
    assert seen == 2 and sorted(tops) == with_maps
    assert last_hidden(model, x).ndim == 2


def every_answer_is_distrusted(model: nn.Sequential, photo: np.ndarray) -> None:
    """It is stepped away from, drawn, and its heat maps are tried."""
    steps = fool(model, photo)
    found = next(steps, None)
    if len(photo) <= SIDE:  # of a large network the first steps are enough here
        *_, found = [found, *steps]
    if isinstance(found, Fooling) and found.turning is not None:
        turned = probability(model, network_input(found.changed(found.turning)[None]))
        assert (turned[0] >= 0.5) != (found.label == 1)
    *_, drawing = draw_classes(model, len(photo), steps=2)
    assert isinstance(drawing, ClassDrawing) and np.isfinite(drawing.probabilities).all()
    maps = HeatMaps(model, len(photo))
    quick = [method for method in maps.methods if method in ("cam", "gradient")]
    *_, trial = try_maps(model, photo, {name: maps.of(name, photo) for name in quick}, 1)
    assert isinstance(trial, Trial) and list(trial.curves) == quick
    assert all(np.isfinite(curve.figure) for curve in (*trial.curves.values(), trial.chance))


def stages(model: nn.Sequential, x: Tensor) -> list[Tensor]:
    """Return what comes out of each layer."""
    outputs = []
    for layer in model:
        x = layer(x)
        outputs.append(x)
    return outputs


def engines_agree(model: nn.Sequential, x: Tensor) -> None:
    """The ladder has every layer in both directions, in both modes, and rounding explains all."""
    for dtype, training in (("float32", False), ("float64", True)):
        try:
            compared = compare_network(model, x.numpy(), None, dtype, training, repeats=1)
        except ComparisonError as error:  # one number a channel has no spread to divide by
            if training and "more than 1 value per channel" in str(error):
                continue
            raise
        assert compared.within, compared.apart
        assert len(compared.forward) == len(compared.backward) == len(model)
        for each in compared.layers:
            assert draw_strips(each.numpy, each.torch).numpy


def kernels_go_into_the_lab(model: nn.Sequential) -> None:
    """Every convolution's last filter becomes the lab's kernel as it is."""
    weights = convolution_weights(model)
    assert len(weights) == len(convolutions(model))
    for weight in weights.values():
        taken = use_filter(Experiment(), weight, len(weight) - 1)
        assert taken.kernel == weight.shape[2:]
