import json
import struct

import numpy as np
import pytest
import torch
from torch import nn

from core.config import MODELS
from core.explain.anatomy import Network, PhotoInside
from core.explain.anatomy_packing import Selection, clean_selection, pack_inside
from core.explain.statistics import statistics
from core.networks.build import build_model
from core.pictures.tiles import scale_of

SIZE = 80


def inside_of(name: str, seed: int = 0) -> PhotoInside:
    pixels = np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    return PhotoInside(Network(build_model(name, SIZE).eval(), SIZE), pixels)


@pytest.fixture(scope="module", params=MODELS)
def inside(request):
    return inside_of(request.param)


def unpack(packed: bytes):
    (length,) = struct.unpack_from("<I", packed)
    header = json.loads(packed[4 : 4 + length])
    start = -(-(4 + length) // 8) * 8
    arrays = {
        name: np.frombuffer(
            packed, about["dtype"], int(np.prod(about["shape"])), start + about["offset"]
        ).reshape(about["shape"])
        for name, about in header["arrays"].items()
    }
    return header, arrays


def test_the_answer_is_the_networks_own(inside):
    expected = inside.network.model(inside.photo).item()
    assert inside.probability == expected
    assert inside.probability == pytest.approx(1 / (1 + np.exp(-inside.logit)))


def test_every_layer_is_packed_with_its_facts_and_maps(inside):
    header, arrays = unpack(pack_inside(inside, Selection(2), {"photo": "noise"}))
    assert header["photo"] == "noise"
    assert header["probability"] == inside.probability
    assert [layer["name"] for layer in header["layers"]] == [
        layer.name for layer in inside.network.layers
    ]
    assert np.array_equal(arrays["photo"], inside.pixels)
    for index, output in enumerate(inside.outputs):
        strip = arrays[f"strip{index}"]
        assert (strip == 128).all() == (output == 0).all()
    grid, scales = arrays["grid"], arrays["scales"]
    shown = (grid.astype(float) - 128) / 127 * scales[:, None, None]
    assert np.abs(shown - inside.outputs[2]).max() <= scales.max() / 254 * 1.001
    assert header["grid"]["mean"] == pytest.approx(statistics(inside.outputs[2]).mean)
    assert len(arrays["rows"]) == inside.outputs[2].shape[1]


def test_every_channel_of_every_layer_can_be_selected(inside):
    for layer in range(len(inside.outputs)):
        last = inside.channel_count(layer) - 1
        header, arrays = unpack(pack_inside(inside, Selection(layer, last), {}))
        channel = header["channel"]
        assert channel["channel"] == last
        output = inside.outputs[layer]
        if output.ndim == 3:
            assert np.array_equal(arrays["map"], output[last])
            row, column = channel["cell"]
            assert abs(output[last, row, column]) == np.abs(output[last]).max()
        elif "value" in channel:
            assert channel["value"] == output[last]
        weighted = isinstance(inside.network.model[layer], nn.Conv2d | nn.Linear | nn.BatchNorm2d)
        assert ("sum" in channel) == ("parts" in arrays) == weighted
        if weighted:
            written = channel["sum"]
            summed = sum(value for _, value in written["terms"]) + written["bias"]
            assert summed + written["rounding"] == pytest.approx(written["total"], abs=1e-12)
            assert abs(written["rounding"]) < 1e-4
            expected = output[last] if output.ndim == 1 else output[(last, *channel["cell"])]
            assert written["total"] == expected
            assert channel["parts"]["shares"] == sorted(channel["parts"]["shares"], reverse=True)


@pytest.mark.parametrize("name", ["article", "flatten\nlinear 6\nlinear 1\nsigmoid"])
def test_flattened_numbers_are_shown_as_the_maps_they_were(name):
    inside = inside_of(name)
    index = next(i for i, m in enumerate(inside.network.model) if isinstance(m, nn.Flatten))
    before = inside.input(index).numpy()  # maps, or the photo's three colours
    assert np.array_equal(inside.maps(index), before)
    assert inside.channel_count(index) == len(before)
    # The linear layer after it has one term a map.
    written = inside.sum_at(index + 1, 5, (0, 0))
    assert written is not None
    linear = inside.network.model[index + 1]
    assert isinstance(linear, nn.Linear)
    products = linear.weight[5].detach().double() * inside.tensors[index].double()
    by_map = products.reshape(before.shape).sum(dim=(1, 2)).numpy()
    strongest = written.terms[0]
    assert strongest.value == pytest.approx(by_map[int(strongest.name)])
    assert abs(strongest.value) == pytest.approx(np.abs(by_map).max())
    assert sum(term.value for term in written.terms) == pytest.approx(by_map.sum())


def test_two_photos_side_by_side_share_their_scales(inside):
    other = PhotoInside(inside.network, (inside.pixels // 3).astype(np.uint8))
    for shared in (True, False):
        selection = Selection(1, shared=shared)
        _, one = unpack(pack_inside(inside, selection, {}, other))
        _, two = unpack(pack_inside(other, selection, {}, inside))
        assert np.array_equal(one["scales"], two["scales"])
    largest = max(scale_of(inside.outputs[1]), scale_of(other.outputs[1]))
    _, both = unpack(pack_inside(inside, Selection(1), {}, other))
    assert both["scales"].max() == pytest.approx(largest)
    headers = [
        unpack(pack_inside(each, Selection(1, 2, (0, 0)), {}, against))[0]
        for each, against in ((inside, other), (other, inside))
    ]
    scales = [scale_of(each.maps(1)[2]) for each in (inside, other)]
    assert scales[0] != scales[1]
    assert [header["channel"]["scale"] for header in headers] == [pytest.approx(max(scales))] * 2


def test_a_selection_from_an_address_is_brought_to_what_there_is(inside):
    layers = len(inside.outputs)
    assert clean_selection(inside, Selection(-4)) == Selection(0)
    assert clean_selection(inside, Selection(layers + 5, 2)) == Selection(layers - 1)
    assert clean_selection(inside, Selection(0, 10_000)) == Selection(0)
    assert clean_selection(inside, Selection(0, 1, (0, 2))).cell == (0, 2)
    assert clean_selection(inside, Selection(0, 1, (9999, 2))).cell != (9999, 2)


def test_a_network_full_of_nan_is_packed_in_words():
    model = build_model("compact", SIZE).eval()
    model.load_state_dict(
        {"0.weight": torch.full_like(model.get_parameter("0.weight"), torch.nan)}, strict=False
    )
    pixels = np.zeros((SIZE, SIZE, 3), dtype=np.uint8)
    inside = PhotoInside(Network(model, SIZE), pixels)
    header, arrays = unpack(pack_inside(inside, Selection(0, 0), {}))
    assert header["probability"] == "nan"
    assert "NaN" in header["layers"][0]["words"]
    assert "not finite" in header["channel"]["words"]
    assert not arrays["strip0"].any()


def test_a_photo_of_another_size_is_refused(inside):
    with pytest.raises(ValueError, match="expected a photo"):
        PhotoInside(inside.network, np.zeros((8, 8, 3), dtype=np.uint8))
