import cv2
import numpy as np
import pytest

from core.pictures import tiles
from core.pictures.colour import NEUTRAL
from core.pictures.tiles import NOT_FINITE, ZERO


def test_zero_has_the_same_byte_whatever_the_scale():
    values = np.array([-2.0, -1e-9, 0.0, 1e-9, 2.0])
    for scale in (2.0, 1e-9, 100.0):
        assert tiles.to_bytes(values, scale)[2] == ZERO
    assert tiles.to_bytes(values, 2.0).tolist() == [1, 128, 128, 128, 255]


def test_nan_and_infinity_have_a_byte_of_their_own():
    values = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert tiles.to_bytes(values, 1.0).tolist() == [NOT_FINITE] * 3 + [255]
    assert tiles.scale_of(values) == 1.0
    assert tiles.scale_of(np.array([np.nan])) == 1.0


@pytest.mark.parametrize("shared", [True, False])
def test_a_tile_gives_every_value_back_within_one_step(shared):
    maps = np.random.default_rng(0).normal(size=(7, 5, 4)) * np.arange(1, 8)[:, None, None]
    tile = tiles.tile_maps(maps, shared)
    for channel in range(7):
        row, column = divmod(channel, tile.columns)
        cells = tile.pixels[row * 5 : row * 5 + 5, column * 4 : column * 4 + 4]
        scale = tile.scales[channel]
        assert np.abs((cells - 128.0) / 127 * scale - maps[channel]).max() <= scale / 254 + 1e-12
    assert (len(np.unique(tile.scales)) == 1) is shared
    assert (tile.pixels.reshape(-1)[-1] == ZERO) or tile.columns * 1 == 7


def test_a_dead_channel_stays_neutral_beside_strong_ones_on_its_own_scale():
    maps = np.zeros((2, 3, 3))
    maps[1, 1, 1] = 5.0
    for shared in (True, False):
        tile = tiles.tile_maps(maps, shared, columns=2)
        assert (tile.pixels[:, :3] == ZERO).all()
        assert tile.pixels[1, 4] == 255


def test_a_tile_needs_maps():
    with pytest.raises(ValueError, match="expected maps"):
        tiles.tile_maps(np.zeros((3, 3)))


def test_shrinking_picks_values_that_exist():
    maps = np.random.default_rng(0).normal(size=(2, 72, 50))
    small = tiles.shrink(maps, 24)
    assert max(small.shape[1:]) <= 24
    assert np.isin(small, maps).all()
    assert tiles.shrink(maps, 100) is not None and tiles.shrink(maps, 100).shape == maps.shape


def test_folding_keeps_the_order():
    folded = tiles.fold(np.arange(1.0, 8.0), columns=3)
    assert folded.tolist() == [[[1, 2, 3], [4, 5, 6], [7, 0, 0]]]
    assert tiles.fold(np.ones(2048)).shape == (1, 45, 46)


def test_the_palette_agrees_with_the_projects_colours():
    colours = tiles.palette()
    assert "#{:02X}{:02X}{:02X}".format(*colours[ZERO]) == NEUTRAL
    assert len({tuple(colour) for colour in colours[[NOT_FINITE, 1, ZERO, 255]].tolist()}) == 4


def test_first_kernels_become_colour_pictures():
    weight = np.zeros((2, 3, 4, 5))
    weight[1, 2, 0, 0] = -0.3
    colours = tiles.kernel_colours(weight)
    assert colours.shape == (2, 4, 5, 3)
    assert (colours[0] == ZERO).all()
    assert colours[1, 0, 0].tolist() == [ZERO, ZERO, 1]
    with pytest.raises(ValueError, match="three colours"):
        tiles.kernel_colours(np.zeros((2, 4, 3, 3)))


def test_a_png_holds_the_colours_that_went_in():
    colours = np.random.default_rng(0).integers(0, 256, (6, 7, 3), dtype=np.uint8)
    back = cv2.imdecode(np.frombuffer(tiles.png(colours), np.uint8), cv2.IMREAD_COLOR)
    assert back is not None and np.array_equal(back[..., ::-1], colours)
    enlarged = tiles.map_png(np.eye(3), cell=4)
    back = cv2.imdecode(np.frombuffer(enlarged, np.uint8), cv2.IMREAD_COLOR)
    assert back is not None and back.shape == (12, 12, 3)


def test_cells_land_where_they_are_in_the_photo():
    placed = tiles.draw_on_photo(
        np.array([[1.0, 2.0]]), np.array([2.0, 6.0]), np.array([1.0, 3.0, 5.0]), (8, 7)
    )
    assert placed.shape == (8, 7)
    assert np.isnan(placed[:2]).all() and np.isnan(placed[6:]).all()
    assert placed[3, 1:5].tolist() == [1, 1, 2, 2]
    assert np.isnan(placed[3, [0, 5, 6]]).all()
