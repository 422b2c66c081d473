import numpy as np
import pytest
import torch

from core.explain.top_photos import TopPhotos, find_top_photos
from core.networks.build import build_model
from core.networks.layers import trace


def last(model, x, batch_size, keep=3) -> dict[int, TopPhotos]:
    for seen, tops in find_top_photos(model, x.split(batch_size), keep):
        count, found = seen, tops
    assert count == len(x)
    return found


@pytest.mark.parametrize("batch_size", [1, 2, 7])
def test_against_looking_at_each_photo_alone(batch_size):
    torch.manual_seed(0)
    model = build_model("compact", 16).eval()
    x = torch.rand(7, 3, 16, 16)
    found = last(model, x, batch_size)
    traces = [trace(model, photo[None]) for photo in x]
    assert sorted(found) == [i for i, out in enumerate(traces[0]) if out.ndim == 3]
    for index, top in found.items():
        maps = np.stack([outputs[index].numpy() for outputs in traces])  # (N, C, H, W)
        best = maps.max(axis=(2, 3))
        for channel in range(maps.shape[1]):
            expected = np.sort(best[:, channel])[::-1][:3]
            assert top.values[channel] == pytest.approx(expected, abs=1e-5)
            places = zip(*(f[channel] for f in (top.photos, top.rows, top.columns)), strict=True)
            for value, (photo, row, column) in zip(top.values[channel], places, strict=True):
                assert maps[photo, channel, row, column] == pytest.approx(value, abs=1e-5)


def test_fewer_photos_than_asked_for_and_ties():
    model = build_model("compact", 16).eval()
    same = torch.rand(1, 3, 16, 16).repeat(2, 1, 1, 1)
    found = last(model, same, 1, keep=4)[0]
    assert found.photos[0].tolist() == [0, 1, -1, -1]
    assert np.isneginf(found.values[0, 2:]).all()


def test_nan_never_wins():
    model = build_model("compact", 16).eval()
    x = torch.rand(3, 3, 16, 16)
    x[1] = torch.nan
    found = last(model, x, 3, keep=1)
    assert (found[0].photos != 1).all()
