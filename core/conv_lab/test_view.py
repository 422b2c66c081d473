"""What the browser gets, and the other layers' demonstrations."""

import itertools
import json
import struct

import numpy as np
import pytest

from core.config import DTYPES
from core.conv_lab.demos import BatchNorm, Initialisation, Linear, Loss, MaxPool, Relu
from core.conv_lab.engines import carry_out
from core.conv_lab.experiment import Experiment
from core.conv_lab.view import pack_lab, pack_strips
from core.pictures.packing import pack


def unpack(data: bytes):
    """Read packed bytes as the browser does."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    start = -(-(4 + length) // 8) * 8
    arrays = {}
    for name, entry in header["arrays"].items():
        dtype = np.dtype(entry["dtype"]).newbyteorder("<")
        count = int(np.prod(entry["shape"]))
        array = np.frombuffer(data, dtype, count, start + entry["offset"])
        assert (start + entry["offset"]) % 8 == 0
        arrays[name] = array.reshape(entry["shape"])
    return header, arrays


def test_packed_arrays_come_out_again():
    arrays = {
        "a": np.arange(5, dtype=np.float32),
        "b": np.full((2, 3), np.nan),
        "c": np.array(7, np.uint8),
        "d": np.arange(6.0).reshape(2, 3).T.astype(">f8"),
    }
    header, read = unpack(pack({"title": "é"}, arrays))
    assert header["title"] == "é"
    for name, array in arrays.items():
        assert np.array_equal(read[name], array, equal_nan=True) and read[name].shape == array.shape
    with pytest.raises(ValueError, match="a must be float32, float64, int32 or uint8, not int64"):
        pack({}, {"a": np.arange(3)})


def test_the_lab_gets_every_array_of_both_engines(experiments):
    for experiment in experiments[:20]:
        result = carry_out(experiment)
        header, arrays = unpack(pack_lab(result, acknowledged=3, stale=True))
        assert header["acknowledged"] == 3 and header["stale"] is True
        assert header["output"] == list(experiment.output_size)
        assert np.array_equal(arrays["x"], result.arrays.x)
        for name, comparison in result.comparisons.items():
            assert np.array_equal(arrays[name], comparison.numpy)
            assert np.array_equal(arrays[f"{name}_torch"], comparison.torch)
            assert header["verdicts"][name]["within"] is True
        assert ("dbias" in arrays) is experiment.bias


def test_strips_say_how_far_the_engines_differ():
    wrong = carry_out(Experiment(mistake="flip", filters="random"))
    header, arrays = unpack(pack_strips(dict(zip("abcd", wrong.comparisons.values(), strict=True))))
    assert [strip["title"] for strip in header["strips"]] == ["a", "b", "c", "d"]
    assert header["strips"][0]["within"] is False
    assert "largest difference" in header["strips"][0]["verdict"]
    assert header["strips"][3]["verdict"] == "Equal to the last bit."
    assert header["strips"][2]["shape"] == "1 x 1 x 3 x 3"
    assert np.array_equal(arrays["0_numpy"], wrong.comparisons["y"].numpy)


def _demos(dtype: str):
    for logit, target in itertools.product((-40, -20, -9, -1.5, 0, 0.3, 8, 16.5, 17, 40), (0, 1)):
        yield Loss(logit, target, dtype)
    for shift in (-4, 0, 2.5):
        yield Relu(shift=shift, dtype=dtype)
    flags = (False, True)
    for settings in itertools.product((1, 2, 3), (1, 2, 3), (0, 1), (1, 2), flags, flags):
        yield MaxPool(7, *settings, dtype=dtype)
    for sizes in itertools.product((1, 3), (1, 7, 32), (1, 5)):
        yield Linear(*sizes, dtype=dtype)
    for batch, side, shift, scale, training, seen in itertools.product(
        (1, 4), (1, 4), (-10.0, 0.0, 2.0), (0.1, 3.0), flags, (0, 5)
    ):
        yield BatchNorm(
            batch=batch,
            side=side,
            shift=shift,
            scale=scale,
            training=training,
            seen=seen,
            gamma=1.5,
            beta=-0.5,
            dtype=dtype,
        )


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_layer_agrees_with_torch_at_every_setting(dtype):
    shown = 0
    for demo in _demos(dtype):
        if demo.broken():
            with pytest.raises(ValueError, match=r"must|needs"):
                demo.carry_out()
            continue
        result = demo.carry_out()
        apart = [name for name, each in result.comparisons.items() if not each.within]
        assert not apart, (demo, apart)
        assert result.note.endswith(".") and len(result.steps) + len(result.rows) >= 2
        shown += 1
    assert shown > 150


def test_histograms_hold_every_weight_and_spreads_however_small_are_told():
    starts = Initialisation(layers=20, width=8).carry_out()
    assert [int(start.counts.sum()) for start in starts] == [20 * 8 * 8] * 4
    assert len({tuple(start.edges) for start in starts}) == 1
    assert all(spread > 0 for start in starts for spread in start.spreads)


def test_initialisations_draw_what_they_say_and_agree_with_torch():
    starts = {start.name: start for start in Initialisation(layers=12, width=64).carry_out()}
    assert list(starts) == ["Xavier normal", "Kaiming normal", "Uniform", "Constant"]
    assert all(start.comparison.within for start in starts.values())
    assert starts["Kaiming normal"].spread == pytest.approx(np.sqrt(2 / 64), rel=0.02)
    assert starts["Xavier normal"].spread == pytest.approx(np.sqrt(1 / 64), rel=0.02)
    assert starts["Uniform"].spread == pytest.approx(0.2 / np.sqrt(12), rel=0.02)
    assert starts["Constant"].spread == pytest.approx(0, abs=1e-8)
    assert starts["Kaiming normal"].spreads[-1] > 0.3 > 20 * starts["Uniform"].spreads[-1]
    assert all(len(s.spreads) == len(s.alive) == 13 for s in starts.values())
    assert all(s.counts.sum() <= 12 * 64 * 64 for s in starts.values())
