import json
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from core.architecture.library import NAMES
from core.errors import GlassError, ModelError
from core.networks.build import build_model
from core.networks.foreign_weights import (
    MOST_HEADER,
    fit_foreign,
    guess_network,
    misfit,
    read_foreign_arrays,
    read_header,
    wanted_shapes,
)

PETS = ("dog", "cat")
OWN = (
    "conv 4 kernel 3\nbatchnorm\nrelu\ndropout 0.2\nadaptive avgpool 1\nflatten\n"
    "linear 1\nsigmoid\n"
)


def state(network: str = OWN, side: int = 16) -> dict[str, torch.Tensor]:
    return dict(build_model(network, side, seed=3).state_dict())


def written(header: object, data: bytes = b"") -> bytes:
    """Write a safetensors file by hand, whatever its header says."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_weights_made_elsewhere_fit_their_network(dtype):
    tensors = {k: v.to(dtype) if v.is_floating_point() else v for k, v in state().items()}
    weights, facts = fit_foreign(save(tensors), "w.safetensors", OWN, 16, PETS)
    assert facts["network"] == OWN and facts["image_size"] == 16 and facts["classes"] == [*PETS]
    for name, tensor in tensors.items():
        expected = tensor.float().numpy() if dtype != torch.int64 else tensor.numpy()
        np.testing.assert_array_equal(weights[name], expected)
        assert weights[name].dtype in (np.float32, np.int64)


def test_a_common_beginning_and_missing_counters_are_forgiven():
    tensors = {f"module.{k}": v for k, v in state().items() if v.is_floating_point()}
    weights, _ = fit_foreign(save(tensors), "w.safetensors", OWN, 16, PETS)
    assert weights.keys() == wanted_shapes(OWN, 16).keys()
    assert weights["1.num_batches_tracked"] == 0 and weights["3.masks_drawn"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_preset_that_fits_is_found(name):
    from core.config import recipe_for

    side = recipe_for(name).image_size
    found = guess_network(read_header(save(state(name, side)), "w"))
    assert found == (name, side)


def test_what_the_file_says_of_itself_is_tried():
    content = save(state(), {"network": OWN, "image_size": "16"})
    assert guess_network(read_header(content, "w")) == (OWN, 16)
    content = save(state(), {"network": "no such layer", "image_size": "16"})
    assert guess_network(read_header(content, "w")) is None
    assert guess_network(read_header(save(state()), "w")) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.pop("0.weight"), "has 0.weight, which the file has not"),
        (
            lambda t: t.update(extra=torch.ones(4)),
            "[Tt]he file has extra, which the network has not",
        ),
        (lambda t: t.update({"0.weight": torch.ones(4, 3, 5, 5)}), "4 x 3 x 5 x 5 in the file"),
        (lambda t: t["0.bias"].fill_(torch.nan), "0.bias holds 4 numbers that are not finite"),
        (lambda t: t["6.bias"].fill_(torch.inf), "6.bias holds 1 numbers"),
    ],
)
def test_each_misfit_is_told(change, words):
    tensors = {name: tensor.clone() for name, tensor in state().items()}
    change(tensors)
    with pytest.raises(ModelError, match=words):
        fit_foreign(save(tensors), "w.safetensors", OWN, 16, PETS)


def test_what_it_is_wanted_for_is_checked():
    content = save(state())
    with pytest.raises(ModelError, match="from 16 to 512 pixels, not 8"):
        fit_foreign(content, "w", OWN, 8, PETS)
    for classes in (("cat", "cat"), ("cat", " "), ("dog", "![](http://x)")):
        with pytest.raises(ModelError, match="different, plain names"):
            fit_foreign(content, "w", OWN, 16, classes)
    with pytest.raises(GlassError, match="must begin with"):
        fit_foreign(content, "w", "convolve 3 of them", 16, PETS)
    assert "4.weight and 21 more" in misfit(read_header(content, "w").shapes, "article", 224)


def test_pickle_is_refused_by_its_first_bytes_and_never_opened(tmp_path):
    class Evil:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "ran",))

    torch.save(state(), tmp_path / "new.pt")
    torch.save(state(), tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    files = [(tmp_path / name).read_bytes() for name in ("new.pt", "old.pt")]
    for content in (*files, pickle.dumps(Evil()), pickle.dumps(Evil(), 2)):
        with pytest.raises(ModelError, match="Opening pickle can run any program"):
            fit_foreign(content, "w.pt", OWN, 16, PETS)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "does not begin as one does"),
        (b"GGUF" + bytes(20), "a GGUF file"),
        (b"\x89HDF\r\n\x1a\n" + bytes(20), "HDF5"),
        (b"\x93NUMPY" + bytes(20), "one array"),
        (struct.pack("<Q", MOST_HEADER + 1) + b"{}", "promise a header of 1,048,577 bytes"),
        (struct.pack("<Q", 2**63) + b"{}", "promise a header"),
        (struct.pack("<Q", 500) + b'{"a": 1}', "header is not JSON|not a JSON object"),
        (written(b"{" * 1000), "not JSON"),
        (written({}), "holds no arrays"),
        (written({"a": 3}, bytes(4)), "must hold numbers of"),
        (written({"a": {"dtype": "F8_E4M3", "shape": [1]}}, bytes(4)), "numbers of F64, F32"),
        (written({"a": {"dtype": "F32", "shape": [-1]}}, bytes(4)), "shape of a cannot be used"),
        (written({"a": {"dtype": "F32", "shape": [2**40]}}, bytes(4)), "cannot be used"),
        (written({"a": {"dtype": "F32", "shape": [3, 1]}}, bytes(4)), "more than the file has"),
        (written({"a\nb": {"dtype": "F32", "shape": [1]}}, bytes(4)), "name cannot be used"),
        (
            written({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 99]}}, bytes(4)),
            "damaged",
        ),
        (
            written({str(i): {"dtype": "F32", "shape": []} for i in range(2001)}, bytes(4)),
            "may hold 2,000 arrays, not 2,001",
        ),
    ],
)
def test_a_header_is_checked_before_it_is_believed(content, words):
    with pytest.raises(ModelError, match=words):
        read_foreign_arrays(content, "w.safetensors")


@settings(deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_get_a_sentence_or_arrays(content: bytes, framed: bool) -> None:
    sentence = "w.safetensors: no mistake"
    try:
        read_foreign_arrays(written(content, bytes(8)) if framed else content, "w.safetensors")
    except ModelError as error:
        sentence = str(error)
    assert sentence.startswith(("w.safetensors ", "w.safetensors:"))
